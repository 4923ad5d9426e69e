"""One cell of a study's table, as a person reads it."""

from __future__ import annotations

import math

from diffcmp.report import numbers
from diffcmp.report.record import Cell, Measure


def shown(cell: Cell, measure: Measure) -> str:
    """A cell by what its column measures.

    >>> shown(15.94, "digits"), shown(3.2e-9, "error"), shown(None, "count"), shown(1234567.891, "number")
    ('15.9', '3.2e-9', '–', '1.23457e+6')
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
        "error": numbers.magnitude, "step": numbers.step, "digits": numbers.digits, "order": numbers.order,
        "seconds": numbers.seconds, "share": numbers.share,
    }  # fmt: skip
    return forms[measure](float(cell))


def words(measure: Measure) -> bool:
    """Whether a column holds text, which stands to the left."""
    return measure in ("text", "code")


def _number(x: float) -> str:
    if not math.isfinite(x):
        return str(x)
    return numbers.rounded(f"{x:.6g}", 6) if x else "0"
