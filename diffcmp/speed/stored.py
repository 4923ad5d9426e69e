"""A run against an earlier one: ratios against ratios, each with its spread. Seconds are never
compared."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from diffcmp.accuracy.record import SCHEMA
from diffcmp.errors import Fault, InputError
from diffcmp.speed.record import Against, Bench, Change, Key, Outcome, Spread

TOLERANCE = 1.3


@dataclass(frozen=True, slots=True)
class Stored:
    """The ratios of an earlier run, by suite, work and method, and where they are stored."""

    source: str
    ratios: Mapping[Key, Spread]


def stored(path: str) -> Stored:
    """The ratios in a file that `diffcmp bench --json` wrote.

    Raises
    ------
    InputError: where it cannot be read, or is something else.
    """
    try:
        found = json.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or "it is not JSON"
        raise InputError(Fault.STORED_FILE, path=path, reason=reason) from None

    def refused(reason: str) -> InputError:
        return InputError(Fault.STORED_SCHEMA, path=path, schema=SCHEMA, reason=reason)

    if (
        not isinstance(found, dict)
        or "suites" not in found
        or not isinstance(found.get("rows"), list)
    ):
        raise refused("it has no suites and rows")
    if found.get("schema") != SCHEMA:
        raise refused(f"its schema is {str(found.get('schema'))[:20]}")
    return Stored(path, {key: ratio for row in found["rows"] for key, ratio in _read(row, refused)})


def _read(row: Any, refused: Callable[[str], InputError]) -> list[tuple[Key, Spread]]:
    """The ratio of a row, if it has one."""
    try:
        key = str(row["suite"]), str(row["work"]), str(row["method"])
        if row["ratio"] is None:
            return []
        ratio = Spread(*(float(row["ratio"][name]) for name in ("median", "low", "high")))
    except (KeyError, TypeError, ValueError):
        raise refused("a row lacks its suite, work, method or ratio") from None
    if not (math.isfinite(ratio.high) and 0 < ratio.low <= ratio.median <= ratio.high):
        raise refused("a ratio is no median between its quartiles")
    return [(key, ratio)]


def held(now: Bench, before: Stored, tolerance: float = TOLERANCE) -> Bench:
    """The run with what has changed since. Rows of suites that did not run are not missing.

    Raises
    ------
    InputError: for a tolerance below 1.
    """
    sensible(tolerance)
    ratios = {
        row.key: row.ratio
        for row in now.rows
        if row.ratio is not None and row.method != row.baseline
    }
    baselines = {(row.suite, row.work, row.baseline) for row in now.rows}
    gone = [
        key
        for key in before.ratios
        if key not in ratios and key not in baselines and key[0] in now.suites
    ]
    changes = [
        _change(key, before.ratios.get(key), ratios.get(key), tolerance) for key in [*ratios, *gone]
    ]
    return replace(now, against=Against(before.source, tolerance, tuple(changes)))


def sensible(tolerance: float) -> None:
    """Refuse a tolerance that makes no sense.

    Raises
    ------
    InputError: with what was given.
    """
    if not (math.isfinite(tolerance) and tolerance >= 1):
        raise InputError(Fault.TOLERANCE, given=f"{tolerance:g}")


def _change(key: Key, before: Spread | None, now: Spread | None, tolerance: float) -> Change:
    factor = None if before is None or now is None else now.median / before.median
    return Change(*key, outcome(before, now, tolerance), before, now, factor)


def outcome(before: Spread | None, now: Spread | None, tolerance: float) -> Outcome:
    """Worse: the median has grown by more than the tolerance, and the quartiles of the two runs do
    not overlap.

    >>> outcome(Spread(1.0, 0.9, 1.1), Spread(1.4, 1.3, 1.5), 1.3)
    'worse'
    >>> outcome(Spread(1.0, 0.9, 1.1), Spread(1.4, 1.0, 1.5), 1.3)
    'same'
    """
    if now is None:
        return "missing"
    if before is None:
        return "new"
    if now.median > tolerance * before.median and now.low > before.high:
        return "worse"
    if before.median > tolerance * now.median and before.low > now.high:
        return "better"
    return "same"
