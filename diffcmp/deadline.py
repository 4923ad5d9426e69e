"""The moment by which everything that was asked must be answered: one value, shared by all that
wait for something."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass

PATIENCE = 10.0  # seconds, where nobody says how long
WAITING = 0.8  # of the time may be spent on waiting; the other methods and the report need the rest


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
        """So many seconds from now."""
        now = time.monotonic()
        return cls(now, now + seconds)

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
