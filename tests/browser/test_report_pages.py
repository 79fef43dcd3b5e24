"""The report in a browser: from disk, by keyboard, on a phone, in the dark, with odd names."""

import sys
from pathlib import Path

import pytest
from viewports import DESKTOP, PHONE

sys.path.insert(0, str(Path(__file__).parents[1] / "unit" / "report"))
from report_maker import DAY, Said, write_publication

from pipeline.resources.report_files import build_report

EVIL = "<script>alert(1)</script>"
PAGES = ["index.html", "actors.html", "pairs.html", "outlets.html", "quotations.html", "about.html"]


@pytest.fixture(scope="module")
def story(tmp_path_factory):
    """A report with everything odd in it."""
    said = [
        Said(mentions=("Bo Berg", EVIL), family="f"),
        Said(
            mentions=("Bo Berg",), family="f", article="a2", outlet="herald", url="https://herald.example/1"
        ),
        Said(
            actor=EVIL,
            speaker=EVIL,
            content=f"this {EVIL} is what I <b>said</b> to all of you",
            headline=EVIL,
        ),
        Said(actor="محمد بن سلمان", speaker="محمد", content="نحن نعمل من أجل السلام في كل مكان"),
        Said(actor="习近平", speaker="习近平", content="我们 要 建设 一个 更 好 的 世界"),
        Said(
            actor="Bo Berg", speaker="Berg", url="javascript:alert(2)", article="a3", headline="Odd address"
        ),
        Said(actor="u1", actor_type="unnamed", speaker="an official", kind="indirect"),
        Said(actor_type=None, speaker="they"),
        *[Said(content=f"the harbour has {n} boats and a café", article="a4") for n in range(8)],
    ]
    folder = write_publication(tmp_path_factory.mktemp("story"), said)
    return build_report(folder).parent


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_no_page_is_wider_than_the_screen(read, story, viewport, scheme):
    reader = read(story, viewport, scheme)
    for name in [*PAGES, "actor.html#Bo Berg", f"actor.html#{EVIL}"]:
        page = reader.open(name)
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, name


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_axe_finds_nothing(read, story, viewport, scheme):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    reader = read(story, viewport, scheme)
    found = []
    for name in [*PAGES, "actor.html#Ada Lund", "actors.html?q=harbour"]:
        page = reader.open(name)
        if name.startswith("actor"):
            page.wait_for_selector(".st, table")
        for problem in axe.run(page, options={"preload": False}).response["violations"]:
            found.append((name, problem["id"], problem["impact"], problem["nodes"][0]["html"][:150]))
    assert not found


def test_names_that_are_scripts_never_run_and_are_read_as_they_are(read, story):
    reader = read(story)
    page = reader.open(f"actor.html#{EVIL}")
    page.wait_for_selector(".st")
    assert page.locator("h1").inner_text() == EVIL
    assert page.locator("main script").count() == 0
    assert page.locator(".st b").count() == 0
    page = reader.open("actors.html?q=<script>alert(1)")
    page.wait_for_selector("#results li")
    assert page.locator("#results li a").first.inner_text() == EVIL


def test_arabic_runs_from_the_right(read, story):
    page = read(story).open("actor.html#محمد بن سلمان")
    page.wait_for_selector(".st")
    assert page.locator("h1").evaluate("e => getComputedStyle(e).direction") == "rtl"


def test_an_odd_address_is_no_link(read, story):
    page = read(story).open("actor.html#Bo Berg")
    page.wait_for_selector(".st")
    assert "Odd address" in page.locator(".st").inner_text()
    assert page.locator(".st .meta a").count() == 0


def test_the_search_finds_names_and_words_without_accents_and_follows_typing(read, story):
    page = read(story).open("actors.html")
    assert page.locator("#list").is_visible()
    page.fill("#q", "CAFE boats")
    page.wait_for_selector("#results .st")
    assert page.locator("#results .st").count() == 8
    assert page.locator("#results .who a").first.inner_text() == "Ada Lund"
    assert page.locator("#list").is_hidden()
    page.fill("#q", "bo b")
    page.wait_for_selector("#results li")
    assert page.locator("#results li a").first.get_attribute("href") == "actor.html#Bo Berg"
    page.fill("#q", "")
    page.wait_for_selector("#list", state="visible")
    assert page.locator("#results").is_hidden()


def test_the_search_of_every_page_leads_to_the_results_by_keyboard(read, story):
    page = read(story).open("index.html")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to content"
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "q"
    page.keyboard.type("harbour")
    page.keyboard.press("Enter")
    page.wait_for_selector("#results .st")
    assert page.input_value("#q") == "harbour"
    assert "statements found" in page.locator("#status").inner_text()


def test_an_actors_statements_can_be_narrowed(read, story):
    page = read(story).open("actor.html#Ada Lund")
    page.wait_for_selector("#f")
    page.fill("#f", "3 boats")
    assert page.locator(".st:visible").count() == 1
    assert page.locator(".filter span").inner_text() == "1 of 9"


def test_from_one_actor_to_another_and_back(read, story):
    page = read(story).open("actor.html#Ada Lund")
    page.wait_for_selector(".around a")
    page.click(".around a >> text=Bo Berg")
    page.wait_for_function("document.querySelector('h1').textContent === 'Bo Berg'")
    assert page.title() == "Bo Berg · On record"
    page.go_back()
    page.wait_for_function("document.querySelector('h1').textContent === 'Ada Lund'")


def test_a_number_of_the_matrix_leads_to_its_statements(read, story):
    page = read(story).open("pairs.html")
    page.click(".matrix td a[aria-label*='Ada Lund that speak of Bo Berg']")
    page.wait_for_selector(".st:visible")
    assert page.locator("h1").inner_text() == "Ada Lund"
    assert page.locator(".st:visible").count() == 1
    assert "Bo Berg" in page.locator(".st:visible .of").all_inner_texts()
    assert page.locator(".only bdi").inner_text() == "Bo Berg"
    page.click("text=Show all")
    assert page.locator(".st:visible").count() == 9
    assert page.locator(".only").count() == 0


def test_an_outlets_share_of_unnamed_speakers_leads_to_what_they_say(read, story):
    page = read(story).open("outlets.html")
    page.click("a[aria-label$='unnamed speakers in Gazette']")
    page.wait_for_selector(".st:visible")
    assert page.locator("h1").inner_text() == "Unnamed speakers"
    assert page.input_value("#f") == "Gazette"
    assert page.locator(".filter span").inner_text() == "1 of 1"


def test_a_search_that_finds_nothing_says_what_to_try(read, story):
    page = read(story).open("actors.html?q=qwxz")
    page.wait_for_function("document.getElementById('status').textContent.startsWith('Nothing found')")
    assert page.locator("#results h2").count() == 0


def test_charts_are_drawn_again_for_paper(read, story):
    page = read(story).open("index.html")
    width = "document.querySelector('figure svg').viewBox.baseVal.width"
    screen = page.evaluate(width)
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert page.evaluate(width) < 700 < screen
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    page.wait_for_function(f"{width} === {screen}")


def test_the_skip_link_leaves_the_actor_in_place(read, story):
    page = read(story).open("actor.html#Ada Lund")
    page.wait_for_selector(".st")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    assert page.locator("h1").inner_text() == "Ada Lund"


def test_an_unknown_actor_is_told(read, story):
    page = read(story).open("actor.html#nobody")
    page.wait_for_selector("#actor h1")
    assert page.locator("h1").inner_text() == "Not in this report"


@pytest.mark.parametrize("zone", ["America/Los_Angeles", "Pacific/Auckland"])
def test_days_of_the_chart_are_the_same_in_every_time_zone(read, story, zone):
    page = read(story, timezone_id=zone).open("index.html")
    labels = page.locator("figure svg text").all_text_contents()
    assert f"{DAY.day} Dec" in labels
    assert "3 Dec" not in labels


def test_without_scripts_pages_still_tell_their_numbers(browser, story):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto((story / "index.html").as_uri())
    assert "its numbers stand in the table" in page.locator("noscript").inner_text()
    page.click("summary")
    assert page.locator("details td").first.inner_text() == "16"
    context.close()


def test_on_paper_there_is_no_navigation_and_links_are_spelt_out(read, story):
    page = read(story).open("index.html")
    page.emulate_media(media="print")
    assert page.locator("nav").is_hidden()
    assert page.locator("form[role=search]").is_hidden()
    after = page.locator(".st .meta a").first.evaluate("e => getComputedStyle(e, '::after').content")
    assert "https://gazette.example/harbour" in after
