"""A run against an earlier one: ratios with their spreads. Seconds are never compared."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from diffcmp.accuracy.judging.record import SCHEMA
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
        run = json.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or "it is not JSON"
        raise InputError(Fault.STORED_FILE, path=path, reason=reason) from None
    fault = _fault(run)
    if fault:
        raise InputError(Fault.STORED_SCHEMA, path=path, schema=SCHEMA, reason=fault)
    timed = [row for row in run["rows"] if row["ratio"] is not None]
    ratios = {
        (str(row["suite"]), str(row["work"]), str(row["method"])): _spread(row["ratio"])
        for row in timed
    }
    return Stored(path, ratios)


def _fault(run: Any) -> str | None:
    """What is wrong with the JSON form of a run."""
    if not (isinstance(run, dict) and "suites" in run and isinstance(run.get("rows"), list)):
        return "it has no suites and rows"
    if run.get("schema") != SCHEMA:
        return f"its schema is {str(run.get('schema'))[:20]}"
    return next(filter(None, map(_row_fault, run["rows"])), None)


def _row_fault(row: Any) -> str | None:
    """What is wrong with a row."""
    try:
        _ = row["suite"], row["work"], row["method"]
        ratio = None if row["ratio"] is None else _spread(row["ratio"])
    except (KeyError, TypeError, ValueError):
        return "a row lacks its suite, work, method or ratio"
    if ratio is None:
        return None
    in_order = 0 < ratio.low <= ratio.median <= ratio.high < math.inf
    return None if in_order else "a ratio is no median between its quartiles"


def _spread(ratio: Any) -> Spread:
    return Spread(float(ratio["median"]), float(ratio["low"]), float(ratio["high"]))


def held(now: Bench, before: Stored, tolerance: float = TOLERANCE) -> Bench:
    """The run with what has changed since. Rows of suites that did not run do not count as missing.

    Raises
    ------
    InputError: for a tolerance below 1.
    """
    sensible(tolerance)
    timed = [row for row in now.rows if row.ratio is not None and row.method != row.baseline]
    ratios = {row.key: row.ratio for row in timed}
    here = {*ratios, *((row.suite, row.work, row.baseline) for row in now.rows)}
    gone = [key for key in before.ratios if key not in here and key[0] in now.suites]
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
