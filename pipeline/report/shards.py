"""Data files that pages load with ``script`` elements, so that they work from disk.

Belongs here: packing values into small JavaScript files. Does not: what is in them.

A browser does not let a page read another file from disk, but it lets it run one. Each file hands one text to
a function of ``report.js``: JSON, deflated, in base64, a third of its plain size. In base64 nothing can end the
script early or be read as markup.
"""

from __future__ import annotations

import base64
import json
import zlib
from typing import Any


def pack(value: Any) -> str:
    """``value`` as deflated JSON in base64."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    data = zlib.compress(text.encode("utf-8", "replace"), wbits=-zlib.MAX_WBITS)
    return base64.b64encode(data).decode("ascii")


def unpack(text: str) -> Any:
    """What was packed."""
    return json.loads(zlib.decompress(base64.b64decode(text), -zlib.MAX_WBITS))


def script(name: str, value: Any) -> str:
    """A file that hands ``value`` to ``report.js`` under ``name``."""
    return f'onrecordData("{name}","{pack(value)}");\n'


def inline_json(value: Any) -> str:
    """JSON that may stand inside a ``script`` element: no character of it can end the element."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text
