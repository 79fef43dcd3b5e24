"""Names in speaker spans that the tagger did not mark: runs of capitals, so that no speaker is nameless.

Belongs here: finding them. Does not: names outside of speaker spans, which are the tagger's alone.
"""

from __future__ import annotations

import re

import polars as pl

from pipeline.extract.lexicon import fold, lexicon

_RUN = re.compile(
    r"(?:(?:[^\W\d_]\.)+|[A-Z][a-z]{1,4}\.(?=\s+[A-Z])|(?-i:[A-ZÀ-ÞĀ-Ž])[\w’'&-]*)"
    r"(?:\s+(?:(?:[^\W\d_]\.)+|(?-i:[A-ZÀ-ÞĀ-Ž])[\w’'&-]*|of(?=\s+[A-Z])|de|la|van|von|bin|al|der|den|di|da))*"
)
UNSEEN_SCORE = 0.3
"""Stands for the tagger's score: these were found by capitals alone."""


def unseen_names(attributions: pl.DataFrame, names: pl.DataFrame) -> pl.DataFrame:
    """Rows like those of ``names`` for speaker spans without a name or pronoun in them.

    Args:
        attributions: Table ``attributions``.
        names: Table ``names``.
    """
    spans = attributions.filter(pl.col("speaker_start").is_not_null()).select(
        "article_id", "speaker_start", "speaker_end", "speaker_text"
    )
    rows = [
        (article, start + at, start + end, text[at:end], kind, UNSEEN_SCORE, None)
        for article, start, _, text in spans.unique(maintain_order=True).iter_rows()
        for at, end, kind in _runs(text)
    ]
    schema = {c: names.schema[c] for c in ("article_id", "start", "end", "text", "name_type", "score")}
    runs = pl.DataFrame(rows, schema=schema | {"antecedent_start": pl.Int64}, orient="row").unique(
        ["article_id", "start"], maintain_order=True
    )
    known = names.filter(~pl.col("text").str.to_lowercase().is_in([*lexicon().titles])).select(
        "article_id", known_start="start", known_end="end"
    )
    seen = runs.join(known, on="article_id").filter(
        (pl.col("known_start") < pl.col("end")) & (pl.col("known_end") > pl.col("start"))
    )
    return runs.join(seen, on=["article_id", "start"], how="anti")


def _is_common(low: list[str]) -> bool:
    """A noun in capitals rather than a name: "Voters", "Black Lawmakers"; not "Associated Press"."""
    words = lexicon()
    return words.person_noun_ending(low) is not None or (len(low) == 1 and low[0] in words.group_nouns)


def _runs(text: str) -> list[tuple[int, int, str]]:
    """Runs of capitals that can be names, each with its likely type."""
    words = lexicon()
    found: list[tuple[int, int, str]] = []
    for match in _RUN.finditer(text):
        run = re.sub(r"[’']s$", "", match.group())
        low = fold(run).split()
        at = match.start()
        titled = bool(low) and low[0].strip(".") in words.titles and len(low) > 1
        while (
            not titled
            and low
            and (words.is_function_word(low[0]) or (low[0] in words.modifiers and at == match.start() == 0))
        ):
            cut = len(run) - len(run.partition(" ")[2])
            at, run, low = at + cut, run.partition(" ")[2], low[1:]
        if not low or (not titled and _is_common(low)):
            continue
        if len(low) == 1 and (low[0] in words.time_words or re.match(r"\s+[a-z]", text[at + len(run) :])):
            continue
        is_body = any(w in words.body_nouns or w == "of" for w in low)
        found.append((at, at + len(run), "ORGANIZATION" if is_body else "PERSON" if len(low) > 1 else "MISC"))
    return found
