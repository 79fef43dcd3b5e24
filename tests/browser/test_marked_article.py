"""The page of ``onrecord extract --format html``: pointing at a mark, or the Tab key, shows whose it is."""

import pytest
from viewports import DESKTOP, PHONE

from pipeline.report.highlight import highlight

TEXT = "He said she denied it. Bo left."


def found(speaker, cue, content, name):
    def span(start, end):
        return {"text": TEXT[start:end], "start": start, "end": end}

    return {
        "statement_type": "indirect",
        "speaker": span(*speaker),
        "cue": span(*cue),
        "content": [span(*content)],
        "actor": {"actor_id": name, "name": name, "actor_type": "person"},
        "resolution": "pronoun",
        "cue_class": "say",
        "confidence": 0.9,
        "is_speech": True,
        "statement_date": "2021-12-01",
    }


@pytest.fixture
def folder(tmp_path):
    outer = found((0, 2), (3, 7), (8, 21), "Ola Dahl")
    inner = found((8, 11), (12, 18), (19, 21), "Ada Lund")
    (tmp_path / "seen.html").write_text(highlight(TEXT, [outer, inner], title="Seen"), encoding="utf-8")
    return tmp_path


def outlined(page):
    """Texts of the marks with an outline."""
    script = (
        "marks => marks.filter(m => getComputedStyle(m).outlineStyle === 'solid').map(m => m.textContent)"
    )
    return page.locator(".text mark").evaluate_all(script)


def note(page, text):
    mark = page.locator(".text mark", has_text=text).last
    return mark.evaluate("m => getComputedStyle(m, '::after').content")


def test_pointing_at_a_mark_outlines_its_statement_and_tells_actor_and_confidence(read, folder):
    page = read(folder).open("seen.html")
    assert outlined(page) == []
    page.hover(".text mark >> text=said")
    assert outlined(page) == ["He", "said", "she denied it"]
    assert note(page, "said") == '"cue: Ola Dahl · say · confidence 0.90"'


def test_a_mark_within_another_speaks_for_itself(read, folder):
    page = read(folder).open("seen.html")
    page.locator(".text mark", has_text="denied").last.hover()
    assert outlined(page) == ["she", "denied", "it"]
    assert note(page, "denied") == '"cue: Ada Lund · say · confidence 0.90"'


def test_the_tab_key_goes_from_statement_to_statement(read, folder):
    page = read(folder).open("seen.html")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "said"
    assert outlined(page) == ["He", "said", "she denied it"]
    page.keyboard.press("Tab")
    assert outlined(page) == ["she", "denied", "it"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_axe_finds_nothing(read, folder, viewport, scheme):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    page = read(folder, viewport, scheme).open("seen.html")
    found = axe.run(page, options={"preload": False}).response["violations"]
    assert [(problem["id"], problem["nodes"][0]["html"][:150]) for problem in found] == []
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
