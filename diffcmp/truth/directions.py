"""Does the limit of a function of several variables depend on the direction in which the point is
approached?

A function such as x*y/(x**2 + y**2) has a limit along each coordinate and partial derivatives of
its continuation there, and yet no limit. A few directions are tried, by the same analysis as along
a coordinate: one that disagrees is a proof; that all agree is none.
"""

from __future__ import annotations

from fractions import Fraction

from diffcmp.arithmetic.balls import Balls, to_arb
from diffcmp.engines.series.laurent import Exhausted
from diffcmp.engines.series.logarithms import Extended
from diffcmp.passes.expand import core, line
from diffcmp.point.coordinate import Coordinate
from diffcmp.truth.coordinatewise import Request, along, believed
from diffcmp.truth.record import Quantity
from diffcmp.truth.zero import Imprecise, enclosure

DIRECTIONS = ((1, 1), (1, 2), (1, -1), (2, 1))
HERE = Coordinate(Fraction(0))  # on the line through the point


def depends_on_direction(request: Request, limit: Quantity) -> bool:
    """Whether f, of several variables, certainly tends to something else along another
    direction."""
    several = len(request.program.inputs) > 1
    return several and any(_disagrees(request, limit, weights) for weights in DIRECTIONS)


def _disagrees(request: Request, limit: Quantity, weights: tuple[int, int]) -> bool:
    point = {name: c.program for name, c in request.at.coordinates.items()}
    direction = {name: weights[i % 2] for i, name in enumerate(request.program.inputs)}
    form = core(line(request.program, point, direction))
    try:
        settled = believed(request.digits, request.budget, along(form, HERE))
    except (Exhausted, Imprecise):
        return False
    sides = settled.local.left.limit, settled.local.right.limit
    with Balls(settled.bits).working():
        return not settled.assumed and any(_differs(x, limit) for x in sides if x is not None)


def _differs(x: Extended, limit: Quantity) -> bool:
    if limit.ball is None or x.infinite:
        return (limit.ball is None) != bool(x.infinite)
    return not to_arb(enclosure(x.value)).overlaps(to_arb(limit.ball))
