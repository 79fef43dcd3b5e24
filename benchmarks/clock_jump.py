"""The command line with a clock that jumps: a day back and a day ahead in turn, every few looks at it.

    python -m benchmarks.clock_jump run --input …

Only the wall clock jumps, as when NTP or a person sets it; what is read from it are ordinary times.
"""

from __future__ import annotations

import datetime
import itertools
import time

_REAL = datetime.datetime
_REAL_TIME = time.time
_LOOKS = itertools.count()
DAY = 86_400.0
EVERY = 7


def offset() -> float:
    """Seconds that the clock is wrong now."""
    return (0.0, DAY, 0.0, -DAY)[(next(_LOOKS) // EVERY) % 4]


class _AsReal(type):
    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, _REAL)

    def __subclasscheck__(cls, subclass: type) -> bool:
        return issubclass(subclass, _REAL)


class Jumping(_REAL, metaclass=_AsReal):
    """A datetime whose ``now`` jumps."""

    @classmethod
    def now(cls, tz: datetime.tzinfo | None = None) -> _REAL:
        return _REAL.now(tz) + datetime.timedelta(seconds=offset())


def main() -> None:
    # Only this project's modules see the jumping clock: they are what is tried.
    from pipeline.resources import collector, http_collect

    for module in (collector, http_collect):
        module.dt = _Module(module.dt)  # type: ignore[assignment]  # a stand-in with one thing changed
    time.time = lambda: _REAL_TIME() + offset()
    from pipeline.cli import main as command_line

    command_line()


class _Module:
    """``datetime`` with another class for the present."""

    def __init__(self, real: object) -> None:
        self._real = real
        self.datetime = Jumping

    def __getattr__(self, name: str) -> object:
        return getattr(self._real, name)


if __name__ == "__main__":
    main()
