import pytest

from pipeline.clean.lines import Line, mark_furniture
from pipeline.clean.repetition import repeated_lines, without

SENTENCE = "The minister told reporters on {} that the talks would go on until a deal was found."


def marked(lines, headline="Ministers meet in Riga", authors=()):
    lines = [line if isinstance(line, Line) else Line(line) for line in lines]
    mark_furniture(lines, headline=headline, authors=authors)
    return {line.text: line.furniture for line in lines}


def test_a_title_beside_a_consent_box_goes_with_it():
    found = marked(
        [
            "Actor 'deeply sorry' after clash at airport",
            "We use your sign-up to provide content in ways you’ve consented to. You can unsubscribe at any time.",
            SENTENCE.format("Monday"),
        ]
    )
    assert list(found.values()) == ["beside", "newsletter", None]


def test_a_title_alone_stays():
    found = marked([SENTENCE.format("Monday"), "A long road to peace", SENTENCE.format("Tuesday")])
    assert set(found.values()) == {None}


def test_promoted_headlines_go_and_the_quotation_around_them_stays():
    found = marked(
        [
            "He said: “We have seen the messages.",
            "Singer issues plea [INSIGHT]",
            "Champion hints at return [REVEAL]",
            "“This raises our fears.”",
        ]
    )
    assert [k for k, v in found.items() if v is None] == [
        "He said: “We have seen the messages.",
        "“This raises our fears.”",
    ]


def test_headings_stay_over_text_and_go_over_nothing():
    found = marked(
        [
            SENTENCE.format("Monday"),
            Line("What happens next?", is_heading=True),
            SENTENCE.format("Tuesday"),
            Line("Our coverage", is_heading=True),
            "Read more: The week in pictures",
            Line("The end", is_heading=True),
        ]
    )
    assert found["What happens next?"] is None
    assert found["Our coverage"] == found["The end"] == "heading"


def test_the_headline_is_not_repeated_but_schedules_are():
    found = marked(["MINISTERS MEET IN RIGA", "Session one", SENTENCE.format("Monday"), "Session one"])
    assert found["MINISTERS MEET IN RIGA"] == "repeated"
    assert found["Session one"] is None


def test_pull_quotes_go():
    quote = "We will not give up an inch of our land"
    found = marked([f"The president said: “{quote}, not today.”", Line(f"“{quote}”", is_quote=True)])
    assert found[f"“{quote}”"] == "pullquote"
    kept = marked(
        [Line("“A thing said nowhere else in this text.”", is_quote=True), SENTENCE.format("Monday")]
    )
    assert set(kept.values()) == {None}


def test_lines_that_are_links_go_but_not_sentences_set_as_links():
    found = marked(
        [
            Line("Storm heads for the coast", link_density=1.0),
            SENTENCE.format("Monday"),
            Line("The report was published on Friday.", link_density=1.0),
            SENTENCE.format("Tuesday"),
            Line("WHO PAID FOR THE TRIP?", link_density=1.0),
        ]
    )
    assert found["Storm heads for the coast"] == found["WHO PAID FOR THE TRIP?"] == "link"
    assert found["The report was published on Friday."] is None


def test_notes_at_the_foot():
    text = [SENTENCE.format(day) for day in ("Monday", "Tuesday", "Wednesday", "Thursday")]
    found = marked(
        [*text, "Jane Doe covers the Baltics for this newspaper.", "Doe reported from Riga."],
        authors=["Jane Doe"],
    )
    assert found["Jane Doe covers the Baltics for this newspaper."] == "writer"
    assert found["Doe reported from Riga."] == "credit"
    inside = marked(
        [*text, "John Roe is a professor of law.", "Roe said the court would decide.", text[0] + " "]
    )
    assert inside["John Roe is a professor of law."] is None


def test_the_byline_alone_on_its_line():
    found = marked(["JANE DOE", SENTENCE.format("Monday")], authors=["Jane Doe"])
    assert found["JANE DOE"] == "byline"


def test_a_company_portrait_ends_a_press_release():
    text = [SENTENCE.format(day) for day in ("Monday", "Tuesday", "Wednesday")]
    found = marked(
        [*text, Line("About Example Corp", is_heading=True), "Example Corp makes things for people."]
    )
    assert found["Example Corp makes things for people."] == "about"


def test_captions_are_short_lines_with_the_picture():
    found = marked(
        [Line("The harbour of Riga", has_image=True), Line(SENTENCE.format("Monday"), has_image=True)]
    )
    assert list(found.values()) == ["caption", None]


@pytest.mark.parametrize("count", [3, 10])
def test_lines_of_most_stories_are_furniture_of_the_outlet(count):
    note = "Our reporters work in forty countries so that you know what goes on."
    background = "The war began in February 2022."
    stories = [[Line(SENTENCE.format(i)), Line(note)] for i in range(count)]
    stories += [[Line(f"Quite another story, number {i}, ends here.")] for i in range(count)]
    stories[0].append(Line(background))
    stories[1].append(Line(background))
    repeated = repeated_lines(stories)
    assert len(repeated) == 1
    assert [line.text for line in without(stories[2], repeated)] == [SENTENCE.format(2)]
    assert [line.text for line in without(stories[0], repeated)] == [SENTENCE.format(0), background]


def test_a_story_by_template_keeps_its_lines():
    lines = [Line("Shares rose in early trading on the exchange today."), Line("Up.")]
    repeated = repeated_lines([lines] * 4)
    assert without(lines, repeated) == lines
