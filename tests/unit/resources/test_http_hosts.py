"""Turns at a host: spacing, order, budgets, pauses."""

from __future__ import annotations

import asyncio
from itertools import pairwise

import pytest

from pipeline.resources.http_hosts import ClosedError, Hosts


def run(hosts, clock, plan):
    """Start all turns of ``plan`` (host, seconds it takes) together; what each came to, in order."""
    log = []

    async def one(host, takes):
        try:
            async with hosts.turn(host):
                began = clock.seconds
                clock.seconds += takes
            log.append((host, began))
        except ClosedError as closed:
            log.append((host, closed.reason_code))

    async def every():
        hosts.begin_session()
        await asyncio.gather(*(one(*item) for item in plan))

    asyncio.run(every())
    return log


def test_requests_to_a_host_are_spaced_and_hosts_do_not_wait_for_each_other(policy, clock):
    hosts = Hosts(policy(host_spacing_seconds=2.0), clock=clock, sleep=clock.sleep)
    log = run(hosts, clock, [("a", 0.5), ("a", 0.5), ("a", 0.5), ("b", 0.5)])
    times = [at for host, at in log if host == "a"]
    # From the end of one request to the start of the next.
    assert all(later - earlier >= 2.5 for earlier, later in pairwise(times))
    assert next(at for host, at in log if host == "b") < times[1]


def test_spacing_holds_between_sessions(policy, clock):
    hosts = Hosts(policy(host_spacing_seconds=5.0), clock=clock, sleep=clock.sleep)
    (first,), (second,) = run(hosts, clock, [("a", 0)]), run(hosts, clock, [("a", 0)])
    assert second[1] - first[1] >= 5.0


def test_a_host_may_not_take_more_than_its_budget(policy, clock):
    hosts = Hosts(policy(host_spacing_seconds=1.0, host_budget_seconds=10.0), clock=clock, sleep=clock.sleep)
    log = run(hosts, clock, [("a", 3.0)] * 6 + [("b", 1.0)])
    assert [x for host, x in log if host == "a"].count("budget") == 3
    assert ("b", "budget") not in log


def test_a_run_ends_when_its_budget_is_spent(policy, clock):
    hosts = Hosts(policy(run_budget_seconds=5.0), clock=clock, sleep=clock.sleep)
    log = run(hosts, clock, [("a", 2.0)] * 4 + [("b", 0.0)])
    assert [x for _, x in log].count("budget") >= 1
    assert hosts.seconds_left() == 0.0


def test_a_host_that_never_answers_is_left_alone(policy, clock):
    hosts = Hosts(policy(max_host_failures=2), clock=clock, sleep=clock.sleep)
    hosts.failed("a", "refused")
    hosts.answered("a")
    hosts.failed("a", "refused")
    assert run(hosts, clock, [("a", 0)])[0][1] != "network"
    hosts.failed("a", "refused")
    assert run(hosts, clock, [("a", 0), ("b", 0)]) == [("a", "network"), ("b", clock.seconds)]


@pytest.mark.parametrize(("seconds", "closed"), [(10, False), (61, True)])
def test_a_pause_is_waited_for_unless_it_is_too_long(policy, clock, seconds, closed):
    hosts = Hosts(policy(), clock=clock, sleep=clock.sleep)
    began = clock.seconds
    hosts.pause("a", seconds, because="answered 429")
    ((_, outcome),) = run(hosts, clock, [("a", 0)])
    assert outcome == ("http_status" if closed else began + seconds)
