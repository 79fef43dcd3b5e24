from pipeline.ids import content_hash, stable_id


def test_an_id_is_the_same_on_every_machine():
    assert stable_id("article", "https://a.example/1", None) == "407afbf827a44e1d"


def test_parts_do_not_run_into_each_other():
    assert stable_id("x", "ab", "c") != stable_id("x", "a", "bc")


def test_none_differs_from_empty_and_from_the_word_none():
    assert len({stable_id("x", None), stable_id("x", ""), stable_id("x", "None")}) == 3


def test_kinds_have_name_spaces_of_their_own():
    assert stable_id("page", "1") != stable_id("article", "1")


def test_lone_surrogates_do_not_break_an_id():
    assert len(stable_id("x", "\ud800")) == 16


def test_content_hash_is_sha256():
    assert content_hash(b"") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
