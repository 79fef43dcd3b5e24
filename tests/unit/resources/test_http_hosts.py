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


def side_by_side(hosts, clock, plan, *, ends):
    """Turns of one host that overlap: each stays under way until the clock reaches its end; their starts."""
    starts = []

    async def one(number):
        async with hosts.turn("a") as sent:
            starts.append((number, clock.seconds))
            sent()
            while clock.seconds < ends.get(number, 0.0):
                await asyncio.sleep(0)

    async def every():
        hosts.begin_session()
        await asyncio.gather(*(one(number) for number in plan))

    asyncio.run(every())
    return dict(starts)


def test_a_page_that_hangs_does_not_hold_up_the_others_of_its_host(policy, clock):
    hosts = Hosts(policy(host_spacing_seconds=1.0), clock=clock, sleep=clock.sleep)
    began = clock.seconds
    starts = side_by_side(hosts, clock, range(6), ends={0: began + 4.5})
    assert [starts[n] - began for n in range(5)] == [0.0, 1.0, 2.0, 3.0, 4.0]
    assert starts[5] - began == 6.0, "the one that hung ended at 5, for this clock goes by waits"


def test_no_more_than_two_requests_are_under_way_at_a_host(policy, clock):
    hosts = Hosts(policy(host_spacing_seconds=0.0, max_in_flight=50), clock=clock, sleep=clock.sleep)
    under_way, most = 0, 0

    async def one():
        nonlocal under_way, most
        async with hosts.turn("a") as sent:
            sent()
            under_way += 1
            most = max(most, under_way)
            await asyncio.sleep(0)
            under_way -= 1

    async def every():
        hosts.begin_session()
        await asyncio.gather(*(one() for _ in range(20)))

    asyncio.run(every())
    assert most == 2


def test_a_pause_that_comes_while_another_request_waits_for_its_turn_is_kept(policy, clock):
    hosts = Hosts(policy(host_spacing_seconds=1.0), clock=clock, sleep=clock.sleep)
    began, starts = clock.seconds, []

    async def first():
        async with hosts.turn("a") as sent:
            sent()
            await asyncio.sleep(0)
            hosts.pause("a", 30, because="answered 429")

    async def second():
        async with hosts.turn("a"):
            starts.append(clock.seconds - began)

    async def every():
        hosts.begin_session()
        await asyncio.gather(first(), second())

    asyncio.run(every())
    assert starts[0] >= 30


def test_overlapping_turns_count_once_against_the_budget(policy, clock):
    hosts = Hosts(policy(host_spacing_seconds=1.0, host_budget_seconds=10.0), clock=clock, sleep=clock.sleep)
    began = clock.seconds
    assert len(side_by_side(hosts, clock, range(4), ends={0: began + 2.5})) == 4
    assert clock.seconds - began < 10
    assert run(hosts, clock, [("a", 0.0)] * 8)[-1][1] == "budget"


def test_spacing_counts_from_the_sending_of_a_request_whose_connection_was_slow(policy, clock):
    hosts = Hosts(policy(host_spacing_seconds=1.0), clock=clock, sleep=clock.sleep)
    began, sendings = clock.seconds, []

    async def one(connecting):
        async with hosts.turn("a") as sent:
            for _ in range(connecting):
                await clock.sleep(1.0)
            sendings.append(clock.seconds - began)
            sent()
            await clock.sleep(0.25)

    async def every():
        hosts.begin_session()
        await asyncio.gather(one(5), one(0), one(0))

    asyncio.run(every())
    assert sendings[0] == 5.0
    assert all(later - earlier >= 1.0 for earlier, later in pairwise(sendings)), sendings


def test_a_turn_that_ends_without_a_request_lets_the_next_one_in(policy, clock):
    hosts = Hosts(policy(host_spacing_seconds=1.0), clock=clock, sleep=clock.sleep)
    began, starts = clock.seconds, []

    async def one(broken):
        async with hosts.turn("a"):
            starts.append(clock.seconds - began)
            if broken:
                raise OSError("no connection")

    async def every():
        hosts.begin_session()
        return await asyncio.gather(one(True), one(False), return_exceptions=True)

    assert isinstance(asyncio.run(every())[0], OSError)
    assert starts == [0.0, 1.0]
