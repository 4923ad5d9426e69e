"""The truth where one variable tends to ±∞: what f and its derivative tend to, and the asymptote.

A line y = m·x + b is the asymptote where f - m·x tends to b. Where m is known as a ball only, b is
the limit of f - x·f′: if f′ tends to m and f - x·f′ to b, then (f/x)′ = (x·f′ - f)/x² is b/x² up to
what vanishes faster, so that f/x = m + b/x + o(1/x).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from flint import fmpq

from diffcmp.engines.derived import only, tangent
from diffcmp.engines.partials import partials
from diffcmp.errors import Fault, InputError
from diffcmp.notes import Note, Remark, remark
from diffcmp.passes.expand import core, holding
from diffcmp.point.coordinate import Coordinate
from diffcmp.point.point import Point
from diffcmp.program.ir import Builder, Program
from diffcmp.truth.budget import Budget
from diffcmp.truth.limits import of_derivative, side_limit
from diffcmp.truth.record import (
    Asymptote,
    Coordinatewise,
    Infinity,
    Kind,
    Quantity,
    SideLimit,
    Truth,
    weakest,
)


def partials_at(
    program: Program, at: Point, wrt: Sequence[str] | None, order: int = 1
) -> tuple[str, ...]:
    """The names of the derivatives that are asked for, as `partials` reads them; at infinity that
    along the variable which tends to it.

    Raises
    ------
    InputError: where a variable is none of the program's, or another one is asked for at infinity.
    """
    if at.infinite is None:
        return partials(program, wrt, order)
    if wrt is not None:
        others = [name for name in partials(program, wrt, order) if name != at.infinite]
        if others:
            raise InputError(Fault.WRT_AT_INFINITY, name=others[0], infinite=at.infinite)
    return (at.infinite,)


def truth_at_infinity(
    program: Program, at: Point, digits: int, budget: Budget, order: int = 1
) -> Truth:
    """What f and its derivative of that order tend to along the coordinate that is ±∞."""
    name = at.infinite
    assert name is not None
    place, function = at.coordinates[name], holding(program, at.others(name))
    slope = only(tangent(function, name), 1)
    derivative = slope if order == 1 else only(tangent(slope, name), 1)
    value = _tends(function, place, digits, budget)
    tends = of_derivative(value, partial(_tends, derivative, place, digits, budget))
    limits = value, tends

    def tending(form: Program) -> SideLimit:
        return tends if form is derivative else _tends(form, place, digits, budget)

    asymptote = _asymptote(function, slope, value, tending)
    certified = all(one.decided and one.certified for one in limits)
    return Truth(
        kind=Kind.INFINITY,
        value=value.limit,
        along={name: Coordinatewise(Kind.INFINITY, tends.limit)},
        digits=digits,
        certified=certified,
        source=weakest(one.source if one.decided else None for one in limits),
        remarks=_remarks(limits, budget, certified),
        order=order,
        infinity=Infinity(name, value, tends, asymptote),
    )


def _tends(program: Program, place: Coordinate, digits: int, budget: Budget) -> SideLimit:
    return side_limit(core(program), place, -place.infinite, digits, budget)


def _asymptote(
    function: Program, slope: Program, value: SideLimit, tending: Callable[[Program], SideLimit]
) -> Asymptote | None:
    """The line that f tends to, where that is proven, given its derivative and its limit."""
    if not value.certified or value.limit is None:
        return None
    if not value.limit.infinite:
        return Asymptote(Quantity(fmpq(0)), value.limit)
    steep = tending(slope)
    m = steep.limit
    if not steep.certified or m is None or m.infinite or m.exact == 0:
        return None
    whole = not any(one.note is Note.PARTLY_DEFINED for one in value.remarks)
    beside = _rest(function, slope, m, whole)
    rest = None if beside is None else tending(beside)
    if rest is None or not rest.certified or rest.limit is None or rest.limit.infinite:
        return None
    return Asymptote(m, rest.limit)


def _rest(function: Program, slope: Program, m: Quantity, whole: bool) -> Program | None:
    """f - m·x, or f - x·f′ where m is not known exactly; None where f may have infinitely many
    jumps or gaps (is not `whole`), so that its derivative does not determine it."""
    builder = Builder(function.inputs)
    f = builder.appended(function, [0])[0]
    if isinstance(m.ball, fmpq):
        assert m.exact is not None
        steep = builder.literal(m.exact)
    elif not whole or any(eq.entry.steps for eq in core(function).equations):
        return None
    else:
        steep = builder.appended(slope, [0])[0]
    line = builder.add("mul", [steep, 0])
    return builder.program([builder.add("sub", [f, line])], function.text)


def _remarks(
    limits: tuple[SideLimit, SideLimit], budget: Budget, certified: bool
) -> tuple[Remark, ...]:
    """What has to be said of f, and of its derivative where that is something else."""
    value, derivative = limits
    every = list(value.remarks)
    for one in derivative.remarks:
        unknown = one.note is Note.OSCILLATION
        if not unknown or value.decided:
            every.append(replace(one, note=Note.DERIVATIVE_UNKNOWN) if unknown else one)
    every = list(dict.fromkeys(every))
    if budget.spent and not certified:
        every.append(remark(Note.PROOF_UNFINISHED, seconds=budget.seconds))
    return tuple(every)
