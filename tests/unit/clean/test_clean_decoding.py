import pytest

from pipeline.clean.decoding import UnreadableError, decode
from pipeline.clean.tree import parse, text_in

NEWS = "Zelenskiy said: “We’ll talk” – at 5 °C"


@pytest.mark.parametrize(
    ("body", "charset"),
    [
        pytest.param(NEWS.encode(), None, id="utf-8 unlabelled"),
        pytest.param(NEWS.encode(), "iso-8859-1", id="utf-8 under a wrong label"),
        pytest.param(NEWS.encode("utf-8-sig"), None, id="utf-8 with mark"),
        pytest.param(NEWS.encode("utf-16"), "utf-8", id="utf-16 mark beats the label"),
        pytest.param(NEWS.encode("cp1252"), "iso-8859-1", id="latin-1 is read as windows-1252"),
        pytest.param(NEWS.encode("cp1252"), "no-such-set", id="unknown label, guessed"),
        pytest.param(b'<meta charset="windows-1252">' + NEWS.encode("cp1252"), None, id="label in the page"),
        pytest.param(
            b"<?xml version='1.0' encoding='cp1252'?>" + NEWS.encode("cp1252"), None, id="xml label"
        ),
    ],
)
def test_reads_the_character_set_that_the_bytes_are_in(body, charset):
    assert decode(body, charset).endswith(NEWS)


def test_reads_other_scripts():
    assert decode("Кремль заявил".encode("cp1251"), "windows-1251") == "Кремль заявил"
    assert "首相は述べた" in decode(b'<meta charset="Shift_JIS">' + "首相は述べた".encode("cp932"))


def test_labels_that_name_no_character_set_are_passed_over():
    assert decode("é".encode("cp1252") * 3, "punycode") != ""
    assert "caf" in decode("café, café".encode("cp1252"), "hex")


def test_control_characters_go():
    assert decode(b"a\x00b\x08c\nd") == "abc\nd"


@pytest.mark.parametrize("body", [b"\x00" * 500, b"\x89PNG\r\n\x1a\n" + b"\x00\x01\xff" * 300])
def test_what_is_no_text_is_unreadable(body):
    with pytest.raises(UnreadableError, match="not text"):
        decode(body)


def test_a_tag_with_thousands_of_attributes_loses_them():
    attributes = " ".join(f"a{i}='>'" for i in range(3000))
    for start in ("<div ", "<div x'y ", "<div < "):
        root = parse(f"{start}{attributes}><p class=x>He said so.</p></div>")
        assert root is not None
        assert "He said so." in text_in(root)
        assert max(len(e.attrib) for e in root.iter()) < 250


def test_nothing_gives_no_tree():
    assert parse("") is None
    assert parse("  \n ") is None


def test_depth_is_bounded():
    root = parse("<div>" * 5000 + "deep")
    assert root is not None
    assert sum(1 for _ in root.iter()) < 1000
