"""What a chart and a figure draw of a Sweep: errors as points on logarithmic axes, and the range
worth looking at.

A zero has no place on a logarithmic axis: it breaks the line, so that no line runs through errors
that are not there.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Literal

from diffcmp.accuracy.record import Series, Sweep
from diffcmp.report import numbers

Part = Literal["total", "truncation", "roundoff", "representation"]

DEEPEST, HIGHEST = (
    -22.0,
    3.0,
)  # in powers of ten about |f′|: the truncation of complex-step reaches 1e-60
MARGIN = 0.7


def points(series: Series, part: Part) -> list[tuple[float, float | None]]:
    """log10 of h and of the magnitude of one part, from small h to large; None where that is 0 or
    no number."""
    found = [
        (math.log10(step.h), numbers.log10_magnitude(getattr(step, part))) for step in series.rows
    ]
    return sorted(found, key=lambda point: point[0])


def runs(
    curve: Iterable[tuple[float, float | None]], lowest: float, highest: float
) -> list[list[tuple[float, float]]]:
    """The curve cut into unbroken pieces; what lies outside the range is put on its edge."""
    pieces: list[list[tuple[float, float]]] = [[]]
    for x, y in curve:
        if y is None:
            pieces.append([])
        else:
            pieces[-1].append((x, min(max(y, lowest), highest)))
    return [piece for piece in pieces if piece]


def horizontal(sweep: Sweep) -> tuple[float, float]:
    """The smallest and the largest log10 h of all methods."""
    every = [math.log10(step.h) for series in sweep.series for step in series.rows]
    return (min(every), max(every)) if every else (-16.0, 0.0)


def vertical(sweep: Sweep) -> tuple[float, float]:
    """The range of the total errors, a little wider, and cut to 25 powers of ten about the size of
    the derivative."""
    every = [y for series in sweep.series for _, y in points(series, "total") if y is not None]
    size = _size(sweep)
    if not every:
        return size - 17, size + 1
    lowest = max(min(every) - MARGIN, size + DEEPEST)
    highest = min(max(every) + MARGIN, size + HIGHEST)
    return (lowest, highest) if lowest < highest else (min(every) - 1, max(every) + 1)


def _size(sweep: Sweep) -> float:
    """log10 of the magnitude of the derivative, 0 where there is none or where it is 0."""
    derivative = sweep.truth.derivative(sweep.variable)
    size = None if derivative is None else numbers.log10_magnitude(derivative.text(5))
    return 0.0 if size is None else size
