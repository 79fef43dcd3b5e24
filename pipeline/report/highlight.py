"""An article as HTML with its attributions marked: the way to see why.

Belongs here: text and spans to safe markup. Does not: extraction.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

_STYLE = """
:root{color-scheme:light dark;--speaker:#9fd3ff;--cue:#ffd479;--content:#c9efc0;--ink:#1b1b1b}
body{font:1.05rem/1.6 Georgia,serif;max-width:44rem;margin:2rem auto;padding:0 1rem}
mark{color:var(--ink);border-radius:.2em;padding:.05em .1em}
mark.speaker{background:var(--speaker)}mark.cue{background:var(--cue)}mark.content{background:var(--content)}
mark mark{outline:1px solid #0003}p.legend{font:.9rem sans-serif}h1{line-height:1.25}
"""
_ORDER = {"content": 0, "speaker": 1, "cue": 2}


def highlight(text: str, statements: Sequence[Mapping[str, Any]], *, title: str) -> str:
    """A whole HTML page: ``text`` by paragraphs, with speaker, cue and content marked.

    Args:
        text: The text that the offsets point into.
        statements: Rows as ``onrecord extract`` prints them.
        title: Headline of the page.

    Returns:
        A page without scripts or links; everything from the text is escaped.
    """
    marks = sorted(_marks(statements), key=lambda m: (m[0], -m[1], _ORDER[m[2]]))
    body: list[str] = []
    at = 0
    for line in text.split("\n"):
        end = at + len(line)
        if line.strip():
            body.append(f"<p>{_paragraph(text, at, end, marks)}</p>")
        at = end + 1
    legend = " ".join(f'<mark class="{r}">{r}</mark>' for r in ("speaker", "cue", "content"))
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f'<meta name="viewport" content="width=device-width"><style>{_STYLE}</style></head><body>'
        f'<h1>{escape(title)}</h1><p class="legend">{len(statements)} statements: {legend}</p>'
        + "\n".join(body)
        + "</body></html>\n"
    )


def _marks(statements: Sequence[Mapping[str, Any]]) -> set[tuple[int, int, str, str]]:
    out: set[tuple[int, int, str, str]] = set()
    for row in statements:
        actor = row.get("actor") or {}
        name = actor.get("name") or "unresolved"
        note = f"{name} · {row.get('cue_class')} · confidence {row.get('confidence')}"
        for role in ("speaker", "cue"):
            if row.get(role):
                out.add((row[role]["start"], row[role]["end"], role, note))
        out |= {(c["start"], c["end"], "content", note) for c in row.get("content") or []}
    return out


def _paragraph(text: str, start: int, end: int, marks: Sequence[tuple[int, int, str, str]]) -> str:
    """One paragraph with nested marks; a mark that would cross another is cut at its edge."""
    out: list[str] = []
    open_until: list[int] = []
    at = start
    for s, e, role, note in marks:
        s, e = max(s, start), min(e, end)
        if s >= e:
            continue
        while open_until and open_until[-1] <= s:
            out.append(escape(text[at : open_until[-1]]) + "</mark>")
            at = open_until.pop()
        out.append(escape(text[at:s]) + f'<mark class="{role}" title="{escape(note)}">')
        at = s
        open_until.append(min([e, *open_until]))
    while open_until:
        out.append(escape(text[at : open_until[-1]]) + "</mark>")
        at = open_until.pop()
    return "".join(out) + escape(text[at:end])
