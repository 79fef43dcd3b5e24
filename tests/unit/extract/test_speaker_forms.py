"""Speakers in odd forms: left out, contracted, run into a headline, owned by whoever speaks."""

from __future__ import annotations

import pytest
from actor_stories import Story, together, who

FORMS = {
    "a relative clause whose verb comes late": (
        "[P:Rita Okor], who took over in May and had feared the sack, smiled.",
        [(None, "had feared")],
        ["Rita Okor"],
    ),
    "a relative clause of a place": (
        "[L:Moscow], which left the talks and has complained of being ignored, smiled.",
        [(None, "has complained")],
        ["Russia"],
    ),
    "a date between who and its verb": (
        "They echoed [O:NATO], who on Tuesday issued warnings to all.",
        [(None, "issued warnings")],
        ["NATO"],
    ),
    "not the subject of what whom says": (
        "[P:Rita Okor], whom the board had praised, smiled.",
        [(None, "praised")],
        ["(no_speaker)"],
    ),
    "a noun that reports hangs on the sentence's subject": (
        "[P:Rita Okor] spoke. But her remarks carried a new tone, and a denial that she would go.",
        [(None, "a denial")],
        ["Rita Okor"],
    ),
    "himself behind a name": (
        "[P:Emil Drav] spoke. [P:Drav] himself said so.",
        [("Drav himself", "said")],
        ["Emil Drav"],
    ),
    "letters behind a name": (
        "The court heard [P:Gus Harl] KC on Monday. ‘No,’ said [P:Gus Harl] KC.",
        [("Gus Harl KC", "said")],
        ["Gus Harl"],
    ),
    "a noun that no list holds before a name": (
        "The helmswright, [P:Ruth Cald], said no.",
        [("The helmswright, Ruth Cald,", "said")],
        ["Ruth Cald"],
    ),
    "a speaker that took in the headline above": (
        "11.50am\nVisits missed\n[O:St Orl Hospital] says no.",
        [("11.50am\nVisits missed\nSt Orl Hospital", "says")],
        ["St Orl Hospital"],
    ),
    "the company in its own content": (
        "[O:Volt Works] will shut its plant, the company said.",
        [("the company", "said")],
        ["Volt Works"],
    ),
    "a union of ordinary people is not the one before": (
        "[O:Nord Works] shut. The metalworkers’ union said no. The union said so again.",
        [("The metalworkers’ union", "said"), ("The union", "said")],
        ["metalworkers’ union", "metalworkers’ union"],
    ),
    "the office of a person": (
        "[P:Claire Dub] spoke. Ms [P:Dub]’s office said so. Her office confirmed it.",
        [("Ms Dub’s office", "said"), ("Her office", "confirmed")],
        ["Claire Dub’s office", "Claire Dub’s office"],
    ),
    "the speech of whom it was said before": (
        "Mr [P:Tom Oba] travelled. His speech was long. In part, the speech reflected hope.",
        [("the speech", "reflected")],
        ["Tom Oba"],
    ),
    "a note that somebody has seen is not theirs": (
        "According to a note seen by the [O:Bell Bulletin] it ends.",
        [("a note seen by the Bell Bulletin", "According to")],
        ["note"],
    ),
    "a described person whose name ends the description": (
        "“No,” said a deckhand who gave his name only as [P:Pete]. He said it twice.",
        [("a deckhand who gave his name only as Pete", "said"), ("He", "said")],
        ["Pete", "Pete"],
    ),
    "two names before a relative clause without a speaker": (
        "They echoed those of [O:NATO] and [L:Ukraine], who on Tuesday issued warnings to all.",
        [(None, "issued warnings")],
        ["NATO", "Ukraine"],
    ),
    "a quotation and who acts behind it": (
        "The hall was full. More than 90 people said so.\n“Would you?” [P:Dilys Penn] held up a jar.",
        [("More than 90 people", "said"), (None, None)],
        ["More than 90 people", "Dilys Penn"],
    ),
    "the union of a group": (
        "Tram drivers in the town spoke. Tram drivers in the town said no. Their union said so.",
        [("Tram drivers in the town", "said"), ("Their union", "said")],
        ["Tram drivers in the town", "Tram drivers' union"],
    ),
    "a title that breaks off before its name": (
        "Mr [P:Tom Oba] is also determined to go.",
        [("Mr", "is also determined")],
        ["Tom Oba"],
    ),
    "a noun without its determiner": (
        "Rep. [P:Adam Shiff], a Northern congressman, spoke. The Northern congressman said no.",
        [("congressman", "said")],
        ["Adam Shiff"],
    ),
    "a pronoun in a span that took in more": (
        "My mother is frail. [P:Olive Meer] sat down, and at 86 she still says so.",
        [("at 86 she", "still says")],
        ["Olive Meer"],
    ),
    "a relative clause in the span": (
        "The report went to [P:Ann Lund], who reviewed it told us so.",
        [("who reviewed it", "told")],
        ["Ann Lund"],
    ),
    "a piece of the clause is no speaker": (
        "[L:Moscow], which left the talks in May and has complained of it, smiled.",
        [("talks in May and", "has complained")],
        ["Russia"],
    ),
    "two makers of one study": (
        "A study by [O:Orlo College] and the [O:Tarn Institute] found so.",
        [("A study by Orlo College and the Tarn Institute", "found")],
        ["Orlo College", "Tarn Institute"],
    ),
    "the place where everybody goes by title": (
        "[P:Carl Paris], an envoy, spoke. Mr [P:Paris] smiled. [L:Paris] said no. Mr [P:Paris] left.",
        [("Paris", "said")],
        ["France"],
    ),
    "a form of address that one of two bearers fits": (
        "[P:Rita Vaz] spoke. Her brother [P:Nuno Vaz] sat. “No,” said Mr [P:Vaz].",
        [("Mr Vaz", "said")],
        ["Nuno Vaz"],
    ),
    "a body by its noun in capitals": (
        "The [O:Norby City Council] met. The [O:Council] said no.",
        [("The Council", "said")],
        ["Norby City Council"],
    ),
}


@pytest.mark.parametrize(("text", "said", "expected"), FORMS.values(), ids=FORMS.keys())
def test_form(text, said, expected):
    assert Story(text, *said).who() == expected


def test_a_quotation_signed_with_a_dash_is_the_signer_s():
    story = Story("“He is bold.” ― [P:Sonya Herr]\n“He is not.” ― [P:Pamela Padd]\n", ("Sonya Herr", "―"))
    story.rows[0] |= {
        "content_spans": [{"start": 27, "end": 39}],
        "content_text": story.text[27:39],
        "statement_type": "direct",
    }
    assert story.text[27:39] == "“He is not.”"
    assert story.who() == ["Pamela Padd"]


def test_i_with_a_verb_grown_on_is_a_pronoun():
    assert Story("I've said so.", ("I've", "said"), authors=["Ann Orl"]).who() == ["Ann Orl"]


def test_mine_is_of_whoever_says_it():
    story = Story("“My trainer says no,” [P:Ida Brekk] said.", ("My trainer", "says"), ("Ida Brekk", "said"))
    assert story.who() == ["Ida Brekk's trainer", "Ida Brekk"]


def test_the_paper_is_the_outlet_itself():
    story = Story("He told us. The [O:Times] said so.", ("The Times", "said"))
    assert story.who() == ["(ambiguous_name)"]
    story.outlet_id = "harbour_times"
    assert story.who() == ["Harbour Times"]


def test_a_place_and_a_body_of_one_name_are_one_actor_over_articles():
    first = Story(
        "The [L:Valdoria] government met. [L:Valdoria] said no.", ("Valdoria", "said"), article_id="1"
    )
    second = Story("[O:Valdoria] rejected it.", ("Valdoria", "rejected"), article_id="2")
    made = together(first, second)
    assert who(made) == ["Valdoria", "Valdoria"]
    assert made.actors.filter(made.actors["actor_name"] == "Valdoria")["actor_type"].to_list() == [
        "government"
    ]


def test_one_word_that_says_nothing_of_its_bearer_is_no_actor():
    made = Story("[P:Ann Lund] won. The team: [P:Vorn], [P:Tull].", ("Ann Lund", "won")).made()
    assert made.actors["actor_name"].to_list() == ["Ann Lund"]
    assert made.mentions.filter(made.mentions["actor_id"].is_null())["mention_text"].to_list() == [
        "Vorn",
        "Tull",
    ]


def test_roles_are_told_with_the_whole_name_of_the_body():
    made = Story(
        "[O:Corvel Parts] closed. [P:Todd Brill], a [O:Corvel] spokesman, said no.",
        ("Todd Brill, a Corvel spokesman,", "said"),
    ).made()
    brill = made.actors.filter(made.actors["actor_name"] == "Todd Brill")
    assert brill.select("role", "affiliation").rows() == [("spokesman", "Corvel Parts")]
