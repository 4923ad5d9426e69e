"""Does the limit of a function of several variables depend on the direction in which the point is
approached?

A function such as x*y/(x**2 + y**2) has a limit along each coordinate and partial derivatives of
its continuation there, and yet no limit. A few directions are tried, by the same analysis as along
a coordinate: one that disagrees is a proof; that all agree is none.
"""

from __future__ import annotations

from flint import fmpq

from diffcmp.arithmetic.balls import to_arb
from diffcmp.engines.series.laurent import Exhausted
from diffcmp.engines.series.logarithms import Extended
from diffcmp.passes.expand import core, line
from diffcmp.point.point import Point
from diffcmp.program.ir import Program
from diffcmp.truth.local import analysis
from diffcmp.truth.record import Quantity
from diffcmp.truth.zero import BallField, Imprecise

DIRECTIONS = ((1, 1), (1, 2), (1, -1), (2, 1))
BITS = 256


def depends_on_direction(program: Program, at: Point, limit: Quantity) -> bool:
    """Whether f, of several variables, tends to something else along another direction."""
    several = len(program.inputs) > 1
    return several and any(_disagrees(program, at, limit, weights) for weights in DIRECTIONS)


def _disagrees(program: Program, at: Point, limit: Quantity, weights: tuple[int, int]) -> bool:
    point = {name: c.program for name, c in at.coordinates.items()}
    direction = {name: weights[i % 2] for i, name in enumerate(program.inputs)}
    form, field = core(line(program, point, direction)), BallField(BITS)
    try:
        with field.system.working():
            local = analysis(form, fmpq(0), field)
            sides = local.left.limit, local.right.limit
            return any(_differs(x, limit) for x in sides if x is not None)
    except (Exhausted, Imprecise):
        return False


def _differs(x: Extended, limit: Quantity) -> bool:
    if limit.ball is None or x.infinite:
        return (limit.ball is None) != bool(x.infinite)
    return not to_arb(x.value).overlaps(to_arb(limit.ball))
