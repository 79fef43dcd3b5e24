"""The command line in this process: help, next steps, completion, the shell; no pipeline is run."""

import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import polars as pl
import pytest
import typer

from pipeline import cli
from pipeline.commands.asking import Shell, expand
from pipeline.commands.options import EXAMPLES, format_option, known_days
from pipeline.settings import get_settings

SAMPLE = Path(__file__).parents[3] / "seeds" / "sample"


@pytest.fixture
def data_dir(tmp_path, monkeypatch):
    """An empty data folder that the settings name."""
    folder = tmp_path / "data"
    folder.mkdir()
    monkeypatch.setenv("ONRECORD_DATA_DIR", str(folder))
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("NO_COLOR", "1")
    get_settings.cache_clear()
    yield folder
    get_settings.cache_clear()


def run(capsys, *args) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as ended:
        cli.main(args)
    captured = capsys.readouterr()
    return int(ended.value.code or 0), captured.out, captured.err


def publish(folder):
    place = folder / "published"
    place.mkdir()
    package = {
        "row_counts": {"fct_article": 14, "fct_statement": 1265},
        "created": "2021-12-02T05:10:00+00:00",
    }
    (place / "datapackage.json").write_text(json.dumps(package))


def remember_run(folder, status):
    history = folder / "dagster" / "history"
    history.mkdir(parents=True)
    with closing(sqlite3.connect(history / "runs.db")) as connection:
        connection.execute("create table runs (id integer primary key, status text, create_timestamp text)")
        connection.execute("insert into runs values (1, 'SUCCESS', '2021-12-01 05:00:00')")
        connection.execute("insert into runs values (2, ?, '2021-12-02 05:00:00.12')", [status])
        connection.commit()


def test_at_first_it_offers_the_sample_one_article_and_the_doctor(data_dir, capsys):
    code, out, _ = run(capsys)
    assert code == 0
    assert "Nothing has been run" in out
    assert out.index("onrecord run --input") < out.index("onrecord extract") < out.index("onrecord doctor")


def test_with_a_publication_it_says_what_there_is_and_how_to_look(data_dir, capsys):
    publish(data_dir)
    remember_run(data_dir, "SUCCESS")
    _, out, _ = run(capsys)
    assert "1,265 statements of 14 articles, published 2021-12-02 05:10 UTC" in out
    assert out.index("onrecord report") < out.index("onrecord sql") < out.index("onrecord run")


def test_a_report_that_is_there_is_to_be_opened(data_dir, capsys):
    publish(data_dir)
    page = data_dir / "published" / "report" / "index.html"
    page.parent.mkdir()
    page.write_text("<p>")
    assert str(page) in run(capsys)[1]


@pytest.mark.parametrize(("status", "words"), [("FAILURE", "failed"), ("STARTED", "was stopped")])
def test_after_a_failed_run_it_leads_to_the_mend(data_dir, capsys, status, words):
    publish(data_dir)
    remember_run(data_dir, status)
    _, out, _ = run(capsys)
    assert f"The last run (2021-12-02 05:00 UTC) {words}" in out
    assert "1,265 statements" in out
    assert out.index("onrecord doctor") < out.index("last_run.log") < out.index("onrecord run")


def test_while_a_run_goes_on_it_says_so(data_dir, capsys):
    (data_dir / ".run.pid").write_text(str(os.getpid()))
    assert f"A run is going on (process {os.getpid()})" in run(capsys)[1]


@pytest.mark.parametrize("note", ["", "no number", "999999999"])
def test_a_note_of_a_dead_run_is_ignored(data_dir, capsys, note):
    (data_dir / ".run.pid").write_text(note)
    assert "Nothing has been run" in run(capsys)[1]


def test_damaged_files_do_not_keep_it_from_helping(data_dir, capsys):
    publish(data_dir)
    (data_dir / "published" / "datapackage.json").write_text("{")
    (data_dir / "dagster" / "history").mkdir(parents=True)
    (data_dir / "dagster" / "history" / "runs.db").write_text("no database")
    code, out, _ = run(capsys)
    assert code == 0
    assert "Nothing has been run" in out


@pytest.mark.parametrize("name", EXAMPLES)
def test_help_shows_the_examples(capsys, monkeypatch, name):
    monkeypatch.setenv("COLUMNS", "120")
    code, out, _ = run(capsys, *name.split(), "--help")
    assert code == 0
    assert EXAMPLES[name][0][0] in out


def test_top_level_help_groups_the_commands_and_names_the_exit_codes(capsys):
    code, out, _ = run(capsys, "--help")
    assert code == 0
    for part in ("Look", "Make", "Keep in order", "--debug", "Exit codes"):
        assert part in out


def test_the_version_is_told(capsys):
    assert run(capsys, "--version")[1].startswith("onrecord 0.")


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (("extrct",), "Did you mean 'extract'?"),
        (("sql", "--formt", "csv"), "--format"),
        (("sql", "--format", "pdf"), "use table, csv or jsonl"),
        (("evaluate", "tests", "--format", "pdf"), "use table or json"),
        (("report", "--date", "1.12.2021"), "write it as YYYY-MM-DD"),
        (("backfill", "--from", "2021-12-01", "--to", "2021-12-02", "--engine", "x"), "use local or ray"),
        (("feeds", "ad"), "Did you mean 'add'?"),
    ],
)
def test_wrong_use_is_one_line_with_the_mend(data_dir, capsys, args, words):
    code, _, err = run(capsys, *args)
    assert code == 2
    assert len(err.strip().splitlines()) == 1
    assert words in err


def test_a_group_without_a_command_shows_its_help_and_no_error(capsys):
    code, out, err = run(capsys, "feeds")
    assert code == 2
    assert "check" in out + err
    assert "onrecord:" not in err


@pytest.mark.parametrize(
    ("name", "body", "words"),
    [
        ("picture.png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "neither HTML nor text"),
        ("archive.warc.gz", b"\x1f\x8b\x08\0\0", "onrecord run --input"),
        ("empty.txt", b"", "empty"),
        ("french.html", (SAMPLE / "lac_matin_barrage.html").read_bytes(), "ONRECORD_LANGUAGES"),
    ],
)
def test_a_document_that_cannot_be_read_says_what_to_do(data_dir, capsys, tmp_path, name, body, words):
    path = tmp_path / name
    path.write_bytes(body)
    code, _, err = run(capsys, "extract", str(path))
    assert code == 3
    assert len(err.strip().splitlines()) == 1
    assert words in err


def test_text_in_utf16_is_text(data_dir, capsys, tmp_path):
    path = tmp_path / "wide.txt"
    path.write_bytes((SAMPLE / "seed_article.txt").read_text(encoding="utf-8").encode("utf-16"))
    assert "Dmytro Kuleba" in run(capsys, "clean", str(path))[1]


def completions(line, capsys, monkeypatch):
    words = line.split(" ")
    monkeypatch.setenv("_ONRECORD_COMPLETE", "complete_bash")
    monkeypatch.setenv("COMP_WORDS", line)
    monkeypatch.setenv("COMP_CWORD", str(len(words) - 1))
    return run(capsys)[1].split()


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("onrecord e", ["extract", "evaluate"]),
        ("onrecord feeds ", ["check", "add"]),
        ("onrecord extract --format ", ["table", "jsonl", "html"]),
        ("onrecord sql --format c", ["csv"]),
        ("onrecord run --date 2021-1", ["2021-12-02", "2021-11-30"]),
        ("onrecord report --da", ["--date", "--data-dir"]),
    ],
)
def test_the_shell_completes(data_dir, capsys, monkeypatch, line, offered):
    for day in ("2021-11-30", "2021-12-02", "2020-01-01"):
        (data_dir / "lake" / "articles" / f"partition_date={day}").mkdir(parents=True)
    assert completions(line, capsys, monkeypatch) == offered


def test_no_days_are_offered_where_settings_are_wrong(monkeypatch):
    monkeypatch.setenv("ONRECORD_SCHEDULE_HOUR", "99")
    get_settings.cache_clear()
    assert known_days("") == []
    get_settings.cache_clear()


def test_a_format_is_offered_in_the_help():
    option = format_option("table", "csv")
    assert isinstance(option, typer.models.OptionInfo)
    assert option.metavar == "table|csv"


class Trouble(Exception):
    pass


def converse(capsys, *typed):
    """What the shell prints, and asks, when these lines are typed."""
    left, asked = list(typed), []

    def read(prompt):
        if not left:
            raise EOFError
        if left[0] == "^C":
            left.pop(0)
            raise KeyboardInterrupt
        return left.pop(0)

    def ask(query):
        asked.append(query)
        if "wrong" in query:
            raise Trouble("no such table")
        return pl.DataFrame({"n": [1]})

    Shell(ask, Trouble, "table", read).run()
    captured = capsys.readouterr()
    return asked, captured.out, captured.err


def test_queries_end_with_a_semicolon_or_an_empty_line(capsys):
    asked, out, _ = converse(capsys, "select 1;", "select", "  2", "", "", "select 3;")
    assert asked == ["select 1", "select\n2", "select 3"]
    assert out.count("1 row,") == 3


def test_a_wrong_query_is_told_and_the_shell_goes_on(capsys):
    asked, out, err = converse(capsys, "select wrong;", "select 1;")
    assert len(asked) == 2
    assert "no such table" in err
    assert "1 row," in out


def test_ctrl_c_drops_what_was_typed_and_quit_leaves(capsys):
    asked, _, _ = converse(capsys, "select", "^C", "select 1;", ".quit", "select 2;")
    assert asked == ["select 1"]


def test_the_shell_has_commands_of_its_own(capsys):
    asked, out, err = converse(capsys, ".help", ".tables", ".columns fct_statement", ".frob")
    assert ".columns TABLE" in out
    assert asked == [".tables", ".columns fct_statement"]
    assert ".frob is no command" in err


def test_its_commands_stand_for_queries():
    assert "duckdb_tables()" in expand(".tables")
    assert expand(".columns fct_statement ").endswith("table_name = 'fct_statement'")
    assert expand(".columns x' or '1").endswith("table_name = 'x'' or ''1'")
    assert expand("select 1") == "select 1"


def test_completing_a_word_imports_nothing_heavy():
    heavy = {"polars", "pydantic", "duckdb", "dagster", "dbt"}
    code = f"import sys; import pipeline.cli; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
