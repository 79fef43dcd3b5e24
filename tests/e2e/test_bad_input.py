"""Wrong use gives one clear line and the exit code of the contract, and loses nothing."""

import json
from pathlib import Path

import pytest

SAMPLE = Path(__file__).parent.parent.parent / "seeds" / "sample"
SEED = SAMPLE / "seed_article.txt"


def one_line(outcome, code: int, *parts: str) -> None:
    assert outcome.code == code, (outcome.code, outcome.out, outcome.err)
    assert len(outcome.err.strip().splitlines()) == 1, outcome.err
    for part in parts:
        assert part in outcome.err


@pytest.mark.parametrize(
    ("args", "parts"),
    [
        (["--frobnicate"], ["No such option", "--frobnicate"]),
        (["extract"], ["Missing argument"]),
        (["extract", str(SEED), "--format", "pdf"], ["pdf", "table, jsonl or html"]),
        (["extract", str(SEED), "--published", "yesterday"], ["yesterday", "YYYY-MM-DD"]),
        (["evaluate", "no/such/folder"], ["no/such/folder", "NAME.ann"]),
        (["run", "--input", "no/such/folder"], ["no/such/folder"]),
        (["backfill", "--from", "2021-12-02", "--to", "2021-12-01"], ["turn them round"]),
        (["frob"], ["frob"]),
    ],
    ids=lambda v: " ".join(v)[:30] if isinstance(v, list) else None,
)
def test_wrong_usage_is_exit_code_2(onrecord, args, parts):
    one_line(onrecord(*args), 2, *parts)


def test_a_wrong_setting_is_named(onrecord):
    one_line(onrecord("doctor", env={"ONRECORD_SCHEDULE_HOUR": "99"}), 2, "ONRECORD_SCHEDULE_HOUR")


def test_an_empty_folder_says_so(onrecord, tmp_path):
    (tmp_path / "in").mkdir()
    one_line(
        onrecord("run", "--input", tmp_path / "in", "--data-dir", tmp_path / "data"), 2, str(tmp_path / "in")
    )


def test_a_data_folder_that_cannot_be_written_says_so(onrecord, tmp_path):
    (tmp_path / "file").write_text("x")
    outcome = onrecord("run", "--input", SAMPLE, "--data-dir", tmp_path / "file" / "data")
    one_line(outcome, 3, "cannot be written", "--data-dir")


def test_sql_without_a_publication_says_what_to_run(onrecord, tmp_path):
    one_line(onrecord("sql", "select 1", "--data-dir", tmp_path), 3, "onrecord run")


def test_a_missing_file_costs_only_itself(onrecord, tmp_path):
    outcome = onrecord(
        "extract", SEED, tmp_path / "none.txt", "--format", "jsonl", "--published", "2021-12-01"
    )
    assert outcome.code == 1
    assert "none.txt" in outcome.err
    assert len({json.loads(line)["document"] for line in outcome.out.splitlines()}) == 1


def test_no_document_that_can_be_read_is_a_failure(onrecord, tmp_path):
    one_line(onrecord("extract", tmp_path / "none.txt"), 3, "none.txt")


def test_a_private_address_is_refused(onrecord):
    outcome = onrecord("extract", "http://127.0.0.1:9/secret")
    assert outcome.code == 3
    assert "127.0.0.1" in outcome.err


def test_debug_shows_the_traceback(onrecord, tmp_path):
    outcome = onrecord("sql", "select 1", "--data-dir", tmp_path, "--debug")
    assert "Traceback" in outcome.err
    assert outcome.code != 0


def test_without_arguments_it_tells_what_to_do_next(onrecord, tmp_path):
    outcome = onrecord(env={"ONRECORD_DATA_DIR": str(tmp_path)})
    assert outcome.code == 0
    for command in ("onrecord run", "onrecord extract", "onrecord doctor"):
        assert command in outcome.out
