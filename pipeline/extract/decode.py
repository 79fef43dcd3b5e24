"""Decoding: from the tagger's scores to cue, speaker and content spans.

Belongs here: choosing cues, reading each cue's speaker and content. Does not: running the model
(``tagger.py``), quotation marks (``claims.py``), ids and frames (``attributions.py``).

The constants were chosen on the dev split (see ``docs/quality.md``); each says what it trades.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from itertools import groupby

import numpy as np

from pipeline.extract.claims import settle, within_paragraphs
from pipeline.extract.findings import Coverage, Decoding, Found, Places, Span
from pipeline.extract.quotes import Quotation
from pipeline.extract.tagger import Floats, WindowScores
from pipeline.extract.windows import Ints

_NEGLIGIBLE = math.log(0.01)
"""Log-chance of a role below which a word is certainly not in it."""


def decode(
    text: str, windows: Iterable[WindowScores], quotations: list[Quotation], rules: Decoding | None = None
) -> list[Found]:
    """Attributions of a text, in text order.

    Args:
        text: The text that the windows were made from.
        windows: The tagger's scores.
        quotations: ``quotations(text)``.
        rules: Thresholds; the shipped ones if not given.
    """
    rules = rules or Decoding()
    candidates = [f for scores in windows for f in decode_window(text, scores, rules)]
    quoted = Coverage((q.start, q.end) for q in quotations)
    for f in candidates:
        f.content = within_paragraphs(text, f, quoted)
    sure = _distinct([f for f in candidates if _is_sure(f, rules)], rules)
    found = settle(text, sure, [f for f in candidates if not _is_sure(f, rules)], quotations, rules)
    kept = [f for f in found if f.content]
    kept.sort(key=lambda f: (f.cue[0] if f.cue else f.content[0][0], f.content[0]))
    return kept


def _is_sure(found: Found, rules: Decoding) -> bool:
    """Whether a candidate stands by itself; a cue without content may yet announce a block (``added:``)."""
    return (found.confidence if found.content else found.chance) >= rules.sure


def decode_window(text: str, scores: WindowScores, rules: Decoding) -> list[Found]:
    """Candidates of one window, by cue, down to the chance at which a quotation can rescue them."""
    window = scores.window
    if len(window.ids) <= 2 or not len(scores.anchors):
        return []
    words = _words(text, scores)
    starts = window.starts[words[:-1]]
    ends = window.ends[words[1:] - 1]
    reach = np.asarray([0.0, 0.0, rules.reach], dtype=np.float32)
    lean = np.asarray([0.0, rules.lean, 0.0], dtype=np.float32)
    out: list[Found] = []
    for anchor, chance in _choose_anchors(scores, rules):
        row = int(np.flatnonzero(scores.anchors == anchor)[0])
        cue = (int(window.starts[anchor]), int(window.ends[_cue_last(scores, anchor)]))
        by_word = _mean_by_word(scores.roles[row], words)
        chances = np.exp(by_word)
        of_speakers, of_contents = chances[:, 1].tolist(), chances[:, 2].tolist()
        weighed = by_word + reach
        speakers, content = _spans(weighed, rules.change)
        # Most cues have a speaker: a second look where the first finds none.
        speaker = _best_speaker(speakers, by_word, of_speakers, rules) or _best_speaker(
            _spans(weighed + lean, rules.change)[0],
            by_word,
            of_speakers,
            rules,
        )
        in_content = [of for a, b in content for of in of_contents[a:b]]
        of_content = sum(in_content) / len(in_content) if content else 0.0
        of_speaker = _mean(of_speakers, speaker) if speaker else 1 - max(of_speakers)
        out.append(
            Found(
                cue=cue,
                speaker=(int(starts[speaker[0]]), int(ends[speaker[1] - 1])) if speaker else None,
                content=_without([(int(starts[a]), int(ends[b - 1])) for a, b in content], cue),
                confidence=chance * math.sqrt(max(of_content, 0.0) * max(of_speaker, 0.0)),
                chance=chance,
            )
        )
    return out


def _words(text: str, scores: WindowScores) -> Ints:
    """Piece indices at which words begin, the frame pieces left out, with the end appended."""
    starts, ends = scores.window.starts.tolist(), scores.window.ends.tolist()
    n = len(starts) - 1
    begins = [1]
    for i in range(2, n):
        at = starts[i]
        if not (at == ends[i - 1] and text[at].isalnum() and text[at - 1].isalnum()):
            begins.append(i)
    return np.asarray([*begins, n])


def _mean_by_word(roles: Floats, words: Ints) -> Floats:
    """Mean log-probability of each role over the pieces of each word: [words, 3]."""
    sums = np.add.reduceat(roles[: words[-1]], words[:-1], axis=0)
    return (sums / np.diff(words)[:, None]).astype(np.float32)


def _choose_anchors(scores: WindowScores, rules: Decoding) -> list[tuple[int, float]]:
    """The pieces where cues begin, with the chance of each.

    Neighbouring candidates ("had | said") are one cue whose beginning is unsure: their chances add
    up and the best of them is taken.
    """
    begins = np.exp(scores.cues[:, 1])
    out: list[tuple[int, float]] = []
    cluster: list[int] = []
    for anchor in [*map(int, scores.anchors), 10**9]:
        if cluster and anchor - cluster[-1] > rules.cluster:
            total = float(begins[cluster].sum())
            if total >= rules.rescue:
                best = max(cluster, key=lambda a: (begins[a], -a))
                out.append((best, min(total, 1.0)))
                out += [(a, float(begins[a])) for a in cluster if a != best and begins[a] >= 0.5]
            cluster = []
        cluster.append(anchor)
    return out


def _cue_last(scores: WindowScores, anchor: int) -> int:
    last = anchor
    n = len(scores.window.ids) - 1
    while last + 1 < n and scores.cues[last + 1, 2] > max(scores.cues[last + 1, 0], scores.cues[last + 1, 1]):
        last += 1
    # Never end inside a word.
    while last + 1 < n and scores.window.starts[last + 1] == scores.window.ends[last]:
        if scores.cues[last + 1, 2] < math.log(0.2):
            break
        last += 1
    return last


def _spans(by_word: Floats, change: float) -> tuple[list[Span], list[Span]]:
    """Speaker runs and content runs of the best label sequence when each change of label costs ``change``.

    Words at both ends that are nothing to this cue for certain are left out: no label but 0 can pay there.
    """
    runs: tuple[list[Span], list[Span]] = ([], [])
    unsure = np.flatnonzero(by_word[:, 1:].max(-1) > _NEGLIGIBLE)
    if len(unsure):
        # One certain word of frame on each side, so that a run pays for both its changes.
        at, last = max(int(unsure[0]) - 1, 0), min(int(unsure[-1]) + 2, len(by_word))
        for label, run in groupby(_viterbi(by_word[at:last].tolist(), change)):
            end = at + len(list(run))
            if label:
                runs[label - 1].append((at, end))
            at = end
    return runs


def _viterbi(rows: list[list[float]], change: float) -> list[int]:
    """Labels 0, 1, 2 of a chain; written out per label, for it runs for each word of each cue."""
    a, b, c = rows[0]
    back: list[tuple[int, int, int]] = []
    for x, y, z in rows[1:]:
        best, top = (0, a) if a >= b and a >= c else (1, b) if b >= c else (2, c)
        enter = top - change
        from_a, from_b, from_c = 0, 1, 2
        if enter > a:
            a, from_a = enter, best
        if enter > b:
            b, from_b = enter, best
        if enter > c:
            c, from_c = enter, best
        a, b, c = a + x, b + y, c + z
        back.append((from_a, from_b, from_c))
    out = [0 if a >= b and a >= c else 1 if b >= c else 2]
    for step in reversed(back):
        out.append(step[out[-1]])
    out.reverse()
    return out


def _best_speaker(runs: list[Span], by_word: Floats, chances: list[float], rules: Decoding) -> Span | None:
    """The likeliest of the speaker runs; None where no run is likely enough."""
    likely = [run for run in runs if _mean(chances, run) >= rules.speaker]
    if len(likely) < 2:
        return likely[0] if likely else None
    return max(
        likely, key=lambda r: (float((by_word[r[0] : r[1], 1] - by_word[r[0] : r[1], 0]).sum()), -r[0])
    )


def _mean(values: list[float], run: Span) -> float:
    return sum(values[run[0] : run[1]]) / (run[1] - run[0])


def _without(spans: list[Span], hole: Span) -> list[Span]:
    out: list[Span] = []
    for start, end in spans:
        if end <= hole[0] or start >= hole[1]:
            out.append((start, end))
            continue
        out += [s for s in ((start, hole[0]), (hole[1], end)) if s[1] - s[0] > 1]
    return out


def _distinct(found: list[Found], rules: Decoding) -> list[Found]:
    """Of two neighbouring cues with nearly one content, the likelier."""
    places = Places()
    out: list[Found] = []
    for f in sorted(found, key=lambda f: -f.chance):
        cue = f.cue or (0, 0)
        near = places.near(cue[0] - _NEAR, cue[1] + _NEAR)
        if any(_near(f.cue, g.cue) and _iou(f.content, g.content) >= rules.same for g in near):
            continue
        out.append(f)
        places.add(f, [cue])
    return out


_NEAR = 40
"""Characters between two cues that may report one thing."""


def _near(a: Span | None, b: Span | None) -> bool:
    return a is not None and b is not None and a[0] <= b[1] + _NEAR and b[0] <= a[1] + _NEAR


def _iou(a: list[Span], b: list[Span]) -> float:
    both = sum(max(0, min(e, f) - max(s, t)) for s, e in a for t, f in b)
    either = sum(e - s for s, e in a) + sum(e - s for s, e in b) - both
    return both / either if either else 0.0
