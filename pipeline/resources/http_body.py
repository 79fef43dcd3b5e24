"""Bodies: taking a response apart into bytes without ever holding more than the cap.

Belongs here: content encodings and their caps, content types. Does not: the network, WARC.
httpx unpacks whole chunks without a limit, so a few kilobytes could fill the memory; hence this.
"""

from __future__ import annotations

import re
import zlib
from typing import Protocol

import brotli
import zstandard

MAX_ENCODINGS = 2
"""More layers of compression than this are an attack or an accident."""
_ZSTD_WINDOW = 8 * 1024 * 1024
"""RFC 9659: an HTTP client need not support larger windows."""
_ZSTD_STEP = 256
"""Four bytes of zstd can stand for 128 KB, so a slice of this size yields at most 8 MB."""
_TOKEN = re.compile(r"^[\w!#$&^.+-]+/[\w!#$&^.+-]+$")
_CHARSET = re.compile(r"""charset\s*=\s*["']?\s*([\w.:+-]{1,40})""", re.IGNORECASE)


class TooLargeError(Exception):
    """The body is larger than the cap."""


class UndecodableError(Exception):
    """The body is not what its Content-Encoding says, or that is unknown."""


class _Unpacker(Protocol):
    def feed(self, data: bytes, room: int) -> bytes:
        """At most about ``room`` more bytes; the caller checks."""
        ...

    def finish(self) -> None:
        """Raise if the compressed data ended too early."""
        ...


class _Zlib:
    """gzip (several members too), zlib, and the raw deflate that some servers send instead."""

    def __init__(self, *, gzip: bool) -> None:
        self._gzip = gzip
        self._bits = zlib.MAX_WBITS | 16 if gzip else zlib.MAX_WBITS
        self._inner = zlib.decompressobj(self._bits)
        self._fed = 0

    def feed(self, data: bytes, room: int) -> bytes:
        out = bytearray()
        while data and len(out) <= room:
            if self._inner.eof:
                if not self._gzip or not data.startswith(b"\x1f\x8b"):
                    break  # padding after the end is harmless
                self._inner = zlib.decompressobj(self._bits)
            out += self._decompress(data, room + 1 - len(out))
            data = self._inner.unconsumed_tail or self._inner.unused_data
        return bytes(out)

    def _decompress(self, data: bytes, room: int) -> bytes:
        first, self._fed = self._fed == 0, self._fed + len(data)
        try:
            return self._inner.decompress(data, room)
        except zlib.error:
            if not first or self._gzip:
                raise
            self._inner = zlib.decompressobj(-zlib.MAX_WBITS)
            return self._inner.decompress(data, room)

    def finish(self) -> None:
        if self._fed and not self._inner.eof:
            raise UndecodableError("compressed data ends too early")


class _Brotli:
    def __init__(self) -> None:
        self._inner = brotli.Decompressor()
        self._fed = False

    def feed(self, data: bytes, room: int) -> bytes:
        self._fed = True
        out = bytearray(self._inner.process(data, output_buffer_limit=room + 1))
        while len(out) <= room and not self._inner.can_accept_more_data():
            out += self._inner.process(b"", output_buffer_limit=room + 1 - len(out))
        return bytes(out)

    def finish(self) -> None:
        if self._fed and not self._inner.is_finished():
            raise UndecodableError("compressed data ends too early")


class _Zstd:
    def __init__(self) -> None:
        self._inner = zstandard.ZstdDecompressor(max_window_size=_ZSTD_WINDOW).decompressobj()
        self._fed = False

    def feed(self, data: bytes, room: int) -> bytes:
        self._fed = True
        out = bytearray()
        for start in range(0, len(data), _ZSTD_STEP):
            if self._inner.eof or len(out) > room:
                break
            out += self._inner.decompress(data[start : start + _ZSTD_STEP])
        return bytes(out)

    def finish(self) -> None:
        if self._fed and not self._inner.eof:
            raise UndecodableError("compressed data ends too early")


class BodyReader:
    """Takes raw chunks as they arrive; stops as soon as raw or decoded bytes pass the cap.

    Args:
        encoding: The Content-Encoding header, or None.
        limit: Cap of the raw and of the decoded body, bytes.

    Raises:
        UndecodableError: An unknown encoding, or too many of them.
    """

    def __init__(self, encoding: str | None, limit: int) -> None:
        names = [n.strip().lower() for n in (encoding or "").split(",")]
        names = [n for n in names if n not in ("", "identity")]
        if len(names) > MAX_ENCODINGS:
            raise UndecodableError(f"{len(names)} content encodings, more than {MAX_ENCODINGS}")
        self._names, self._limit = names, limit
        self._unpackers: list[_Unpacker] | None = None
        self._raw, self._body = bytearray(), bytearray()

    def feed(self, chunk: bytes) -> None:
        """Take the next raw bytes.

        Raises:
            TooLargeError: The cap is passed.
            UndecodableError: The bytes are not in the encoding that the header names.
        """
        over = len(self._raw) + len(chunk) - self._limit
        if over > 0:
            chunk = chunk[: len(chunk) - over]
        self._raw += chunk
        if self._unpackers is None and len(self._raw) >= 2:
            chunk = bytes(self._raw)
            self._unpackers = self._start(chunk)
        if self._unpackers is not None:
            self._decode(chunk)
        if over > 0:
            raise TooLargeError(f"over {self._limit} bytes")

    def finish(self) -> tuple[bytes, bytes]:
        """The raw and the decoded body.

        Raises:
            TooLargeError: The cap is passed.
            UndecodableError: The compressed data ends too early.
        """
        if self._unpackers is None and self._raw:
            self._unpackers = self._start(bytes(self._raw))
            self._decode(bytes(self._raw))
        for unpacker in self._unpackers or []:
            unpacker.finish()
        return bytes(self._raw), bytes(self._body)

    def partial(self) -> bytes:
        """What was decoded so far, cut at the cap."""
        return bytes(self._body[: self._limit])

    def _start(self, head: bytes) -> list[_Unpacker]:
        # Some servers name gzip and send plain text; browsers show it, and so is it read here.
        if self._names == ["gzip"] and not head.startswith(b"\x1f\x8b"):
            return []
        return [_unpacker(name) for name in reversed(self._names)]

    def _decode(self, chunk: bytes) -> None:
        room = self._limit - len(self._body)
        try:
            for unpacker in self._unpackers or []:
                chunk = unpacker.feed(chunk, room)
        except (zlib.error, brotli.error, zstandard.ZstdError) as error:
            raise UndecodableError(f"not {', '.join(self._names)}: {error}") from error
        self._body += chunk
        if len(self._body) > self._limit:
            raise TooLargeError(f"over {self._limit} bytes after decompression")


def _unpacker(name: str) -> _Unpacker:
    if name in ("gzip", "x-gzip"):
        return _Zlib(gzip=True)
    if name == "deflate":
        return _Zlib(gzip=False)
    if name == "br":
        return _Brotli()
    if name == "zstd":
        return _Zstd()
    raise UndecodableError(f"unknown content encoding {name[:40]!r}")


def decode_body(raw: bytes, encoding: str | None, limit: int) -> bytes:
    """``raw`` without its content encodings.

    Raises:
        TooLargeError: More than ``limit`` bytes.
        UndecodableError: Not in that encoding, or cut off.
    """
    reader = BodyReader(encoding, limit)
    for start in range(0, len(raw), 65536):
        reader.feed(raw[start : start + 65536])
    return reader.finish()[1]


def split_content_type(value: str | None) -> tuple[str | None, str | None]:
    """Media type in lower case and charset of a Content-Type header, None where it says none."""
    media = (value or "").split(";")[0].strip().lower()
    charset = _CHARSET.search(value or "")
    return (media if _TOKEN.match(media) else None), (charset[1].lower() if charset else None)


def sniff_type(body: bytes) -> str | None:
    """``text/html`` or ``text/plain`` for bytes that are such, None for anything binary."""
    head = body[:4096]
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        head = head[: len(head) // 2 * 2].decode("utf-16", "replace").encode()
    if b"\x00" in head or head.startswith(
        (b"%PDF", b"PK\x03\x04", b"\x1f\x8b", b"\x89PNG", b"\xff\xd8\xff", b"GIF8")
    ):
        return None
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<!doctype html", b"<html", b"<head", b"<body", b"<?xml")):
        return "text/html"
    return (
        "text/html"
        if re.search(rb"<(?:html|head|body|title|article|div|p)\b[^<>]*>", head.lower())
        else "text/plain"
    )
