"""Name kinds: whether an unknown name is a state, a place, a body or a person, by how the articles use it.

Belongs here: evidence beside each mention ("Valdoria’s president", "in Lindhaven", "Corvane’s shares"), summed
over an article and over all articles at hand. Does not: names that the seeds know (``meanings.py``), titles
before persons (``titles.py``).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from pipeline.extract.lexicon import Lexicon, fold, lexicon
from pipeline.extract.name_spans import NameSpan


class Votes(defaultdict[str, float]):
    """Weight for each kind: state, place, organization, person."""

    def __init__(self) -> None:
        super().__init__(float)

    def add(self, other: Mapping[str, float], scale: float = 1.0) -> None:
        """Add the weights of ``other``, each times ``scale``."""
        for kind, weight in other.items():
            self[kind] += scale * weight


LEAST = 1.0
"""Least weight of evidence that changes what the tagger saw."""
SHARED = 0.5
"""What evidence of the other articles counts against the article's own."""
MOST_SHARED = 4.0
"""Evidence of the other articles counts no more than this, however many they are."""
HALF_SURE = 0.45
"""Tagger's score below which its word alone makes no body of a name: in the sample such names were places."""
TAGGER = 1.0
"""What the tagger's opinion counts, shared out among the kinds that it gave the name in the article."""
_KIND_OF = {"PERSON": "person", "ORGANIZATION": "organization", "LOCATION": "place", "MISC": "other"}
_TYPE_OF = {kind: name_type for name_type, kind in _KIND_OF.items()}
_AFTER = re.compile(r"(?:['’]s|['’](?=\s))?((?: [^\W_]+(?:-[^\W_]+)*){1,3})")
_BEFORE = re.compile(r"([^\W_]+ )?([^\W_]+) (?:the )?$")
_AGED = re.compile(r", \d{2}\b|,? who(?:se)?\b")
_DEMONYM = re.compile(r"(?:ian|an|n|ese|ish|i)$")
OWNS_A_PERSON = {"state": 1.5, "organization": 0.5}
"""What "Estmark’s Signe Aldervik" tells of Estmark."""
MOTION_REACH = 60
"""Characters before "to" in which a word of travelling counts ("cancelled a visit by the president to")."""
LEAST_STEM = 4
"""Letters that a country and its adjective share at least ("Valdoria", "Valdorian")."""


class NameKinds:
    """Evidence of several articles about their unknown names, and the kinds that follow from it."""

    def __init__(
        self,
        is_known: Callable[[str], bool],
        is_seat: Callable[[str], bool] = lambda _: False,
        is_state: Callable[[str], bool] = lambda _: False,
    ) -> None:
        self._is_known = is_known
        self._is_seat = is_seat
        self._is_state = is_state
        self._own: dict[str, dict[str, Votes]] = {}
        self._shared: defaultdict[str, Votes] = defaultdict(Votes)
        self._seen: defaultdict[str, Votes] = defaultdict(Votes)

    def observe(self, article_id: str, text: str, names: Sequence[NameSpan]) -> None:
        """Take in the evidence of one article."""
        own: defaultdict[str, Votes] = defaultdict(Votes)
        people = _people(text, names)
        adjectives = {fold(text[n.start : n.end]) for n in names if n.name_type != "PERSON"}
        full = {n.start for n in names if n.name_type == "PERSON" and " " in text[n.start : n.end]}
        for span in names:
            word = _word(text, span)
            self._seen[word][_KIND_OF[span.name_type]] += span.score
            is_open = not self._is_known(text[span.start : span.end]) and not _tells_place(word)
            if is_open and word not in people:
                own[word].add(_evidence(text, span))
                if span.end + 3 in full and text[span.end] in "'’":
                    own[word].add(OWNS_A_PERSON)
        for word in own:
            if any(is_adjective(a, word) for a in adjectives):
                own[word]["state"] += 1.5
        longer = {word for n in names if " " in (word := _word(text, n)) and word not in people}
        # Places first, for a place lends its name to no body; in order, so that every run gives the same rows.
        for word in sorted(longer, key=lambda w: (not _tells_place(w), w)):
            _lend(own, word)
        self._own[article_id] = own
        for word, votes in own.items():
            self._shared[word].add(votes)

    def typed(self, article_id: str, text: str, names: Sequence[NameSpan]) -> list[NameSpan]:
        """The names with the types that the evidence gives them."""
        own = self._own[article_id]
        names = [self._as_elsewhere(text, span) for span in names]
        people = _people(text, names)
        for span in names:
            word = _word(text, span)
            if word not in own and word not in people and self._shared.get(word) and not _tells_place(word):
                own[word] = Votes()  # no part of a person's name after all
        seen: defaultdict[str, Votes] = defaultdict(Votes)
        for span in names:
            seen[_word(text, span)][_KIND_OF[span.name_type]] += span.score
        chosen = {word: self._kind(votes, own[word], word) for word, votes in seen.items() if word in own}
        return [
            self._retyped(span, kind, own[_word(text, span)])
            if (kind := chosen.get(_word(text, span)))
            else self._seat(text, self._unsure(text, span), people)
            for span in names
        ]

    def _unsure(self, text: str, span: NameSpan) -> NameSpan:
        """A lone word that the tagger half takes for a body, and nothing else does: no actor until it speaks."""
        name = text[span.start : span.end]
        is_sure = span.name_type != "ORGANIZATION" or span.score >= HALF_SURE
        if is_sure or not name.isalpha() or self._is_known(name) or self._seen[_word(text, span)]["place"]:
            return span
        return replace(span, name_type="MISC")

    def _retyped(self, span: NameSpan, kind: str, told: Votes) -> NameSpan:
        """The span with the type of ``kind``; what is no actor becomes one only if it is surely a place."""
        is_sure = kind == "place" and told["place"] + told["state"] > LEAST
        return span if span.name_type == "MISC" and not is_sure else replace(span, name_type=_TYPE_OF[kind])

    def _seat(self, text: str, span: NameSpan, people: set[str]) -> NameSpan:
        """A known capital or state that the tagger took for a person, as its surroundings tell otherwise."""
        name = text[span.start : span.end]
        if span.name_type != "PERSON" or not self._is_seat(name) or _word(text, span) in people:
            return span
        told = _evidence(text, span)
        is_place = told["place"] + told["state"] + told["organization"] > told["person"]
        before = _BEFORE.search(text, max(0, span.start - 40), span.start)
        is_titled = before is not None and fold(before.group(2)) in lexicon().titles
        is_place = is_place or (self._is_state(name) and not is_titled)
        return replace(span, name_type="LOCATION") if is_place else span

    def _as_elsewhere(self, text: str, span: NameSpan) -> NameSpan:
        """A name of several words with the type that it was given most, over all articles."""
        word = _word(text, span)
        if " " not in word or _tells_place(word) or self._is_known(text[span.start : span.end]):
            return span
        kind = _majority(self._seen[word])
        return replace(span, name_type=_TYPE_OF[kind]) if kind else span

    def _kind(self, seen: Votes, own: Votes, word: str) -> str | None:
        """The kind of a name; None where nothing speaks against the tagger."""
        votes, others = Votes(), Votes()
        votes.add(own)
        others.add(self._shared[word])
        others.add(own, -1.0)
        most = max(others.values(), default=0.0)
        votes.add(others, SHARED * min(1.0, MOST_SHARED / most if most else 1.0))
        # A state is a place too: what tells of a place does not speak against the state.
        votes["place"] += votes.pop("state", 0.0)
        if max(votes.values(), default=0.0) < LEAST:
            return _majority(seen)
        total = sum(seen.values())
        for kind, weight in seen.items():
            votes[kind] += TAGGER * weight / total
        if word in lexicon().body_nouns:
            votes.pop("person", None)  # "the Queen City"
        return max(sorted(votes), key=lambda k: votes[k])


def _tells_place(word: str) -> bool:
    """Whether a name of several words tells that it is a place: "River Tess", "Mill Street"."""
    words = word.split()
    opens, closes = lexicon().place_openers, lexicon().place_closers
    return len(words) > 1 and (words[0] in opens or words[-1] in closes)


def _lend(own: dict[str, Votes], longer: str) -> None:
    """Let "River Tess" tell what "Tess" is, and "Brightwater Ferries" what "Brightwater" may be."""
    words = longer.split()
    if _tells_place(longer):
        for word in {words[0], words[-1]} & own.keys():
            own[word]["place"] += 1.5
    elif words[0] in own and not (own[words[0]]["place"] or own[words[0]]["state"]):
        own[words[0]]["organization"] += 1.0


def _majority(seen: Votes) -> str | None:
    """The kind that the tagger gave most, where it gave several."""
    return max(sorted(seen), key=lambda k: seen[k]) if len(seen) > 1 else None


def _word(text: str, span: NameSpan) -> str:
    return fold(text[span.start : span.end]).removeprefix("the ")


def _people(text: str, names: Iterable[NameSpan]) -> set[str]:
    """Full names of persons, and the words in them."""
    found: set[str] = set()
    for span in names:
        words = _word(text, span).split()
        if span.name_type == "PERSON" and len(words) > 1:
            found.update(words)
            found.add(" ".join(words))
    return found


def _evidence(text: str, span: NameSpan) -> Votes:
    """What stands right before and behind one mention says."""
    words = lexicon()
    votes = Votes()
    before = _BEFORE.search(text, max(0, span.start - 40), span.start)
    if before is not None and not text.startswith(("'", "’"), span.end):
        if before.group(2) in ("to", "from", "for") and _moves(text, before.start(), words):
            votes["place"] += 1.5
        _before(votes, fold(before.group(1) or "").strip(), fold(before.group(2)), words)
    after = _AFTER.match(text, span.end)
    if after is not None:
        _after(votes, fold(after.group(1)).split(), words)
    if _AGED.match(text, span.end):
        votes["person"] += 0.5 if "who" in text[span.end : span.end + 6] else 2.0
    elif text.startswith(", which", span.end):
        votes.add({"place": 1.0, "organization": 1.0})
    return votes


def _moves(text: str, stop: int, words: Lexicon) -> bool:
    """Whether somebody travels in the words before ``stop``: "a visit by the president to"."""
    sentence = re.split(r"[.!?\n]", text[max(0, stop - MOTION_REACH) : stop + 20])[-1]
    return any(words.is_a(fold(w), "motion") for w in sentence.split())


def _before(votes: Votes, first: str, second: str, words: Lexicon) -> None:
    for phrase in (f"{first} {second}", second):
        told = words.name_contexts.get((phrase, "before"))
        if told:
            votes.add(told)
            return
    if second in words.titles or second in words.person_nouns:
        votes["person"] += 2.0


def _after(votes: Votes, low: list[str], words: Lexicon) -> None:
    """What the noun behind the name says: "government", "prime minister", "shares"; modifiers in between."""
    for i, word in enumerate(low):
        told = words.name_contexts.get((" ".join(low[i : i + 2]), "after"))
        told = told or words.name_contexts.get((word, "after"))
        if told:
            votes.add(told)
            return
        if word in words.place_closers:
            votes["place"] += 1.5
            return
        if word not in words.modifiers:
            return


def is_adjective(word: str, name: str) -> bool:
    """Whether ``word`` is made of the name of a country: "valdorian" of "valdoria"."""
    if word == name or len(word) < len(name) or " " in word or " " in name:
        return False
    stem = name[:-1] if name[-1] in "aeiouy" else name
    return len(stem) >= LEAST_STEM and word.startswith(stem) and _DEMONYM.search(word) is not None
