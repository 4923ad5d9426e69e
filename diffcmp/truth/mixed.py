"""The truth about a mixed second derivative where f is not certainly analytic: where pieces meet,
or at 0/0.

∂²f/∂x∂y is the derivative along y of g(y) = ∂f/∂x(x₀, y). Beside the point g comes from series in
two variables, one inside the other; at the point from the analysis along x. Both orders of
differentiation must say the same, else nothing is claimed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from diffcmp.arithmetic.balls import Balls, to_arb
from diffcmp.arithmetic.evaluate import evaluate, operation
from diffcmp.engines.derived import adjoint, only
from diffcmp.engines.partials import variables
from diffcmp.engines.series.expansion import MAX_TERMS, Expansion, OneSide, derivatives_of, mirrored
from diffcmp.engines.series.laurent import Deepen, Essential, Exhausted, Ramify, Series
from diffcmp.engines.series.logarithms import Extended
from diffcmp.engines.series.nested import Nested, nested
from diffcmp.notes import Note, remark
from diffcmp.passes.expand import analytic, core, restricted
from diffcmp.program.ir import Program
from diffcmp.truth.coordinatewise import Finding, Request, believed, finding, found, undecided
from diffcmp.truth.local import Local, analysis, kind_of
from diffcmp.truth.proof import bits_for
from diffcmp.truth.record import Kind
from diffcmp.truth.smooth import smooth
from diffcmp.truth.zero import BallField, Imprecise, enclosure

BEYOND = (Exhausted, Imprecise, Deepen, Ramify, Essential)  # what leaves the derivative open


class Unequal(Exception):
    """∂f/∂x does not exist beside the point, as far as can be told."""


@dataclass(frozen=True, slots=True)
class Slope:
    """∂f/∂x on one side in y, as a series in that variable, and the path of its expansion."""

    series: Series
    beside: Nested

    @property
    def path(self) -> tuple[object, ...]:
        """All that was decided on the way."""
        return self.beside.path, self.beside.inner_path


def mixed(request: Request, name: str) -> Finding:
    """A mixed second derivative. Where f is certainly analytic, ∂f/∂x is too, and the adjoint
    Program computes it all around the point, so that its derivative along y is found like any
    other."""
    x, y = variables(name, 2)
    form, balls = analytic(request.program), Balls(bits_for(request.digits))
    if smooth(form, request.at.enclosures(balls), [name], balls, 2) is not None:
        slope = only(adjoint(form, (x,)), 1)
        return replace(finding(replace(request, program=slope, order=1), y), value=None)
    ways = [_iterated(request, *order) for order in ((x, y), (y, x))]
    if any(way is None for way in ways):
        return undecided(remark(Note.MIXED_UNDECIDED))
    first, second = (way for way in ways if way is not None)
    return first if _agree(first, second) else undecided(remark(Note.MIXED_UNDECIDED))


def _agree(first: Finding, second: Finding) -> bool:
    """Whether both orders of differentiation give one number."""
    one, other = first.along.derivative, second.along.derivative
    if one is None or other is None or one.ball is None or other.ball is None:
        return False
    return first.certified and second.certified and bool(to_arb(one.ball).overlaps(other.ball))


def _iterated(request: Request, x: str, y: str) -> Finding | None:
    """∂f/∂x differentiated by y; None where that is not known to exist."""
    fixed = {n: c.program for n, c in request.at.coordinates.items() if n not in (x, y)}
    plane = restricted(core(request.program, fixed), (x, y))
    line = core(plane, {y: request.at.coordinates[y].program})
    places = [request.at.coordinates[name].program for name in (x, y)]

    def analysing(field: BallField) -> Local:
        at = [evaluate(place, field.system, [])[0] for place in places]
        return _local(plane, analysis(line, at[0], field), at, field)

    try:
        settled = believed(request.digits, request.budget, analysing)
    except (*BEYOND, Unequal):
        return None
    return found(settled, 1) if settled.local.kind is Kind.SMOOTH else None


def _local(plane: Program, along_x: Local, at: list[Any], field: BallField) -> Local:
    """The local behaviour of g(y) = ∂f/∂x(x₀, y)."""
    slope = along_x.right.slope
    if not along_x.exists or along_x.at is None or slope is None:
        raise Unequal
    slopes = {side: _slope(plane, at, side, field) for side in (-1, 1)}
    left, right = (_one_side(slopes[side], side, field) for side in (-1, 1))
    one_function = slopes[-1].path == slopes[1].path and _is_plain(slopes[1])

    def agree(a: Extended | None, b: Extended | None) -> bool:
        assert a is not None
        assert b is not None
        if one_function and _overlap(a.value, b.value):
            return True
        return _equal(field, a.value, b.value)

    def continuous() -> bool:
        assert right.limit is not None
        return agree(left.limit, right.limit) and _equal(field, slope.value, right.limit.value)

    kind = kind_of(left, right, slope.value, continuous, lambda: agree(left.slope, right.slope))
    there = right.expansion
    return Local(kind, slope.value, left, right, there, kind.differentiable, field)


def _is_plain(slope: Slope) -> bool:
    return slope.beside.ramification == 1 and slope.beside.field.ramification == 1


def _slope(plane: Program, at: list[Any], side: int, field: BallField) -> Slope:
    """∂f/∂x on one side in y, where it exists there.

    Raises
    ------
    Unequal: where it is not known to.
    """
    there, left, right = (nested(plane, at, (s, side), field, MAX_TERMS) for s in (0, -1, 1))
    series = [_tangent(one, s) for one, s in ((left, -1), (right, 1))]
    one_path = left.path == right.path and left.inner_path == right.inner_path
    if not (one_path and right.ramification == 1):
        _same(right.field, *(one for one, _ in series))
        _same(right.field, *(one for _, one in series))
    if not isinstance(there.out, Series):
        raise Unequal
    if not (there.path == right.path and there.inner_path == right.inner_path):
        _same(right.field, there.out[0], series[1][0])
    return Slope(series[1][1], right)


def _tangent(beside: Nested, side: int) -> tuple[Series, Series]:
    """The limit and the derivative in x on one side, as series in the other variable."""
    out, field, q = beside.out, beside.field, beside.ramification
    if not isinstance(out, Series):
        raise Unequal
    between = [k for k in range(out.start, q) if k]
    if any(not field.is_zero(out[k]) for k in between):
        raise Unequal
    slope = out[q] if side > 0 else operation(field.system, "neg")(out[q])
    return out[0], slope


def _same(field: Any, a: Series, b: Series) -> None:
    if not field.is_zero(operation(field.system, "sub")(a, b)):
        raise Unequal


def _one_side(slope: Slope, side: int, field: BallField) -> OneSide:
    """Limit and derivative of g on one side."""
    inner = slope.beside.field
    expanded = Expansion((), slope.series, field, inner.ramification, ())
    limit, *rest = derivatives_of(slope.series, field, inner.ramification, 1)
    if side < 0:
        rest = [mirrored(one, field) for one in rest]
    return OneSide(True, expanded, limit, *rest)


def _overlap(a: Any, b: Any) -> bool:
    """Whether two numbers may be equal."""
    return bool(to_arb(enclosure(a)).overlaps(to_arb(enclosure(b))))


def _equal(field: BallField, a: Any, b: Any) -> bool:
    return field.is_zero(operation(field.system, "sub")(a, b))
