"""Turns at a host: spacing, few requests at a time, budgets, pauses that a host asks for.

Belongs here: when a request may start. Does not: making it (``fetcher.py``).
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass

from pipeline.resources.http_policy import FetchPolicy


class ClosedError(Exception):
    """A host (or the run) takes no more requests; ``reason_code`` and message say why."""

    def __init__(self, reason_code: str, detail: str) -> None:
        super().__init__(detail)
        self.reason_code = reason_code


@dataclass(slots=True)
class _Host:
    spacing: float
    next_at: float = 0.0
    spent: float = 0.0
    turns: int = 0
    busy_since: float = 0.0
    failures: int = 0
    last_failure: str = ""
    closed: tuple[str, str] | None = None


class Hosts:
    """State of every host of a run.

    Times and budgets live as long as this object; locks belong to a ``session``, since an event loop
    does.
    """

    def __init__(
        self, policy: FetchPolicy, *, clock: Callable[[], float], sleep: Callable[[float], Awaitable[None]]
    ) -> None:
        self._policy, self._clock, self._sleep = policy, clock, sleep
        self._hosts: dict[str, _Host] = {}
        self._deadline: float | None = None
        self._turns: dict[str, asyncio.Semaphore] = {}
        self._gates: dict[str, asyncio.Lock] = {}
        self._in_flight = asyncio.Semaphore(policy.max_in_flight)

    def begin_session(self) -> None:
        """Fresh locks for a new event loop."""
        self._turns, self._gates = {}, {}
        self._in_flight = asyncio.Semaphore(self._policy.max_in_flight)

    @asynccontextmanager
    async def turn(self, name: str) -> AsyncIterator[Callable[[], None]]:
        """Wait for a turn at host ``name`` and hold it.

        Yields:
            What to call when the request has gone out. Only then (or at the end of the turn) may the
            next turn be had: a connection can take longer than the spacing, and two requests whose
            turns were spaced would go out side by side once it stands.

        Raises:
            ClosedError: The budget of the host or of the run is spent or would be by waiting, the
                host asked for a long pause, or it does not answer at all.
        """
        host = self._host(name)
        turns = self._turns.setdefault(name, asyncio.Semaphore(self._policy.per_host_concurrency))
        gate = self._gates.setdefault(name, asyncio.Lock())
        async with turns, self._time_of(host):
            await gate.acquire()
            with ExitStack() as held:
                held.callback(gate.release)

                def sent() -> None:
                    self._space(host)
                    held.close()

                await self._wait(name, host)
                async with self._in_flight:
                    try:
                        yield sent
                    finally:
                        self._space(host)

    async def _wait(self, name: str, host: _Host) -> None:
        self._check(name, host, wait=host.next_at - self._clock())
        # Asked again after each wait: a request that ends meanwhile, or a pause, moves the time.
        while (wait := host.next_at - self._clock()) > 0:
            self._check(name, host, wait=wait)
            await self._sleep(wait)

    @asynccontextmanager
    async def _time_of(self, host: _Host) -> AsyncIterator[None]:
        """Count the time in which a host has a turn, waits included, against its budget; once, not per turn."""
        if not host.turns:
            host.busy_since = self._clock()
        host.turns += 1
        try:
            yield
        finally:
            host.turns -= 1
            if not host.turns:
                host.spent += self._clock() - host.busy_since

    def _space(self, host: _Host) -> None:
        host.next_at = max(host.next_at, self._clock() + host.spacing)

    def _host(self, name: str) -> _Host:
        return self._hosts.setdefault(name, _Host(self._policy.host_spacing_seconds))

    def _check(self, name: str, host: _Host, *, wait: float) -> None:
        if self._deadline is None:
            self._deadline = self._clock() + self._policy.run_budget_seconds
        if host.closed is not None:
            raise ClosedError(*host.closed)
        if self._clock() + wait >= self._deadline:
            raise ClosedError("budget", f"the run's {self._policy.run_budget_seconds:g} s are spent")
        spent = host.spent + (self._clock() - host.busy_since if host.turns else 0.0)
        if spent + wait >= self._policy.host_budget_seconds:
            raise ClosedError("budget", f"{name}'s {self._policy.host_budget_seconds:g} s are spent")

    def seconds_left(self) -> float:
        """What is left of the run's budget."""
        if self._deadline is None:
            return self._policy.run_budget_seconds
        return max(0.0, self._deadline - self._clock())

    def slow_down(self, name: str, spacing: float) -> None:
        """Space requests to a host by what its robots.txt asks, within reason."""
        host = self._host(name)
        host.spacing = max(host.spacing, min(spacing, self._policy.max_crawl_delay_seconds))
        host.next_at = max(host.next_at, self._clock() + host.spacing)

    def pause(self, name: str, seconds: float, *, because: str) -> None:
        """Leave a host alone for as long as it asked; too long a pause closes it for the run."""
        host = self._host(name)
        if seconds > self._policy.max_retry_after_seconds:
            host.closed = ("http_status", f"{name} {because} and asked for a pause of {seconds:.0f} s")
        host.next_at = max(host.next_at, self._clock() + seconds)

    def answered(self, name: str) -> None:
        """A request got an answer, be it an error."""
        self._host(name).failures = 0

    def failed(self, name: str, detail: str) -> None:
        """A page got no answer in all its tries; too many in a row close the host for the run."""
        host = self._host(name)
        host.failures += 1
        if host.failures >= self._policy.max_host_failures:
            host.closed = ("network", f"{name} gave no answer for {host.failures} pages in a row: {detail}")
