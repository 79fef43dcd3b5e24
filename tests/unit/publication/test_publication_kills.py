"""Kill -9 anywhere in a publication: readers have the old one or the new one, whole, and the next mends."""

import shutil
import signal
import subprocess
import sys
import textwrap

import pytest
from marts_maker import make_warehouse

from pipeline.resources.publication import publish, query_published
from pipeline.resources.publish_swap import publications

POINTS = {
    "work folder made": ("publication.work_folder", "after"),
    "before the database": ("publish_files.Writer.write_database", "before"),
    "in a copy of the file before": ("publish_database._holds_the_marts", "after"),
    "database made": ("publish_files.Writer.write_database", "after"),
    "in the first files": ("publish_files.Writer.write_parts", "after"),
    "files made": ("publish_files.Writer.write_ledger", "after"),
    "described": ("publication.data_package", "after"),
    "synced": ("publish_swap._sync_tree", "after"),
    "before the link": ("publish_swap.Path.symlink_to", "before"),
    "link made": ("publish_swap.Path.symlink_to", "after"),
    "swapped": ("publication.swap_in", "after"),
    "old ones half removed": ("publish_swap.remove", "before"),
}
NEW = {"swapped", "old ones half removed"}

CHILD = """
import os, signal
from importlib import import_module
from pathlib import Path
from pipeline.resources import publication, publish_database, publish_files, publish_swap

# Nearly all rows are other ones here; else the file would be made from nothing.
publish_database.MAX_CHANGED = {share}

module, *names = {target!r}.split(".")
owner = import_module("pipeline.resources." + module)
for name in names[:-1]:
    owner = getattr(owner, name)
real = getattr(owner, names[-1])

def killed(*args, **kwargs):
    if {when!r} == "after":
        real(*args, **kwargs)
    os.kill(os.getpid(), signal.SIGKILL)

setattr(owner, names[-1], killed)
publication.publish(Path({data_dir!r}), run_id="killed", report=None)
"""


QUICK = ("before the database", "files made", "before the link", "link made", "swapped")
"""Looked at in the fast suite; each point costs a process."""


@pytest.fixture(scope="module")
def old(tmp_path_factory):
    """A data folder after three publications, with newer data waiting in the warehouse."""
    data_dir = tmp_path_factory.mktemp("old") / "data"
    make_warehouse(data_dir)
    for number in range(3):
        publish(data_dir, run_id=f"old-{number}", report=None)
    make_warehouse(data_dir, days=50, note="second")
    return data_dir


@pytest.mark.parametrize(
    "point", [p if p in QUICK else pytest.param(p, marks=pytest.mark.slow) for p in POINTS]
)
def test_a_kill_leaves_one_whole_publication_and_the_next_one_mends(old, tmp_path, point):
    data_dir = shutil.copytree(old, tmp_path / "data", symlinks=True)
    target, when = POINTS[point]
    child = CHILD.format(
        target=target, when=when, data_dir=str(data_dir), share=float("publish_database" in target)
    )
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(child)], capture_output=True, text=True, check=False
    )
    assert done.returncode == -signal.SIGKILL, done.stderr

    expected = 50 if point in NEW else 40
    counts = query_published(
        data_dir, "select (select count(*) from fct_statement) as a, (select count(*) from run_log) as b"
    )
    assert counts.rows() == [(expected, expected)]

    made = publish(data_dir, run_id="mended", report=None)
    assert made.row_counts["fct_statement"] == 50
    assert query_published(data_dir, "select count(*) as n from fct_statement")["n"][0] == 50
    assert not list(data_dir.glob("published.*.tmp"))
    assert len(publications(data_dir)) == 3
