"""Decoding: from the tagger's scores to cue, speaker and content spans.

Belongs here: choosing cues, reading each cue's speaker and content, mending spans by quotation marks.
Does not: running the model (``tagger.py``), ids and frames (``attributions.py``).

The constants were chosen on the dev split (see ``docs/quality.md``); each says what it trades.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from pipeline.extract.quotes import DOUBLE, SINGLE, Quotation
from pipeline.extract.tagger import Floats, WindowScores
from pipeline.extract.windows import Ints

Span = tuple[int, int]
_NEGLIGIBLE = math.log(0.01)
"""Log-chance of a role below which a word is certainly not in it."""


@dataclass(frozen=True, slots=True)
class Decoding:
    """Thresholds of decoding."""

    sure: float = 0.4
    """Least confidence (cue, content and speaker together) of an attribution; recall against precision."""
    rescue: float = 0.12
    """Least chance that a cue begins, where its content is a quotation that nobody else claims."""
    cluster: int = 3
    """Pieces within which two candidate beginnings are one cue."""
    change: float = 0.8
    """Cost, in nats, of each change of role along the words; smooths ragged spans."""
    speaker: float = 0.25
    """Least mean chance of a speaker span."""
    lean: float = 1.2
    """Nats by which speaker words are favoured where a first look finds no speaker: most cues have one."""
    quoted: float = 0.5
    """Share of a quotation that must be content for all of it to become content."""
    scare_words: int = 4
    """Quotations of so few words are never statements by themselves."""
    bare: float = 0.4
    """Confidence of a quoted sentence without cue; about half of those on the dev split are statements."""
    same: float = 0.5
    """Contents that overlap by more, with cues side by side, are one attribution seen twice."""


@dataclass(slots=True)
class Found:
    """One attribution as decoded; spans are half-open code-point offsets into the text.

    ``chance`` is the tagger's that a cue begins here; ``confidence`` also weighs speaker and content.
    """

    cue: Span | None
    speaker: Span | None
    content: list[Span]
    confidence: float
    chance: float = 1.0


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
    for f in candidates:
        f.content = _within_paragraphs(text, f, quotations)
    sure = [f for f in candidates if _is_sure(f, rules)]
    found = _distinct(sure, rules)
    _announced_blocks(text, found, quotations)
    mend_quotations(text, found, quotations, rules)
    _signed_quotations(text, found, quotations, rules)
    _rescue(found, [f for f in candidates if not _is_sure(f, rules)], quotations, text, rules)
    attach_continuations(text, found, quotations, rules)
    _bare_quotations(text, found, quotations, rules)
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
    out: list[Found] = []
    for anchor, chance in _choose_anchors(scores, rules):
        row = int(np.flatnonzero(scores.anchors == anchor)[0])
        cue_last = _cue_last(scores, anchor)
        by_word = _mean_by_word(scores.roles[row], words)
        labels = _smooth(by_word, rules.change)
        content = _runs(labels, 2)
        speaker = _best_speaker(labels, by_word, rules) or _leaning_speaker(by_word, rules)
        cue = (int(window.starts[anchor]), int(window.ends[cue_last]))
        content_spans = [(int(starts[a]), int(ends[b - 1])) for a, b in content]
        content_spans = _without(content_spans, cue)
        sure = [float(np.exp(by_word[a:b, 2]).mean()) for a, b in content]
        weights = [b - a for a, b in content]
        of_content = float(np.average(sure, weights=weights)) if sure else 0.0
        of_speaker = (
            float(np.exp(by_word[speaker[0] : speaker[1], 1]).mean())
            if speaker
            else float(1 - np.exp(by_word[:, 1]).max())
        )
        out.append(
            Found(
                cue=cue,
                speaker=(int(starts[speaker[0]]), int(ends[speaker[1] - 1])) if speaker else None,
                content=content_spans,
                confidence=chance * math.sqrt(max(of_content, 0.0) * max(of_speaker, 0.0)),
                chance=chance,
            )
        )
    return out


def _words(text: str, scores: WindowScores) -> Ints:
    """Piece indices at which words begin, the frame pieces left out, with the end appended."""
    window = scores.window
    n = len(window.ids) - 1
    begins = [1]
    for i in range(2, n):
        glued = window.starts[i] == window.ends[i - 1]
        if not (glued and text[window.starts[i]].isalnum() and text[window.ends[i - 1] - 1].isalnum()):
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


def _smooth(by_word: Floats, change: float) -> Ints:
    """The best label sequence when each change of label costs ``change``.

    Words at both ends that are nothing to this cue for certain are left out: no label but 0 can pay there.
    """
    labels = np.zeros(len(by_word), dtype=np.int64)
    unsure = np.flatnonzero(by_word[:, 1:].max(-1) > _NEGLIGIBLE)
    if len(unsure):
        first, last = int(unsure[0]), int(unsure[-1]) + 1
        # One certain word of frame on each side, so that a run pays for both its changes.
        first, last = max(first - 1, 0), min(last + 1, len(by_word))
        labels[first:last] = _viterbi(by_word[first:last].tolist(), change)
    return labels


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


def _runs(labels: Ints, value: int) -> list[Span]:
    hit = np.concatenate([[False], labels == value, [False]])
    edges = np.flatnonzero(hit[1:] != hit[:-1])
    return [(int(a), int(b)) for a, b in edges.reshape(-1, 2)]


def _leaning_speaker(by_word: Floats, rules: Decoding) -> Span | None:
    """A second look for the speaker of a cue that seems to have none."""
    leaning = by_word + np.asarray([0.0, rules.lean, 0.0], dtype=np.float32)
    return _best_speaker(_smooth(leaning, rules.change), by_word, rules)


def _best_speaker(labels: Ints, by_word: Floats, rules: Decoding) -> Span | None:
    """The likeliest of the speaker runs; None where no run is likely enough."""
    chance = np.exp(by_word[:, 1])
    runs = [(a, b) for a, b in _runs(labels, 1) if chance[a:b].mean() >= rules.speaker]
    if not runs:
        return None
    return max(runs, key=lambda r: (float((by_word[r[0] : r[1], 1] - by_word[r[0] : r[1], 0]).sum()), -r[0]))


def _without(spans: list[Span], hole: Span) -> list[Span]:
    out: list[Span] = []
    for start, end in spans:
        if end <= hole[0] or start >= hole[1]:
            out.append((start, end))
            continue
        out += [s for s in ((start, hole[0]), (hole[1], end)) if s[1] - s[0] > 1]
    return out


_MARKS = DOUBLE | SINGLE


def mend_quotations(text: str, found: list[Found], quotations: list[Quotation], rules: Decoding) -> None:
    """Let contents end where the quotation marks say (in place).

    A quotation that is mostly content of one attribution becomes content as a whole, marks included,
    but for the words of its own speaker and cue.
    """
    for q in quotations:
        inner = q.end - q.start
        best: Found | None = None
        most = 0
        for f in found:
            covered = sum(max(0, min(e, q.end) - max(s, q.start)) for s, e in f.content)
            if covered > most:
                best, most = f, covered
        if best is None or most < rules.quoted * inner:
            continue
        blocked = [s for s in (best.cue, best.speaker) if s and s[0] < q.end and q.start < s[1]]
        if blocked:
            continue
        best.content = _merge(text, [*best.content, (q.start, q.end)])


def _merge(text: str, spans: list[Span]) -> list[Span]:
    """Sorted union; parts parted by nothing but space and marks become one."""
    out: list[Span] = []
    for start, end in sorted(spans):
        if out and (start <= out[-1][1] or not text[out[-1][1] : start].strip("".join(_MARKS) + " ,\u00a0")):
            out[-1] = (out[-1][0], max(out[-1][1], end))
        else:
            out.append((start, end))
    return out


def attach_continuations(text: str, found: list[Found], quotations: list[Quotation], rules: Decoding) -> None:
    """Give quotations that no attribution covers to the one they go on from (in place).

    Newspapers let a long quotation run over paragraphs, naming the speaker only once: a quotation
    that takes up an open one, or a paragraph that is all quotation right after a quoted paragraph.
    """
    order = sorted(quotations, key=lambda q: q.start)
    for before, q in pairwise(order):
        if _is_scare(text, q, rules) or _covered(found, q):
            continue
        if not (q.continued or _own_paragraph(text, q)):
            continue
        between = text[before.end : q.start]
        if between.strip("".join(_MARKS) + " \n\r\t\u00a0.,"):
            continue
        owner = next(
            (f for f in found if any(s <= before.start and before.end - 1 <= e for s, e in f.content)), None
        )
        if owner is not None:
            owner.content = [*owner.content, (q.start, q.end)]


def _announced_blocks(text: str, found: list[Found], quotations: list[Quotation]) -> None:
    """A paragraph set off after "she added:" is what she added, marks or not (in place).

    Outlets indent such blocks and leave the marks out; the text keeps only the colon at the paragraph's end.
    """
    for f in found:
        if f.content or f.cue is None:
            continue
        line_end = text.find("\n", f.cue[0])
        if line_end < 0 or not text[f.cue[0] : line_end].rstrip().endswith(":"):
            continue
        start = line_end + len(text[line_end:]) - len(text[line_end:].lstrip())
        end = text.find("\n", start)
        block = (start, end if end >= 0 else len(text))
        taken = any(s < block[1] and block[0] < e for g in found for s, e in g.content)
        if (
            start < block[1]
            and not taken
            and not any(q.start < block[1] and start < q.end for q in quotations)
        ):
            f.content = [block]


def _covered(found: list[Found], q: Quotation) -> bool:
    return any(s < q.end and q.start < e for f in found for s, e in f.content)


def _own_paragraph(text: str, q: Quotation) -> bool:
    start = text.rfind("\n", 0, q.start) + 1
    end = text.find("\n", q.end)
    line = text[start : q.start] + text[q.end : end if end >= 0 else len(text)]
    return not line.strip("".join(_MARKS) + " .,\r\t\u00a0")


def _within_paragraphs(text: str, found: Found, quotations: list[Quotation]) -> list[Span]:
    """Unquoted content never runs over a paragraph's end: the part on the cue's side stays."""
    out: list[Span] = []
    cue = found.cue or (0, 0)
    for start, end in found.content:
        cut = text.find("\n", start, end)
        if cut < 0 or any(q.start < end and start < q.end for q in quotations):
            out.append((start, end))
        elif end <= cue[0] and text.rfind("\n", start, end) < cue[0]:
            out.append((text.rfind("\n", start, end) + 1, end))
        else:
            out.append((start, cut))
    return [s for s in out if text[s[0] : s[1]].strip()]


def _distinct(found: list[Found], rules: Decoding) -> list[Found]:
    """Of two neighbouring cues with nearly one content, the likelier."""
    out: list[Found] = []
    for f in sorted(found, key=lambda f: -f.chance):
        if any(_near(f.cue, g.cue) and _iou(f.content, g.content) >= rules.same for g in out):
            continue
        out.append(f)
    return out


def _near(a: Span | None, b: Span | None) -> bool:
    return a is not None and b is not None and a[0] <= b[1] + 40 and b[0] <= a[1] + 40


def _iou(a: list[Span], b: list[Span]) -> float:
    both = sum(max(0, min(e, f) - max(s, t)) for s, e in a for t, f in b)
    either = sum(e - s for s, e in a) + sum(e - s for s, e in b) - both
    return both / either if either else 0.0


def _rescue(
    found: list[Found], doubtful: list[Found], quotations: list[Quotation], text: str, rules: Decoding
) -> None:
    """Take in a doubtful cue whose content is a quotation that no other attribution covers (in place)."""
    for q in quotations:
        if _is_scare(text, q, rules) or _covered(found, q):
            continue
        fitting = [
            f for f in doubtful if sum(_cut(s, q) for s in f.content) >= rules.quoted * (q.end - q.start)
        ]
        if fitting:
            best = max(fitting, key=lambda f: f.chance)
            if best.cue and not (q.start <= best.cue[0] < q.end):
                best.content = _merge(text, [*best.content, (q.start, q.end)])
            found.append(best)


def _cut(span: Span, q: Quotation) -> int:
    return max(0, min(span[1], q.end) - max(span[0], q.start))


def _is_scare(text: str, q: Quotation, rules: Decoding) -> bool:
    return len(text[q.start : q.end].split()) <= rules.scare_words


_SIGNATURE = re.compile(
    r"[ \t\u00a0]*\n?[ \t\u00a0]*([―—–-]{1,2})[ \t\u00a0]*(?=[^\W\d_a-z])([^\n.;:!?\"“”]{2,80})"
)


def _signed_quotations(text: str, found: list[Found], quotations: list[Quotation], rules: Decoding) -> None:
    """A quotation with a dash and a name after it ("“…” — Jane Roe, nurse") is that person's (in place)."""
    for q in quotations:
        if _is_scare(text, q, rules) or _covered(found, q) or not _own_start(text, q):
            continue
        signed = _SIGNATURE.match(text, q.end)
        if signed is None:
            continue
        name = signed.group(2).split(",")[0].rstrip()
        if not 1 <= len(name.split()) <= 6:
            continue
        start = signed.start(2)
        found.append(Found(signed.span(1), (start, start + len(name)), [(q.start, q.end)], 0.6))


def _bare_quotations(text: str, found: list[Found], quotations: list[Quotation], rules: Decoding) -> None:
    """A quoted sentence that nobody claims is still a statement, of a speaker to be found (in place).

    Only whole sentences: they begin with a capital and end inside the marks, unlike titles and borrowed words.
    """
    for q in quotations:
        inside = text[q.start : q.end].strip("".join(_MARKS) + " \u00a0")
        sentence = inside[:1].isupper() and inside[-1:] in _SENTENCE_END
        if sentence and not _is_scare(text, q, rules) and not _covered(found, q):
            found.append(Found(None, None, [(q.start, q.end)], rules.bare, rules.bare))


_SENTENCE_END = frozenset(".?!…")


def _own_start(text: str, q: Quotation) -> bool:
    """Whether the quotation opens its paragraph."""
    return not text[text.rfind("\n", 0, q.start) + 1 : q.start].strip()
