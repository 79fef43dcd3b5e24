"""One publication takes the place of another, whole, on file systems with and without links."""

import duckdb
import pytest

from pipeline.resources import publish_swap
from pipeline.resources.publication import publish, query_published
from pipeline.resources.publish_swap import current, next_id, publications

COUNT = "select count(*) as n from fct_statement"


@pytest.fixture
def without_links(monkeypatch):
    """A file system, or a user, that may not make symbolic links."""

    def refuse(self, *args, **kwargs):
        raise OSError(1, "Operation not permitted")

    monkeypatch.setattr(publish_swap.Path, "symlink_to", refuse)


def test_published_is_a_relative_link_so_that_the_folder_can_be_moved(data_dir, tmp_path):
    made = publish(data_dir, run_id="one", report=None)
    assert (data_dir / "published").is_symlink()
    assert not (data_dir / "published").readlink().is_absolute()
    moved = data_dir.rename(tmp_path / "moved")
    assert query_published(moved, COUNT)["n"][0] == made.row_counts["fct_statement"]


def test_everything_changes_at_once_and_the_last_three_are_kept(data_dir):
    made = publish(data_dir, run_id="run-0", report=None)
    for number in range(1, 5):
        made = publish(data_dir, run_id=f"run-{number}", report=None)
        assert (data_dir / "published").resolve() == made.folder
    assert [p.name for p in publications(data_dir)] == ["000003-run2", "000004-run3", "000005-run4"]
    assert current(data_dir) == made.folder


def test_a_reader_keeps_reading_the_old_file_after_it_was_removed(data_dir):
    publish(data_dir, run_id="one", report=None)
    with duckdb.connect(str(data_dir / "published" / "onrecord.duckdb"), read_only=True) as reader:
        for number in range(4):
            publish(data_dir, run_id=f"run-{number}", report=None)
        assert not (data_dir / "publications" / "000001-one").exists()
        assert reader.execute(COUNT).fetchone() == (40,)


def test_leftovers_of_killed_publications_are_removed_by_the_next(data_dir):
    publish(data_dir, run_id="one", report=None)
    left = data_dir / "published.000002-dead.tmp"
    (left / "csv").mkdir(parents=True)
    (left / "onrecord.duckdb").write_bytes(b"half")
    (data_dir / "published.link.tmp").symlink_to("publications/000001-one")
    publish(data_dir, run_id="two", report=None)
    assert not list(data_dir.glob("published.*.tmp"))


def test_numbers_go_up_whatever_the_run_is_called(data_dir):
    assert next_id(data_dir, "Run/../7 with spaces") == "000001-Run7with"
    publish(data_dir, run_id="..", report=None)
    assert next_id(data_dir, "") == "000002-run"


def test_a_link_to_nowhere_is_mended(data_dir):
    publish(data_dir, run_id="one", report=None)
    made = publish(data_dir, run_id="two", report=None)
    publish_swap.remove(made.folder)
    assert current(data_dir) is None
    publish(data_dir, run_id="three", report=None)
    assert query_published(data_dir, COUNT)["n"][0] == 40


def test_a_folder_called_published_that_is_no_publication_of_ours_is_kept_aside(data_dir):
    (data_dir / "published").mkdir()
    (data_dir / "published" / "notes.txt").write_text("mine", encoding="utf-8")
    publish(data_dir, run_id="one", report=None)
    assert (data_dir / "publications" / "000000-before" / "notes.txt").read_text(encoding="utf-8") == "mine"


@pytest.mark.usefixtures("without_links")
def test_without_links_the_folders_change_places(data_dir):
    for number in range(5):
        publish(data_dir, run_id=f"run-{number}", report=None)
        assert not (data_dir / "published").is_symlink()
        assert query_published(data_dir, COUNT)["n"][0] == 40
    assert [p.name for p in publications(data_dir)] == ["000003-run2", "000004-run3"]


@pytest.mark.usefixtures("without_links")
def test_without_links_a_kill_between_the_two_renames_is_made_good(data_dir):
    publish(data_dir, run_id="one", report=None)
    publish(data_dir, run_id="two", report=None)
    (data_dir / "published").rename(data_dir / "publications" / "000002-two")
    made = publish(data_dir, run_id="three", report=None)
    assert made.publication_id == "000003-three"
    assert query_published(data_dir, COUNT)["n"][0] == 40


def test_links_replace_folders_when_they_become_possible(data_dir, monkeypatch):
    with monkeypatch.context() as patched:
        patched.setattr(
            publish_swap.Path, "symlink_to", lambda *a, **k: (_ for _ in ()).throw(OSError(1, "no"))
        )
        publish(data_dir, run_id="one", report=None)
    publish(data_dir, run_id="two", report=None)
    publish(data_dir, run_id="three", report=None)
    assert query_published(data_dir, COUNT)["n"][0] == 40
    assert len(publications(data_dir)) + (not (data_dir / "published").is_symlink()) == 3
