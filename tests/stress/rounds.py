"""Rounds of a stress test: how long it goes on, and the random numbers of each round."""

from __future__ import annotations

import os
import random
import time
from collections.abc import Iterator

SECONDS = float(os.environ.get("STRESS", "0")) or None
SEED = int(os.environ.get("STRESS_SEED", "14"))
TESTS = 10  # that share the time


def rounds(least: int) -> Iterator[random.Random]:
    """A generator of random numbers for each of `least` rounds, or of as many as there is time for."""
    end = time.monotonic() + (SECONDS or 0) / TESTS
    count = 0
    while count < least or time.monotonic() < end:
        yield random.Random(f"{SEED} {count}")
        count += 1
