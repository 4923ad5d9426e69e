"""The certified truth about a function at a point: the fast path, and what is done where it fails.

1. `proof`: one reverse sweep on balls, or forward over reverse for second derivatives, with every
   argument checked.
2. `local`: series along each coordinate, whose leading terms decide. Unproven zeros are taken to
   `symbolic` for a proof. A mixed derivative, where f is certainly smooth, is the derivative along
   one coordinate of that along the other.
3. What series cannot express goes to the symbolic limit, which is believed only where balls
   approaching the point agree.
4. Otherwise: undecided.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from flint import arb, fmpq

from diffcmp.arithmetic.balls import Ball, to_arb
from diffcmp.deadline import PATIENCE, Deadline, within_timeout
from diffcmp.engines.partials import distinct
from diffcmp.engines.series.expansion import Expansion, expansion
from diffcmp.engines.series.laurent import Exhausted, Series
from diffcmp.errors import Fault, InputError
from diffcmp.notes import Note, remark
from diffcmp.passes.expand import core
from diffcmp.point.point import Point, function_at
from diffcmp.point.values import Values
from diffcmp.program.ir import Program
from diffcmp.settings import checked
from diffcmp.truth.budget import Budget
from diffcmp.truth.coordinatewise import Request, finding
from diffcmp.truth.directions import depends_on_direction
from diffcmp.truth.infinity import partials_at, truth_at_infinity
from diffcmp.truth.mixed import mixed
from diffcmp.truth.proof import bits_for, certified
from diffcmp.truth.record import Coordinatewise, Kind, Quantity, Truth, most_singular, weakest
from diffcmp.truth.zero import BallField, Imprecise

MAX_DIGITS = 1000


@checked
@within_timeout
def certify(
    expr: str | Program,
    at: Values | Mapping[str, Values],
    *,
    wrt: Sequence[str] | None = None,
    digits: int = 30,
    timeout: float = PATIENCE,
) -> Truth:
    """The certified truth: kind of the point, value, two-sided, left and right derivative, to
    `digits` certain digits; where a coordinate is ±∞, the limits of f and of its derivative there.
    `timeout` in seconds bounds all waiting for what only sympy can answer.

    Raises
    ------
    InputError: for an expression, point or name that makes no sense.

    >>> certify("abs(x)", 0).along["x"].left.text(5)
    '-1.0000'
    """
    if not 1 <= digits <= MAX_DIGITS:
        raise InputError(Fault.DIGITS, given=digits, limit=MAX_DIGITS)
    program, where = function_at(expr, at, infinity=True)
    names = partials_at(program, where, wrt)
    return truth(program, where, names, digits, Deadline.after(timeout))


def truth(
    program: Program,
    at: Point,
    wrt: Sequence[str] | None = None,
    digits: int = 30,
    deadline: Deadline | None = None,
    order: int = 1,
) -> Truth:
    """The kind of the point, the value and the derivatives of one order to `digits` certain digits.

    `wrt` defaults to all variables; at order 2 `x` is ∂²f/∂x² and `x:y` a mixed derivative. All
    waiting for what only sympy can answer ends by the deadline, in 10 s by default. Where a
    coordinate is ±∞, the limits along it.
    """
    if at.infinite is not None:
        budget = Budget(deadline or Deadline.after(PATIENCE))
        return truth_at_infinity(program, at, digits, budget, order)
    names = program.inputs if wrt is None else tuple(wrt)
    smooth = certified(program, at, names, digits, order)
    if smooth is not None:
        along = {n: _smooth(x) for n, x in zip(names, smooth.derivatives, strict=True)}
        value = Quantity(smooth.value)
        return Truth(Kind.SMOOTH, value, along, digits, True, "series", order=order)
    budget = Budget(deadline or Deadline.after(PATIENCE))
    return _analysed(Request(program, at, digits, budget, order), names)


def _smooth(x: Ball) -> Coordinatewise:
    derivative = Quantity(fmpq(0) if isinstance(x, arb) and x.is_zero() else x)
    return Coordinatewise(Kind.SMOOTH, derivative, derivative, derivative)


def _analysed(request: Request, names: Sequence[str]) -> Truth:
    """The truth from what is known along each coordinate; the most singular kind decides."""
    single = dict.fromkeys(one for name in names for one in distinct(name, request.order))
    findings = {name: finding(request, name) for name in single}
    kind = most_singular(one.along.kind for one in findings.values())
    for name in names:
        if name not in findings:
            findings[name] = mixed(request, name)
    whole = [one for one in findings.values() if one.value is not None]
    value = whole[0].value if whole else None
    remarks = list(dict.fromkeys(r for one in findings.values() for r in one.remarks))
    limit = value if whole and whole[0].limit and whole[0].certified else None
    if limit is not None and depends_on_direction(request, limit):
        value = None
        remarks.insert(0, remark(Note.DIRECTION))
    certain = all(one.certified for one in findings.values())
    if request.budget.spent and not certain:
        remarks.append(remark(Note.PROOF_UNFINISHED, seconds=request.budget.seconds))
    return Truth(
        kind=kind,
        value=value,
        along={name: findings[name].along for name in names},
        digits=request.digits,
        certified=certain,
        source=weakest(one.source for one in findings.values()),
        remarks=tuple(remarks),
        order=request.order,
        limit=value is not None and whole[0].limit,
    )


def taylor(
    program: Program, at: Point, name: str, order: int, digits: int = 20
) -> list[Ball] | None:
    """f, f′, …, f⁽ⁿ⁾ along one coordinate, to about `digits` digits; None where f is not smooth."""
    field = BallField(bits_for(digits) + 16 * order)
    form = core(program, at.others(name))
    try:
        with field.system.working():
            x = at.coordinates[name].enclosure(field.system)
            series = _power_series(expansion(form, x, 1, field, 8), field)
            if series is None:
                return None
            derivatives = [series[k] * fmpq(math.factorial(k)) for k in range(order + 1)]
            return derivatives if all(to_arb(d).is_finite() for d in derivatives) else None
    except (Exhausted, Imprecise):
        return None


def _power_series(beside: Expansion, field: BallField) -> Series | None:
    """An expansion that has no fractional or negative powers and no logarithms, else None."""
    out = beside.out
    if not isinstance(out, Series) or out.flat:
        return None
    if beside.ramification != 1 or beside.field is not field:
        return None
    return out if all(field.is_zero(out[k]) for k in range(out.start, 0)) else None
