"""Collecting at scale: 20 hosts on 127.0.0.2 … 21, 2,000 pages, 1 % faults, all over real sockets.

Measures the time of ``collect`` and checks what it must hold: every good page stored once, every fault
a reject with its reason, spacing per host, a second run that fetches nothing. Spacing is measured on
the client's sockets (when each request is handed to the system) and at the server (when it has read
one). Both clocks are the system's one monotonic clock, so ``server_late_seconds`` says how long the
server left a request lying at worst: by so much its own gaps may be too short or too long.
Run: ``python benchmarks/collect.py [--hosts 20] [--pages 2000] [--spacing 0.5] [--json OUT]``
"""

from __future__ import annotations

import argparse
import asyncio
import datetime as dt
import gzip
import hashlib
import http.client
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import httpcore

TARGET_SECONDS = 90.0
FAULTS = {
    "gone": "http_status",
    "error": "http_status",
    "busy": "http_status",
    "hang": "network",
    "cut": "network",
    "nonsense": "network",
    "photo": "wrong_type",
    "bomb": "too_large",
    "inside": "refused_address",
    "secret": "robots",
}
"""Kinds of broken page and the reason code that each must get."""
_TEXT = "the minister said that a ferry to the island would not sail before Friday"
_WORDS = _TEXT.split()


def page_body(number: int) -> bytes:
    """An article page of 20 to 80 kB, the same on every run."""
    chance = random.Random(number)
    paragraphs = "".join(
        f"<p>{' '.join(chance.choices(_WORDS, k=60)).capitalize()}.</p>\n"
        for _ in range(chance.randint(60, 240))
    )
    return f"<!doctype html><html><head><title>Page {number}</title></head>{paragraphs}</html>".encode()


def plan(hosts: int, pages: int) -> dict[str, str]:
    """Path and kind of every page, by ``host/path``: 1 % faults, some redirects, flaky and packed ones."""
    chance = random.Random(20261122)
    faulty = set(chance.sample(range(pages), pages // 100))
    kinds = list(FAULTS)
    found: dict[str, str] = {}
    for number in range(pages):
        if number in faulty:
            kind = kinds[len([f for f in faulty if f < number]) % len(kinds)]
        else:
            kind = chance.choices(("plain", "gzip", "moved", "flaky"), weights=(48, 48, 3, 1))[0]
        folder = "secret" if kind == "secret" else "news"
        found[f"127.0.0.{2 + number % hosts}/{folder}/{number}"] = kind
    return found


# --- the server, in a process of its own -----------------------------------------------------------


class Site:
    def __init__(self, hosts: int, pages: int) -> None:
        self.plan = plan(hosts, pages)
        self.seen: list[tuple[str, str, float]] = []
        self.tries: dict[str, int] = defaultdict(int)
        # Made before the first request: a server that makes them meanwhile reads its requests late.
        self.bodies = {
            number: body if kind != "gzip" else gzip.compress(body, 3, mtime=0)
            for key, kind in self.plan.items()
            for number in [int(key.rsplit("/", 1)[1])]
            for body in [page_body(number)]
            if kind in ("plain", "gzip", "moved", "flaky", "secret")
        }

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        host = writer.get_extra_info("sockname")[0]
        try:
            while line := await reader.readline():
                path = line.split()[1].decode()
                while (await reader.readline()).strip():
                    pass
                began = time.monotonic()
                if path != "/__seen":
                    self.seen.append((host, path, began))
                keep = await self.answer(host, path, writer)
                await writer.drain()
                if not keep:
                    break
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def answer(self, host: str, path: str, writer: asyncio.StreamWriter) -> bool:
        if path == "/__seen":
            _send(writer, 200, json.dumps(self.seen).encode(), {"Content-Type": "application/json"})
            return True
        if path == "/robots.txt":
            _send(writer, 200, b"User-agent: *\nDisallow: /secret/\n", {"Content-Type": "text/plain"})
            return True
        key, number = host + path.removesuffix("/moved"), int(path.split("/")[2])
        kind = self.plan[key]
        self.tries[key] += 1
        await asyncio.sleep(0.01)
        return await _ANSWERS[kind](writer, path, self.bodies.get(number, b""), self.tries[key])


def _send(writer: asyncio.StreamWriter, status: int, body: bytes, headers: dict[str, str]) -> None:
    lines = [
        f"HTTP/1.1 {status} X",
        f"Content-Length: {len(body)}",
        *(f"{k}: {v}" for k, v in headers.items()),
    ]
    writer.write("\r\n".join([*lines, "", ""]).encode() + body)


HTML = {"Content-Type": "text/html; charset=utf-8"}


async def _plain(writer, path, body, tries):
    _send(writer, 200, body, HTML)
    return True


async def _gzip(writer, path, body, tries):
    _send(writer, 200, body, {**HTML, "Content-Encoding": "gzip"})
    return True


async def _moved(writer, path, body, tries):
    if path.endswith("/moved"):
        return await _plain(writer, path, body, tries)
    _send(writer, 301, b"", {"Location": f"{path}/moved"})
    return True


async def _flaky(writer, path, body, tries):
    if tries > 1:
        return await _plain(writer, path, body, tries)
    _send(writer, 503, b"", {"Retry-After": "1"})
    return True


async def _hang(writer, path, body, tries):
    await asyncio.sleep(3600)
    return False


async def _cut(writer, path, body, tries):
    writer.write(b"HTTP/1.1 200 X\r\nContent-Type: text/html\r\nContent-Length: 9000\r\n\r\n<p>half")
    return False


async def _nonsense(writer, path, body, tries):
    writer.write(b"\x00\x01 this is no HTTP\r\n\r\n")
    return False


def _fixed(status: int, fixed: bytes, headers: dict[str, str]) -> Callable[..., Any]:
    async def answer(writer, path, body, tries):
        _send(writer, status, fixed, headers)
        return True

    return answer


_ANSWERS: dict[str, Callable[..., Any]] = {
    "plain": _plain,
    "gzip": _gzip,
    "moved": _moved,
    "flaky": _flaky,
    "hang": _hang,
    "cut": _cut,
    "nonsense": _nonsense,
    "secret": _plain,
    "gone": _fixed(404, b"gone", HTML),
    "error": _fixed(500, b"", {}),
    "busy": _fixed(429, b"", {"Retry-After": "1"}),
    "photo": _fixed(200, b"\xff\xd8\xff", {"Content-Type": "image/jpeg"}),
    "bomb": _fixed(200, gzip.compress(bytes(200_000_000), 9, mtime=0), {**HTML, "Content-Encoding": "gzip"}),
    "inside": _fixed(302, b"", {"Location": "http://169.254.169.254/latest"}),
}


async def serve(hosts: int, pages: int) -> None:
    site = Site(hosts, pages)
    port = 0
    for number in range(2, 2 + hosts):
        server = await asyncio.start_server(site.serve, f"127.0.0.{number}", port)
        port = server.sockets[0].getsockname()[1]
    print(port, flush=True)
    await asyncio.to_thread(sys.stdin.read)


# --- the client's sockets ----------------------------------------------------------------------------


class Sendings:
    """When each request was handed to its socket; wraps the streams of httpcore, not our own code."""

    def __init__(self) -> None:
        self.rows: list[tuple[str, str, float]] = []

    def watch(self) -> None:
        connect, rows = httpcore.AnyIOBackend.connect_tcp, self.rows

        async def watched(backend, host, *args, **options):
            stream = await connect(backend, host, *args, **options)
            write = stream.write

            async def timed(buffer, timeout=None):
                if buffer.startswith(b"GET "):
                    rows.append((host, buffer.split(b" ", 2)[1].decode(), time.monotonic()))
                await write(buffer, timeout)

            stream.write = timed
            return stream

        httpcore.AnyIOBackend.connect_tcp = watched


# --- the measurement ---------------------------------------------------------------------------------


def seen_by_server(port: int) -> list[tuple[str, str, float]]:
    connection = http.client.HTTPConnection("127.0.0.2", port)
    connection.request("GET", "/__seen")
    rows = json.loads(connection.getresponse().read())
    connection.close()
    return [tuple(row) for row in rows]


def measure(hosts: int, pages: int, spacing: float, port: int, folder: Path) -> dict[str, Any]:
    import polars as pl

    from pipeline.resources.fetcher import Fetcher, FetchPolicy
    from pipeline.resources.http_collect import collect
    from pipeline.resources.inputs import read_inputs
    from pipeline.resources.page_store import PageStore
    from pipeline.schemas import PAGES

    kinds = plan(hosts, pages)
    addresses = {f"http://{key.replace('/', f':{port}/', 1)}": kind for key, kind in kinds.items()}
    (folder / "links.list").write_text("\n".join(addresses))
    now = dt.datetime(2026, 11, 22, 9, 0, tzinfo=dt.UTC)
    entries = read_inputs([folder / "links.list"], default_date=now.date(), now=now).entries
    policy = FetchPolicy(
        "https://example.org/benchmark", allow_networks=("127.0.0.0/8",), host_spacing_seconds=spacing
    )
    store = PageStore(folder / "data")
    sendings = Sendings()
    sendings.watch()

    def run() -> tuple[Any, list[Any], float]:
        began = time.perf_counter()
        got, rejects = collect(
            now.date(),
            entries,
            stored=PAGES.empty(),
            known=pl.DataFrame(schema={"canonical_url": pl.String}),
            fetcher=Fetcher(policy),
            store=store,
            now=lambda: now,
        )
        return got, rejects, time.perf_counter() - began

    first, rejects, seconds = run()
    usage = resource.getrusage(resource.RUSAGE_SELF)
    seen = seen_by_server(port)
    return {
        "hosts": hosts,
        "pages": pages,
        "spacing_seconds": spacing,
        "collect_seconds": round(seconds, 1),
        "cpu_seconds": round(usage.ru_utime + usage.ru_stime, 1),
        "peak_memory_mb": usage.ru_maxrss // 1024,
        "requests": len(seen),
        "warc_mb": round(sum(f.stat().st_size for f in store.files(now.date())) / 1e6, 1),
        "under_target": seconds < TARGET_SECONDS,
        **_stored(addresses, store.read_all(first), rejects),
        **_spacing(seen, list(sendings.rows), spacing),
        **_again(run, first, port, len(seen)),
    }


def _stored(addresses: dict[str, str], read: tuple[Any, list[Any]], rejects: list[Any]) -> dict[str, Any]:
    """Every good page once with its own bytes, every fault a reject with its reason."""
    pages, damaged = read
    good = {
        url: hashlib.sha256(page_body(int(url.rsplit("/", 1)[1]))).hexdigest()
        for url, kind in addresses.items()
        if kind not in FAULTS
    }
    faults = {url: FAULTS[kind] for url, kind in addresses.items() if kind in FAULTS}
    found = dict(zip(pages["url"], pages["content_sha256"], strict=True))
    return {
        "good_pages": len(good),
        "faults": len(faults),
        "good_pages_stored_once": found == good and pages.height == len(good) and not damaged,
        "faults_are_rejects": {r.document: r.reason_code for r in rejects} == faults,
    }


def _spacing(seen: list[tuple[str, str, float]], sent: list[tuple[str, str, float]], spacing: float):
    """The shortest time between two requests to one host, as sent and as read, and how late they were read."""
    shortest = _shortest_gap(sent)
    return {
        "shortest_gap_sent_seconds": round(shortest, 4),
        "shortest_gap_read_seconds": round(_shortest_gap(seen), 4),
        "server_late_seconds": round(
            max(r[2] - s[2] for r, s in zip(sorted(seen), sorted(sent), strict=True)), 4
        ),
        "every_sending_read": [r[:2] for r in sorted(seen)] == [s[:2] for s in sorted(sent)],
        "spacing_held": shortest >= spacing,
    }


def _shortest_gap(rows: list[tuple[str, str, float]]) -> float:
    times: dict[str, list[float]] = defaultdict(list)
    for host, _, at in rows:
        times[host].append(at)
    return min(later - earlier for own in times.values() for earlier, later in pairwise(sorted(own)))


def _again(run: Callable[[], Any], first: Any, port: int, asked: int) -> dict[str, Any]:
    """A second run: the same rows, and no page asked for again but the faulty ones."""
    second, _, seconds = run()
    extra = seen_by_server(port)[asked:]
    good = {path for _, path, _ in extra if path != "/robots.txt"}
    stored = {"/" + url.split("/", 3)[3] for url in first["url"]}
    return {
        "second_run_seconds": round(seconds, 1),
        "second_run_same_rows": second.equals(first),
        "second_run_fetches_no_page_again": not good & stored,
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--hosts", type=int, default=20)
    parser.add_argument("--pages", type=int, default=2000)
    parser.add_argument("--spacing", type=float, default=0.5)
    parser.add_argument("--json", type=Path, help="write the result there")
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.serve:
        asyncio.run(serve(args.hosts, args.pages))
        return 0
    command = [sys.executable, __file__, "--serve", "--hosts", str(args.hosts), "--pages", str(args.pages)]
    with (
        tempfile.TemporaryDirectory() as folder,
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server,
    ):
        assert server.stdout is not None
        assert server.stdin is not None
        port = int(server.stdout.readline())
        try:
            result = measure(args.hosts, args.pages, args.spacing, port, Path(folder))
        finally:
            server.kill()
    for name, value in result.items():
        print(f"{name:34} {value}")
    if args.json:
        args.json.write_text(json.dumps(result, indent=1) + "\n")
    return 0 if all(value for value in result.values() if isinstance(value, bool)) else 1


if __name__ == "__main__":
    sys.exit(main())
