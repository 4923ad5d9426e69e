"""What an engine that knows L'Hôpital's rule answers where its plain derivative is in doubt.

First the derivative is enclosed, which settles all smooth points; elsewhere series beside the point
are asked. The plain number stands where three quarters of its digits are right. Every answer is
right to half of the digits of the format, or not a number, or comes with a remark that says why it
may be wrong.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from flint import arb, fmpq

from diffcmp.arithmetic.balls import Ball, Balls, to_arb
from diffcmp.arithmetic.floats import Floats, exact, finite
from diffcmp.engines.lhopital.enclosed import enclosed, is_certain
from diffcmp.engines.lhopital.mixed import mixed
from diffcmp.engines.lhopital.resolve import Resolved, common, is_finite, number, resolved, rounded
from diffcmp.engines.series.logarithms import Extended
from diffcmp.notes import Note, Remark, remark
from diffcmp.program.ir import Program

KEPT = 0.75  # of its digits must be right for the plain number to stand, once it is in doubt
COMPARED = 64  # bits at which a plain number is held against a ball
DIRECTIONS = ((1, 1), (1, 2), (1, -1))
DOUBTFUL = frozenset({Note.TAKEN_AS_ZERO, Note.NO_LIMIT, Note.UNRESOLVED, Note.UNDERFLOW})
"""What is said of a finite number that may be wrong in more than half of its digits."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A derivative of the format, f or its limit where it is known, and what there is to say."""

    derivative: Any
    value: Any | None = None
    remarks: tuple[Remark, ...] = ()

    @property
    def doubts(self) -> tuple[Remark, ...]:
        """The remarks that a number which may be wrong has to come with."""
        if not finite(self.derivative):
            return ()
        return tuple(one for one in self.remarks if one.note in DOUBTFUL)


def answer(
    program: Program, by: tuple[str, ...], inputs: Sequence[Any], plain: Any, floats: Floats
) -> Answer:
    """The derivative by one or two variables at the rounded point, in the doubt of `plain`."""
    smooth = enclosed(program, by, inputs, floats)
    if smooth is not None:
        said = _told(smooth.derivative, plain, floats, smooth.times)
        return Answer(said.derivative, rounded(smooth.value, floats), said.remarks)
    if len(set(by)) > 1:
        x, y = by
        return _of_mixed(mixed(program, inputs, x, y, floats), plain, floats)
    series = resolved(program, inputs, {by[0]: 1}, floats, len(by))
    if _depends_on_direction(program, inputs, series, floats):
        return Answer(math.nan, None, (remark(Note.DIRECTION),))
    said = _by_series(series, plain, floats)
    return Answer(said.derivative, number(series.value, floats), said.remarks)


def _of_mixed(series: Resolved, plain: Any, floats: Floats) -> Answer:
    """What series say of a mixed derivative: that of ∂f/∂x along y."""
    if series.slope is None:
        broken = Note.UNRESOLVED if series.broken is None else Note.KINK_OF_VALUE
        return Answer(math.nan, remarks=(remark(broken),))
    return _by_series(series, plain, floats)


def _told(true: Ball, plain: Any, floats: Floats, times: int) -> Answer:
    """The plain number where it is right, else the true one and what it took."""
    if _may_be_zero(true):
        return Answer(floats.literal(exact(0)), remarks=(remark(Note.TAKEN_AS_ZERO, times=times),))
    if is_right(plain, true, floats, KEPT):
        return Answer(plain)
    best = rounded(true, floats)
    if not finite(best):
        return Answer(best, remarks=(remark(Note.SLOPE_BEYOND, dtype=floats.dtype),))
    if not is_right(best, true, floats):
        told = to_arb(true).str(3, radius=False)
        return Answer(best, remarks=(remark(Note.UNDERFLOW, true=told, dtype=floats.dtype),))
    if finite(plain):
        return Answer(best, remarks=(remark(Note.REFINED, dtype=floats.dtype, times=times),))
    return Answer(best, remarks=(remark(Note.WIDENED, dtype=floats.dtype, times=times),))


def _may_be_zero(ball: Ball) -> bool:
    """Whether a ball contains 0, but is not it."""
    return isinstance(ball, arb) and bool(ball.contains(0)) and not ball.is_zero()


def is_right(found: Any, true: Ball, floats: Floats, share: float = 0.5) -> bool:
    """Whether a number has half of the digits of the format, or another share of them."""
    if not finite(found):
        return False
    given = exact(found)
    with Balls(max(COMPARED, 2 * floats.precision)).working():
        close = to_arb(true)
        gap = abs(close - fmpq(given.numerator, given.denominator))
        allowed = abs(close) * arb(2) ** arb(-share * floats.precision)
        return bool(gap <= allowed) or (given == 0 and bool(close == 0))


def _by_series(series: Resolved, plain: Any, floats: Floats) -> Answer:
    """What series beside the point say."""
    taken = (remark(Note.TAKEN_AS_ZERO, times=series.times),) if series.zeros else ()
    slope = series.slope
    if slope is None:
        said = _without_slope(series, plain, floats)
        return Answer(said.derivative, remarks=(*said.remarks, *taken))
    if slope.infinite:
        infinite = remark(Note.VERTICAL_TANGENT)
        return Answer(slope.infinite * math.inf, remarks=(infinite, *taken))
    if not is_finite(slope.value):  # beyond the exponents of balls
        return Answer(plain, remarks=(remark(Note.UNRESOLVED), *taken))
    if _may_be_zero(slope.value):
        zero = floats.literal(exact(0))
        counted = taken or (remark(Note.TAKEN_AS_ZERO, times=series.times),)
        return Answer(zero, remarks=(remark(Note.RESOLVED), *counted))
    if not is_certain(slope.value, floats):
        return Answer(plain, remarks=(remark(Note.UNRESOLVED), *taken))
    said = _told(slope.value, plain, floats, series.times)
    notes = {one.note for one in said.remarks}
    if notes <= {Note.REFINED, Note.WIDENED}:
        replaced = (remark(Note.RESOLVED),) if notes else ()
        return Answer(said.derivative, remarks=(*replaced, *taken))
    return Answer(said.derivative, remarks=(*said.remarks, *taken))


def _without_slope(series: Resolved, plain: Any, floats: Floats) -> Answer:
    """Where both sides have no derivative in common: the plain number where it lies between them,
    by a convention that is told."""
    if series.broken is not None:
        return Answer(math.nan, remarks=(remark(_broken(series)),))
    if any(side is not None for side in series.slopes):
        left, right = (_side(side, floats) for side in series.slopes)
        told = remark(Note.NO_LIMIT, left=left, right=right)
        between = _is_between(plain, series.slopes, floats)
        return Answer(plain if between else math.nan, remarks=(told,))
    unknown = finite(plain) and not series.known
    return Answer(plain if unknown else math.nan, remarks=(remark(Note.UNRESOLVED),))


def _broken(series: Resolved) -> Note:
    """What the sides differ in."""
    if series.broken:
        return Note.KINK_OF_VALUE
    limits = series.pairs[0]
    return Note.POLE if any(side and side.infinite for side in limits) else Note.JUMP


def _is_between(plain: Any, slopes: Iterable[Extended | None], floats: Floats) -> bool:
    """Whether a number is one of the one-sided derivatives, or between them."""
    sides = [side for side in slopes if side is not None]
    if not finite(plain) or any(side.infinite for side in sides):
        return False
    if any(is_right(plain, side.value, floats) for side in sides):
        return True
    numbers = [rounded(side.value, floats) for side in sides]
    return bool(min(numbers) <= plain <= max(numbers))


def _side(slope: Extended | None, floats: Floats) -> str:
    """A one-sided derivative in a sentence."""
    if slope is None:
        return "undefined"
    if slope.infinite:
        return "-∞" if slope.infinite < 0 else "∞"
    return f"{float(rounded(slope.value, floats)) + 0.0:.6g}"


def _depends_on_direction(
    program: Program, inputs: Sequence[Any], series: Resolved, floats: Floats
) -> bool:
    """Whether f is undefined at the point, and its limit along other directions than the
    coordinates' differs. One along which f is undefined, such as x = y for (x**2 - y**2)/(x - y),
    says nothing."""
    limit = series.value
    if series.at is not None or limit is None or len(program.inputs) == 1:
        return False
    for weights in DIRECTIONS:
        direction = {name: weights[i % 2] for i, name in enumerate(program.inputs)}
        for there in resolved(program, inputs, direction, floats).pairs[0]:
            if there is not None and common((there, limit)) is None:
                return True
    return False
