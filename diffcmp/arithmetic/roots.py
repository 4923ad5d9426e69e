"""The largest root of xⁿ + cₙ₋₂ xⁿ⁻² + … + c₀ (`root3`, `root4`, …) in floating point; `ball_roots`
has the certified one.

The root is the one where the polynomial increases with all of its derivatives; there is at most
one. Of a polynomial all of whose roots are real, such as the characteristic one of a symmetric
matrix, it is the largest.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from diffcmp.primitives import TABLE

STEPS = 300  # of Newton's method: far away each takes off 1/n of the distance
COMPLEX_STEPS = 20  # next to the root it converges quadratically
ROOTS = frozenset(name for name, entry in TABLE.items() if entry.separant)
NOISE = 2.0**-50  # of the value of a polynomial, relative to its terms
SLACK = 1e-6  # by which coefficients that are wrong by roundoff may keep p from reaching 0


def is_root(name: str) -> bool:
    """Whether a primitive is one of these."""
    return name in ROOTS


def taylor(c: Sequence[Any], x: Any) -> list[Any]:
    """p, p′, p″/2, p‴/6, … at x, but for the last, which is 1: by Horner's rule again and again."""
    row = [*c, x * 0, x * 0 + 1]
    for first in range(len(row) - 1):
        for k in range(len(row) - 2, first - 1, -1):
            row[k] = row[k] + row[k + 1] * x
    return row[:-1]


def bound(c: Sequence[Any], root: Callable[[Any, int], Any]) -> Any:
    """A number that no root exceeds: twice the largest |cₙ₋ₖ|^(1/k) (Fujiwara 1916)."""
    n = len(c) + 1
    return 2 * max(root(abs(value), n - k) for k, value in enumerate(c))


def float_root(*c: float) -> float:
    """The root in float64, by Newton's method from above, where it falls monotonically; nan where
    there is none.

    Of real roots, that of p′ lies below that of p. Where p does not change its sign between them as
    far as roundoff lets us know, they are one: the root is repeated, and from p alone could be told
    to half of the digits only.
    """
    if not all(map(math.isfinite, c)):
        return math.nan
    if len(c) == 1:
        return math.sqrt(-c[0]) if c[0] <= 0 else math.nan
    n = len(c) + 1
    inner = float_root(*(k * value / n for k, value in enumerate(c) if k))
    if (value := relative_value(c, inner)) >= -NOISE:
        return inner if value <= SLACK else math.nan
    x = bound(c, lambda size, k: size ** (1 / k))
    for _ in range(STEPS):
        value, slope = taylor(c, x)[:2]
        step = value / slope if slope > 0 else 0.0
        if not step > 0 or x - step == x:
            break
        x -= step
    return x if abs(relative_value(c, x)) <= SLACK else math.nan


def relative_value(c: Sequence[float], x: float) -> float:
    """p(x), relative to the sum of its terms without their signs."""
    value: float = taylor(c, x)[0]
    terms: float = taylor([abs(k) for k in c], abs(x))[0]
    return value / terms if terms else value


def beside(c: Sequence[Any], x: Any) -> Any:
    """The root of complex coefficients next to x, that of the real parts; nan if repeated."""
    for _ in range(COMPLEX_STEPS):
        value, slope = taylor(c, x)[:2]
        before, x = x, x - value / slope if slope != 0 else x * math.nan
        if x == before or x != x:
            break
    return x
