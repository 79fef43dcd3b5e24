"""Cues: what kind of saying a cue reports, whether it is speech at all, and to whom it was said.

Belongs here: reading an annotated cue span ("has repeatedly said", "issued stark warnings to",
"declined to comment") with the lexicon. Does not: word lists (``seeds/cues.csv``, ``cue_lists/``),
finding cues (``tagger.py``, ``decode.py``) or resolving the addressee to an actor.

The classes: ``say`` (neutral), ``claim`` (given as true, open to doubt; forecasts too), ``accuse``,
``deny`` (says no: rejects, refuses, plays down), ``warn``, ``demand`` (wants others to act: urges,
advises, proposes), ``promise``, ``ask``, ``announce`` (makes known, rules, names), ``praise`` (thanks
and apologies too), ``criticise``, ``decline_to_comment``, ``agree`` (admits and confirms too),
``argue``, ``explain``; and of the mind ``believe``, ``want`` (hopes, supports, opposes), ``feel``,
``know``, ``plan``; ``other`` is the rest.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile

from pipeline.extract.cue_lists.lexicon import CUE_CLASSES, CueLexicon, read_lexicon
from pipeline.extract.cue_lists.phrase import ADJECTIVE, CuePhrase, Match, Span, Token, cue_phrase, tokens

__all__ = [
    "CUE_CLASSES",
    "CueLexicon",
    "CueReading",
    "addressee",
    "addressee_in_content",
    "read_cue",
    "read_lexicon",
]

_QUOTE_MARK = re.compile(r"[\"“”„«»]")
_CLAUSE_END = re.compile(r"(?<!\b[A-Z])(?<!\b[A-Z][a-z])(?<!\b[A-Z][a-z]{2})\.(?=\s|$)|[!?;:\n“\"«]")
"""The end of a sentence, not of an abbreviated title ("Sen. Ortega"), or the start of a quotation."""
_NAME_FOLLOWS = re.compile(r" (?:the )?[A-Z]")
_REACH = 160
"""Code points after the reporting word in which an addressee is looked for."""
_NAME_WORDS = 10
"""Longest addressee, in words."""


@dataclass(frozen=True, slots=True)
class CueReading:
    """What a cue says. ``lemma`` is None without a cue; a cue outside of the lexicon is ``other``."""

    lemma: str | None
    cue_class: str
    is_speech: bool
    is_negated: bool


def read_cue(
    text: str,
    cue: Span | None,
    *,
    content: Sequence[Span] = (),
    is_direct: bool = False,
    lexicon: CueLexicon,
) -> CueReading:
    """Lemma, class, speech or thought, and negation of one cue.

    Args:
        text: ``articles.text``; offsets point into it.
        cue: The cue span, None where the text leaves it out.
        content: Spans of what was said; a negation inside them is not the cue's.
        is_direct: All of the content is quoted.
        lexicon: From ``read_lexicon``.

    Returns:
        The reading. A direct quotation turns most words of thought into speech ("“We will win,” he
        hopes"), not the words of inner speech ("“We are lost,” she thought"). Without a cue it is
        ``say`` for a direct quotation, else ``other`` and no speech.
    """
    if cue is None:
        return CueReading(None, "say" if is_direct else "other", is_direct, False)
    phrase = cue_phrase(text, cue, tuple(content), lexicon)
    head = phrase.head
    if head is None:
        quoted = is_direct or any(_QUOTE_MARK.search(text, s, e) for s, e in content)
        return CueReading(phrase.guess(), "other", quoted, _is_negated(phrase, len(phrase.tokens)))
    is_negated = _is_negated(phrase, head.first)
    refusal = _refusal(phrase, head, is_negated=is_negated)
    if refusal is not None:
        return CueReading(refusal, "decline_to_comment", True, True)
    speech = head.entry.is_speech or _is_uttered(phrase, head, is_direct=is_direct)
    return CueReading(head.entry.lemma, head.entry.cue_class, speech, is_negated)


def _is_negated(phrase: CuePhrase, head: int) -> bool:
    """Whether the cue says that it was not said: a negation before token ``head`` or the cue."""
    lexicon = phrase.lexicon
    near = takewhile(lambda t: phrase.is_function_word(t.text) or t.text.endswith("ly"), phrase.before[::-1])
    line = f" {' '.join(lexicon.base(t.text) for t in (*[*near][::-1], *phrase.tokens[:head]))} "
    for words in lexicon.padded("double_negative"):
        line = line.replace(words, " ")
    is_not, is_failed = (
        any(words in line for words in lexicon.padded(role)) for role in ("negator", "negating")
    )
    return is_not != is_failed


def _refusal(phrase: CuePhrase, head: Match, *, is_negated: bool) -> str | None:
    """The lemma if the cue refuses or fails to comment ("would not say", "no comment")."""
    lexicon, lemma = phrase.lexicon, head.entry.lemma
    words = [lexicon.base(t.text) for t in phrase.tokens]
    rest = [lexicon.base(t.text) for t in phrase.after]
    for i, word in enumerate(words):
        following = (words[i + 1 :] or rest)[:3]
        if word in ("decline", "refuse") and lexicon.has_role("comment", *following):
            return word
    if head.entry.cue_class == "decline_to_comment":
        return lemma
    if not is_negated:
        return None
    would_not = "will" in words[: head.first] and lexicon.has_role("comment", lemma)
    return lemma if would_not or lexicon.has_role("unanswered", lemma) else None


def _is_uttered(phrase: CuePhrase, head: Match, *, is_direct: bool) -> bool:
    """Whether a word of thought is shown to have been said: quoted in full, or "voiced", "publicly"."""
    lexicon = phrase.lexicon
    if is_direct and head.use != "noun":
        is_present = phrase.tokens[head.first].text.endswith("s")
        return is_present or not head.entry.is_inner
    # A noun may be read from beside its verb ("expressed" + "a willingness"): then both are the head.
    before = [lexicon.base(t.text) for t in phrase.tokens[: head.first + (head.use == "noun")]]
    others = [*before, *(lexicon.base(t.text) for t in phrase.tokens[head.last + 1 :])]
    return lexicon.has_role("utterance", *before) or lexicon.has_role("aloud", *others)


def addressee(
    text: str,
    cue: Span | None,
    speaker: Span | None,
    content: Sequence[Span],
    *,
    lexicon: CueLexicon,
) -> Span | None:
    """Whom it was said to or against, as a span outside of the content ("told reporters").

    Args:
        text: ``articles.text``; offsets point into it.
        cue: The cue span; the addressee may stand inside of it ("issued stark warnings to Russia").
        speaker: The speaker span, which is never the addressee.
        content: Spans of what was said.
        lexicon: From ``read_lexicon``.

    Returns:
        The noun phrase with its title, None where the text names nobody there.
    """
    if cue is None:
        return None
    phrase = cue_phrase(text, cue, tuple(content), lexicon)
    head = phrase.head
    if head is None or head.use in ("preposition", "mark", "adverb"):
        return None
    start = [*phrase.tokens, *phrase.after][head.last].end
    spans = [*content, *([speaker] if speaker else [])]
    end = min([e for e, _ in spans if e >= start] + [start + _REACH, len(text)])
    return _Listener(text, start, end, head.entry.lemma, lexicon).after()


def addressee_in_content(
    text: str, cue: Span | None, content: Sequence[Span], *, lexicon: CueLexicon
) -> Span | None:
    """The addressee with which the content begins ("accused [Kyiv of mobilising troops]").

    PolNeAR takes the object of such verbs into the content; who wants it apart can cut it off there.
    None unless the content follows the cue at once and goes on with "of", "to", "for" or "that".
    """
    if cue is None or not content or not 0 <= content[0][0] - cue[1] <= 1:
        return None
    phrase = cue_phrase(text, cue, tuple(content), lexicon)
    head = phrase.head
    if head is None or head.last != len(phrase.tokens) - 1:
        return None
    found = _Listener(text, *content[0], head.entry.lemma, lexicon).object()
    following = tokens(text, found[1], min(found[1] + 20, content[0][1])) if found else []
    links = ("of", "to", "for", "that", "whether", "not", "over")
    return found if found and following and following[0].text in links else None


class _Listener:
    """The search for an addressee in ``text[start:end]``, right after the reporting word ``lemma``."""

    def __init__(self, text: str, start: int, end: int, lemma: str, lexicon: CueLexicon) -> None:
        self.text = text
        self.lemma = lemma
        self.lexicon = lexicon
        stop = next((m.start() for m in _CLAUSE_END.finditer(text, start, end)), end)
        self.tokens = [t for t in tokens(text, start, stop) if t.text != "."]

    def after(self) -> Span | None:
        """The object of the reporting word, else what follows a preposition that it goes with."""
        found = self.object()
        before = [self.lemma]
        for i, token in enumerate(self.tokens):
            if found or token.text in ",:-–—(":
                break
            if self._leads_to_somebody(token.text, before):
                found = self._phrase_from(i + 1)
            before.append(self.lexicon.base(token.text))
        return found

    def object(self) -> Span | None:
        """The addressee that follows the reporting word at once ("told", "accused")."""
        is_object = self.lexicon.has_role("addressee_object", self.lemma)
        if not is_object and not self.lexicon.has_role("addressee_person", self.lemma):
            return None
        return self._phrase_from(0, is_object=is_object)

    def _leads_to_somebody(self, preposition: str, before: list[str]) -> bool:
        if preposition == "to":
            return not self.lexicon.has_role("addressee_not_to", before[-1])
        is_linked = preposition in ("with", "at", "against")
        return is_linked and self.lexicon.has_role(f"addressee_{preposition}", *before)

    def _phrase_from(self, at: int, *, is_object: bool = False) -> Span | None:
        """The noun phrase at token ``at``, if it can be somebody."""
        while at < len(self.tokens) and self.lexicon.has_role("adverb", self.tokens[at].text):
            at += 1
        words: list[Token] = []
        for token in self.tokens[at : at + _NAME_WORDS]:
            if self._ends_before(token, words):
                break
            words.append(token)
            if token.text != "her" and self.lexicon.has_role("pronoun", words[0].text):
                break
        while words and (words[-1].text in ("and", "the", "a") or not words[-1].text[0].isalnum()):
            words.pop()
        if not words or not self._is_somebody(words, is_object=is_object):
            return None
        return words[0].start, words[-1].end

    def _ends_before(self, token: Token, words: list[Token]) -> bool:
        word, has_role = token.text, self.lexicon.has_role
        if word == "and" and words:
            return False
        if word in ("of", "for") and words:
            # "told members of the European Parliament", not "accused Kelby of Norby's crime".
            is_body = self._is_capital(words[-1]) or has_role("people", words[-1].text)
            is_of = has_role("addressee_of", self.lemma)
            return is_of or not is_body or not _NAME_FOLLOWS.match(self.text, token.end)
        is_name = bool(words) and self._is_capital(words[-1]) and self._is_capital(token)
        if is_name and (word == "today" or word.endswith("ly")):
            return False
        if words and words[-1].text not in ("and", "of", "for") and has_role("article", word):
            return True
        is_mark = not word[0].isalnum() and word not in ("'s", "'", "&")
        is_adverb = word.endswith("ly") or (bool(words) and has_role("adverb", word))
        return is_mark or is_adverb or has_role("time", word) or has_role("stop", word)

    def _is_somebody(self, words: list[Token], *, is_object: bool) -> bool:
        first, last = words[0].text, words[-1].text
        has_role = self.lexicon.has_role
        if len(words) == 1 and has_role("pronoun", first):
            return True
        opens = self._is_capital(words[0]) or first.isdigit() or has_role("determiner", first)
        if self._is_capital(words[-1]) or has_role("people", last):
            if opens or is_object:
                return True
            # Not the verb of "to press Israel".
            is_verb = self.lexicon.entry(first, "verb") is not None
            return not is_verb and (len(words) == 1 or bool(ADJECTIVE.search(first)))
        # "told the gathering", not "told the truth".
        is_reported = any(self.lexicon.entry(lemma, "noun") for lemma in self.lexicon.lemmas(last))
        return is_object and not is_reported and (opens or last.endswith("s"))

    def _is_capital(self, token: Token) -> bool:
        return self.text[token.start].isupper()
