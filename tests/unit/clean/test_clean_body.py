from pipeline.clean.blocks import read_page
from pipeline.clean.body import choose_region, names_its_body, region_lines, weigh, with_reader
from pipeline.clean.tree import parse

PARAGRAPHS = [
    "The minister said on Monday that the government would act before the end of the year.",
    "“We have waited long enough,” she told reporters after a meeting with her colleagues in Riga.",
    "The opposition called the plan too little and too late, and asked for a vote in parliament.",
]


def paragraphs(texts=PARAGRAPHS):
    return "".join(f"<p>{text}</p>" for text in texts)


def lines_of(markup, article_body="", reader_text=""):
    root = parse(f"<html><body>{markup}</body></html>")
    assert root is not None
    page = read_page(root)
    evidence = with_reader(page, weigh(page, article_body), reader_text)
    return [line.text for line in region_lines(page, evidence, choose_region(page, evidence))]


def test_inline_markup_does_not_break_a_line():
    assert lines_of(
        f"<div><p>He <b>said</b>\n  <a href=x>it&nbsp;was</a> <i>over</i>.</p>{paragraphs()}</div>"
    )[0] == ("He said it was over.")


def test_line_breaks():
    text = "A first sentence that is long enough to be a paragraph of its own.<br>The second one follows."
    assert len(lines_of(f"<div>{text}</div>")) == 2
    assert len(lines_of(f"<div>{PARAGRAPHS[0]}<br><br>{PARAGRAPHS[1]}</div>")) == 2
    assert lines_of(f"<div>{paragraphs()}<p>12 High Street<br>Riga</p></div>")[-1] == "12 High Street Riga"


def test_the_article_is_found_without_any_names():
    other = "".join(f"<li><a href={i}>Headline of another story number {i}</a></li>" for i in range(30))
    found = lines_of(f"<div><ul>{other}</ul></div><div><div>{paragraphs()}</div></div><div>{other}</div>")
    assert found == PARAGRAPHS


def test_the_body_in_several_containers():
    part = "".join(
        f"<div class=body__chunk><p>{text} It went on for days.</p></div><div class=ad>Ad</div>"
        for text in PARAGRAPHS
    )
    found = lines_of(f"<div><main>{part}</main><aside><p>{PARAGRAPHS[0]} Not here.</p></aside></div>")
    assert found == [f"{text} It went on for days." for text in PARAGRAPHS]


def test_teasers_longer_than_the_article_lose_against_its_name():
    teaser = "".join(
        f"<div class=card><p>A long teaser number {i} that tells of a wholly different matter.</p></div>"
        for i in range(9)
    )
    assert (
        lines_of(f"<main><div class=article-body>{paragraphs()}</div><div>{teaser}</div></main>")
        == PARAGRAPHS
    )


def test_the_pages_own_article_body_decides():
    rival = "".join(
        f"<p>A rival paragraph number {i} that speaks of other things at length.</p>" for i in range(4)
    )
    markup = f"<div><div>{rival}</div><div>{paragraphs()}</div></div>"
    body = " ".join(PARAGRAPHS) + " " + "And more words that stand nowhere on the page. " * 4
    assert lines_of(markup, article_body=body) == PARAGRAPHS
    assert lines_of(markup, reader_text="\n".join(PARAGRAPHS)) == PARAGRAPHS


def test_furniture_containers_are_left_out():
    box = "<div class='{}'><p>A whole sentence in a box that is no part of the story.</p></div>"
    boxes = "".join(
        map(box.format, ("newsletter-signup", "RelatedLinks", "share-bar", "wp-caption", "author-bio"))
    )
    assert (
        lines_of(
            f"<article>{paragraphs()}{boxes}<figure><figcaption>A caption.</figcaption></figure></article>"
        )
        == PARAGRAPHS
    )


def test_a_slide_show_that_is_the_article_stays():
    slides = "".join(f"<div class=slide><p>{text}</p></div>" for text in PARAGRAPHS)
    assert lines_of(f"<article>{slides}</article>") == PARAGRAPHS


def test_a_hidden_copy_is_left_out():
    assert (
        lines_of(
            f"<div>{paragraphs()}</div><div style='display: none' itemprop=articleBody>{paragraphs()}</div>"
        )
        == PARAGRAPHS
    )


def test_pop_up_cards_inside_a_sentence_are_not_read():
    card = "<span>Rep. Doe<span class='tooltip'>Jane DoeMore about Doe</span></span>"
    assert (
        lines_of(f"<div><p>The speech by {card} was cheered.</p>{paragraphs()}</div>")[0]
        == "The speech by Rep. Doe was cheered."
    )


def test_hints_for_screen_readers_are_not_read():
    seen = "<p>The <a href=x>report<span>, opens new tab</span></a> by the <i>court</i> was long.</p>"
    clipped = '<p>It <span style="clip: rect(0 0 0 0)">secretly </span>ended in May.</p>'
    assert lines_of(f"<div>{seen}{clipped}{paragraphs()}</div>")[:2] == [
        "The report by the court was long.",
        "It ended in May.",
    ]


def test_quoted_posts_stay():
    said = "We will meet again in May, I promise you all."
    post = f"<div class=social-embed><blockquote class=twitter-tweet><p>{said}</p></blockquote></div>"
    assert said in lines_of(f"<article>{paragraphs()}{post}</article>")


def test_tables():
    data = "<table><tr><th>Team</th><th>Points</th></tr><tr><td>Riga</td><td>3</td></tr></table>"
    assert lines_of(f"<div>{paragraphs()}{data}</div>")[-2:] == ["Team Points", "Riga 3"]
    layout = f"<table><tr><td><a href=a>Home</a></td><td>{paragraphs()}</td></tr></table>"
    assert lines_of(layout) == PARAGRAPHS


def test_named_bodies_need_no_second_opinion():
    root = parse(f"<body><div class=entry-content>{paragraphs()}</div><div>Nothing.</div></body>")
    assert root is not None
    page = read_page(root)
    assert names_its_body(page, weigh(page, ""))
    plain = parse(f"<body><div>{paragraphs()}</div></body>")
    assert plain is not None
    page = read_page(plain)
    assert not names_its_body(page, weigh(page, ""))


def test_the_next_story_of_an_endless_page_is_another_story():
    first = "".join(
        f"<p>{text} It went on for days, and nobody knew when it would end.</p>" for text in PARAGRAPHS * 2
    )
    second = first.replace("minister", "president")
    story = "<section><h1 class=title>{}</h1><div class=article-body>{}</div></section>"
    markup = story.format("The first of two stories", first) + story.format(
        "The second of two stories", second
    )
    assert not any("president" in line for line in lines_of(markup))
    assert any(
        "president" in line for line in lines_of(markup.replace("<h1 class=title>The sec", "<h1>The sec"))
    )
