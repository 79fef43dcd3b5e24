"""Decoding: a page's bytes as text.

Belongs here: character sets, control characters, the size bound. Does not: markup (``tree.py``).
"""

from __future__ import annotations

import codecs
import re

import charset_normalizer

MAX_BYTES = 10_000_000
"""Largest page that is parsed; the client stops at the same size."""
_SNIFF_BYTES = 4096
_GUESS_BYTES = 32_768
_META_CHARSET = re.compile(
    rb"""<meta[^>]{0,300}?charset\s*=\s*["']?\s*([A-Za-z0-9_:.+-]{2,40})""", re.IGNORECASE
)
_XML_CHARSET = re.compile(
    rb"""<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9_:.+-]{2,40})""", re.IGNORECASE
)
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_WINDOWS_CONTROLS = re.compile("[\x80-\x9f]")
_WINDOWS = {code: bytes([code]).decode("cp1252", "ignore") for code in range(0x80, 0xA0)}
"""Control characters that only stand for what they are in Windows-1252, left from a wrong conversion."""
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Browsers read these labels as the larger set that pages really use.
_WIDER = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "euc_kr": "cp949",
    "shift_jis": "cp932",
    "tis-620": "cp874",
}


class UnreadableError(ValueError):
    """The bytes hold no text that can be read."""


def decode(body: bytes, charset: str | None = None) -> str:
    """``body`` as text without control characters.

    A byte order mark wins; then UTF-8 if the bytes are valid UTF-8 (a wrong label on UTF-8 pages is
    common, other sets that happen to be valid UTF-8 are not); then the character set of the answer,
    of the document, a guess, and Windows-1252.

    Args:
        body: The page as stored.
        charset: Character set that the answer declared.

    Raises:
        UnreadableError: The bytes are no text (an image, an archive).
    """
    for mark, name in _BOMS:
        if body.startswith(mark):
            return _without_controls(body.decode(name, "replace").lstrip("\ufeff"))
    if _is_utf8(body):
        return _without_controls(body.decode("utf-8", "replace"))
    for label in _declared(body, charset):
        text = _decode_as(body, label)
        if text is not None:
            return _without_controls(text)
    if _has_many_nulls(body):
        raise UnreadableError("not text: it is full of null bytes")
    guess = charset_normalizer.from_bytes(body[:_GUESS_BYTES]).best()
    text = _decode_as(body, guess.encoding) if guess else None
    return _without_controls(text if text is not None else body.decode("cp1252", "replace"))


def _is_utf8(body: bytes) -> bool:
    """Valid UTF-8, or UTF-8 with a few broken bytes (cut or pasted pages)."""
    if _has_many_nulls(body):
        return False
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        text = body.decode("utf-8", "replace")
        broken = text.count("\ufffd")
        return broken <= 20 and broken * 20 <= sum(map(text.count, "’“”–—éèüäöñ"))
    return True


def _has_many_nulls(body: bytes) -> bool:
    return body.count(b"\x00") > max(4, len(body) // 100)


def _declared(body: bytes, charset: str | None) -> list[str]:
    head = body[:_SNIFF_BYTES]
    found = [m.group(1).decode("ascii") for p in (_META_CHARSET, _XML_CHARSET) if (m := p.search(head))]
    return ([charset] if charset else []) + found


def _decode_as(body: bytes, label: str) -> str | None:
    try:
        name = codecs.lookup(label.strip().strip("\"'")).name
        if name.startswith("utf-8"):
            return None  # it is not, or it would not have come this far
        text = body.decode(_WIDER.get(name, name), "replace")
    except (LookupError, ValueError, UnicodeError):
        return None
    return None if text.count("\ufffd") > max(10, len(text) // 50) else text


def _without_controls(text: str) -> str:
    if text.count("\x00") + text.count("\ufffd") > max(20, len(text) // 10):
        raise UnreadableError("not text in any known character set")
    return without_controls(text)


def without_controls(text: str) -> str:
    """``text`` without control characters, but for tabs and ends of lines."""
    text = _CONTROLS.sub("", text)
    # Looked for first: translating takes ten times as long, and hardly a page has one.
    return text.translate(_WINDOWS) if _WINDOWS_CONTROLS.search(text) else text
