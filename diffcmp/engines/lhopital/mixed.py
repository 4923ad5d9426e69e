"""A mixed second derivative where f is not certainly analytic: where pieces meet, or at 0/0.

By its definition ∂²f/∂x∂y is the slope of ∂f/∂x along y, and ∂f/∂x beside the point is what the
tangent Program says, on a series along y, as long as no condition changes all along that line. Else
f may still be twice differentiable: then its second derivatives along all directions are one
quadratic form, and the mixed one is a quarter of that along (1, 1) less that along (1, -1). Seven
directions are held against it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from flint import fmpq

from diffcmp.arithmetic.balls import Ball, Balls, to_arb
from diffcmp.arithmetic.floats import Floats, exact
from diffcmp.engines.derived import only, tangent
from diffcmp.engines.lhopital.resolve import (
    TERMS,
    Enclosures,
    Identified,
    Resolved,
    Sides,
    beside,
    on_line,
    resolved,
)
from diffcmp.engines.series.expansion import expansion
from diffcmp.engines.series.laurent import Exhausted
from diffcmp.engines.series.logarithms import Extended
from diffcmp.program.ir import Builder, Program

TIMES = 8  # the precision, in that of the format
FURTHER = ((1, 2), (2, 1), (1, -3), (3, 2), (2, -1))  # directions that test the quadratic form
UNKNOWN = Resolved(((None, None),) * 3)


def mixed(program: Program, inputs: Sequence[Any], x: str, y: str, floats: Floats) -> Resolved:
    """The derivative by x, differentiated by y, beside the rounded point; unknown where neither way
    finds it."""
    along = slope_of_tangent(program, inputs, x, y, floats)
    if along is not None and along.slope is not None:
        return along
    form = by_polarisation(program, inputs, x, y, floats)
    return form if form is not None else along or UNKNOWN


def slope_of_tangent(
    program: Program, inputs: Sequence[Any], x: str, y: str, floats: Floats
) -> Resolved | None:
    """∂f/∂x on both sides along y, with its slope; None where it is not known on that line, or at
    the point."""
    if not _apart_along(program, inputs, y, floats):
        return None
    at_point = resolved(program, inputs, {x: 1}, floats)
    here = at_point.slope
    if here is None or here.infinite:
        return None
    form = on_line(only(tangent(program, x), 1), inputs, {y: 1})
    balls = Identified(TIMES * floats.precision)
    with balls.working():
        found = beside(form, Enclosures(balls), 1, TIMES)
    zeros = found.zeros + at_point.zeros
    pairs = (found.pairs[0], found.pairs[0], found.pairs[1])
    return replace(found, pairs=pairs, at=here.value, zeros=zeros)


def _apart_along(program: Program, inputs: Sequence[Any], y: str, floats: Floats) -> bool:
    """Whether everything that is compared is apart beside the point along y, and no step is met."""
    form = on_line(program, inputs, {y: 1})
    builder = Builder(form.inputs)
    builder.appended(form, range(len(form.inputs)))
    tests = []
    for eq in form.equations:
        if eq.entry.compares:
            tests.append(builder.add("ne", eq.inputs))
        elif eq.entry.steps:
            tests.append(builder.add("ne", [*eq.inputs, eq.output]))
    watched = builder.program([*form.outputs, *tests])
    balls = Identified(TIMES * floats.precision)
    with balls.working():
        for side in (-1, 1):
            origin = balls.literal(exact(0))
            try:
                expanded = expansion(watched, origin, side, Enclosures(balls), TERMS)
            except Exhausted:
                return False
            if any(expanded.values[i] is False for i in tests):
                return False
    return True


def by_polarisation(
    program: Program, inputs: Sequence[Any], x: str, y: str, floats: Floats
) -> Resolved | None:
    """The mixed derivative from those along (1, 1) and (1, -1); None where the second derivatives
    along other directions are not those of a quadratic form, or the first ones of a linear one."""
    zeros, times = 0, 1

    def along(a: int, b: int) -> tuple[Ball, Ball] | None:
        """The first and the second derivative along a direction."""
        nonlocal zeros, times
        found = resolved(program, inputs, {x: a, y: b}, floats, 2)
        zeros, times = zeros + found.zeros, max(times, found.times)
        second = found.slope
        if second is None or second.infinite:
            return None
        first, value = found.pairs[1][0], found.value
        assert first is not None
        assert value is not None
        limits.append(value.value)
        return first.value, second.value

    limits: list[Ball] = []
    balls = Balls(TIMES * floats.precision)
    plus, minus, other = along(1, 1), along(1, -1), along(1, 2)
    if plus is None or minus is None or other is None:
        return None
    with balls.working():
        slope_x, slope_y = (plus[0] + minus[0]) / 2, (plus[0] - minus[0]) / 2
        cross = (plus[1] - minus[1]) / 4
        both = (plus[1] + minus[1]) / 2
        curve_y = (other[1] - both - 4 * cross) / 3
        curve_x = both - curve_y
    for a, b in (*FURTHER, (1, 0), (0, 1)):
        found = along(a, b)
        if found is None:
            if a and b:
                return None
            continue  # f need not be defined where a coordinate is held fixed
        with balls.working():
            first = a * slope_x + b * slope_y
            second = a * a * curve_x + 2 * a * b * cross + b * b * curve_y
            if not (_equal(first, found[0]) and _equal(second, found[1])):
                return None
    with balls.working():
        if not all(_equal(limits[0], limit) for limit in limits):
            return None
    side = Extended(cross)
    pair: Sides = (side, side)
    return Resolved((pair, pair, pair), None, zeros, times, True)


def _equal(one: Ball, other: Ball) -> bool:
    """Whether two balls may be one number."""
    if isinstance(one, fmpq) and isinstance(other, fmpq):
        return bool(one == other)
    return bool(to_arb(one).overlaps(to_arb(other)))
