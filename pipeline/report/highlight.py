"""An article as HTML with its attributions marked: the way to see why.

Belongs here: rows of ``onrecord extract`` and their text to one page. Does not: extraction, or how spans
become markup (``marking``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from pipeline.report.environment import environment, static
from pipeline.report.marking import Mark, mark_up


def highlight(text: str, statements: Sequence[Mapping[str, Any]], *, title: str) -> str:
    """A whole HTML page: ``text`` by paragraphs, with speaker, cue and content marked.

    Hovering over a mark, or moving to a cue with the Tab key, shows whose statement it is and how sure the
    extractor is. The same stands in a list under the text, for print and screen readers.

    Args:
        text: The text that the offsets point into.
        statements: Rows as ``onrecord extract`` prints them; joint speakers are one statement here.
        title: Headline of the page.

    Returns:
        A page without scripts; it links to nothing but itself, and everything from the text is escaped.
    """
    groups = _grouped(statements)
    marks = [mark for number, rows in enumerate(groups, 1) for mark in _marks(number, rows)]
    used: set[Mark] = set()
    paragraphs: list[Markup] = []
    at = 0
    for line in text.split("\n"):
        end = at + len(line)
        if line.strip():
            paragraphs.append(Markup(mark_up(text, at, end, marks, used=used)))  # noqa: S704  # escaped by mark_up
        at = end + 1
    return (
        environment()
        .get_template("highlight.html.j2")
        .render(
            title=title,
            style=Markup(static("highlight.css")),  # noqa: S704  # this package's own file
            paragraphs=paragraphs,
            groups=[_described(number, rows) for number, rows in enumerate(groups, 1)],
        )
    )


def _grouped(statements: Sequence[Mapping[str, Any]]) -> list[list[Mapping[str, Any]]]:
    """Rows by attribution: joint speakers share cue and content."""
    groups: dict[tuple[object, ...], list[Mapping[str, Any]]] = {}
    for row in statements:
        cue, content = row.get("cue") or {}, row.get("content") or []
        speaker = row.get("speaker") or {}
        spans = (cue.get("start"), cue.get("end"), *((c["start"], c["end"]) for c in content))
        key = spans if any(p is not None for p in spans) else (speaker.get("start"), speaker.get("end"))
        groups.setdefault(key, []).append(row)
    return list(groups.values())


def _marks(number: int, rows: Sequence[Mapping[str, Any]]) -> list[Mark]:
    first = rows[0]
    note = _note(rows)
    spans = {(c["start"], c["end"], "content") for c in first.get("content") or []}
    spans |= {(r["speaker"]["start"], r["speaker"]["end"], "speaker") for r in rows if r.get("speaker")}
    if first.get("cue"):
        spans.add((first["cue"]["start"], first["cue"]["end"], "cue"))
    # One stop of the Tab key a statement: its cue, else what comes first.
    stop = min(spans, key=lambda s: (s[2] != "cue", s[0]), default=None)
    out: list[Mark] = []
    for span in sorted(spans):
        start, end, role = span
        once: tuple[tuple[str, str], ...] = ()
        if span == stop:
            once = (("id", f"s{number}"), ("tabindex", "0"), ("aria-describedby", f"n{number}"))
        attributes = (("data-of", f" {number} "), ("data-note", f"{role}: {note}"))
        out.append(Mark(start, end, role, attributes, once))
    return out


def _note(rows: Sequence[Mapping[str, Any]]) -> str:
    first = rows[0]
    parts = [_names(rows), str(first.get("cue_class") or "")]
    if first.get("is_negated"):
        parts.append("negated")
    if first.get("is_speech") is False:
        parts.append("thought")
    return " · ".join(p for p in [*parts, f"confidence {_sure(first)}"] if p)


def _names(rows: Sequence[Mapping[str, Any]]) -> str:
    return ", ".join(str((r.get("actor") or {}).get("name") or "unresolved") for r in rows)


def _sure(row: Mapping[str, Any]) -> str:
    value = row.get("confidence")
    return "unknown" if value is None else f"{float(value):.2f}"


def _described(number: int, rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """What the list under the text says of a statement."""
    first = rows[0]
    kinds = [
        str(first[key])
        for key in ("statement_type", "cue_class", "resolution")
        if first.get(key) and first[key] != "name"
    ]
    kinds += ["negated"] * bool(first.get("is_negated")) + ["thought"] * (first.get("is_speech") is False)
    return {
        "number": number,
        "names": _names(rows),
        "speaker": ", ".join(r["speaker"]["text"] for r in rows if r.get("speaker")),
        "cue": (first.get("cue") or {}).get("text", ""),
        "content": " ".join(c["text"] for c in first.get("content") or []),
        "kinds": kinds,
        "addressee": first.get("addressee"),
        "date": first.get("statement_date"),
        "confidence": _sure(first),
    }
