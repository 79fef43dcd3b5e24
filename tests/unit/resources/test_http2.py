"""HTTP/2 against a real server: TLS, ALPN, frames; it speaks nothing else."""

from __future__ import annotations

import asyncio
import gzip
import io
import random
import ssl
import threading
from collections import defaultdict
from dataclasses import dataclass, field

import polars as pl
import pytest
import trustme
from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import RequestReceived, StreamEnded, WindowUpdated
from warcio.archiveiterator import ArchiveIterator

from pipeline.ids import stable_id
from pipeline.resources.fetcher import Failed, Fetched
from pipeline.resources.http_collect import collect
from pipeline.resources.page_store import PageStore
from pipeline.schemas import FEED_ENTRIES, PAGES

# Bytes that do not pack well: packed too, they take several windows of 65,535 bytes.
PAGE = b"<!doctype html><title>Far</title><p>" + random.Random(2).randbytes(150_000).hex().encode() + b"</p>"
PACKED = gzip.compress(PAGE, mtime=0)


@dataclass
class H2Site:
    """Paths and their answers; ``waits_for`` holds one back until another was asked for."""

    answers: dict[str, tuple[dict[str, str], bytes]] = field(default_factory=dict)
    waits_for: dict[str, str] = field(default_factory=dict)
    resets: dict[str, int] = field(default_factory=dict)
    """How often a path is answered by a reset of its stream first."""
    seen: list[tuple[int, str]] = field(default_factory=list)
    """Number of the connection and path, in order."""
    alpn: list[str | None] = field(default_factory=list)
    port: int = 0

    def url(self, path: str) -> str:
        return f"https://127.0.0.1:{self.port}{path}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.alpn.append(writer.get_extra_info("ssl_object").selected_alpn_protocol())
        talk = _Talk(self, len(self.alpn))
        try:
            while True:
                writer.write(talk.connection.data_to_send())
                await writer.drain()
                data = await reader.read(65536)
                if not data:
                    break
                talk.receive(data)
        except (ConnectionError, ssl.SSLError):
            pass
        finally:
            writer.close()


class _Talk:
    """One connection."""

    def __init__(self, site: H2Site, number: int) -> None:
        self.site, self.number = site, number
        self.connection = H2Connection(H2Configuration(client_side=False))
        self.connection.initiate_connection()
        self.paths: dict[int, str] = {}
        self.held: dict[int, str] = {}
        self.left: dict[int, bytes] = defaultdict(bytes)

    def receive(self, data: bytes) -> None:
        for event in self.connection.receive_data(data):
            if isinstance(event, RequestReceived):
                path = dict(event.headers)[b":path"].decode()
                self.paths[event.stream_id] = path
                self.site.seen.append((self.number, path))
            elif isinstance(event, StreamEnded):
                self.held[event.stream_id] = self.paths[event.stream_id]
            elif isinstance(event, WindowUpdated):
                self._send_more()
        asked = {path for _, path in self.site.seen}
        for stream, path in list(self.held.items()):
            if self.site.waits_for.get(path, path) in asked:
                del self.held[stream]
                self._answer(stream, path)

    def _answer(self, stream: int, path: str) -> None:
        if self.site.resets.get(path, 0) > 0:
            self.site.resets[path] -= 1
            self.connection.reset_stream(stream)
            return
        if path not in self.site.answers:
            self.connection.send_headers(stream, [(":status", "404")], end_stream=True)
            return
        headers, body = self.site.answers[path]
        self.connection.send_headers(stream, [(":status", "200"), *headers.items()])
        self.left[stream] = body
        self._send_more()

    def _send_more(self) -> None:
        for stream, body in list(self.left.items()):
            room = self.connection.local_flow_control_window(stream)
            while body and room:
                size = min(room, self.connection.max_outbound_frame_size, len(body))
                self.connection.send_data(stream, body[:size], end_stream=size == len(body))
                body, room = body[size:], room - size
            self.left[stream] = body
            if not body:
                del self.left[stream]


@pytest.fixture(scope="module")
def authority():
    return trustme.CA()


@pytest.fixture
def h2_site(authority):
    """A site that offers HTTP/2 and nothing else, with a certificate made for this run."""
    site = H2Site()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    context.set_alpn_protocols(["h2"])
    loop = asyncio.new_event_loop()
    server = loop.run_until_complete(asyncio.start_server(site.serve, "127.0.0.1", 0, ssl=context))
    site.port = server.sockets[0].getsockname()[1]
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    yield site

    async def end() -> None:
        server.close()
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    asyncio.run_coroutine_threadsafe(end(), loop).result()
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


@pytest.fixture
def trusted(authority, tmp_path, monkeypatch):
    """The client trusts the test's certificate authority."""
    path = tmp_path / "roots.pem"
    authority.cert_pem.write_to_path(path)
    monkeypatch.setenv("SSL_CERT_FILE", str(path))


HTML = {"content-type": "text/html; charset=utf-8"}


def entry(url, clock):
    row = dict.fromkeys(FEED_ENTRIES.schema) | {
        "partition_date": clock.now().date(),
        "entry_id": stable_id("entry", "feed", url),
        "feed_id": "feed",
        "url": url,
        "canonical_url": url,
        "collected_at": clock.now(),
    }
    return pl.DataFrame([row], schema=FEED_ENTRIES.schema)


@pytest.mark.usefixtures("trusted")
def test_a_page_over_http2_is_stored_untouched_and_read_back(h2_site, fetcher, clock, tmp_path):
    h2_site.answers["/far"] = ({**HTML, "content-encoding": "gzip", "x-own": "kept"}, PACKED)
    store = PageStore(tmp_path / "data")
    pages, rejects = collect(
        clock.now().date(),
        entry(h2_site.url("/far"), clock),
        stored=PAGES.empty(),
        known=pl.DataFrame(schema={"canonical_url": pl.String}),
        fetcher=fetcher(),
        store=store,
        now=clock.now,
    )
    assert rejects == []
    assert h2_site.alpn == ["h2"]
    assert h2_site.seen == [(1, "/robots.txt"), (1, "/far")]
    row = pages.row(0, named=True)
    assert store.read(row["warc_file"], row["warc_offset"]).body == PAGE
    data = (tmp_path / "data" / row["warc_file"]).read_bytes()
    for record in ArchiveIterator(io.BytesIO(data), no_record_parse=False):
        if record.rec_type == "response":
            assert record.http_headers.get_statuscode() == "200"
            assert record.http_headers.get_header("x-own") == "kept"
            assert record.raw_stream.read() == PACKED, "not as it came"
            break
    else:
        pytest.fail("another reader finds no response in the file")


@pytest.mark.usefixtures("trusted")
def test_requests_share_a_connection_and_the_second_does_not_wait_for_the_first(h2_site, fetcher):
    h2_site.answers |= {"/start": (HTML, PAGE), "/late": (HTML, PAGE), "/soon": (HTML, PAGE)}
    h2_site.waits_for["/late"] = "/soon"
    client = fetcher()

    async def work():
        # The first answer brings the server's settings, without which one request goes at a time.
        first = await client.fetch(h2_site.url("/start"))
        return [
            first,
            *await asyncio.gather(client.fetch(h2_site.url("/late")), client.fetch(h2_site.url("/soon"))),
        ]

    results = client.run(work)
    assert all(isinstance(result, Fetched) and result.body == PAGE for result in results), results
    assert h2_site.seen == [(1, "/robots.txt"), (1, "/start"), (1, "/late"), (1, "/soon")]


@pytest.mark.usefixtures("trusted")
def test_a_stream_that_is_reset_is_tried_again(h2_site, fetcher):
    h2_site.answers["/a"] = (HTML, PAGE)
    h2_site.resets["/a"] = 1
    client = fetcher()
    assert isinstance(client.run(lambda: client.fetch(h2_site.url("/a"))), Fetched)
    assert [path for _, path in h2_site.seen].count("/a") == 2


def test_a_certificate_that_nobody_vouches_for_is_refused(h2_site, fetcher, monkeypatch):
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    client = fetcher()
    result = client.run(lambda: client.fetch(h2_site.url("/a")))
    assert isinstance(result, Failed)
    assert result.reason_code == "network"
    assert "CERTIFICATE_VERIFY_FAILED" in result.detail
    assert h2_site.seen == []


def test_a_missing_file_of_roots_is_told(fetcher, monkeypatch, tmp_path):
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "none.pem"))
    client = fetcher()
    with pytest.raises(OSError, match=r"SSL_CERT_FILE .*none\.pem: no root certificates"):
        client.run(lambda: client.fetch("https://127.0.0.1/"))
