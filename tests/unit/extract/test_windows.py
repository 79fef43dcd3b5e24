import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer

from pipeline.extract.attributions import MODEL_DIR
from pipeline.extract.tagger import TOKENIZER_FILE
from pipeline.extract.windows import MAX_PARAGRAPH_CHARS, make_windows

TOKENIZER = Tokenizer.from_file(str(MODEL_DIR / TOKENIZER_FILE))
TOKENIZER.no_truncation()
TOKENIZER.no_padding()


def words(text: str, limit: int = 64) -> list[str]:
    return [
        text[s:e]
        for w in make_windows(TOKENIZER, text, limit=limit)
        for s, e in zip(w.starts[1:-1], w.ends[1:-1], strict=True)
    ]


def test_every_word_stands_in_exactly_one_window():
    text = "\n".join(f"Paragraph {i} has seven words in it." for i in range(40))
    assert "".join(words(text)) == text.replace(" ", "").replace("\n", "")


def test_no_window_is_longer_than_the_limit():
    text = "word " * 3000 + "\n" + "Short one. " * 500
    for limit in (16, 64, 256):
        assert all(len(w.ids) <= limit + 2 for w in make_windows(TOKENIZER, text, limit=limit))


def test_a_line_of_a_megabyte_is_cut():
    text = "x" * (MAX_PARAGRAPH_CHARS * 3)
    windows = make_windows(TOKENIZER, text)
    assert max(int(w.ends.max()) for w in windows) == len(text)


def test_surface_kinds_tell_quotation_case_and_paragraph_start():
    text = 'Ann said: "Yes, NATO."\nno'
    (window,) = make_windows(TOKENIZER, text)
    kinds = dict(
        zip((text[s:e] for s, e in zip(window.starts, window.ends, strict=True)), window.kinds, strict=True)
    )
    assert kinds["Ann"] == 6 + 2  # first of its paragraph, capital
    assert kinds["said"] == 0
    assert kinds["Yes"] == 1 + 2  # quoted, capital
    assert kinds["NATO"] == 1 + 4  # quoted, capitals
    assert kinds["no"] == 6


@pytest.mark.parametrize("text", ["", " ", "\n\n", "\x00\x01"])
def test_a_text_without_a_word_has_no_window(text):
    assert make_windows(TOKENIZER, text) == []


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=300))
def test_offsets_are_in_range_and_in_order_for_any_text(text):
    for window in make_windows(TOKENIZER, text, limit=32):
        starts, ends = window.starts[1:-1], window.ends[1:-1]
        assert (starts <= ends).all()
        assert (ends <= len(text)).all()
        assert (np.diff(starts) >= 0).all()
