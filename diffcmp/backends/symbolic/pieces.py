"""Functions made of pieces (conditions, abs, sign, floor, atan2): which piece of a sympy expression
holds at an exact point, or beside it. Runs inside the worker process only."""

from __future__ import annotations

import contextlib
from typing import Any

import sympy
from mpmath import libmp
from sympy.core.relational import Relational

from diffcmp.arithmetic.symbols import LogGamma
from diffcmp.backends.symbolic.numbers import Beyond, Expression, Place, Singular, number

PIECED = (sympy.Piecewise, sympy.Abs, sympy.sign, sympy.floor, sympy.atan2, LogGamma)
PROBES = (sympy.Rational(1, 10**30), sympy.Rational(1, 10**60))
"""Distances at which a sign is looked at."""


class Pieces:
    """Decides which piece holds at a point (side 0), or next to it along x (side ±1).

    `met` tells that pieces meet at the point itself, so that a formula for one of them is no
    derivative.
    """

    def __init__(self, at: Place, x: Any = None, side: int = 0) -> None:
        self.at, self.x, self.side = at, x, side
        self.met = False

    def __repr__(self) -> str:
        return f"Pieces({self.at}, {self.x}, side={self.side}, met={self.met})"

    def settle(self, e: Expression) -> Expression:
        """`e` without conditions and functions made of pieces."""
        if not e.has(*PIECED):
            return e
        if isinstance(e, sympy.Piecewise):
            taken = (value for value, condition in e.args if self.holds(condition))
            value = next(taken, None)
            return sympy.nan if value is None else self.settle(value)
        arguments = [self.settle(a) for a in e.args]
        if isinstance(e, sympy.Abs | sympy.sign):
            sign = sympy.Integer(self.sign(arguments[0]))
            return sign * arguments[0] if isinstance(e, sympy.Abs) else sign
        if isinstance(e, sympy.floor):
            return self.floor(arguments[0])
        if isinstance(e, sympy.atan2):
            return self.angle(*arguments)
        if isinstance(e, LogGamma) and self.side:
            return self.log_gamma(arguments[0])
        return e.func(*arguments)

    def holds(self, condition: Any) -> bool:
        """Whether a condition holds."""
        if condition in (True, False):
            return bool(condition)
        if isinstance(condition, sympy.ITE):
            return self.holds(condition.args[1 if self.holds(condition.args[0]) else 2])
        if isinstance(condition, sympy.And | sympy.Or | sympy.Not):
            parts = [self.holds(part) for part in condition.args]  # all are looked at, for `met`
            if isinstance(condition, sympy.Not):
                return not parts[0]
            return all(parts) if isinstance(condition, sympy.And) else any(parts)
        if not isinstance(condition, Relational):
            raise Beyond("it has no sign for a condition of this form")
        left, right = (self.settle(a) for a in condition.args)
        return bool(condition.func(self.sign(left - right), 0))

    def sign(self, e: Expression) -> int:
        """The sign of `e`: -1, 0 or 1."""
        if e.is_number:
            return signed(number(e, {}))
        try:
            sign = signed(number(e, self.at))
        except Singular:
            if not self.side:
                self.met = True
                raise
            sign = 0
        if sign:
            return sign
        self.met = True
        return self._beside(e) if self.side else 0

    def _beside(self, e: Expression) -> int:
        """The sign next to the point."""
        beside = [{**self.at, self.x: self.at[self.x] + self.side * probe} for probe in PROBES]
        signs = {signed(number(e, place)) for place in beside}
        if len(signs) > 1:
            raise Beyond("a condition oscillates at the point")
        return signs.pop()

    def floor(self, e: Expression) -> Any:
        """floor, which steps at integers."""
        if e.is_number:
            return sympy.floor(e)
        value = number(e, self.at)
        whole = sympy.Integer(libmp.to_int(sympy.Float(value, 60)._mpf_, libmp.round_floor))
        nearest = whole if value - whole < sympy.S.Half else whole + 1
        side = self.sign(e - nearest)
        if nearest == whole:
            return whole - 1 if side < 0 else whole
        return nearest if side >= 0 else whole

    def angle(self, y: Expression, x: Expression) -> Expression:
        """atan2 where it is smooth, and on either side of its cut."""
        with contextlib.suppress(Singular):
            if number(x, self.at) > 0:
                return sympy.atan(y / x)
        above = self.sign(y)
        if above:
            return above * sympy.pi / 2 - sympy.atan(x / y)
        beside = self.sign(x)
        return sympy.nan if beside == 0 else sympy.atan(y / x) + (sympy.pi if beside < 0 else 0)

    def log_gamma(self, x: Expression) -> Expression:
        """log|gamma(x)| by sympy's functions that are real there."""
        if self.sign(x) > 0:
            return sympy.loggamma(x)
        gamma = sympy.gamma(x)
        return sympy.log(gamma if self.sign(gamma) > 0 else -gamma)


def signed(value: Any) -> int:
    """The sign of a number: -1, 0 or 1."""
    if value > 0:
        return 1
    return -1 if value < 0 else 0
