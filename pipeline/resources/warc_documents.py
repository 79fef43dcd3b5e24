"""Documents of inputs: a file of a folder or a record of a WARC file, read back for storing.

Belongs here: the form of an entry's ``file`` and reading what it names. Does not: finding documents
(``inputs.py``).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pipeline.records import Reject
from pipeline.resources.http_body import sniff_type, split_content_type
from pipeline.resources.page_store import decoded_body
from pipeline.resources.warc_reader import CorruptRecordError, parse_http, read_record

HERE = "/./"
"""Parts an entry's ``file``: the input's folder before it, the name shown to people after it."""
HTML_SUFFIXES = frozenset({".html", ".htm", ".xhtml"})


@dataclass(frozen=True, slots=True)
class InputDocument:
    """A document of an input, read.

    ``response`` is (status, reason, headers, raw body) of a page that a WARC file recorded.
    """

    body: bytes
    content_type: str
    charset: str | None = None
    response: tuple[int, str, tuple[tuple[str, str], ...], bytes] | None = None


def document_name(file: str) -> str:
    """The part of an entry's ``file`` that is shown to people: relative to its input's folder."""
    return file.rpartition(HERE)[2]


def read_document(file: str, *, max_bytes: int) -> InputDocument | Reject:
    """Read back the document that an entry's ``file`` names.

    Args:
        file: As ``read_inputs`` gave it.
        max_bytes: Cap of the body.

    Returns:
        The document or why it cannot be read; stage ``pages``.
    """
    name = document_name(file)
    place, _, offset = file.rpartition("#")
    try:
        if offset.isdigit() and place.lower().endswith((".warc", ".warc.gz")):
            found = _recorded(Path(place), int(offset))
        else:
            path = Path(file)
            if path.stat().st_size > max_bytes:
                return Reject("pages", "too_large", name, f"{path.stat().st_size} bytes, over {max_bytes}")
            found = _plain(path)
    except CorruptRecordError as error:
        return Reject("pages", "corrupt", name, str(error))
    except OSError as error:
        return Reject("pages", "unreadable", name, f"cannot be read ({error.strerror})")
    if found is None:
        return Reject("pages", "wrong_type", name, "neither HTML nor text")
    if len(found.body) > max_bytes:
        return Reject("pages", "too_large", name, f"{len(found.body)} bytes, over {max_bytes}")
    if not found.body.strip():
        return Reject("pages", "empty", name, "nothing but white space")
    return found


def _plain(path: Path) -> InputDocument | None:
    body = path.read_bytes()
    sniffed = sniff_type(body)
    if sniffed is None:
        return None
    return InputDocument(body, "text/html" if path.suffix.lower() in HTML_SUFFIXES else sniffed)


def _recorded(path: Path, offset: int) -> InputDocument | None:
    record = read_record(path, offset)
    if record.kind == "resource":
        media, charset = split_content_type(record.headers.get("content-type"))
        return InputDocument(record.block, media or "text/html", charset)
    response = parse_http(record)
    media, charset = split_content_type(response.header("content-type"))
    body = decoded_body(response, offset)
    media = media or sniff_type(body)
    if media is None:
        return None
    stored = (response.status, response.reason, response.headers, response.raw_body)
    return InputDocument(body, media, charset, stored)
