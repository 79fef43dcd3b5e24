"""Reading WARC files record by record, so that damage is told and never passed over.

Belongs here: framing, headers, bodies of records, ours and other people's. Does not: writing
(``warc_writer.py``) or what records mean to the pipeline (``page_store.py``). warcio's own reader
prints to stderr and hands out a cut-off record when a gzip member is damaged; hence this.
"""

from __future__ import annotations

import io
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from warcio.bufferedreaders import ChunkedDataReader

MAX_RECORD_BYTES = 64_000_000
"""Largest record, decompressed; far above the page cap, far below what would fill the memory."""
_GZIP_MAGIC = b"\x1f\x8b\x08"
_BLOCK = 1 << 16


class CorruptRecordError(Exception):
    """A record that cannot be read; the message says where and what is wrong."""


@dataclass(frozen=True, slots=True)
class WarcRecord:
    """A record: where it begins, its WARC headers by lower-case name, its block."""

    offset: int
    headers: dict[str, str]
    block: bytes

    @property
    def kind(self) -> str:
        """WARC-Type."""
        return self.headers.get("warc-type", "")


@dataclass(frozen=True, slots=True)
class HttpResponse:
    """A response record's block taken apart; ``raw_body`` is still content-encoded, no longer chunked."""

    status: int
    reason: str
    headers: tuple[tuple[str, str], ...]
    raw_body: bytes

    def header(self, name: str) -> str | None:
        """Value of a header, repeated ones joined by commas; None if there is none."""
        values = [v for k, v in self.headers if k.lower() == name]
        return ", ".join(values) if values else None


def iter_records(path: Path) -> Iterator[WarcRecord | CorruptRecordError]:
    """Records of a WARC file in order; in place of a damaged stretch, one error.

    Raises:
        OSError: The file cannot be opened or read.
    """
    with path.open("rb") as file:
        head = file.read(len(_GZIP_MAGIC))
        file.seek(0)
        yield from _gzip_records(file) if head == _GZIP_MAGIC else _plain_records(file)


def read_record(path: Path, offset: int) -> WarcRecord:
    """The record that begins at ``offset``.

    Raises:
        CorruptRecordError: There is no such file or record, or it is damaged.
    """
    try:
        with path.open("rb") as file:
            file.seek(offset)
            head = file.read(len(_GZIP_MAGIC))
            file.seek(offset)
            if head == _GZIP_MAGIC:
                return _parse(_member(file, offset), offset)
            record = _plain_record(file)
    except OSError as error:
        raise CorruptRecordError(f"{path.name}: cannot be read ({error.strerror})") from error
    if record is None:
        raise CorruptRecordError(f"{path.name}: no record at byte {offset}")
    return record


def _gzip_records(file: BinaryIO) -> Iterator[WarcRecord | CorruptRecordError]:
    in_damage = False
    while True:
        start = file.tell()
        if not file.read(1):
            return
        file.seek(start)
        try:
            record = _parse(_member(file, start), start)
        except CorruptRecordError as error:
            if not in_damage:
                yield error
            # What looks like the start of a member inside damage mostly is none: told once.
            in_damage = True
            if not _seek_magic(file, start + 1):
                return
            continue
        in_damage = False
        yield record


def _member(file: BinaryIO, start: int) -> bytes:
    """One gzip member, decompressed; leaves ``file`` at the next one."""
    unpacker = zlib.decompressobj(zlib.MAX_WBITS | 16)
    out = bytearray()
    data = b""
    while not unpacker.eof:
        data = data or file.read(_BLOCK)
        if not data:
            raise CorruptRecordError(f"the record at byte {start} ends too early")
        try:
            out += unpacker.decompress(data, MAX_RECORD_BYTES + 1 - len(out))
        except zlib.error as error:
            raise CorruptRecordError(f"the record at byte {start} is damaged ({error})") from error
        if len(out) > MAX_RECORD_BYTES:
            raise CorruptRecordError(f"the record at byte {start} is over {MAX_RECORD_BYTES} bytes")
        data = unpacker.unconsumed_tail
    file.seek(-len(unpacker.unused_data), io.SEEK_CUR)
    return bytes(out)


def _seek_magic(file: BinaryIO, start: int) -> bool:
    """Move to the next possible gzip member at or after ``start``."""
    file.seek(start)
    kept = b""
    while block := file.read(_BLOCK):
        window = kept + block
        found = window.find(_GZIP_MAGIC)
        if found >= 0:
            file.seek(found - len(window), io.SEEK_CUR)
            return True
        kept = window[-2:]
    return False


def _parse(data: bytes, offset: int) -> WarcRecord:
    stream = io.BytesIO(data)
    record = _plain_record(stream)
    if record is None:
        raise CorruptRecordError(f"the record at byte {offset} is empty")
    if stream.read().strip():
        raise CorruptRecordError(
            "several records in one gzip member: mend the file with `warcio recompress OLD NEW`"
        )
    return WarcRecord(offset, record.headers, record.block)


def _plain_records(file: BinaryIO) -> Iterator[WarcRecord | CorruptRecordError]:
    while True:
        try:
            record = _plain_record(file)
        except CorruptRecordError as error:
            yield error  # without a length there is no telling where the next one begins
            return
        if record is None:
            return
        yield record


def _plain_record(file: BinaryIO) -> WarcRecord | None:
    """The next record of an uncompressed stream; None at its end."""
    line = b"\n"
    offset = 0
    while line and not line.strip():
        offset = file.tell()
        line = file.readline(_BLOCK)
    if not line:
        return None
    if not line.startswith(b"WARC/"):
        raise CorruptRecordError(f"no WARC record at byte {offset}")
    headers: dict[str, str] = {}
    while (line := file.readline(_BLOCK)).strip():
        name, _, value = line.decode("utf-8", "replace").partition(":")
        headers.setdefault(name.strip().lower(), value.strip())
    length = headers.get("content-length", "")
    if not length.isdigit():
        raise CorruptRecordError(f"the record at byte {offset} names no length")
    if int(length) > MAX_RECORD_BYTES:
        file.seek(int(length), io.SEEK_CUR)
        raise CorruptRecordError(f"the record at byte {offset} is over {MAX_RECORD_BYTES} bytes")
    block = file.read(int(length))
    if len(block) < int(length):
        raise CorruptRecordError(f"the record at byte {offset} ends too early")
    return WarcRecord(offset, headers, block)


def parse_http(record: WarcRecord) -> HttpResponse:
    """The HTTP response in a response record.

    Raises:
        CorruptRecordError: The block is no HTTP response.
    """
    head, gap, body = _split_head(record.block)
    lines = head.decode("latin-1").splitlines()
    words = (lines[0] if lines else "").split(" ", 2)
    if not gap or len(words) < 2 or not words[0].startswith("HTTP/") or not words[1].isdigit():
        raise CorruptRecordError(f"the record at byte {record.offset} holds no HTTP response")
    headers: list[tuple[str, str]] = []
    for line in lines[1:]:
        if line[:1] in (" ", "\t") and headers:  # a folded header
            headers[-1] = (headers[-1][0], f"{headers[-1][1]} {line.strip()}")
        else:
            name, _, value = line.partition(":")
            headers.append((name.strip(), value.strip()))
    response = HttpResponse(int(words[1]), words[2] if len(words) > 2 else "", tuple(headers), body)
    if "chunked" in (response.header("transfer-encoding") or "").lower():
        # Crawlers differ in whether they keep the chunks; warcio's reader takes both.
        body = ChunkedDataReader(io.BytesIO(body)).read()
        response = HttpResponse(response.status, response.reason, response.headers, body)
    return response


def _split_head(block: bytes) -> tuple[bytes, bytes, bytes]:
    crlf, lf = block.find(b"\r\n\r\n"), block.find(b"\n\n")
    return block.partition(b"\n\n") if crlf < 0 or 0 <= lf < crlf else block.partition(b"\r\n\r\n")
