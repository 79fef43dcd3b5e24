"""``onrecord extract --format html``: an article with its attributions marked."""

import re

from pipeline.report.highlight import highlight


def row(**parts):
    return {
        "statement_type": "direct",
        "speaker": {"text": "She", "start": 0, "end": 3},
        "cue": {"text": "said", "start": 4, "end": 8},
        "content": [{"text": "it <b>rains</b>", "start": 9, "end": 24}],
        "actor": {"actor_id": "x", "name": "<script>alert(1)</script>", "actor_type": "person"},
        "resolution": "pronoun",
        "cue_class": "say",
        "confidence": 0.9,
        "is_speech": True,
        "statement_date": "2021-12-01",
    } | parts


TEXT = "She said it <b>rains</b>\n\n<script>x</script> And more."


def body(page):
    return page[page.index('<div class="text"') : page.index("<h2>")]


def test_the_page_is_safe_and_says_who_and_how_sure():
    page = highlight(TEXT, [row()], title="<i>t</i>")
    assert "<script" not in page
    assert "<i>t" not in page
    assert "it &lt;b&gt;rains&lt;/b&gt;" in page
    note = "&lt;script&gt;alert(1)&lt;/script&gt; · say · confidence 0.90"
    assert f'data-note="cue: {note}"' in page
    assert not re.search(r'(src|href)="(?!#)', page)


def test_the_list_keeps_words_apart_and_quotation_marks_single():
    quoted = row(
        speaker={"text": "She", "start": 0, "end": 3}, content=[{"text": "“No.”", "start": 9, "end": 14}]
    )
    page = highlight("She said “No.”", [quoted], title="t")
    items = page[page.index("<ol>") :]
    assert "“<bdi>She</bdi>”</span> <i" in items
    assert '</i> <span dir="auto">“No.”</span>' in items


def test_each_statement_is_one_stop_of_the_tab_key_and_is_described():
    page = highlight(TEXT, [row()], title="t")
    assert page.count('tabindex="0"') == 1
    assert 'id="s1"' in page
    assert 'aria-describedby="n1"' in page
    assert 'id="n1"' in page


def test_joint_speakers_are_one_statement_with_both_names():
    other = row(actor={"actor_id": "y", "name": "Bo", "actor_type": "person"})
    page = highlight(TEXT, [row(actor={"name": "Ann"}), other], title="t")
    assert body(page).count("<mark") == 3
    assert "Ann, Bo" in page
    assert "1 statement:" in page


def test_a_statement_within_a_statement_keeps_both():
    text = "He said she said no."
    outer = row(
        speaker={"text": "He", "start": 0, "end": 2},
        cue={"text": "said", "start": 3, "end": 7},
        content=[{"text": "she said no", "start": 8, "end": 19}],
    )
    inner = row(
        speaker={"text": "she", "start": 8, "end": 11},
        cue={"text": "said", "start": 12, "end": 16},
        content=[{"text": "no", "start": 17, "end": 19}],
    )
    made = re.sub(
        r" (data|id|tabindex|aria)[^ >]*=\"[^\"]*\"", "", body(highlight(text, [outer, inner], title="t"))
    )
    assert (
        '<mark class="content"><mark class="speaker">she</mark> <mark class="cue">said</mark> '
        '<mark class="content">no</mark></mark>.' in made
    )


def test_content_over_two_paragraphs_is_marked_in_both_and_named_once():
    text = "One two\nthree four"
    page = highlight(
        text, [row(speaker=None, cue=None, content=[{"text": text, "start": 0, "end": 18}])], title="t"
    )
    assert body(page).count('class="content"') == 2
    assert page.count('id="s1"') == 1


def test_without_statements_the_page_says_so():
    page = highlight("Nothing here.", [], title="t")
    assert "No statement was found" in page
    assert "0 statements" in page


def test_refusals_thoughts_and_missing_parts_are_told():
    page = highlight(
        "He declined.", [row(speaker=None, content=[], cue={"text": "declined", "start": 3, "end": 11},
                             is_negated=True, is_speech=False, actor=None, confidence=None)], title="t"
    )  # fmt: skip
    assert "unresolved · say · negated · thought · confidence unknown" in page
