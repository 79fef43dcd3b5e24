"""The client against a real server: politeness, retries, redirects, caps and refusals."""

from __future__ import annotations

import gzip
import zlib
from http.server import BaseHTTPRequestHandler

import brotli
import pytest
import zstandard

from pipeline.resources.fetcher import Failed, Fetched, Fetcher, FetchPolicy, Validators, Wanted

# Packed at no time: with the time in them, the bytes and the names of the tests would change every second.
ZIP_BOMB = gzip.compress(bytes(50_000_000), mtime=0)
TWICE_ZIPPED = gzip.compress(ZIP_BOMB, mtime=0)
CUT_SHORT = gzip.compress(b"<p>x</p>" * 100, mtime=0)[:-9]


def fetch(fetcher, url, *args, **options):
    return fetcher.run(lambda: fetcher.fetch(url, *args, **options))


def fetch_all(fetcher, urls):
    async def work():
        return [await fetcher.fetch(url) for url in urls]

    return fetcher.run(work)


def test_a_page_comes_with_its_type_charset_and_exchange(site, fetcher):
    url = site.add("/a?x=1", b"<p>caf\xe9</p>", type='Text/HTML; charset="ISO-8859-1"')
    result = fetch(fetcher(), url)
    assert isinstance(result, Fetched)
    assert (result.status, result.final_url, result.content_type, result.charset) == (
        200,
        url,
        "text/html",
        "iso-8859-1",
    )
    assert result.body == b"<p>caf\xe9</p>"
    (exchange,) = result.exchanges
    assert (exchange.method, exchange.target, exchange.raw_body) == ("GET", "/a?x=1", b"<p>caf\xe9</p>")
    sent = site.seen[-1].headers
    assert sent["user-agent"] == "onrecord/9.9 (+https://example.org/contact)"
    assert sent["accept-encoding"] == "gzip, deflate, br, zstd"


def test_user_agent_cannot_carry_a_header_of_its_own(policy):
    assert policy(contact="a\r\nX-Evil: 1 (b)").user_agent == "onrecord/9.9 (+aX-Evil: 1 b)"


@pytest.mark.parametrize(
    ("encoding", "pack"),
    [
        # Without the time of day, which would make two packings differ.
        ("gzip", lambda b: gzip.compress(b, mtime=0)),
        ("deflate", zlib.compress),
        ("br", brotli.compress),
        ("zstd", zstandard.ZstdCompressor().compress),
        ("gzip, br", lambda b: brotli.compress(gzip.compress(b, mtime=0))),
    ],
)
def test_compressed_answers_are_unpacked_and_kept_raw(site, fetcher, encoding, pack):
    body = b"<p>words</p>" * 500
    url = site.add("/a", pack(body), headers={"Content-Encoding": encoding})
    result = fetch(fetcher(), url)
    assert result.body == body
    assert result.exchanges[-1].raw_body == pack(body)


def test_text_that_is_called_gzip_is_read_as_text(site, fetcher):
    assert (
        fetch(fetcher(), site.add("/a", b"<p>x</p>", headers={"Content-Encoding": "gzip"})).body
        == b"<p>x</p>"
    )


def refusal(result) -> tuple[str, str]:
    assert isinstance(result, Failed), result
    return result.reason_code, result.detail


@pytest.mark.parametrize(
    ("body", "headers", "reason", "words"),
    [
        (ZIP_BOMB, {"Content-Encoding": "gzip"}, "too_large", "after decompression"),
        (TWICE_ZIPPED, {"Content-Encoding": "gzip, gzip"}, "too_large", "after decompression"),
        (b"x" * 2_000_000, {}, "too_large", "announced"),
        (b"%PDF-1.7", {"Content-Type": "application/pdf"}, "wrong_type", "application/pdf"),
        (b"\x89PNG\x00\x00", {"Content-Type": ""}, "wrong_type", "not text"),
        (b" \n ", {}, "empty", "no content"),
        (b"<p>x</p>", {"Content-Encoding": "rot13"}, "unreadable", "rot13"),
        (CUT_SHORT, {"Content-Encoding": "gzip"}, "unreadable", "too early"),
        (b"\x1f\x8bnothing of the sort", {"Content-Encoding": "gzip"}, "unreadable", "gzip"),
        (b"x", {"Content-Encoding": "gzip, gzip, gzip"}, "unreadable", "encodings"),
    ],
)
def test_bodies_that_are_refused(site, fetcher, body, headers, reason, words):
    url = site.add("/a", body, headers=headers)
    code, detail = refusal(fetch(fetcher(max_bytes=1_000_000), url))
    assert code == reason
    assert words in detail


def test_a_bomb_stops_early(site, fetcher):
    sent = []

    def endless(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.send_header("Content-Type", "text/html")
        request.send_header("Connection", "close")
        request.end_headers()
        for _ in range(2000):
            request.wfile.write(b"<p>" + b"x" * 65533)
            sent.append(65536)

    code, detail = refusal(fetch(fetcher(max_bytes=1_000_000), site.add("/a", handler=endless)))
    assert (code, detail) == ("too_large", "over 1000000 bytes")
    assert sum(sent) < 60_000_000


def test_a_page_without_a_content_type_is_judged_by_its_bytes(site, fetcher):
    assert fetch(fetcher(), site.add("/a", type=None)).content_type == "text/html"
    assert fetch(fetcher(), site.add("/b", b"plain words", type=None)).content_type == "text/plain"


def test_feeds_may_come_under_types_that_pages_may_not(site, fetcher):
    url = site.add("/feed", b"<rss/>", type="application/rss+xml")
    assert refusal(fetch(fetcher(), url))[0] == "wrong_type"
    assert fetch(fetcher(), url, Wanted.FEED).body == b"<rss/>"


def test_errors_that_stay_are_not_asked_twice(site, fetcher):
    code, detail = refusal(fetch(fetcher(), site.url("/gone")))
    assert (code, detail) == ("http_status", "HTTP 404 Not Found")
    assert site.paths() == ["/gone"]


def test_errors_that_may_pass_are_tried_again_with_pauses(site, fetcher, clock):
    site.add("/a", b"", status=503)
    site.add("/a", b"", status=502)
    url = site.add("/a")
    assert fetch(fetcher(), url).status == 200
    assert site.paths() == ["/a"] * 3
    assert len([w for w in clock.waits if w > 0]) == 2


def test_a_server_that_goes_on_failing_is_given_up(site, fetcher):
    result = fetch(fetcher(), site.add("/a", b"", status=500))
    assert refusal(result)[0] == "http_status"
    assert result.status == 500
    assert site.paths() == ["/a"] * 3


@pytest.mark.parametrize("value", ["7", "Sun, 22 Nov 2026 09:00:07 GMT"])
def test_retry_after_is_waited_for(site, fetcher, clock, value):
    site.add("/a", b"", status=429, headers={"Retry-After": value})
    url = site.add("/a")
    began = clock.seconds
    assert fetch(fetcher(retry_base_seconds=0.0), url).status == 200
    assert 7 <= clock.seconds - began < 8


def test_a_host_that_asks_for_a_long_pause_is_left_alone(site, fetcher, clock):
    first = site.add("/a", b"", status=429, headers={"Retry-After": "3600"})
    results = fetch_all(fetcher(), [first, site.add("/b"), site.add("/c", host=3)])
    assert [isinstance(r, Fetched) for r in results] == [False, False, True]
    assert "asked for a pause of 3600 s" in refusal(results[1])[1]
    assert site.paths() == ["/a", "/c"]
    assert clock.seconds < 1100


def test_redirects_are_followed_and_recorded(site, fetcher):
    site.redirect("/a", "/b?x#y", status=301)
    site.redirect("/b?x", site.url("/c", host=3), status=307)
    site.add("/c", host=3)
    result = fetch(fetcher(), site.url("/a"))
    assert result.final_url == site.url("/c", host=3)
    assert [e.status for e in result.exchanges] == [301, 307, 200]
    assert [e.raw_body is None for e in result.exchanges] == [True, True, False]


@pytest.mark.parametrize(
    ("target", "words"),
    [
        ("file:///etc/passwd", "scheme 'file'"),
        ("data:text/html,hello", "scheme 'data'"),
        ("ftp://127.0.0.2/x", "scheme 'ftp'"),
        ("http://10.0.0.1/", "private"),
        ("http://169.254.169.254/latest/meta-data", "link-local"),
        ("http://[::1]/", "loopback"),
        ("http://[::ffff:10.0.0.1]/", "private"),
        ("http://[64:ff9b::a00:1]/", "private"),
        ("http://0.0.0.0/", "unspecified"),
        ("http://224.0.0.1/", "multicast"),
        ("http://user:secret@127.0.0.2/", "user name"),
        ("http://2852039166/", "link-local"),  # 169.254.169.254 as one number
        ("http://0xa9fea9fe/", "link-local"),
    ],
)
def test_redirects_to_what_is_never_fetched(site, fetcher, target, words):
    code, detail = refusal(fetch(fetcher(), site.redirect("/a", target)))
    assert code == "refused_address"
    assert words in detail
    assert site.paths() == ["/a"]


@pytest.mark.parametrize(
    "url", ["http://localhost:9/x", "http://127.0.0.1:9/x", "file:///x", "http://", "//x", "x"]
)
def test_addresses_that_are_refused_at_once(url):
    fetcher = Fetcher(FetchPolicy("https://example.org/contact"))
    assert refusal(fetch(fetcher, url))[0] == "refused_address"


def test_private_addresses_are_fine_when_the_policy_says_so(site):
    fetcher = Fetcher(FetchPolicy("c", allow_private_addresses=True, host_spacing_seconds=0))
    assert fetch(fetcher, site.add("/a")).status == 200


def test_a_redirect_loop_ends(site, fetcher):
    site.redirect("/a", "/b")
    site.redirect("/b", "/a")
    code, detail = refusal(fetch(fetcher(max_redirects=4), site.url("/a")))
    assert (code, detail) == ("network", "more than 4 redirects")
    assert len(site.paths()) == 5


def test_cookies_live_for_the_redirects_of_one_fetch(site, fetcher):
    def wall(request: BaseHTTPRequestHandler) -> None:
        if "seen=1" in request.headers.get("Cookie", ""):
            request.send_response(200)
            request.send_header("Content-Type", "text/html")
            request.send_header("Content-Length", "8")
            request.end_headers()
            request.wfile.write(b"<p>x</p>")
        else:
            request.send_response(302)
            request.send_header("Set-Cookie", "seen=1; Path=/")
            request.send_header("Location", "/a")
            request.send_header("Content-Length", "0")
            request.end_headers()

    url = site.add("/a", handler=wall)
    results = fetch_all(fetcher(), [url, url])
    assert [r.status for r in results] == [200, 200]
    assert [s.headers.get("cookie") for s in site.seen if s.path == "/a"] == [None, "seen=1", None, "seen=1"]


def test_a_conditional_request_may_be_answered_304(site, fetcher):
    url = site.add("/feed", b"", status=304, type=None)
    result = fetch(
        fetcher(), url, Wanted.FEED, validators=Validators('"v1"', "Sat, 21 Nov 2026 09:00:00 GMT")
    )
    assert (result.status, result.body) == (304, b"")
    assert site.seen[-1].headers["if-none-match"] == '"v1"'
    assert site.seen[-1].headers["if-modified-since"] == "Sat, 21 Nov 2026 09:00:00 GMT"
    assert refusal(fetch(fetcher(), url, Wanted.FEED))[0] == "http_status"


def test_a_page_that_never_comes_runs_out_of_time_twice(site, fetcher):
    url = site.add("/a", handler=lambda request: site.release.wait(60) and None)
    code, detail = refusal(fetch(fetcher(request_timeout_seconds=1.0), url, obey_robots=False))
    assert code == "network"
    assert detail.startswith("no ")
    assert site.paths() == ["/a"] * 2


def test_a_page_that_drips_runs_out_of_time(site, fetcher):
    def drip(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.send_header("Content-Type", "text/html")
        request.send_header("Content-Length", "1000000")
        request.end_headers()
        while not site.release.wait(0.01):
            request.wfile.write(b".")

    url = site.add("/a", handler=drip)
    limits = fetcher(request_timeout_seconds=0.3, max_timeout_attempts=1)
    code, detail = refusal(fetch(limits, url, obey_robots=False))
    # Bytes keep coming, so only the limit of the whole request ends this.
    assert code == "network"
    assert detail.startswith("no ")


def _cut_off(request: BaseHTTPRequestHandler) -> None:
    request.send_response(200)
    request.send_header("Content-Type", "text/html")
    request.send_header("Content-Length", "1000")
    request.end_headers()
    request.wfile.write(b"<p>half")
    request.close_connection = True


def _nonsense(request: BaseHTTPRequestHandler) -> None:
    request.wfile.write(b"\x00\x01 this is no HTTP\r\n\r\n")
    request.close_connection = True


def _nothing(request: BaseHTTPRequestHandler) -> None:
    request.close_connection = True


@pytest.mark.parametrize("broken", [_cut_off, _nonsense, _nothing])
def test_broken_answers_are_tried_again_and_told(site, fetcher, broken):
    code, detail = refusal(fetch(fetcher(), site.add("/a", handler=broken)))
    assert code == "network"
    assert detail
    assert "\n" not in detail
    assert site.paths() == ["/a"] * 3


def test_headers_have_a_cap(site, fetcher):
    url = site.add("/a", headers={f"X-{n}": "y" * 500 for n in range(90)})
    assert refusal(fetch(fetcher(max_header_bytes=10_000), url)) == ("too_large", "headers over 10000 bytes")


def test_a_closed_port_is_no_answer(fetcher, site):
    code, _ = refusal(fetch(fetcher(), f"http://127.0.0.77:{site.port}/"))
    assert code == "network"


def test_terminal_escapes_of_a_server_do_not_get_through(site, fetcher):
    def evil(request: BaseHTTPRequestHandler) -> None:
        request.wfile.write(b"HTTP/1.1 404 \x1b[31mred\r\nContent-Length: 0\r\n\r\n")
        request.close_connection = True

    code, detail = refusal(fetch(fetcher(), site.add("/a", handler=evil)))
    assert code in ("http_status", "network")
    assert "\x1b" not in detail


def test_the_same_fetcher_serves_several_runs(site, fetcher):
    one = fetcher()
    url = site.add("/a")
    assert [fetch(one, url).status, fetch(one, url).status] == [200, 200]
    assert site.paths(robots=True).count("/robots.txt") == 1


def test_a_host_whose_pages_go_on_failing_is_left_alone(site, fetcher):
    bad = [site.add(f"/{n}", handler=_nothing) for n in range(4)]
    results = fetch_all(fetcher(max_host_failures=3), [*bad[:2], site.add("/good"), *bad, site.add("/late")])
    assert [isinstance(r, Fetched) for r in results] == [
        False,
        False,
        True,
        False,
        False,
        False,
        False,
        False,
    ]
    assert "3 pages in a row" in refusal(results[-1])[1]
    assert "/late" not in site.paths()
