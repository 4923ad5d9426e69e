"""The result: a `Bench`, one `Measurement` for each method and work, and a `Change` for each that
an earlier run has too.

Plain fields, nothing computed.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal, TypeAlias

from diffcmp.accuracy.judging.record import SCHEMA, fields, plain
from diffcmp.notes import Remark

Outcome: TypeAlias = Literal["worse", "better", "same", "new", "missing"]
Key: TypeAlias = tuple[str, str, str]  # suite, work, method


@dataclass(frozen=True, slots=True)
class Spread:
    """The median of a ratio, and the quartiles on either side of it."""

    median: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Measurement:
    """One method at one piece of work.

    ratio: its time over that of the baseline next to it, None where it was not timed; of the
    baseline, which is timed against itself, the noise. seconds: one call, the median. repeats: how
    many pairs were timed. digits: the correct ones of the answer, from its largest error over its
    largest component; None where there is no answer or no certified number. wrong: fewer digits
    than a sound method of its kind has, or no answer at all.
    """

    suite: str
    work: str
    method: str
    baseline: str
    ratio: Spread | None = None
    seconds: float | None = None
    repeats: int = 0
    digits: float | None = None
    wrong: bool = False
    remarks: tuple[Remark, ...] = ()

    @property
    def key(self) -> Key:
        """What identifies it in another run."""
        return self.suite, self.work, self.method

    def to_dict(self) -> dict[str, Any]:
        """The row as the JSON form has it."""
        return {
            **fields(self, "suite work method baseline"),
            "ratio": None if self.ratio is None else asdict(self.ratio),
            **fields(self, "seconds repeats digits wrong"),
            "notes": [note.to_dict() for note in self.remarks],
        }


@dataclass(frozen=True, slots=True)
class Change:
    """A ratio in this run and an earlier one, where they have it. factor: of the medians."""

    suite: str
    work: str
    method: str
    outcome: Outcome
    before: Spread | None
    now: Spread | None
    factor: float | None

    @property
    def key(self) -> Key:
        """The measurement that it is about."""
        return self.suite, self.work, self.method

    def to_dict(self) -> dict[str, Any]:
        """The change as the JSON form has it."""
        return asdict(self) | {"factor": plain(self.factor)}


@dataclass(frozen=True, slots=True)
class Against:
    """Changes since the run stored in `source`. tolerance: the factor by which a ratio may grow."""

    source: str
    tolerance: float
    changes: tuple[Change, ...]

    def count(self, outcome: Outcome) -> int:
        """How many changes are of that kind."""
        return sum(change.outcome == outcome for change in self.changes)

    def to_dict(self) -> dict[str, Any]:
        """The comparison as the JSON form has it."""
        changes = [change.to_dict() for change in self.changes]
        return {"source": self.source, "tolerance": self.tolerance, "changes": changes}


@dataclass(frozen=True, slots=True)
class Bench:
    """The measurements of a run, in their order. machine: versions, system, cores."""

    suites: tuple[str, ...]
    quick: bool
    machine: dict[str, str]
    rows: tuple[Measurement, ...]
    against: Against | None = None

    @property
    def wrong(self) -> int:
        """How many answers are wrong."""
        return sum(row.wrong for row in self.rows)

    @property
    def worse(self) -> int:
        """How many ratios got worse."""
        return 0 if self.against is None else self.against.count("worse")

    def to_dict(self) -> dict[str, Any]:
        """The JSON form of `diffcmp bench`, described by `docs/schema.json`."""
        return {
            "schema": SCHEMA,
            "suites": list(self.suites),
            "quick": self.quick,
            "machine": self.machine,
            "rows": [row.to_dict() for row in self.rows],
            "against": None if self.against is None else self.against.to_dict(),
        }
