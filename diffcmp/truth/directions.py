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
from diffcmp.passes.expand import core, line
from diffcmp.point.point import Point
from diffcmp.program.ir import Program
from diffcmp.truth.local import analysis
from diffcmp.truth.record import Quantity
from diffcmp.truth.zero import BallField, Imprecise

DIRECTIONS = ((1, 1), (1, 2), (1, -1), (2, 1))
BITS = 256


def depends_on_direction(program: Program, at: Point, limit: Quantity) -> bool:
    """Whether f, of several variables, tends to something else than `limit` along some other
    direction."""
    several = len(program.inputs) > 1
    return several and any(_disagrees(program, at, limit, weights) for weights in DIRECTIONS)


def _disagrees(program: Program, at: Point, limit: Quantity, weights: tuple[int, int]) -> bool:
    point = {name: c.program for name, c in at.coordinates.items()}
    direction = {name: weights[i % 2] for i, name in enumerate(program.inputs)}
    form = core(line(program, point, direction))
    field = BallField(BITS)
    try:
        with field.system.working():
            local = analysis(form, fmpq(0), field)
            limits = [x for x in (local.left.limit, local.right.limit) if x is not None]
            if limit.ball is None:
                return not all(x.infinite for x in limits)
            there = to_arb(limit.ball)
            return any(x.infinite or not to_arb(x.value).overlaps(there) for x in limits)
    except (Exhausted, Imprecise):
        return False
