import polars as pl
from rich.console import Console

from pipeline.report.highlight import highlight
from pipeline.terminal import flat, folded, frame_table, plain

ROW = {
    "speaker": {"text": "She", "start": 0, "end": 3},
    "cue": {"text": "said", "start": 4, "end": 8},
    "content": [{"text": "it <b>rains</b>", "start": 9, "end": 24}],
    "actor": {"actor_id": "x", "name": "<script>alert(1)</script>", "actor_type": "person"},
    "cue_class": "say",
    "confidence": 0.9,
    "is_speech": True,
    "statement_date": "2021-12-01",
}


def shown(table) -> str:
    console = Console(width=80, force_terminal=False)
    with console.capture() as capture:
        console.print(table)
    return capture.get()


def test_no_page_can_steer_the_terminal():
    assert plain("a\x1b[31mb\x07\nc") == "a [31mb  c"
    assert "\x1b" not in shown(frame_table(pl.DataFrame({"x": ["\x1b[31mred"]})))


def test_markup_in_data_is_shown_as_it_is():
    assert "[bold]x[/bold]" in shown(frame_table(pl.DataFrame({"x": ["[bold]x[/bold]"]})))


def test_a_long_frame_is_cut_and_says_so():
    assert "2of5rows" in "".join(shown(frame_table(pl.DataFrame({"x": range(5)}), limit=2)).split())


def test_names_of_narrow_columns_break_after_underscores():
    assert folded("statements_mean_7d", 6) == "statements_\nmean_\n7d"
    assert folded("statement_date", 30) == "statement_date"
    assert folded("_", 1) == "_"


def test_nothing_is_shown_as_a_dash_and_floats_are_short():
    text = shown(frame_table(pl.DataFrame({"x": [None, 1 / 3]})))
    assert "–" in text
    assert "0.3333 " in text


def test_lists_become_json_in_csv():
    assert flat(pl.DataFrame({"x": [["a", "b"], None]})).write_csv() == 'x\n"[""a"", ""b""]"\n\n'


def test_a_page_with_marks_is_escaped_and_nests():
    text = "She said it <b>rains</b>\n\n<script>x</script>"
    page = highlight(text, [ROW], title="<i>t</i>")
    assert "<script>" not in page
    assert '<mark class="speaker"' in page
    assert page.count("<mark") - 3 == page.count("</mark>") - 3 == 3
    assert "it &lt;b&gt;rains&lt;/b&gt;" in page


def test_marks_that_cross_are_cut_at_the_edge():
    crossing = ROW | {
        "speaker": {"text": "", "start": 0, "end": 6},
        "cue": {"text": "", "start": 4, "end": 12},
    }
    page = highlight("abcdefghijklmnopqrstuvwxyz", [crossing], title="t")
    assert page.count("<mark") == page.count("</mark>")
