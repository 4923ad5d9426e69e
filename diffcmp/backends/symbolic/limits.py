"""The limit of a sympy expression from one side of an exact point. Runs inside the worker process
only."""

from __future__ import annotations

from typing import Any

import sympy

from diffcmp.backends.symbolic.numbers import (
    EVALUATION,
    Expression,
    Place,
    Singular,
    number,
    with_rational_constants,
)

STEPS = 8  # of L'Hôpital's rule
NEAR = (sympy.Rational(1, 10**12), sympy.Rational(1, 10**24))
"""Distances at which a limit has to show."""
APPROACH, THERE = 0.95, 1e-9
"""What is left of the distance to a limit from the first place to the second, even where it is that
of 1/log(log(1/t)); or how near the second has to be."""
SMALL = 60  # operations up to which L'Hôpital's rule is tried before sympy's `limit`
GRUNTZ = (*EVALUATION, AssertionError, KeyError, IndexError)
"""What sympy's `limit` has raised."""


class Side:
    """Expressions without pieces beside the point, each as a function of the distance t > 0."""

    def __init__(self, at: Place, x: Any, side: int) -> None:
        self.at, self.x, self.side = at, x, side
        self.t = sympy.Dummy("t", positive=True)
        self.steps = 0  # of L'Hôpital's rule, where that was needed
        self.defined = True

    def __repr__(self) -> str:
        return f"Side({self.at}, {self.x}, {self.side:+})"

    def look(self, f: Expression) -> None:
        """Find out whether f is real on this side."""
        try:
            number(self.along(f), {self.t: NEAR[1]})
        except Singular:
            self.defined = False

    def along(self, e: Expression) -> Expression:
        """`e` as a function of t."""
        moved = e.xreplace({**self.at, self.x: self.at[self.x] + self.side * self.t})
        return with_rational_constants(moved)

    def limit(self, e: Expression, rule: bool = False) -> Any | None:
        """The limit of `e`: a real number, or ±oo. None where there is none, or it was not found.

        rule: by L'Hôpital's rule alone, without sympy's `limit`.
        """
        try:
            return number(e, self.at)
        except Singular:
            function = self.along(e)
        limit = self.lhopital(function) if rule or function.count_ops() <= SMALL else None
        return limit if rule or limit is not None else self.limit_along(function)

    def limit_along(self, function: Expression) -> Any | None:
        """The limit of a function of t."""
        try:
            limit = self.believed(function, sympy.limit(function, self.t, 0, "+"))
        except GRUNTZ:
            limit = None
        return limit if limit is not None else self.lhopital(function)

    def lhopital(self, function: Expression) -> Any | None:
        """The limit of a quotient by differentiating both parts until one of them is not 0."""
        zero = {self.t: sympy.S.Zero}
        try:
            over, under = sympy.fraction(sympy.together(function))
            for steps in range(STEPS + 1):
                top, bottom = number(over, zero), number(under, zero)
                if bottom != 0:
                    self.steps = max(self.steps, steps)
                    return self.believed(function, top / bottom)
                if top != 0:
                    return None
                over, under = sympy.diff(over, self.t), sympy.diff(under, self.t)
        except (*EVALUATION, Singular):
            return None
        return None

    def believed(self, function: Expression, claim: Any) -> Any | None:
        """The claim, unless f next to the point contradicts it: sympy's `limit` has been wrong."""
        try:
            near, nearer = (number(function, {self.t: probe}) for probe in NEAR)
            if claim in (sympy.oo, -sympy.oo):
                sign = 1 if claim == sympy.oo else -1
                grows = nearer * sign > 10 and abs(nearer) > abs(near)
                return claim if grows else None
            limit = number(claim, {})
        except Singular:
            return None
        # logarithms converge slowly, but they do converge
        far, close = abs(near - limit), abs(nearer - limit)
        approaches = close <= APPROACH * far or close <= THERE * (1 + abs(limit))
        return limit if close < (1 + abs(limit)) / 2 and approaches else None

    def quotient(self, e: Expression, value: Any) -> Any | None:
        """The limit of the difference quotient, which may exist where that of f′ does not."""
        return self.limit_along((self.along(e) - value) / (self.side * self.t))
