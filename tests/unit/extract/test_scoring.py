import pytest

from pipeline.extract.gold import GoldAttribution, GoldDocument, read_gold_folder
from pipeline.extract.scoring import Predicted, evaluate, normalise_spans, quotation_kind

TEXT = 'Ann Orr said: "We will open the bridge in May." Bo Lee denied it.'


def span(part: str) -> tuple[int, int]:
    start = TEXT.index(part)
    return start, start + len(part)


GOLD = GoldDocument(
    "t",
    TEXT,
    [
        GoldAttribution([span("Ann Orr")], [span("said")], [span("We will open the bridge in May")]),
        GoldAttribution([span("Bo Lee")], [span("denied")], [span("it")]),
    ],
)


def perfect() -> list[Predicted]:
    return [Predicted(a.speaker, a.cue, a.content) for a in GOLD.attributions]


def test_a_perfect_prediction_scores_one():
    result = evaluate([GOLD], {"t": perfect()})
    assert result["found"]["F1"] == result["right"]["F1"] == 1.0
    assert all(v["F1"] == 1.0 for v in result["exact"].values())


def test_marks_and_points_at_the_ends_do_not_count():
    wide = [
        Predicted([span("Ann Orr")], [span("said:")], [span('"We will open the bridge in May."')]),
        perfect()[1],
    ]
    assert evaluate([GOLD], {"t": wide})["exact"]["content"]["F1"] == 1.0


def test_a_wrong_speaker_is_found_but_not_right():
    wrong = [Predicted([span("Bo Lee")], [], [span("We will open the bridge in May")])]
    result = evaluate([GOLD], {"t": wrong})
    assert result["found"] == {"P": 1.0, "R": 0.5, "F1": pytest.approx(2 / 3)}
    assert result["right"]["F1"] == 0.0


def test_one_prediction_serves_one_gold_attribution():
    double = [perfect()[0], perfect()[0]]
    assert evaluate([GOLD], {"t": double})["found"]["P"] == 0.5


def test_half_of_the_content_is_the_threshold():
    half = [Predicted([span("Ann Orr")], [], [span("We will open the")])]
    assert evaluate([GOLD], {"t": half})["found"]["R"] == 0.5
    less = [Predicted([span("Ann Orr")], [], [span("We will open")])]
    assert evaluate([GOLD], {"t": less})["found"]["R"] == 0.0


def test_nothing_predicted_scores_zero_and_divides_by_nothing():
    assert evaluate([GOLD], {})["found"] == {"P": 0.0, "R": 0.0, "F1": 0.0}


def test_parts_with_only_marks_between_are_one_span():
    text = 'a", "b'
    assert normalise_spans(text, [(0, 1), (5, 6)]) == [(0, 6)]


def test_kind_of_quotation():
    assert quotation_kind(TEXT, [span("We will open the bridge in May")]) == "direct"
    assert quotation_kind(TEXT, [span("it")]) == "indirect"
    assert quotation_kind(TEXT, [span('said: "We will open')]) == "mixed"


def test_gold_is_read_from_brat_and_from_json(tmp_path):
    (tmp_path / "a.txt").write_text(TEXT, encoding="utf-8")
    (tmp_path / "a.ann").write_text(
        "T1\tSource 0 7\tAnn Orr\nT2\tCue 8 12\tsaid\nT3\tContent 15 20;21 30\tWe wi\n"
        "T4\tAttribution 8 12\tsaid\n"
        "E1\tAttribution:T4 Source:T1 Cue:T2 Content:T3\n",
        encoding="utf-8",
    )
    (tmp_path / "b.txt").write_text(TEXT, encoding="utf-8")
    (tmp_path / "b.json").write_text(
        '{"published": "2021-12-01", "statements": '
        '[{"speaker": [0, 7], "cue": [8, 12], "content": [[15, 46]], "actor": "Ann Orr"}]}',
        encoding="utf-8",
    )
    brat, own = read_gold_folder(tmp_path)
    assert brat.attributions[0].content == [(15, 20), (21, 30)]
    assert own.attributions[0].extra == {"actor": "Ann Orr"}
    assert own.meta == {"published": "2021-12-01"}


def test_a_folder_without_gold_says_what_it_takes(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"NAME\.txt beside NAME\.ann"):
        read_gold_folder(tmp_path)
    with pytest.raises(FileNotFoundError, match="no such folder"):
        read_gold_folder(tmp_path / "none")
