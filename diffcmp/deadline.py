"""The moment by which everything that was asked must be answered: one value, shared by all that
wait for something."""

from __future__ import annotations

import functools
import math
import time
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from typing import ParamSpec, TypeVar

from diffcmp.errors import Breakdown, ComputationError, Fault, InputError

P = ParamSpec("P")
T = TypeVar("T")

PATIENCE = 10.0  # seconds, where nobody says how long
WAITING = 0.8  # of the time may be spent on waiting; the other methods and the report need the rest
GRACE = 1.0  # seconds after the deadline in which an answer may still be computed
LEAST_GROWTH, MOST_GROWTH = 2.0, 8.0  # of the work, where the precision doubles
UNLIMITED = 1e9  # seconds: 31 years; locks and events of Python refuse times from 292 years on


@dataclass(frozen=True, slots=True)
class Deadline:
    """A moment on the monotonic clock, and the one at which the time began to run.

    >>> Deadline.after(10).left() <= 10
    True
    """

    began: float
    end: float

    @classmethod
    def after(cls, seconds: float) -> Deadline:
        """So many seconds from now; infinitely many are years."""
        now = time.monotonic()
        return cls(now, now + min(seconds, UNLIMITED))

    @classmethod
    def for_waiting(cls, timeout: float) -> Deadline:
        """The part of `timeout` seconds from now in which the symbolic engine may be waited for."""
        return cls.after(WAITING * timeout)

    def left(self) -> float:
        """Seconds until then; 0 afterwards."""
        return max(0.0, self.end - time.monotonic())

    def share(self, among: int) -> float:
        """One of so many equal shares of the time left, for the first of as many questions."""
        return self.left() / among

    def spent(self) -> float:
        """Seconds since the time began to run, to two digits, for a message."""
        seconds = time.monotonic() - self.began
        return round(seconds, 1 - math.floor(math.log10(seconds))) if seconds > 0 else 0.0

    def missed(self) -> ComputationError:
        """What is raised where the answer is not there by then."""
        return ComputationError(Breakdown.TIME, seconds=self.end - self.began)


_whole: ContextVar[Deadline | None] = ContextVar("deadline", default=None)


def of_this_call() -> Deadline | None:
    """The deadline of the public call that is being answered; None where it has none."""
    return _whole.get()


def check() -> None:
    """Go no further where the time of this call has been over for long: a limit that is too short
    for sympy leaves time for an answer without it.

    Raises
    ------
    ComputationError: there.
    """
    deadline = _whole.get()
    if deadline is not None and time.monotonic() > deadline.end + GRACE:
        raise deadline.missed()


class Doublings:
    """Steps of a computation at a precision that doubles from one to the next, none of which can be
    interrupted: one that would end long after the time of this call is not begun.

    What the next one takes is foreseen from the last two: between 2 and 8 times the last. Arb's
    slowest functions (gamma and its kin) were measured at 7.5.
    """

    def __init__(self) -> None:
        self.began, self.last = time.monotonic(), 0.0

    def __repr__(self) -> str:
        return f"<doublings, the last in {self.last:.3g} s>"

    def check(self) -> None:
        """After one step, before the next.

        Raises
        ------
        ComputationError: where the next one would take too long.
        """
        now = time.monotonic()
        took = now - self.began
        growth = (
            min(max(took / self.last, LEAST_GROWTH), MOST_GROWTH) if self.last else LEAST_GROWTH
        )
        deadline = _whole.get()
        if deadline is not None and now + growth * took > deadline.end + GRACE:
            raise deadline.missed()
        self.began, self.last = now, took


def within_timeout(call: Callable[P, T]) -> Callable[P, T]:
    """A public call whose keyword `timeout`, in seconds, is a time limit: infinity is none.

    Where calls are nested, the earliest deadline counts.

    Raises
    ------
    InputError: for a `timeout` that is no number of seconds.
    """

    @functools.wraps(call)
    def bounded(*args: P.args, **keywords: P.kwargs) -> T:
        deadline = Deadline.after(_seconds(keywords.get("timeout", PATIENCE)))
        outer = _whole.get()
        if outer is not None and outer.end <= deadline.end:
            return call(*args, **keywords)
        token = _whole.set(deadline)
        try:
            return call(*args, **keywords)
        finally:
            _whole.reset(token)

    return bounded


def _seconds(timeout: object) -> float:
    try:
        seconds = float(timeout)  # type: ignore[arg-type]  # whatever the user gave
    except (TypeError, ValueError, OverflowError):
        seconds = math.nan
    if not seconds >= 0:
        raise InputError(Fault.TIMEOUT, given=timeout)
    return seconds
