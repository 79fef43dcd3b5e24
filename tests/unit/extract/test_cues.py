"""Reading cues: lemma, class, speech or thought, negation; and addressees."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from pipeline.extract import cue_lists
from pipeline.extract.cue_lists.phrase import tokens
from pipeline.extract.cues import (
    CUE_CLASSES,
    CueReading,
    addressee,
    addressee_in_content,
    read_cue,
    read_lexicon,
)

SEED = Path(__file__).parents[3] / "seeds" / "cues.csv"
LISTS = Path(cue_lists.__file__).parent
LEXICON = read_lexicon(SEED)


def spans(marked: str) -> tuple[str, dict[str, list[tuple[int, int]]]]:
    """Text and spans of "S[He] Q[said] C[it]"."""
    out, found, i = "", {"S": [], "Q": [], "C": []}, 0
    opened: list[tuple[str, int]] = []
    while i < len(marked):
        if marked[i] in found and marked[i + 1 : i + 2] == "[":
            opened.append((marked[i], len(out)))
            i += 2
        elif marked[i] == "]":
            role, start = opened.pop()
            found[role].append((start, len(out)))
            i += 1
        else:
            out += marked[i]
            i += 1
    return out, found


def read(marked: str, *, is_direct: bool = False) -> CueReading:
    text, found = spans(marked)
    return read_cue(text, found["Q"][0], content=found["C"], is_direct=is_direct, lexicon=LEXICON)


@pytest.mark.parametrize(
    ("cue", "lemma", "cue_class", "is_speech", "is_negated"),
    [
        ("said", "say", "say", True, False),
        ("told", "tell", "say", True, False),
        ("has repeatedly said", "say", "say", True, False),
        ("said in a statement", "say", "say", True, False),
        ("said when asked", "say", "say", True, False),
        ("went on to say", "say", "say", True, False),
        ("was quoted as saying", "say", "say", True, False),
        ("released a statement saying", "say", "say", True, False),
        ("pointed out", "point out", "say", True, False),
        ("made it very clear", "make clear", "say", True, False),
        ("according to", "according to", "say", True, False),
        (":", ":", "say", True, False),
        ("claims", "claim", "claim", True, False),
        ("was adamant", "adamant", "claim", True, False),
        ("accused", "accuse", "accuse", True, False),
        ("repeated that accusation", "accusation", "accuse", True, False),
        ("denied", "deny", "deny", True, False),
        ("hit back", "hit back", "say", True, False),
        ("issued stark warnings to", "warning", "warn", True, False),
        ("called for", "call for", "demand", True, False),
        ("is urging", "urge", "demand", True, False),
        ("vowed", "vow", "promise", True, False),
        ("wants to know", "want to know", "ask", True, False),
        ("announced", "announce", "announce", True, False),
        ("paid tribute to", "pay tribute to", "praise", True, False),
        ("is a fierce critic of", "critic", "criticise", True, False),
        ("criticized", "criticise", "criticise", True, False),
        ("admitted", "admit", "agree", True, False),
        ("made a strong case for", "make case", "argue", True, False),
        ("spelled out", "spell out", "explain", True, False),
        ("believes", "believe", "believe", False, False),
        ("was convinced", "convinced", "believe", False, False),
        ("expects", "expect", "believe", False, False),
        ("is expected to announce", "expect", "believe", False, False),
        ("hopes", "hope", "want", False, False),
        ("wants", "want", "want", False, False),
        ("supports", "support", "want", False, False),
        ("opposes", "oppose", "want", False, False),
        ("favors", "favour", "want", False, False),
        ("fears", "fear", "feel", False, False),
        ("was especially proud of", "proud", "feel", False, False),
        ("knew", "know", "know", False, False),
        ("plans to announce", "plan", "plan", False, False),
        ("seemed", "seem", "other", False, False),
        ("did not say", "say", "say", True, True),
        ("didn’t mention", "mention", "say", True, True),
        ("has yet to say", "say", "say", True, True),
        ("without saying", "say", "say", True, True),
        ("could not confirm", "confirm", "agree", True, True),
        ("refused to rule out", "rule out", "deny", True, True),
        ("does not believe", "believe", "believe", False, True),
        ("could not resist pointing out", "point out", "say", True, False),
        ("not only said", "say", "say", True, False),
        ("made no secret of", "make no secret", "say", True, False),
        ("can’t help but worry", "worry", "feel", False, False),
        ("declined to comment", "decline", "decline_to_comment", True, True),
        ("refused to say", "refuse", "decline_to_comment", True, True),
        ("would not say", "say", "decline_to_comment", True, True),
        ("did not immediately respond to", "respond to", "decline_to_comment", True, True),
        ("could not be reached for comment", "comment", "decline_to_comment", True, True),
        ("had no comment", "no comment", "decline_to_comment", True, True),
        ("expressed concern", "concern", "feel", True, False),
        ("voiced fears", "fear", "feel", True, False),
        ("publicly supports", "support", "want", True, False),
        ("his repeated attempts", "attempt", "plan", False, False),
    ],
    ids=lambda value: value.replace(" ", "_") if isinstance(value, str) else None,
)
def test_reads_a_cue(cue: str, lemma: str, cue_class: str, is_speech: bool, is_negated: bool) -> None:
    reading = read(f"S[The minister] Q[{cue}] C[that much].")
    assert reading == CueReading(lemma, cue_class, is_speech, is_negated)


def test_negation_of_the_content_is_not_the_cues() -> None:
    assert not read("S[She] Q[said] C[she would not sign and had never been asked].").is_negated
    assert not read("C[It was never signed], S[she] Q[said].").is_negated
    assert not read("C[“I did not,”] Q[said] S[she].", is_direct=True).is_negated


def test_negation_beside_the_cue_counts() -> None:
    assert read("S[She] did not Q[say] C[who paid].").is_negated
    assert not read("He did not. S[She] Q[said] C[so].").is_negated


def test_a_bare_refusal_looks_at_what_is_refused() -> None:
    assert read("S[A spokesman] Q[declined] C[to comment on the sale].").cue_class == "decline_to_comment"
    assert read("S[The mayor] Q[refused] C[to stand down].") == CueReading("refuse", "deny", True, False)


def test_the_particle_may_stand_outside_the_cue() -> None:
    assert read("S[Unions] Q[called] C[for a strike].").lemma == "call for"
    assert read("S[Unions] Q[called] C[him a coward].").lemma == "call"


def test_what_was_made_or_given_may_stand_outside_the_cue() -> None:
    assert read("S[He] Q[made] C[similar comments].").cue_class == "say"
    assert read("S[He] Q[expressed] C[a willingness to talk].") == CueReading(
        "willingness", "want", True, False
    )
    assert read("S[He] Q[made] C[bread].").cue_class == "other"


@pytest.mark.parametrize(
    ("marked", "is_speech"),
    [
        ("C[“We are lost,”] S[she] Q[thought].", False),
        ("C[“I am proud”], S[he] Q[felt].", False),
        ("S[The striker] Q[feels]: C[“We deserved more.”]", True),
        ("S[Her mother] Q[believes]: C[“It will pass.”]", True),
        ("C[“It will be close,”] S[he] Q[hopes].", True),
        ("C[“Yes,”] S[she] Q[smiled].", True),
    ],
)
def test_thought_with_a_direct_quotation(marked: str, is_speech: bool) -> None:
    assert read(marked, is_direct=True).is_speech is is_speech


def test_a_smile_alone_says_nothing() -> None:
    assert not read("S[She] Q[smiled] C[at the idea].").is_speech


def test_without_a_cue() -> None:
    assert read_cue("“No.”", None, is_direct=True, lexicon=LEXICON) == CueReading(None, "say", True, False)
    assert read_cue("It was so.", None, lexicon=LEXICON) == CueReading(None, "other", False, False)


@pytest.mark.parametrize("noun", ["Critics welcomed his claim", "the minister’s claim", "new claims of"])
def test_nouns_are_read_as_such(noun: str) -> None:
    start = noun.index("claim")
    assert read_cue(noun, (start, len(noun)), lexicon=LEXICON).lemma == "claim"


@pytest.mark.parametrize(
    ("text", "cue"),
    [
        ("", (0, 0)),
        ("   ", (0, 3)),
        ("…", (0, 1)),
        ("İİ zorgled İ", (0, 12)),
        ("\x00\x07", (0, 2)),
        ("🙂 قال", (0, 5)),
        ("’s", (0, 2)),
        ("said" * 5000, (0, 20000)),
    ],
)
def test_odd_cues_are_read_without_a_crash(text: str, cue: tuple[int, int]) -> None:
    reading = read_cue(text, cue, content=[cue], lexicon=LEXICON)
    assert reading.cue_class in CUE_CLASSES
    assert addressee(text, cue, None, [cue], lexicon=LEXICON) is None


def test_an_unknown_cue_is_other_and_speech_only_with_quotation_marks() -> None:
    assert read("S[He] Q[zorgled] C[it].") == CueReading("zorgle", "other", False, False)
    assert read("S[He] Q[zorgled] C[“it”].").is_speech


def test_offsets_of_tokens_hold() -> None:
    text = "İ didn’t — O’Brien’s “no”, they’re"
    found = tokens(text, 0, len(text))
    assert [text[t.start : t.end] for t in found] == [
        *("İ", "did", "n’t", "—", "O’Brien", "’s", "“", "no", "”", ",", "they", "’re"),
    ]


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        ("S[She] Q[told] reporters on Tuesday C[that it was late].", "reporters"),
        ("S[She] Q[told] the Kelby Gazette C[it was late].", "the Kelby Gazette"),
        ("S[She] Q[asked] the panel C[whether it was late].", "the panel"),
        ("S[She] Q[told] her colleagues C[it was late].", "her colleagues"),
        ("S[She] Q[told] her C[it was late].", "her"),
        ("S[Kelby] Q[accused] Norby on Friday C[of cheating].", "Norby"),
        ("S[He] Q[warned] Russia C[that it would pay].", "Russia"),
        ("S[He] Q[issued stark warnings to] Russia C[that it would pay].", "Russia"),
        ("S[He] Q[issued stark warnings to Russia] C[that it would pay].", "Russia"),
        ("S[The union] Q[urged] its members C[to vote].", "its members"),
        ("S[The union] Q[called] on Mrs. Dorn C[to resign].", "Mrs. Dorn"),
        ("C[“It is late,”] S[she] Q[said] in an interview with Radio Kelby.", "Radio Kelby"),
        ("C[“It is late,”] S[she] Q[told] Radio Kelby. He left.", "Radio Kelby"),
        ("S[She] Q[wrote] in a letter to Mayor Ana Orr C[that it was late].", "Mayor Ana Orr"),
        ("S[She] Q[said] to the House of Peers C[that it was late].", "the House of Peers"),
        ("S[She] Q[said] C[that he told reporters].", None),
        ("S[She] Q[told] the truth.", None),
        ("S[She] Q[asked] C[whether it was late].", None),
        ("S[He] Q[was told by] S[the clerk] C[to wait].", None),
        ("S[She] Q[promised] C[to pursue banks].", None),
        ("Q[According to] S[the mayor], C[it was late].", None),
        ("S[She] Q[responded to] the Kelby plan C[coldly].", None),
    ],
)
def test_addressee(marked: str, expected: str | None) -> None:
    text, found = spans(marked)
    speaker = found["S"][0] if found["S"] else None
    span = addressee(text, found["Q"][0], speaker, found["C"], lexicon=LEXICON)
    assert (text[span[0] : span[1]] if span else None) == expected


def test_addressee_of_no_cue() -> None:
    assert addressee("“No.”", None, None, [(0, 5)], lexicon=LEXICON) is None


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        ("S[Kelby] Q[accused] C[Norby of cheating].", "Norby"),
        ("S[The union] Q[urged] C[Mrs. Dorn to resign].", "Mrs. Dorn"),
        ("S[The union] Q[urged] C[restraint].", None),
        ("S[She] Q[said] C[Norby of all places was late].", None),
    ],
)
def test_addressee_in_content(marked: str, expected: str | None) -> None:
    text, found = spans(marked)
    span = addressee_in_content(text, found["Q"][0], found["C"], lexicon=LEXICON)
    assert (text[span[0] : span[1]] if span else None) == expected


def test_the_seed_is_sorted_unique_and_covers_every_class() -> None:
    with SEED.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    keys = [(row["lemma"], row["kind"]) for row in rows]
    assert keys == sorted(set(keys))
    assert len(rows) >= 450
    assert {row["cue_class"] for row in rows} == set(CUE_CLASSES)
    assert all(row["lemma"] == row["lemma"].strip().lower() for row in rows)


def test_thought_is_thought_and_speech_is_speech_by_class() -> None:
    with SEED.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    thought = {"believe", "want", "feel", "know", "plan", "other"}
    assert not [r["lemma"] for r in rows if r["cue_class"] in thought and r["is_speech"] == "true"]
    # Gestures are words only with a quotation; "committed" is a state of mind.
    silent = {"say_gesture", "promise"}
    others = [r for r in rows if r["cue_class"] not in thought and r["is_speech"] == "false"]
    assert {r["rationale_group"] for r in others} == silent


def test_every_group_and_role_has_its_rationale() -> None:
    def column(path: Path, name: str) -> set[str]:
        with path.open(encoding="utf-8", newline="") as file:
            return {row[name] for row in csv.DictReader(file)}

    with (LISTS / "rationale.csv").open(encoding="utf-8", newline="") as file:
        rationale = list(csv.DictReader(file))
    assert {r["name"] for r in rationale if r["list"] == "cues"} == column(SEED, "rationale_group")
    assert {r["name"] for r in rationale if r["list"] == "grammar"} == column(LISTS / "grammar.csv", "role")
    assert all(r["rationale"] for r in rationale)


@pytest.mark.parametrize(
    "row", ["x,verb,sing,true,false,g", "x,song,say,true,false,g", "x,verb,say,yes,false,g"]
)
def test_a_bad_row_is_one_clear_error(tmp_path: Path, row: str) -> None:
    path = tmp_path / "cues.csv"
    path.write_text(f"lemma,kind,cue_class,is_speech,is_inner,rationale_group\n{row}\n", encoding="utf-8")
    with pytest.raises(ValueError, match="'x'"):
        read_lexicon(path)


@pytest.mark.parametrize(
    ("form", "lemma"),
    [
        ("said", "say"),
        ("denies", "deny"),
        ("accused", "accuse"),
        ("planning", "plan"),
        ("labelled", "label"),
        ("labeled", "label"),
        ("apologizes", "apologise"),
        ("emphasizing", "emphasise"),
        ("favored", "favour"),
        ("skeptical", "sceptical"),
        ("echoes", "echo"),
        ("replied", "reply"),
        ("arguing", "argue"),
    ],
)
def test_base_forms(form: str, lemma: str) -> None:
    assert LEXICON.base(form) == lemma
    assert lemma in LEXICON
