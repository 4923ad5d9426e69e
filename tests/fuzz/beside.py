"""What a function does next to a point, by values at distances of 1e-32 and 1e-48: an independent
word on limit and slope.

At each of the two scales three values, at t, 2t and 4t, give the limit and the slope, extrapolated
after Richardson; with a fourth one, at 8t, they give the second derivative. Only what both scales
agree on, and what more digits do not change, is conclusive.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Literal

from mpmath import mp, mpf

from tests.fuzz.reference import Unclear, Undefined, evaluate

SCALES = 32, 48  # decimal exponents of the distances
FACTORS = 1, 2, 4, 8
DIGITS, MORE = 420, 470
AGREED = mpf(10) ** -15
ROUNDOFF, LEAST = mpf(10) ** -250, mpf(10) ** -300  # relative; and where larger numbers were added
GROWING = mpf("1.02")  # the least growth of a power of t, for exponents down to 1/24
STEEP = 1000  # the growth from one scale to the other that means infinite: a logarithm's is 1.5, a cube root's 2e5


@dataclass(frozen=True)
class Number:
    """A number that both scales agree on, to within `error`, or ±∞."""

    value: Any = None
    infinite: int = 0
    error: Any = 0


@dataclass(frozen=True)
class Beside:
    """One side: whether f is defined there; limit, slope and second derivative, None where they are
    not conclusive."""

    defined: bool
    limit: Number | None = None
    slope: Number | None = None
    curvature: Number | None = None


@dataclass(frozen=True)
class Reference:
    """Both sides, and f at the point: a number, "undefined", or None where this cannot be told."""

    left: Beside | None
    right: Beside | None
    at: Any | Literal["undefined"] | None


def reference(text: str, at: dict[str, str], name: str, order: int = 1) -> Reference:
    """The function `text` along the variable `name` at a point given by texts, up to derivatives of
    that order."""

    def along(offset: Any) -> Any:
        values = {n: evaluate(v, {}) for n, v in at.items()}
        values[name] += offset
        return evaluate(text, values)

    return Reference(_side(along, -1, order), _side(along, 1, order), _at(along))


def _at(along: Callable[[Any], Any]) -> Any:
    try:
        with mp.workdps(DIGITS):
            return along(mpf(0))
    except Undefined:
        return "undefined"
    except Unclear:
        return None


def _side(along: Callable[[Any], Any], direction: int, order: int) -> Beside | None:
    """None where nothing is conclusive."""
    factors = FACTORS[: order + 2]
    first, second = (_values(along, direction, k, DIGITS, factors) for k in SCALES)
    again = _values(along, direction, SCALES[1], MORE, factors)
    everything = [*first, *second, *again]
    if None in everything:
        return None
    undefined = [value == "undefined" for value in everything]
    if all(undefined):
        return Beside(False)
    if any(undefined) or any(
        not _same(x, y, mpf(10) ** -100) for x, y in zip(second, again, strict=True)
    ):
        return None
    with mp.workdps(DIGITS):
        limits = [_limit(v) for v in (first, second)]
        slopes = [
            _slope(v, direction * _distance(k))
            for v, k in zip((first, second), SCALES, strict=True)
        ]
        limit, slope = _agreed(*limits), _agreed(*slopes)
        if (
            limit is not None
            and abs(limit.value or 0) > 1 / AGREED
            and (slope is None or slope.infinite)
        ):
            limit = None  # there may be a logarithm beside a huge number
        found = Beside(True, limit, slope)
        if order == 1:
            return found
        curvatures = [
            _curvature(v, _distance(k)) for v, k in zip((first, second), SCALES, strict=True)
        ]
        return replace(found, curvature=_agreed(*curvatures))


def _values(
    along: Callable[[Any], Any], direction: int, scale: int, digits: int, factors: tuple[int, ...]
) -> list[Any]:
    """f at t times each of the factors; "undefined" where it is, None where that cannot be told."""
    found = []
    with mp.workdps(digits):
        for factor in factors:
            try:
                found.append(along(direction * factor * _distance(scale)))
            except Undefined:
                found.append("undefined")
            except Unclear:
                found.append(None)
    return found


def _distance(scale: int) -> Any:
    """No round number, whose powers and quotients may be whole."""
    return mpf(10) ** -scale * mp.sqrt(2) / 2


def _same(x: Any, y: Any, tolerance: Any) -> bool:
    return bool(abs(x - y) <= tolerance * max(abs(x), abs(y)))


def _limit(values: list[Any]) -> tuple[Any, Any]:
    """Two steps of Richardson's extrapolation to t = 0: f(t), f(2t), f(4t) without their terms in t
    and t². And the growth."""
    f1, f2, f4 = values[:3]
    return (8 * f1 - 6 * f2 + f4) / 3, _growth(f1, f2)


def _slope(values: list[Any], t: Any) -> tuple[Any, Any]:
    """One step, from the divided differences between t and 2t, 2t and 4t. And the growth."""
    f1, f2, f4 = values[:3]
    near, far = (f2 - f1) / t, (f4 - f2) / (2 * t)
    return 2 * near - far, _growth(near, far)


def _curvature(values: list[Any], t: Any) -> tuple[Any, Any]:
    """Twice the second divided differences, at t, 2t and 4t, and at 2t, 4t and 8t, extrapolated.
    And the growth."""
    near, far = (
        2 * ((f4 - f2) / (2 * s) - (f2 - f1) / s) / (3 * s)
        for s, (f1, f2, f4) in ((t, values[:3]), (2 * t, values[1:]))
    )
    return 2 * near - far, _growth(near, far)


def _growth(near: Any, far: Any) -> Any:
    """By what a value changes where t is halved: 2 for 1/t, 1 for a constant, 1/2 for t."""
    return abs(near / far) if far else mpf(1)


def _agreed(first: tuple[Any, Any], second: tuple[Any, Any]) -> Number | None:
    """The number that two scales agree on; 0 where it fades with t, ±∞ where it grows, at both
    scales and between them."""
    (far, _), (near, growth) = first, second
    if _same(far, near, AGREED):
        return Number(near, error=10 * abs(far - near) + ROUNDOFF * abs(near) + LEAST)
    if abs(near) < AGREED and abs(near) * STEEP < abs(far) < mpf(10) ** -9 and growth < 1 / GROWING:
        return Number(mpf(0), error=abs(near))
    if (
        abs(near) > STEEP * abs(far)
        and abs(near) > 1 / AGREED
        and near * far > 0
        and growth > GROWING
    ):
        return Number(infinite=1 if near > 0 else -1)
    return None
