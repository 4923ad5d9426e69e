"""One cell of a study's table, as a person reads it."""

from __future__ import annotations

import math

from diffcmp.report import numbers
from diffcmp.report.record import Cell, Measure

UNITS = ((1e9, "GB"), (1e6, "MB"), (1e3, "kB"))


def shown(cell: Cell, measure: Measure) -> str:
    """A cell by what its column measures.

    >>> shown(15.94, "digits"), shown(3.2e-9, "error"), shown(None, "count"), shown(1234567.891, "number")
    ('15.9', '3.2e-9', '–', '1.235e+6')
    >>> shown(6301376, "bytes")
    '6.3 MB'
    """
    if cell is None:
        return numbers.MISSING
    if isinstance(cell, str) or measure in ("text", "code"):
        return str(cell)
    if measure == "count":
        return f"{cell:.0f}" if abs(cell) < 1e6 else _number(float(cell))
    if measure == "number":
        return _number(float(cell))
    forms = {
        "error": numbers.magnitude,
        "step": numbers.step,
        "digits": numbers.digits,
        "order": numbers.order,
        "seconds": numbers.seconds,
        "share": numbers.share,
        "bytes": _bytes,
    }
    return forms[measure](float(cell))


def words(measure: Measure) -> bool:
    """Whether a column holds text, which stands to the left."""
    return measure in ("text", "code")


def _number(x: float) -> str:
    if not math.isfinite(x):
        return str(x)
    return numbers.rounded(f"{x:.4g}", 4) if x else "0"


def _bytes(count: float) -> str:
    """In the largest unit of which there is one."""
    scale, unit = next((u for u in UNITS if count >= u[0]), (1.0, "B"))
    amount = count / scale
    return f"{amount:.{1 if amount < 9.95 and unit != 'B' else 0}f} {unit}"
