"""Worker processes: bounded, watched, and the same rows for any number of them."""

import os
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
from worker_tasks import Deadly, Raising, Square, Stuck

from pipeline.resources import workers as module
from pipeline.resources.workers import Done, Lost, WorkerError, Workers, batches_by_length, worker_count


@pytest.fixture(autouse=True)
def tasks_on_path(monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parent))


def results(outcomes):
    return sorted(n for one in outcomes if isinstance(one, Done) for n in one.result)


def test_every_item_is_done_once_by_as_many_workers_as_asked(tmp_path):
    with Workers(Square(tmp_path), 2) as pool:
        assert results(pool.run([n, n + 1] for n in range(0, 40, 2))) == [n * n for n in range(40)]
    logs = list(tmp_path.glob("worker-*"))
    assert len(logs) == 2
    assert sum(len(log.read_text().split()) for log in logs) == 20


def test_workers_are_kept_for_the_next_run_and_gone_after_the_block(tmp_path):
    with Workers(Square(tmp_path), 2) as pool:
        list(pool.run([[n] for n in range(8)]))
        first = pool.pids()
        list(pool.run([[n] for n in range(8)]))
        assert pool.pids() == first
    assert not any(psutil.pid_exists(pid) for pid in first)


def test_no_more_batches_are_drawn_than_there_are_workers(tmp_path):
    drawn = []

    def source():
        for n in range(12):
            drawn.append(n)
            yield [n]

    with Workers(Square(tmp_path), 2) as pool:
        for done, _ in enumerate(pool.run(source()), start=1):
            assert len(drawn) <= done + 2


def test_a_killed_workers_batch_is_tried_again(tmp_path):
    with Workers(Deadly(tmp_path), 2) as pool:
        outcomes = list(pool.run([[1, 0, 2], [3, 4]]))
    assert results(outcomes) == [0, 1, 4, 9, 16]
    assert pool.deaths == 1
    # As it was: what a batch gives may depend on which items it holds.
    assert sorted(len(one.items) for one in outcomes if isinstance(one, Done)) == [2, 3]


def test_an_item_that_kills_its_worker_twice_is_given_up_and_the_rest_goes_on(tmp_path):
    with Workers(Deadly(tmp_path), 2) as pool:
        outcomes = list(pool.run([[1, -7, 2], [3], [4]]))
    assert results(outcomes) == [1, 4, 9, 16]
    [lost] = [one for one in outcomes if isinstance(one, Lost)]
    assert lost.item == -7
    assert "died 2 times" in lost.reason
    assert "signal 9" in lost.reason


def test_a_worker_that_was_killed_while_idle_is_replaced(tmp_path):
    with Workers(Square(tmp_path), 2) as pool:
        list(pool.run([[1], [2], [3]]))
        for pid in pool.pids():
            psutil.Process(pid).kill()
        assert results(pool.run([[4], [5], [6]])) == [16, 25, 36]


def test_a_worker_that_hangs_is_ended(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "SECONDS_A_BATCH", 0.5)
    monkeypatch.setattr(module, "SECONDS_AN_ITEM", 0.0)
    monkeypatch.setattr(module, "_POLL_SECONDS", 0.1)
    with Workers(Stuck(), 2) as pool:
        [lost] = list(pool.run([[1]]))
    assert isinstance(lost, Lost)
    assert "no answer in time" in lost.reason


def test_what_raises_in_a_worker_raises_here_and_ends_the_others(tmp_path):
    with Workers(Raising(), 2) as pool:
        with pytest.raises(WorkerError, match="ZeroDivisionError"):
            list(pool.run([[1], [0], [2]]))
        assert pool.pids() == []


def test_one_worker_is_this_process(tmp_path):
    with Workers(Square(tmp_path), 1) as pool:
        assert results(pool.run([[1], [2]])) == [1, 4]
        assert pool.pids() == []
    assert (tmp_path / f"worker-{os.getpid()}").exists()


def test_stopping_in_the_middle_leaves_no_process(tmp_path):
    with Workers(Square(tmp_path), 2) as pool:
        outcomes = pool.run([n] for n in range(100))
        next(outcomes)
        pids = pool.pids()
        assert pids
        outcomes.close()
        assert pool.pids() == []
    assert not any(psutil.pid_exists(pid) for pid in pids)


def test_workers_end_when_their_parent_is_killed(tmp_path):
    code = (
        "import os, signal, sys\n"
        "from pathlib import Path\n"
        "from pipeline.resources.workers import Workers\n"
        "from worker_tasks import Square\n"
        "pool = Workers(Square(Path(sys.argv[1])), 2)\n"
        "list(pool.run([[1], [2], [3], [4]]))\n"
        "print(*pool.pids(), flush=True)\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=False
    )
    pids = [int(pid) for pid in done.stdout.split()]
    assert len(pids) == 2
    until = time.monotonic() + 20
    while any(map(psutil.pid_exists, pids)) and time.monotonic() < until:
        psutil.wait_procs([psutil.Process(p) for p in pids if psutil.pid_exists(p)], timeout=0.1)
    assert not any(map(psutil.pid_exists, pids))


def test_batches_hold_items_of_like_length_the_longest_first():
    batches = list(batches_by_length(["a", "bbbb", "cc", "ddd", "e"], len, total=5, most=3))
    assert batches == [["bbbb"], ["ddd", "cc"], ["a", "e"]]
    assert list(batches_by_length(["aaaaaaa"], len, total=5, most=3)) == [["aaaaaaa"]]
    assert list(batches_by_length(list("abcdefg"), len, total=50, most=3)) == [
        ["a", "b", "c"],
        ["d", "e", "f"],
        ["g"],
    ]


def test_the_worker_count_is_the_cores_of_this_process_unless_set():
    assert worker_count(3) == 3
    assert worker_count(0) == len(os.sched_getaffinity(0))
