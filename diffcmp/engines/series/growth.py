"""The arithmetic of what grows beyond every power of τ, such as exp(1/τ): what is certain of it is
its sign.

A quotient by it is smaller than every power of τ, so that 1/(1 + exp(1/x)) has a limit and a slope
on either side of 0. Where two such values meet that would cancel, nothing is certain: the result is
a Failure.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from diffcmp.arithmetic.system import COMPARISONS
from diffcmp.engines.series.arithmetic import SeriesArithmetic
from diffcmp.engines.series.integrals import limit_at_infinity
from diffcmp.engines.series.laurent import Beyond, Failure, Series
from diffcmp.language import rules


def grown(system: SeriesArithmetic, name: str, arguments: Sequence[Any]) -> Any:
    """One primitive of arguments some of which are `Beyond`: a Series, Beyond, bool or Failure."""
    signs = [a.sign if isinstance(a, Beyond) else system.sign(a) for a in arguments]
    system.took(tuple(signs))  # the sign of x*exp(1/x**2) is decided by the side
    if name == "neg":
        return Beyond(-signs[0])
    if name in ("add", "sub"):
        return _sum(arguments, [signs[0], signs[1] if name == "add" else -signs[1]])
    if name in ("mul", "div"):
        return _product(system, name, arguments, signs)
    if name == "power":
        return _power(system, arguments, signs[0])
    if name in COMPARISONS:
        gap = _sum(arguments, [signs[0], -signs[1]])
        return COMPARISONS[name](gap.sign, 0) if isinstance(gap, Beyond) else gap
    if name == "exp":
        return Beyond(1) if signs[0] > 0 else system.flat(1)
    limits = rules.limits(name)
    if limits is None:
        return Failure("steps" if name == "floor" else "essential")
    return system.constant(limit_at_infinity(system, limits, signs[0]), flat=True)


def _sum(arguments: Sequence[Any], signs: Sequence[int]) -> Beyond | Failure:
    """The sign of the larger one; two that grow must agree."""
    largest = {sign for a, sign in zip(arguments, signs, strict=True) if isinstance(a, Beyond)}
    return Beyond(largest.pop()) if len(largest) == 1 else Failure("essential")


def _product(
    system: SeriesArithmetic, name: str, arguments: Sequence[Any], signs: Sequence[int]
) -> Any:
    x, y = arguments
    if name == "div" and isinstance(y, Beyond):
        if isinstance(x, Beyond):
            return Failure("essential")
        return system.flat(signs[0] * y.sign) if signs[0] else x
    if 0 in signs:
        return system.constant(system.zero) if name == "mul" else Failure("undefined")
    if any(isinstance(a, Series) and a.flat for a in arguments):  # may be smaller than every power
        return Failure("essential")
    return Beyond(signs[0] * signs[1])


def _power(system: SeriesArithmetic, arguments: Sequence[Any], sign: int) -> Any:
    """A power with a constant exponent."""
    base, y = arguments
    if not isinstance(base, Beyond) or not isinstance(y, Series):
        return Failure("essential")
    whole = system.field.whole(y[0])
    if sign < 0 and whole is None:
        return Failure("undefined")
    direction = system.field.sign(y[0])
    if direction == 0:
        return system.constant(system.one)
    of_power = -1 if sign < 0 and whole is not None and whole % 2 else 1
    return system.flat(of_power) if direction < 0 else Beyond(of_power)
