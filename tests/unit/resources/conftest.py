"""A real web site on 127.0.0.x, programmable by path, and time that passes only when waited for."""

from __future__ import annotations

import asyncio
import datetime as dt
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer
from typing import Any

import pytest

from pipeline.resources.http_policy import FetchPolicy

NOW = dt.datetime(2026, 11, 22, 9, 0, tzinfo=dt.UTC)
PAGE = b"<!doctype html><html><head><title>A page</title></head><body><p>Words of a page.</p></body></html>"

Handler = Callable[[BaseHTTPRequestHandler], None]


@dataclass
class Route:
    body: bytes = PAGE
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    handler: Handler | None = None


@dataclass
class Seen:
    host: str
    path: str
    headers: dict[str, str]


class Server(ThreadingHTTPServer):
    """One host of the site."""

    daemon_threads = True

    def server_bind(self) -> None:
        # Without the base's look-up of the host's name, which may take seconds.
        TCPServer.server_bind(self)
        self.server_name, self.server_port = str(self.server_address[0]), int(self.server_address[1])


class Site:
    """Servers on 127.0.0.2 … 127.0.0.9, one port; unknown paths are 404."""

    def __init__(self, hosts: int = 3) -> None:
        self.seen: list[Seen] = []
        self.release = threading.Event()
        self._routes: dict[tuple[str, str], list[Route]] = {}
        self._servers: list[ThreadingHTTPServer] = []
        self._threads: list[threading.Thread] = []
        self.port = 0
        for number in range(2, 2 + hosts):
            server = Server((f"127.0.0.{number}", self.port), self._handler_class())
            self.port = server.server_address[1]
            thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
            thread.start()
            self._servers.append(server)
            self._threads.append(thread)

    def close(self) -> None:
        self.release.set()
        for server, thread in zip(self._servers, self._threads, strict=True):
            server.shutdown()
            thread.join()
            server.server_close()

    def url(self, path: str = "/", host: int = 2) -> str:
        return f"http://127.0.0.{host}:{self.port}{path}"

    def add(
        self,
        path: str,
        body: bytes = PAGE,
        *,
        status: int = 200,
        type: str | None = "text/html; charset=utf-8",  # reads best at the call
        headers: dict[str, str] | None = None,
        handler: Handler | None = None,
        host: int = 2,
    ) -> str:
        """Serve ``path``; added again, the answers are given one after the other, the last for good."""
        named = {**({"Content-Type": type} if type else {}), **(headers or {})}
        self._routes.setdefault((f"127.0.0.{host}", path), []).append(Route(body, status, named, handler))
        return self.url(path, host)

    def redirect(self, path: str, to: str, *, status: int = 302, host: int = 2, **headers: str) -> str:
        more = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.add(path, b"", status=status, type=None, headers={"Location": to, **more}, host=host)

    def replace(self, path: str, body: bytes = PAGE, host: int = 2, **options: Any) -> str:
        self._routes.pop((f"127.0.0.{host}", path), None)
        return self.add(path, body, host=host, **options)

    def paths(self, *, robots: bool = False) -> list[str]:
        """Paths asked for, in order."""
        return [s.path for s in self.seen if robots or s.path != "/robots.txt"]

    def _answer(self, request: BaseHTTPRequestHandler) -> None:
        host = str(request.connection.getsockname()[0])
        self.seen.append(Seen(host, request.path, {k.lower(): v for k, v in request.headers.items()}))
        routes = self._routes.get(
            (host, request.path), [Route(b"not here", 404, {"Content-Type": "text/plain"})]
        )
        route = routes.pop(0) if len(routes) > 1 else routes[0]
        if route.handler is not None:
            route.handler(request)
            return
        request.send_response(route.status)
        for name, value in route.headers.items():
            request.send_header(name, value)
        if "Content-Length" not in route.headers:
            request.send_header("Content-Length", str(len(route.body)))
        request.end_headers()
        request.wfile.write(route.body)

    def _handler_class(self) -> type[BaseHTTPRequestHandler]:
        site = self

        class Answering(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                try:
                    site._answer(self)
                except (BrokenPipeError, ConnectionResetError):
                    self.close_connection = True

            def log_message(self, format: str, *args: Any) -> None:  # the base's name
                pass

        return Answering


class Clock:
    """Seconds that pass only when somebody waits, and the time of day to go with them."""

    def __init__(self) -> None:
        self.seconds = 1000.0
        self.waits: list[float] = []

    def __call__(self) -> float:
        return self.seconds

    async def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.seconds += seconds
        await asyncio.sleep(0)

    def now(self) -> dt.datetime:
        return NOW + dt.timedelta(seconds=self.seconds - 1000.0)


@pytest.fixture
def site() -> Iterator[Site]:
    made = Site()
    yield made
    made.close()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def policy() -> Callable[..., FetchPolicy]:
    """A policy that may fetch from 127.0.0.0/8 only, without spacing unless asked."""

    def make(**values: Any) -> FetchPolicy:
        defaults: dict[str, Any] = {
            "contact": "https://example.org/contact",
            "allow_networks": ("127.0.0.0/8",),
            "host_spacing_seconds": 0.0,
            "request_timeout_seconds": 10.0,
            "version": "9.9",
        }
        return FetchPolicy(**{**defaults, **values})

    return make


@pytest.fixture
def fetcher(clock: Clock, policy: Callable[..., FetchPolicy]) -> Callable[..., Any]:
    """Makes a fetcher on the test's clock."""
    from pipeline.resources.fetcher import Fetcher

    def make(**values: Any) -> Fetcher:
        return Fetcher(policy(**values), clock=clock, sleep=clock.sleep, now=clock.now)

    return make
