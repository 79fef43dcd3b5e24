"""Strategies for odd input: pieces of real input, broken in the ways that real input is."""

from __future__ import annotations

from hypothesis import strategies as st

MARKS = "“”\"'‘’«»„‟`´"
SPACES = " \t\n\r\u00a0\u2028\u200b\u200f\ufeff"
PIECES = [
    "“We are confident,” she told reporters.",
    "Mr Lund said no.",
    "according to two officials",
    "The minister accused Kyiv of lying",
    "told the Hague that it would",
    "NATO and the United States said",
    "he",
    "who, said",
    "on Tuesday",
    "on February 30",
    "last week",
    "U.S.",
    "said",
    "Ann O’Neil-Smith",
    "مرحبا",
    "中国外交部",
    "👩‍👩‍👧‍👦",
    "e\u0301\u0301\u0301",
    "\u202eDESREVER\u202c",
    "𝒮𝒶𝒾𝒹",
    "ß",
    "İ",
    "\x00",
    "\x1b[31m",
    "<script>alert(1)</script>",
    "{{ 7*7 }}",
    "=HYPERLINK(1)",
]
words = st.one_of(st.sampled_from(PIECES), st.text(max_size=12), st.sampled_from(list(MARKS + SPACES)))
texts = st.lists(words, max_size=40).flatmap(
    lambda parts: st.sampled_from([" ", "", "\n", " said "]).map(lambda joint: joint.join(parts))
)


@st.composite
def broken(draw: st.DrawFn, seeds: list[bytes], pieces: list[bytes]) -> bytes:
    """One of ``seeds`` cut, doubled, with pieces put in and bytes changed."""
    body = draw(st.sampled_from(seeds))
    for _ in range(draw(st.integers(0, 6))):
        at, to = sorted((draw(st.integers(0, len(body))), draw(st.integers(0, len(body)))))
        piece = draw(st.one_of(st.sampled_from(pieces), st.binary(max_size=8)))
        kind = draw(st.sampled_from(["cut", "insert", "double", "repeat", "flip"]))
        if kind == "cut":
            body = body[:at] + body[to:]
        elif kind == "insert":
            body = body[:at] + piece + body[at:]
        elif kind == "double":
            body = body[:to] + body[at : min(to, at + 500)] + body[to:]
        elif kind == "repeat":
            body = body[:at] + piece * draw(st.integers(1, 200)) + body[at:]
        else:
            body = body[:at] + bytes(b ^ 0x15 for b in body[at : at + 4]) + body[at + 4 :]
        body = body[:100_000]
    return body
