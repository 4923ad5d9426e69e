"""Paired timings: baseline and method in turns, so that what slows the machine down for a while
slows both down.

Only the ratio inside a pair is kept, and of all pairs the median and the quartiles. A pair lasts
milliseconds: calls that are shorter are repeated, as many times as fill a slice of time. Both
slices of a pair are about equally long, because an interruption hits a short one rarely and then
hard. Of several short ones in turns the shortest counts, which no interruption hit.
"""

from __future__ import annotations

import gc
import math
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from diffcmp.speed.record import Spread

Clock: TypeAlias = Callable[[], float]
Call: TypeAlias = Callable[[], object]

MOST_CALLS = 1 << 20  # in one slice
SLICES = 5  # of each in a pair, where they are short
SHORT_PIECE = 0.005  # seconds
LONGEST_PIECE = 0.02  # seconds to which the baseline is repeated beside a method that takes longer


@dataclass(frozen=True, slots=True)
class Effort:
    """How long to time one method at one work. seconds: exceeded where the fewest pairs take
    longer. fewest, most: pairs. piece: seconds of a slice."""

    seconds: float
    fewest: int
    most: int
    piece: float


FULL = Effort(1.2, 9, 101, 0.0005)
QUICK = Effort(0.25, 7, 31, 0.0002)


@dataclass(frozen=True, slots=True)
class Timing:
    """The ratio to the baseline's time, the median seconds of a call, the pairs timed."""

    ratio: Spread
    seconds: float
    repeats: int


def paired(
    baseline: Call, method: Call, effort: Effort, clock: Clock = time.perf_counter
) -> Timing:
    """Time both in turns until the effort is spent; garbage is collected before, not during."""
    count = calls_in(method, effort.piece, clock)
    lasts = count * min(_slice(method, count, clock) for _ in range(3))
    piece = min(max(effort.piece, lasts), LONGEST_PIECE)
    calls, counts = (baseline, method), (calls_in(baseline, piece, clock), count)
    slices = SLICES if piece <= SHORT_PIECE else 1
    ratios: list[float] = []
    times: list[float] = []
    collecting = gc.isenabled()
    gc.collect()
    gc.disable()
    try:
        end = clock() + effort.seconds
        while len(ratios) < effort.fewest or (len(ratios) < effort.most and clock() < end):
            order = (0, 1) if len(ratios) % 2 else (1, 0)
            shortest = [math.inf, math.inf]
            for _ in range(slices):
                for i in order:
                    shortest[i] = min(shortest[i], _slice(calls[i], counts[i], clock))
            ratios.append(shortest[1] / shortest[0])
            times.append(shortest[1])
    finally:
        if collecting:
            gc.enable()
    return Timing(spread(ratios), statistics.median(times), len(ratios))


def calls_in(call: Call, seconds: float, clock: Clock) -> int:
    """How many calls fill so many seconds: a power of two. Caches are warm afterwards.

    A slice that seems long enough is taken twice, since it may have been interrupted.

    >>> ticks = iter([0, 1, 0, 2, 0, 4, 0, 4])
    >>> calls_in(lambda: None, 4, lambda: next(ticks))
    4
    """
    count = 1
    while count < MOST_CALLS and any(
        _slice(call, count, clock) * count < seconds for _ in range(2)
    ):
        count *= 2
    return count


def _slice(call: Call, count: int, clock: Clock) -> float:
    """Seconds of one call among as many."""
    start = clock()
    for _ in range(count):
        call()
    return (clock() - start) / count


def spread(ratios: list[float]) -> Spread:
    """Median and quartiles.

    >>> spread([1.0, 2.0, 3.0, 4.0, 5.0])
    Spread(median=3.0, low=2.0, high=4.0)
    """
    if len(ratios) == 1:
        return Spread(ratios[0], ratios[0], ratios[0])
    low, median, high = statistics.quantiles(ratios, n=4, method="inclusive")
    return Spread(median, low, high)
