"""One telling name for each rule of actor resolution, on texts of our own."""

from __future__ import annotations

import pytest
from actor_stories import Story

NAMES = {
    "a title before a surname": (
        "[P:Dmytro Kuleba] arrived in Riga. Mr [P:Kuleba] said talks would go on.",
        [("Mr Kuleba", "said")],
        ["Dmytro Kuleba"],
    ),
    "a headline that names by surname first": (
        "[P:Harcastle]: ferry must sail.\nCouncil leader [P:Priya Harcastle] told islanders the ferry must sail.",
        [("Harcastle", ":"), ("Council leader Priya Harcastle", "told")],
        ["Priya Harcastle", "Priya Harcastle"],
    ),
    "a first name only": (
        "[P:Edie Tallow] keeps the shop. [P:Edie] said trade was slow.",
        [("Edie", "said")],
        ["Edie Tallow"],
    ),
    "a middle initial that comes and goes": (
        "[P:Anna J. Lund] spoke first. [P:Anna Lund] said no.",
        [("Anna Lund", "said")],
        ["Anna J. Lund"],
    ),
    "an acronym in brackets": (
        "The [O:Harbour Pilots Association] ([O:HPA]) met on Monday. The [O:HPA] said tides were high.",
        [("The HPA", "said")],
        ["Harbour Pilots Association"],
    ),
    "a short form of a body": (
        "The [O:Northfield Tax Policy Center] opened. The [O:Tax Policy Center] said costs would rise.",
        [("The Tax Policy Center", "said")],
        ["Northfield Tax Policy Center"],
    ),
    "a possessive country before the name": (
        "[P:Dmytro Kuleba] spoke. [L:Ukraine]’s Mr [P:Kuleba] said it was late.",
        [("Ukraine’s Mr Kuleba", "said")],
        ["Dmytro Kuleba"],
    ),
    "a name in capitals, as in a transcript": (
        "[P:Priya Harcastle] took questions.\n[P:HARCASTLE]: We will see.",
        [("HARCASTLE", ":")],
        ["Priya Harcastle"],
    ),
    "a role before a name in apposition": (
        "The mayor’s running mate, [P:Tom Ashe], said he would stay.",
        [("The mayor’s running mate, Tom Ashe,", "said")],
        ["Tom Ashe"],
    ),
    "a description in apposition to a name": (
        "Costs are rising, said [P:Mara Quill], a former aide to the mayor.",
        [("a former aide to the mayor", "said")],
        ["Mara Quill"],
    ),
    "a title that holds a body's name": (
        "[L:US] Secretary of State [P:Carla Venn] said so.",
        [("US Secretary of State Carla Venn", "said")],
        ["Carla Venn"],
    ),
    "a surname spelt with a slip": (
        "[P:Tyra McClennan] voted. [P:McLennan] said it took an hour.",
        [("McLennan", "said")],
        ["Tyra McClennan"],
    ),
    "a body whose name the tagger broke": (
        "The [O:Dock] and [O:Ferry Workers]’ [O:Union] said talks had failed.",
        [("The Dock and Ferry Workers’ Union", "said")],
        ["Dock and Ferry Workers’ Union"],
    ),
    "a name that the tagger ran into the cue": (
        "[P:Tallow Sees] hope.\n[P:Edie Tallow] said she sees hope.",
        [("Tallow", "Sees")],
        ["Edie Tallow"],
    ),
    "a speaker that breaks off before the surname": (
        "Rep. G.K. Butterman said it was late.",
        [("Rep. G.K.", "said")],
        ["G.K. Butterman"],
    ),
    "a name that the tagger missed": (
        "Mr. Holt-Ekin said it was late.",
        [("Mr. Holt-Ekin", "said")],
        ["Holt-Ekin"],
    ),
    "a campaign": (
        "[P:Carla Venn] was away. The [P:Venn] campaign said she was ill. Later the campaign said she was well.",
        [("The Venn campaign", "said"), ("the campaign", "said")],
        ["Venn campaign", "Venn campaign"],
    ),
    "a prince": ("Prince [P:Aldo] said he was glad.", [("Prince Aldo", "said")], ["Prince Aldo"]),
}

METONYMS = {
    "the Kremlin": ("The [O:Kremlin] said no.", [("The Kremlin", "said")], ["Russia"]),
    "Kyiv": ("[L:Kyiv] says it was shelled.", [("Kyiv", "says")], ["Ukraine"]),
    "Downing Street": ("[L:Downing Street] denied it.", [("Downing Street", "denied")], ["United Kingdom"]),
    "Brussels": ("[L:Brussels] warned of duties.", [("Brussels", "warned")], ["European Union"]),
    "officials are not the government": (
        "[M:Russian] officials said no.",
        [("Russian officials", "said")],
        ["Russian officials"],
    ),
}

PRONOUNS = {
    "he after the speaker before": (
        "[P:Tom Ashe] said the pier was shut. He added that it was unsafe.",
        [("Tom Ashe", "said"), ("He", "added")],
        ["Tom Ashe", "Tom Ashe"],
    ),
    "she by the form of address": (
        "Mr [P:Ashe] met Mrs [P:Quill]. She said it went well.",
        [("She", "said")],
        ["Quill"],
    ),
    "he by a gendered noun": (
        "[P:Robin Vale], a spokesman, met [P:Kit Marsh], an actress. He said little.",
        [("He", "said")],
        ["Robin Vale"],
    ),
    "she in her own reported words": (
        "[P:Priya Harcastle] said she hoped the ferry would sail.",
        [("Priya Harcastle", "said"), ("she", "hoped")],
        ["Priya Harcastle", "Priya Harcastle"],
    ),
    "he behind a long quotation": (
        "“We are late,” [P:Tom Ashe] said. [P:Kit Marsh] was absent.\n“It is hard. We try. We fail,” he said.",
        [("Tom Ashe", "said"), ("he", "said")],
        ["Tom Ashe", "Tom Ashe"],
    ),
    "nobody quoted is meant outside the quotation": (
        "“I met [P:Kit Marsh],” [P:Tom Ashe] said. He smiled and said it was fun.",
        [("Tom Ashe", "said"), ("He", "and said")],
        ["Tom Ashe", "Tom Ashe"],
    ),
    "a clause that opens the sentence looks ahead": (
        "[O:The Gazette] asked the mayor.\nWhile he hopes for rain, [P:Tom Ashe] waters his garden.",
        [("he", "hopes")],
        ["Tom Ashe"],
    ),
    "it after a body": (
        "[O:Brightwater Ferries] said crews were tired. It apologised for delays.",
        [("Brightwater Ferries", "said"), ("It", "apologised")],
        ["Brightwater Ferries", "Brightwater Ferries"],
    ),
    "it is no body that only says what kind": (
        "The [P:Venn] campaign made a promise. The [O:Harbour Party] candidate smiled. It said fares would fall.",
        [("It", "said")],
        ["Venn campaign"],
    ),
    "they after officials": (
        "Two port officials said the crane fell. They said nobody was hurt.",
        [("Two port officials", "said"), ("They", "said")],
        ["Two port officials", "Two port officials"],
    ),
    "they after a group that said nothing": (
        "The protesters marched down the hill. They chanted his name.",
        [("They", "chanted")],
        ["protesters"],
    ),
    "they after two speakers": (
        "[P:Tom Ashe] and [P:Kit Marsh] said the pier was shut. They said it would open.",
        [("Tom Ashe and Kit Marsh", "said"), ("They", "said")],
        ["Tom Ashe", "Kit Marsh", "Tom Ashe", "Kit Marsh"],
    ),
    "I inside of somebody's words": (
        "“I think it works,” [P:Edie Tallow] said.",
        [("I", "think"), ("Edie Tallow", "said")],
        ["Edie Tallow", "Edie Tallow"],
    ),
    "no antecedent": ("Rain fell. He said it was cold.", [("He", "said")], ["(no_antecedent)"]),
    "you stays open": ("You say it is late.", [("You", "say")], ["(no_antecedent)"]),
    "I of an article that names no author": ("I say it is late.", [("I", "say")], ["(no_antecedent)"]),
}

RELATIVES = {
    "a body": (
        "The pact worried [O:NATO], which said so.",
        [("which", "said")],
        ["NATO"],
    ),
    "two bodies": (
        "It echoed the words of [O:NATO] and the [L:United States], who issued warnings.",
        [("who", "issued")],
        ["NATO", "United States"],
    ),
    "the last of two people": (
        "The mayor met [P:Tom Ashe] and [P:Kit Marsh], who said it went well.",
        [("who", "said")],
        ["Kit Marsh"],
    ),
    "a person behind an apposition": (
        "[P:Nora Tand], an ally of Mrs [P:Quill], who said it was over, left.",
        [("who", "said")],
        ["Nora Tand"],
    ),
    "people behind a thing": (
        "[P:Al Sharp] took calls from black listeners to his radio show who said it was late.",
        [("who", "said")],
        ["black listeners"],
    ),
}

NOMINALS = {
    "a role from a title": (
        "[M:Valdorian] Foreign Minister [P:Tomas Reyhl] arrived. The minister said he was glad.",
        [("The minister", "said")],
        ["Tomas Reyhl"],
    ),
    "a role from an apposition": (
        "[P:Anton Besk], the palace spokesman, bowed. The spokesman said no.",
        [("The spokesman", "said")],
        ["Anton Besk"],
    ),
    "two ministers told apart by country": (
        "[M:Russian] Foreign Minister [P:Igor Melk] met [M:Ukrainian] Foreign Minister [P:Petro Hal]. "
        "The [M:Ukrainian] minister said no.",
        [("The Ukrainian minister", "said")],
        ["Petro Hal"],
    ),
    "the president without a country is the article's own": (
        "President [P:Ada Crane] met [M:Russian] President [P:Vladimir Putin]. The president said it was useful.",
        [("The president", "said")],
        ["Ada Crane"],
    ),
    "a wider word for a role": (
        "Sen. [P:Bo Lark] rose. The lawmaker said no.",
        [("The lawmaker", "said")],
        ["Bo Lark"],
    ),
    "a role that the seeds know": (
        "[P:Bernie Sanders] came late. The senator said he was sorry.",
        [("The senator", "said")],
        ["Bernie Sanders"],
    ),
    "an epithet": (
        "[P:Tom Ashe] said taxes must fall. The real estate mogul said he paid enough.",
        [("Tom Ashe", "said"), ("The real estate mogul", "said")],
        ["Tom Ashe", "Tom Ashe"],
    ),
    "his lawyer": (
        "[P:Tom Ashe] stayed home. His lawyer, [P:Kit Marsh], came. [P:Ashe] had the flu, his lawyer said.",
        [("his lawyer", "said")],
        ["Kit Marsh"],
    ),
    "the company": (
        "[O:Brightwater] cut fares. The company said demand was weak.",
        [("The company", "said")],
        ["Brightwater"],
    ),
    "the alliance with a country in an adjective": (
        "[L:Ukraine] is no member of [O:NATO] but the [L:US]-led alliance has said it will help.",
        [("the US-led alliance", "said")],
        ["NATO"],
    ),
    "an alliance whose country the tagger took in": (
        "[L:Ukraine] is no member of [O:NATO] but the [M:US-led] alliance has said it will help.",
        [("the US-led alliance", "said")],
        ["NATO"],
    ),
    "a court only by its name": (
        "[O:Brightwater] sued. The court said it would rule soon.",
        [("The court", "said")],
        ["court"],
    ),
    "a report by somebody": (
        "A report by the [O:Tess Commission] said levels were low.",
        [("A report by the Tess Commission", "said")],
        ["Tess Commission"],
    ),
    "the experts again": (
        "All the water experts we asked said no. The experts said it was too dry.",
        [("All the water experts we asked", "said"), ("The experts", "said")],
        ["All the water experts we asked", "All the water experts we asked"],
    ),
    "all of them": (
        "Three port pilots said it was foggy. All said they turned back.",
        [("Three port pilots", "said"), ("All", "said")],
        ["Three port pilots", "Three port pilots"],
    ),
    "a spokesperson without a name": (
        "A [M:Russian] foreign ministry spokesperson said no.",
        [("A Russian foreign ministry spokesperson", "said")],
        ["Russian foreign ministry spokesperson"],
    ),
    "my father": (
        "Gov. [P:Gus Wall] was my father. My father said it would rain.",
        [("My father", "said")],
        ["Gus Wall"],
    ),
}

JOINT = {
    "two bodies": (
        "[O:NATO] and the [L:United States] issued warnings.",
        [("NATO and the United States", "issued")],
        ["NATO", "United States"],
    ),
    "one group of three modifiers": (
        "[L:US], [O:NATO] and [M:Ukrainian] officials voiced concern.",
        [("US, NATO and Ukrainian officials", "voiced")],
        ["US, NATO and Ukrainian officials"],
    ),
    "a person and a group of his": (
        "[P:Tom Ashe] and his advisers said no.",
        [("Tom Ashe and his advisers", "said")],
        ["Tom Ashe", "Tom Ashe's advisers"],
    ),
    "an apposition is no second speaker": (
        "[P:Leo Bur], director of the [O:Policy Center] and a professor at [O:Maxwell School], said so.",
        [("Leo Bur, director of the Policy Center and a professor at Maxwell School,", "said")],
        ["Leo Bur"],
    ),
}

SILENT = {
    "adding": (
        "[P:Tom Ashe] said the pier was shut, adding that it was unsafe.",
        [("Tom Ashe", "said"), (None, "adding")],
        ["Tom Ashe", "Tom Ashe"],
    ),
    "a second verb of the sentence": (
        "[P:Tom Ashe] praised the crews and denied that they were tired.",
        [("Tom Ashe", "praised"), (None, "denied")],
        ["Tom Ashe", "Tom Ashe"],
    ),
    "a quotation that goes on": (
        "“It is late,” [P:Tom Ashe] said.\n“We will go home.”",
        [("Tom Ashe", "said"), (None, None)],
        ["Tom Ashe", "Tom Ashe"],
    ),
    "the subject before the cue": (
        "Fox host [P:Sean Hall] indicated that he was done.",
        [(None, "indicated")],
        ["Sean Hall"],
    ),
    "a passive has no speaker": (
        "[P:Tom Ashe] was told that it was late.",
        [(None, "was told")],
        ["(no_speaker)"],
    ),
}

DOUBTS = {
    "two people of one surname": (
        "Guests came. [P:Ann Lund] sang. [P:Olaf Lund] danced. [P:Lund] said it was fun.",
        [("Lund", "said")],
        ["(ambiguous_surname)"],
    ),
    "two people told apart by the form of address": (
        "[P:Bill Clinton] met [P:Hillary Clinton]. Mrs [P:Clinton] said no.",
        [("Mrs Clinton", "said")],
        ["Hillary Clinton"],
    ),
    "a surname of several known people": (
        "[P:Clinton] said no.",
        [("Clinton", "said")],
        ["(ambiguous_name)"],
    ),
    "a known surname without a first name": ("[P:Putin] said no.", [("Putin", "said")], ["Vladimir Putin"]),
    "a country that is a person too": (
        "[P:Jim Jordan] asked first. He flew to talks in [L:Jordan]. [L:Jordan] said it was long.",
        [("Jordan", "said")],
        ["(person_or_place)"],
    ),
    "a surname that the tagger took for a country": (
        "[P:Jim Jordan] asked first. [L:Jordan] said it was long.",
        [("Jordan", "said")],
        ["Jim Jordan"],
    ),
    "Paris the person": (
        "[P:Paris Vell] sang. [P:Paris] said it was hot.",
        [("Paris", "said")],
        ["Paris Vell"],
    ),
    "a city's name for a person whom nobody introduced": (
        "[P:Paris] said it was hot.",
        [("Paris", "said")],
        ["(person_or_place)"],
    ),
    "a country as a team": (
        "The match was level at half-time. The goalkeeper saved a penalty, the striker scored, and a late goal "
        "won the cup. [L:France] said the coach would stay.",
        [("France", "said")],
        ["(country_or_team)"],
    ),
    "a court of the article's country": (
        "[L:United States] law is old. [P:Hillary Clinton] knows. The [O:Supreme Court] said so.",
        [("The Supreme Court", "said")],
        ["Supreme Court of the United States"],
    ),
    "a paper named in full before": (
        "[O:The New York Times] asked. The [O:Times] said nobody answered.",
        [("The Times", "said")],
        ["The New York Times"],
    ),
}


@pytest.mark.parametrize(
    ("text", "said", "expected"),
    [
        pytest.param(*case, id=f"{group}: {name}")
        for group, cases in {
            "name": NAMES,
            "metonym": METONYMS,
            "pronoun": PRONOUNS,
            "relative": RELATIVES,
            "nominal": NOMINALS,
            "joint": JOINT,
            "silent": SILENT,
            "doubt": DOUBTS,
        }.items()
        for name, case in cases.items()
    ],
)
def test_speaker(text, said, expected):
    assert Story(text, *said).who() == expected


def test_gender_is_not_guessed_from_a_first_name():
    # "Maria" is nearer, but nothing in the text says that she is no "he"; the speaker before is taken.
    story = Story(
        "[P:Tom Ashe] said the pier was shut. He met [P:Maria Vole]. He said it was unsafe.",
        ("Tom Ashe", "said"),
        ("He", "said it was"),
    )
    assert story.who() == ["Tom Ashe", "Tom Ashe"]


def test_a_hint_settles_an_even_choice():
    text = "[P:Kim Aster] and [P:Lee Bloom] met. He said it was late."
    at = Story(text).text.index("He said")
    hinted = Story(text, ("He", "said"), hints={at: 0})
    assert hinted.who() == ["Kim Aster"]
    other = Story(text, ("He", "said"), hints={at: Story(text).text.index("Lee")})
    assert other.who() == ["Lee Bloom"]


def test_the_only_author_is_the_i_outside_of_quotations():
    assert Story("I think it works.", ("I", "think"), authors=["Mina Orr"]).who() == ["Mina Orr"]
    assert Story("I think it works.", ("I", "think"), authors=["Mina Orr", "Bo Lark"]).who() == [
        "(no_antecedent)"
    ]
