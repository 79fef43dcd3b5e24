"""The head of a cue: which word of "has repeatedly refused to say" is the reporting word.

Belongs here: tokens of a cue and of its neighbourhood, finding lexicon entries among them, choosing the
head. Does not: what the head means in its context (``pipeline.extract.cues``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import pairwise, takewhile
from typing import NamedTuple

from pipeline.extract.cue_lists.lexicon import CueEntry, CueLexicon

Span = tuple[int, int]

_WORD = re.compile(r"[^\W_]+(?:[.'’-][^\W_]+)*|['’]s\b|[^\w\s]")
ADJECTIVE = re.compile(r".(?:al|ic|ive|ous|ful|ary|ish|less|[ai]ble|ed|est|ern|an|ent|ant|ing)$")
_CLITICS = frozenset(("s", "re", "ve", "ll", "d", "m"))
_SENTENCE_EDGE = frozenset(".!?;")
_NEAR = 60
"""Code points beside a cue in which its negation or its particle may stand."""
_GAP = 3
"""Most words between a verb and its particle ("put it very bluntly that")."""


class Token(NamedTuple):
    """A word in lower case, or a mark, with its half-open offsets into the text."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Match:
    """An entry at tokens ``first`` to ``last``, and the part of speech in which it is used there."""

    first: int
    last: int
    entry: CueEntry
    use: str


class CuePhrase:
    """One cue as tokens, with those beside it, and the questions that are asked of it."""

    def __init__(self, text: str, cue: Span, content: Sequence[Span], lexicon: CueLexicon) -> None:
        self.lexicon = lexicon
        self.tokens = tokens(text, *cue)
        self._text, self._cue, self._content = text, cue, content

    @cached_property
    def before(self) -> list[Token]:
        """What stands before the cue in its sentence, as far as a negation may stand."""
        start = self._cue[0]
        low = max([0, start - _NEAR, *(e for _, e in self._content if e <= start)])
        found = tokens(self._text, self._text.rfind("\n", low, start) + 1 or low, start)
        return [*takewhile(_in_sentence, found[::-1])][::-1]

    @cached_property
    def after(self) -> list[Token]:
        """What follows the cue in its sentence, as far as a particle may stand."""
        end = self._cue[1]
        return [*takewhile(_in_sentence, tokens(self._text, end, min(len(self._text), end + _NEAR)))]

    @cached_property
    def head(self) -> Match | None:
        """The reporting word: the last verb of the chain, else noun or adjective, else what is left."""
        found = list(self._matches())
        head = self._last_of_chain([m for m in found if m.use == "verb"])
        if head is None or self.lexicon.has_role("light", head.entry.lemma):
            later = [m for m in found if m.use not in ("verb", "adverb")]
            later = [m for m in later if not head or m.first > head.last]
            for match, following in pairwise([*later, None]):
                # In "a critical report" the noun is what was said.
                run_on = following is not None and match is not None and following.first == match.last + 1
                if match and (match.use != "adjective" or not run_on):
                    return match
        if head and head.last == len(self.tokens) - 1 and self.lexicon.has_role("giving", head.entry.lemma):
            return self._given(head) or head
        return head or next((m for m in found if m.use == "adverb"), None) or self._small_word()

    def guess(self) -> str | None:
        """Base form of the likeliest head of a cue without a known word."""
        words = [t.text for t in self.tokens if t.text[0].isalpha()]
        full = [w for w in words if not self.is_function_word(w) and not w.endswith("ly")]
        return self.lexicon.base((full or words)[0]) if words else None

    def _matches(self) -> Iterator[Match]:
        at = 0
        while at < len(self.tokens):
            match = self._phrase_at(at) or self._word_at(at)
            if match is not None:
                yield match
            at = match.last + 1 if match else at + 1

    def _phrase_at(self, at: int) -> Match | None:
        for first in self.lexicon.lemmas(self.tokens[at].text):
            for words, entry in self.lexicon.phrases(first):
                last = self._ends_at(at, words[1:], gap=_GAP if entry.kind == "verb" else 0)
                if last is not None:
                    return Match(at, last, entry, entry.kind)
        return None

    def _ends_at(self, at: int, words: Sequence[str], *, gap: int) -> int | None:
        """Last token of the phrase whose further ``words`` follow token ``at``; one may follow the cue."""
        stream = [*self.tokens, *self.after[:1]]
        for word in words:
            for step in range(gap + 1):
                at += 1
                if at >= len(stream):
                    return None
                if word == stream[at].text or word in self.lexicon.lemmas(stream[at].text):
                    break
                if step == gap or not self._may_intervene(stream[at].text):
                    return None
        return at

    def _given(self, verb: Match) -> Match | None:
        """What was made or given where the cue stops at the verb: "made" + "similar comments"."""
        for token in self.after[: _GAP + 1]:
            if self.lexicon.has_role("noun_preposition", token.text):
                return None
            lemmas = self.lexicon.lemmas(token.text)
            entry = self._first_entry(lemmas, "noun") or self._first_entry(lemmas, "verb")
            if entry is not None:
                return Match(verb.first, verb.last, entry, "noun")
        return None

    def _may_intervene(self, word: str) -> bool:
        is_verb = self._first_entry(self.lexicon.lemmas(word), "verb") is not None
        is_loose = word.endswith("ly") or (not is_verb and bool(ADJECTIVE.search(word)))
        return is_loose or self.lexicon.has_role("gap", word) or self.lexicon.has_role("strong", word)

    def _word_at(self, at: int) -> Match | None:
        word = self.tokens[at].text
        lemmas = self.lexicon.lemmas(word)
        if self.lexicon.has_role("auxiliary", self.lexicon.base(word)):
            return None
        verb = self._first_entry(lemmas, "verb")
        noun = self._first_entry(lemmas, "noun")
        adjective = self._first_entry(lemmas[:2], "adjective")
        named = noun or verb
        if named and self._is_noun(at):
            return Match(at, at, named, "noun")
        if adjective and (not verb or self._follows_be(at)):
            return Match(at, at, adjective, "adjective")
        adverb = self.lexicon.entry(word, "adverb")
        entry = verb or noun or adverb
        return Match(at, at, entry, entry.kind) if entry else None

    def _first_entry(self, lemmas: Sequence[str], kind: str) -> CueEntry | None:
        return next((entry for lemma in lemmas if (entry := self.lexicon.entry(lemma, kind))), None)

    def _is_noun(self, at: int) -> bool:
        """Whether the words before token ``at`` make it a noun ("his stern warning", "faced criticism")."""
        word = self.tokens[at].text
        is_gerund = word.endswith("ing")
        is_past = self.lexicon.lemmas(word)[0] != word and not word.endswith("s") and not is_gerund
        if word.endswith("ed") or is_past:
            return False
        earlier = [t.text for t in (*self.before, *self.tokens[:at])][: -_GAP - 1 : -1]
        for previous in earlier:
            if self.lexicon.has_role("determiner", previous):
                return not (is_gerund and previous == "'s")
            if self.lexicon.has_role("noun_preposition", previous):
                return not is_gerund
            if not is_gerund and self.lexicon.has_role("light", self.lexicon.base(previous)):
                return True
            if not self._is_adjective(previous):
                return False
        following = [t.text for t in (*self.tokens[at + 1 :], *self.after)][:1]
        return not earlier and self.lexicon.has_role("noun_follower", *following)

    def _is_adjective(self, word: str) -> bool:
        is_noun = self._first_entry(self.lexicon.lemmas(word), "noun") is not None
        return self.lexicon.has_role("strong", word) or (not is_noun and bool(ADJECTIVE.search(word)))

    def _follows_be(self, at: int) -> bool:
        earlier = [t.text for t in (*self.before, *self.tokens[:at])][::-1]
        for word in earlier[: _GAP + 1]:
            if self.lexicon.has_role("copula", *self.lexicon.lemmas(word)[:2]):
                return True
            if not (self.lexicon.has_role("negator", word) or self._may_intervene(word)):
                return False
        return False

    def _last_of_chain(self, verbs: Sequence[Match]) -> Match | None:
        """The head of a chain ("refused to say"); not every verb hands on ("said when asked")."""
        head: Match | None = None
        for verb in verbs:
            if head is not None:
                between = [t.text for t in self.tokens[head.last + 1 : verb.first]]
                if not self.lexicon.has_role("carrier", head.entry.lemma):
                    break
                if self.lexicon.has_role("subordinator", *between):
                    break
            head = verb
        return head

    def _small_word(self) -> Match | None:
        """A preposition, a colon or a bare auxiliary, if the cue is no more than that."""
        if not all(self.is_function_word(t.text) or self.lexicon.entry(t.text, "mark") for t in self.tokens):
            return None
        for kind in ("preposition", "mark", "verb"):
            for i, token in enumerate(self.tokens):
                entry = self._first_entry(self.lexicon.lemmas(token.text)[:2], kind)
                if entry:
                    return Match(i, i, entry, kind)
        return None

    def is_function_word(self, word: str) -> bool:
        """Whether ``word`` is no more than grammar: it can be before a head, not be one."""
        roles = ("auxiliary", "negator", "determiner", "noun_preposition", "gap", "subordinator")
        bases = (word, *self.lexicon.lemmas(word)[:1])
        is_listed = any(self.lexicon.has_role(role, *bases) for role in roles)
        return is_listed or self.lexicon.entry(word, "preposition") is not None


@lru_cache(maxsize=8)  # what a cue says and to whom are asked for one after the other
def cue_phrase(text: str, cue: Span, content: tuple[Span, ...], lexicon: CueLexicon) -> CuePhrase:
    """The cue at ``cue`` with what stands beside it; no part of ``content`` is looked at."""
    return CuePhrase(text, cue, content, lexicon)


def _in_sentence(token: Token) -> bool:
    return token.text not in _SENTENCE_EDGE


def tokens(text: str, start: int, end: int) -> list[Token]:
    """Words and marks, lower case; contractions are taken apart ("didn’t" = "did", "n't")."""
    out: list[Token] = []
    for match in _WORD.finditer(text, start, end):
        word = match.group().lower().replace("’", "'")
        clitic = ""
        if word.endswith("n't") and len(word) > 3:
            clitic = "n't"
        elif "'" in word[1:] and word.rpartition("'")[2] in _CLITICS:
            clitic = word[word.rindex("'") :]
        # Counted from the end: a lower-case form may be longer than the word ("İ").
        cut = match.end() - len(clitic)
        out.append(Token(word.removesuffix(clitic), match.start(), cut))
        if clitic:
            out.append(Token(clitic, cut, match.end()))
    return out
