"""Bodies: decoding piece by piece, caps, content types, sniffing."""

from __future__ import annotations

import gzip
import zlib

import brotli
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.resources.http_body import (
    BodyReader,
    TooLargeError,
    UndecodableError,
    decode_body,
    sniff_type,
    split_content_type,
)

PACKERS = {
    "gzip": gzip.compress,
    "deflate": zlib.compress,
    "br": brotli.compress,
    "zstd": zstandard.ZstdCompressor().compress,
    "": bytes,
}


@settings(deadline=None, max_examples=60)
@given(body=st.binary(max_size=3000), encoding=st.sampled_from(sorted(PACKERS)), step=st.integers(1, 700))
def test_any_body_in_any_pieces_comes_back(body, encoding, step):
    packed = PACKERS[encoding](body)
    reader = BodyReader(encoding, 10_000)
    for start in range(0, len(packed), step):
        reader.feed(packed[start : start + step])
    assert reader.finish() == (packed, body)


@settings(deadline=None, max_examples=60)
@given(data=st.binary(max_size=400), encoding=st.sampled_from(["gzip", "deflate", "br", "zstd", "gzip, br"]))
def test_junk_is_told_or_read_but_never_crashes(data, encoding):
    try:
        read = decode_body(data, encoding, 1000)
    except (UndecodableError, TooLargeError):
        read = b""
    assert len(read) <= 1000


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "zstd"])
def test_a_bomb_is_stopped_at_the_cap(encoding):
    bomb = PACKERS[encoding](bytes(30_000_000))
    assert len(bomb) < 100_000
    with pytest.raises(TooLargeError):
        decode_body(bomb, encoding, 1_000_000)


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "zstd"])
def test_a_body_that_ends_early_is_told(encoding):
    packed = PACKERS[encoding](b"words and more words " * 50)
    with pytest.raises(UndecodableError):
        decode_body(packed[:-6], encoding, 10_000)


def test_raw_deflate_and_joined_gzip_members_are_read():
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    assert decode_body(packer.compress(b"words") + packer.flush(), "deflate", 100) == b"words"
    assert decode_body(gzip.compress(b"one ") + gzip.compress(b"two") + b"\0\0", "gzip", 100) == b"one two"


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("text/html; charset=UTF-8", ("text/html", "utf-8")),
        ("TEXT/HTML;Charset='latin-1'", ("text/html", "latin-1")),
        ("", (None, None)),
        (None, (None, None)),
        ("html", (None, None)),
        ("text/html; charset=<script>", ("text/html", None)),
    ],
)
def test_content_types_are_taken_apart(header, expected):
    assert split_content_type(header) == expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"\xef\xbb\xbf <!DOCTYPE html>", "text/html"),
        (b"<div class='a'>x</div>", "text/html"),
        ("<html>".encode("utf-16"), "text/html"),
        (b"Plain words, 3 < 4.", "text/plain"),
        (b"%PDF-1.7", None),
        (b"\x89PNG\r\n", None),
        (b"a\x00b", None),
    ],
)
def test_bytes_are_sniffed(body, expected):
    assert sniff_type(body) == expected
