"""Fingerprints: copies and trims of a quotation look alike, others do not."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pipeline.extract.fingerprints import PERMUTATIONS, content_key, content_minhash, content_words

SIGNATURE_OF_IT_IS_LATE = [3396962102, 2330776210, 2060081758]
LONG = "We will call on the allies to join us in putting together a package that keeps the peace in the north"


def likeness(a, b):
    x, y = content_minhash(a), content_minhash(b)
    return sum(p == q for p, q in zip(x, y, strict=True)) / PERMUTATIONS


def test_marks_case_and_accents_do_not_count():
    assert content_words("“It’s LATE, señor”") == ("its", "late", "senor")
    assert content_key("“It’s late.”", "a") == content_key("It's Late", "b")


def test_a_signature_has_32_numbers_of_32_bits_and_never_changes():
    signature = content_minhash("It is late")
    assert len(signature) == PERMUTATIONS
    assert all(0 <= v < 2**32 for v in signature)
    # Stored signatures are compared with new ones: a change here breaks families across runs.
    assert signature[:3] == content_minhash("it IS late!")[:3] == SIGNATURE_OF_IT_IS_LATE


def test_a_trim_is_like_its_original_and_another_text_is_not():
    assert likeness(LONG, LONG.removesuffix(" in the north")) > 0.6
    assert (
        likeness(LONG, "Nobody has told the harbour pilots when the crane will be lifted off the quay") < 0.2
    )


def test_a_content_without_words_equals_no_other():
    assert content_minhash("…") == []
    assert content_key("", "a") != content_key("", "b")


@given(st.text())
def test_never_raises(text):
    assert len(content_minhash(text)) in (0, PERMUTATIONS)
    assert len(content_key(text, "a")) == 16
