"""Interleaved repeats: in each round every library does the same row, and ratios are taken inside
the round."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from benchmarks.agreement import distance, median, quartiles, tolerated
from benchmarks.rows import Row
from benchmarks.worker import Worker

SAMPLE = 0.006  # seconds of work in one slice of a sample, where a call is shorter
BUDGET = 8.0  # seconds of samples for one row and library, at least three rounds


@dataclass(frozen=True)
class Ratio:
    """The median of the ratios of the rounds, and their quartiles."""

    median: float
    low: float
    high: float


@dataclass(frozen=True)
class Cell:
    """One library at one row: seconds of a call (median, fastest), of the first one, the distance
    of its answer; or why not."""

    seconds: float = math.nan
    fastest: float = math.nan
    first: float = math.nan
    error: float = math.nan
    to_base: Ratio | None = None
    diffcmp_to_it: Ratio | None = None
    jit_to_it: Ratio | None = None
    fault: str = ""
    wrong: bool = False


@dataclass(frozen=True)
class Measured:
    row: Row
    cells: dict[str, Cell] = field(default_factory=dict)


def measured(row: Row, workers: Sequence[Worker], rounds: int) -> Measured:
    """A row by all who offer it."""
    answers = {w.about.file: w.prepare(row) for w in workers if w.alive}
    able = [w for w in workers if w.alive and not answers[w.about.file].fault]
    times = _times(able, {w.about.file: answers[w.about.file].seconds for w in able}, rounds)
    expected = answers[row.base].value if row.base in times else None
    cells = {file: Cell(fault=answer.fault) for file, answer in answers.items() if answer.fault}
    for file, mine in times.items():
        error = math.nan if expected is None else distance(answers[file].value, expected)
        ours = ratio(times.get("diffcmp_"), mine), ratio(times.get("diffcmp_jit"), mine)
        ratios = ratio(mine, times.get(row.base)), *ours
        cells[file] = Cell(
            median(mine),
            min(mine),
            answers[file].first,
            error,
            *ratios,
            wrong=error > tolerated(expected),
        )
    return Measured(row, cells)


def _times(
    workers: Sequence[Worker], once: dict[str, float], rounds: int
) -> dict[str, list[float]]:
    """Seconds per call in each round, the order of the libraries turning."""
    calls = {
        file: max(1, min(10**5, round(SAMPLE / max(seconds, 1e-8))))
        for file, seconds in once.items()
    }
    slowest = max(once.values(), default=0.0)
    rounds = max(3, min(rounds, int(BUDGET / max(slowest, SAMPLE))))
    times: dict[str, list[float]] = {w.about.file: [] for w in workers}
    for w in workers:
        w.time(calls[w.about.file])  # warm
    for i in range(rounds):
        turn = i % max(len(workers), 1)
        for w in (*workers[turn:], *workers[:turn]):
            times[w.about.file].append(w.time(calls[w.about.file]))
    return times


def ratio(these: Sequence[float] | None, those: Sequence[float] | None) -> Ratio | None:
    """These over those, round by round."""
    if not these or not those:
        return None
    found = [a / b for a, b in zip(these, those, strict=True)]
    return Ratio(median(found), *quartiles(found))
