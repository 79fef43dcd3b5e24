"""Which network addresses are never fetched, and connecting only to addresses that were checked.

Belongs here: the guard against requests into private networks. Does not: anything about URLs' paths
or politeness.
"""

from __future__ import annotations

import ipaddress
import os
import socket
import ssl
from collections.abc import Iterable
from contextlib import suppress
from functools import cache
from typing import Any, cast
from urllib.parse import SplitResult, urlsplit

import anyio
import httpcore
import httpx

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


class AddressRefusedError(Exception):
    """An address that is never fetched; the message says which and why."""


class AddressGuard:
    """Says which addresses may be fetched.

    Args:
        allow_private: Loopback, private, link-local and reserved addresses are fine too.
        allow_networks: Networks that are fine whatever they are.
    """

    def __init__(self, *, allow_private: bool = False, allow_networks: Iterable[str] = ()) -> None:
        self._allow_private = allow_private
        self._allowed = tuple(ipaddress.ip_network(n) for n in allow_networks)

    def check_url(self, url: str) -> SplitResult:
        """Parts of ``url`` if its scheme, host and port may be asked.

        Names are checked when they are resolved (``CheckedBackend``); a numeric host is checked here.

        Raises:
            AddressRefusedError: Another scheme than http(s), user name or password, no host, or a
                refused numeric address.
        """
        try:
            parts = urlsplit(url)
            host, _ = parts.hostname, parts.port
        except ValueError as error:
            raise AddressRefusedError(f"not a usable address ({error})") from error
        if parts.scheme.lower() not in ("http", "https"):
            raise AddressRefusedError(
                f"scheme {parts.scheme or 'none'!r} is never fetched, only http and https"
            )
        if not host:
            raise AddressRefusedError("an address without a host")
        if parts.username is not None or parts.password is not None:
            raise AddressRefusedError("an address with user name or password")
        with suppress(ValueError):  # raised for a name
            self.check_ip(ipaddress.ip_address(host.partition("%")[0]), host)
        return parts

    def check_ip(self, address: IPAddress, host: str) -> None:
        """Pass, or refuse ``address``, which ``host`` resolves to.

        Raises:
            AddressRefusedError: It is private, loopback, link-local, multicast, reserved or such an
                address wrapped in IPv6.
        """
        for inner in (address, *_embedded(address)):
            if any(inner.version == n.version and inner in n for n in self._allowed):
                continue
            kind = _kind(inner)
            if kind and not (self._allow_private and kind not in ("multicast", "unspecified")):
                shown = str(address) if host == str(address) else f"{host} ({address})"
                raise AddressRefusedError(f"{shown} is a {kind} address; those are never fetched")

    async def resolve(self, host: str, port: int) -> list[str]:
        """Addresses of ``host``, all of them checked.

        Raises:
            AddressRefusedError: One of them is refused. A name with a public and a private address
                is a known trick, so one bad address refuses the name.
            OSError: The name cannot be resolved.
        """
        infos = await anyio.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        found = list(dict.fromkeys(str(info[4][0]) for info in infos))
        for text in found:
            self.check_ip(ipaddress.ip_address(text.partition("%")[0]), host)
        return found


def _embedded(address: IPAddress) -> list[IPAddress]:
    """IPv4 addresses that an IPv6 address stands for."""
    if isinstance(address, ipaddress.IPv4Address):
        return []
    inner: list[IPAddress | None] = [address.ipv4_mapped, address.sixtofour]
    inner += list(address.teredo or ())
    if address in _NAT64:
        inner.append(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
    return [a for a in inner if a is not None]


def _kind(address: IPAddress) -> str | None:
    if isinstance(address, ipaddress.IPv6Address) and _embedded(address):
        return None  # judged by what it stands for
    checks = (
        ("unspecified", address.is_unspecified),
        ("loopback", address.is_loopback),
        ("link-local", address.is_link_local),
        ("multicast", address.is_multicast),
        ("private", address.is_private or getattr(address, "is_site_local", False)),
        ("reserved", address.is_reserved or not address.is_global),
    )
    return next((name for name, holds in checks if holds), None)


class CheckedBackend(httpcore.AsyncNetworkBackend):
    """Resolves a name once, checks every address, and connects to one that was checked.

    The connection goes to the checked number, not to the name again: a name server that answers
    differently the second time (DNS rebinding) gains nothing. TLS still verifies the name.
    """

    def __init__(self, guard: AddressGuard, backend: httpcore.AsyncNetworkBackend) -> None:
        self._guard, self._backend = guard, backend

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # httpcore's interface
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Connect to the first checked address of ``host`` that answers.

        Raises:
            AddressRefusedError: An address of ``host`` is refused.
            httpcore.ConnectError: No address, or none that answers.
        """
        try:
            addresses = await self._guard.resolve(host, port)
        except OSError as error:
            raise httpcore.ConnectError(f"name cannot be resolved: {error.strerror or error}") from error
        last: Exception = httpcore.ConnectError(f"{host} has no address")
        for address in addresses:
            try:
                return await self._backend.connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                last = error
        raise last

    async def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,  # httpcore's interface
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Never.

        Raises:
            AddressRefusedError: Always.
        """
        raise AddressRefusedError(f"local socket {path} is never fetched")

    async def sleep(self, seconds: float) -> None:
        """Wait between connection retries."""
        await self._backend.sleep(seconds)


@cache
def _ssl_context(roots: str | None) -> ssl.SSLContext:
    """One for the process: reading all root certificates takes longer than many a request.

    Args:
        roots: A PEM file of root certificates to trust instead of the bundled ones.

    Raises:
        OSError: It is no such file.
    """
    if not roots:
        return httpx.create_ssl_context(trust_env=False)
    try:
        return ssl.create_default_context(cafile=roots)
    except OSError as error:  # SSLError too
        why = error.strerror or str(error)
        raise OSError(f"SSL_CERT_FILE {roots}: no root certificates ({why}); mend or unset it") from error


class CheckedTransport(httpx.AsyncHTTPTransport):
    """httpx's transport over a ``CheckedBackend``; no proxy, which would connect in our place.

    Root certificates are those of the package certifi, or of the file that ``SSL_CERT_FILE`` names.
    """

    def __init__(self, guard: AddressGuard, *, max_connections: int, keepalive_seconds: float = 20.0) -> None:
        context = _ssl_context(os.environ.get("SSL_CERT_FILE"))
        super().__init__(verify=context, trust_env=False)
        # httpx has no public way to hand a network backend to its pool; 0.28 is pinned in pyproject.
        backend = cast("httpcore.AsyncNetworkBackend", httpcore.AnyIOBackend())
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=context,
            max_connections=max_connections,
            max_keepalive_connections=max_connections,
            keepalive_expiry=keepalive_seconds,
            http1=True,
            http2=True,
            network_backend=CheckedBackend(guard, backend),
        )
