"""A sympy expression at an exact point: its number, the pieces that meet there, its limit from one
side.

Runs inside the worker process only. What is asked for, and how it is told to the parent, is in
`symbolic_work`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

import sympy
from mpmath import libmp
from sympy.calculus.accumulationbounds import AccumulationBounds
from sympy.core.relational import Relational

from diffcmp.arithmetic.symbols import LogGamma

Expression: TypeAlias = Any
Place: TypeAlias = Mapping[Any, Any]  # an exact number for each symbol

DIGITS = 40
ROUNDS = (50, 100, 200, 400, 800)  # digits: until two evaluations in a row agree
BEYOND = 20_000  # binary exponents that no format has
LARGEST_POWER = 4096  # an exact rational to a higher power is too long
LARGEST_FACTORIAL = 512
STEPS = 8
PROBES = (
    sympy.Rational(1, 10**30),
    sympy.Rational(1, 10**60),
)  # distances at which a sign is looked at
NEAR = (sympy.Rational(1, 10**12), sympy.Rational(1, 10**24))  # and at which a limit has to show
INFINITE = (sympy.oo, -sympy.oo, sympy.zoo, sympy.nan)
EVALUATION = (
    ArithmeticError,
    ValueError,
    TypeError,
    NotImplementedError,
    AttributeError,
    RecursionError,
)


class Singular(Exception):
    """Substitution does not lead to a real number; the text says to what it leads instead."""


def number(expression: Expression, at: Place) -> Any:
    """The real number that `expression` is at a point, exact or to more than `DIGITS` digits.

    Raises
    ------
    Singular: where there is none: 0/0, an infinite or a complex value.
    """
    exact = short(expression, at)
    if exact:
        expression = expression.xreplace(dict(at))
        if expression.has(*INFINITE, AccumulationBounds):
            raise Singular
        if expression.is_Rational:
            return expression
    value = _agreed(expression, {} if exact else at)
    if value is not None:
        return value
    if exact and expression.equals(0) is False:
        raise Singular
    return sympy.S.Zero


def _agreed(expression: Expression, at: Place) -> Any | None:
    """The number on which two evaluations in a row agree; None where it is 0 as far as `ROUNDS` go.

    evalf vouches for its last digit only where it knows all functions; and noise never agrees.

    Raises
    ------
    Singular: where it is not a real number.
    """
    last: Any = None
    for digits in ROUNDS:
        value = _real(expression.xreplace(_floats(at, 2 * digits)) if at else expression, digits)
        if value is None and last is None and digits > ROUNDS[0]:
            raise Singular
        if (
            value is not None
            and last is not None
            and abs(value - last) <= abs(value) * sympy.Float(10) ** -(DIGITS + 2)
        ):
            return value
        last = value
    if last is None or abs(last) > sympy.Float(10) ** -200:
        raise Singular
    return None


def _floats(at: Place, digits: int) -> dict[Any, Any]:
    return {symbol: value.evalf(digits) for symbol, value in at.items()}


def _real(expression: Expression, digits: int) -> Any | None:
    """A real number, of which some digits may be wrong; None for what is infinite, complex or no
    number at all."""
    try:
        value = expression.evalf(digits, maxn=2 * digits)
        real, imaginary = value.as_real_imag()
        if not (real.is_Float or real.is_Rational) or not real.is_finite:
            return None
        straight = imaginary == 0 or abs(imaginary) <= abs(real) * sympy.Float(10) ** -(DIGITS + 5)
    except EVALUATION:
        return None
    return real if straight else None


def short(expression: Expression, at: Place) -> bool:
    """Whether exact substitution stays within reason: 1.0001**(10**12) has 10**13 digits."""
    for power in expression.atoms(sympy.Pow):
        if not power.exp.is_number or power.exp.is_Rational:
            size = _size(power.exp, at)
            if size > LARGEST_POWER and power.base is not sympy.E:
                return False
    return all(
        _size(f.args[-1], at) <= LARGEST_FACTORIAL
        for f in expression.atoms(sympy.gamma, sympy.loggamma, sympy.polygamma, LogGamma)
    )


def _size(expression: Expression, at: Place) -> float:
    try:
        return abs(
            float(expression if expression.is_number else expression.evalf(15, subs=dict(at)))
        )
    except (*EVALUATION, OverflowError):
        return (
            LARGEST_FACTORIAL
            if expression.is_number
            else 0.0
            if expression.has(*INFINITE)
            else float("inf")
        )


def decimal(value: Any) -> str:
    """A real number as a decimal of `DIGITS` digits; "inf" or "0" where no format could hold it."""
    if value in (sympy.oo, -sympy.oo):
        return "inf" if value == sympy.oo else "-inf"
    sign, mantissa, exponent, bits = sympy.Float(value, DIGITS + 5)._mpf_
    if not mantissa:
        return "0"
    if abs(exponent + bits) > BEYOND:
        return "0" if exponent < 0 else "-inf" if sign else "inf"
    return str(libmp.to_str((sign, mantissa, exponent, bits), DIGITS))


def form(expression: Expression, at: Place) -> str:
    """What substitution gives, in words: of the innermost part that is not a number."""
    values = [a.xreplace(dict(at)) for a in expression.args]
    for part, value in zip(expression.args, values, strict=True):
        if value.has(sympy.nan):
            return form(part, at)
    infinite = [v for v in values if v.has(*INFINITE, AccumulationBounds)]
    if not infinite:
        return "a division by zero"
    if expression.is_Add:
        return (
            "∞ - ∞" if len(infinite) > 1 else form(expression.args[values.index(infinite[0])], at)
        )
    if expression.is_Mul:
        return _form_of_product(expression, values, at)
    if expression.is_Pow:
        return (
            "1^∞"
            if values[0] == 1
            else "∞^0"
            if values[1] == 0
            else "a power with an infinite part"
        )
    return f"{type(expression).__name__}(±∞)"


def _form_of_product(expression: Expression, values: list[Any], at: Place) -> str:
    zeros = [a for a, v in zip(expression.args, values, strict=True) if v == 0]
    infinite = [
        a
        for a, v in zip(expression.args, values, strict=True)
        if v.has(*INFINITE, AccumulationBounds)
    ]
    if not zeros:
        return form(infinite[0], at)
    if any(a.is_Pow and a.exp.could_extract_minus_sign() for a in infinite):
        return "0/0"
    if any(a.is_Pow and a.exp.could_extract_minus_sign() for a in zeros):
        return "∞/∞"
    return "0·∞"


class Pieces:
    """Decides which piece holds at a point (side 0), or next to it along x (side ±1).

    `met` tells that pieces meet at the point itself, so that a formula for one of them is no
    derivative.
    """

    def __init__(self, at: Place, x: Any = None, side: int = 0) -> None:
        self.at, self.x, self.side = at, x, side
        self.met = False

    def settle(self, e: Expression) -> Expression:
        """`e` without conditions and functions made of pieces."""
        if not e.has(sympy.Piecewise, sympy.Abs, sympy.sign, sympy.floor, sympy.atan2, LogGamma):
            return e
        if isinstance(e, sympy.Piecewise):
            return next(
                (self.settle(value) for value, condition in e.args if self.holds(condition)),
                sympy.nan,
            )
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
        if isinstance(condition, sympy.And):
            return min(
                list(map(self.holds, condition.args))
            )  # not `all`: everything is looked at, for `met`
        if isinstance(condition, sympy.Or):
            return max(list(map(self.holds, condition.args)))
        if isinstance(condition, sympy.Not):
            return not self.holds(condition.args[0])
        if not isinstance(condition, Relational):
            raise NotImplementedError(f"the condition {condition}")
        left, right = (self.settle(a) for a in condition.args)
        return bool(condition.func(self.sign(left - right), 0))

    def sign(self, e: Expression) -> int:
        """The sign of `e`: -1, 0 or 1."""
        if e.is_number:
            return _signed(number(e, {}))
        try:
            sign = _signed(number(e, self.at))
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
        signs = {_signed(number(e, self.beside(probe))) for probe in PROBES}
        if len(signs) > 1:
            raise NotImplementedError("a condition that oscillates at the point")
        return signs.pop()

    def beside(self, distance: Any) -> Place:
        """The place at a distance along x on this side."""
        return {**self.at, self.x: self.at[self.x] + self.side * distance}

    def floor(self, e: Expression) -> Any:
        if e.is_number:
            return sympy.floor(e)
        value = number(e, self.at)
        whole = sympy.Integer(libmp.to_int(sympy.Float(value, 60)._mpf_, libmp.round_floor))
        nearest = whole if value - whole < sympy.S.Half else whole + 1
        side = self.sign(e - nearest)
        return (
            nearest
            if side >= 0 and nearest != whole
            else nearest - 1
            if side < 0 and nearest == whole
            else whole
        )

    def angle(self, y: Expression, x: Expression) -> Expression:
        """atan2 where it is smooth, and on either side of its cut."""
        if _certainly(self.at, x) > 0:
            return sympy.atan(y / x)
        above = self.sign(y)
        if above:
            return above * sympy.pi / 2 - sympy.atan(x / y)
        beside = self.sign(x)
        return sympy.nan if beside == 0 else sympy.atan(y / x) + (sympy.pi if beside < 0 else 0)

    def log_gamma(self, x: Expression) -> Expression:
        if self.sign(x) > 0:
            return sympy.loggamma(x)
        gamma = sympy.gamma(x)
        return sympy.log(gamma if self.sign(gamma) > 0 else -gamma)


def _signed(value: Any) -> int:
    return 1 if value > 0 else -1 if value < 0 else 0


def _certainly(at: Place, e: Expression) -> int:
    try:
        return _signed(number(e, at))
    except Singular:
        return 0


class Side:
    """Expressions without pieces, on one side of the point: each as a function of t > 0, the
    distance from it."""

    def __init__(self, at: Place, x: Any, side: int) -> None:
        self.at, self.x, self.side = at, x, side
        self.t = sympy.Dummy("t", positive=True)
        self.steps = 0  # of L'Hôpital's rule, where that was needed
        self.defined = True

    def look(self, f: Expression) -> None:
        """Find out whether f is real on this side."""
        try:
            number(self.along(f), {self.t: NEAR[1]})
        except Singular:
            self.defined = False

    def along(self, e: Expression) -> Expression:
        return e.xreplace({**self.at, self.x: self.at[self.x] + self.side * self.t})

    def substituted(self, e: Expression) -> Any | None:
        """The number at the point itself, if there is one."""
        try:
            return number(e, self.at)
        except Singular:
            return None

    def limit(self, e: Expression, rule: bool = False) -> Any | None:
        """The limit of `e`: a real number, or ±oo. None where there is none, or it was not found.

        rule: by L'Hôpital's rule alone, without sympy's `limit`.
        """
        found = self.substituted(e)
        if found is not None:
            return found
        function = self.along(e)
        found = self.lhopital(function) if rule or function.count_ops() <= 60 else None
        return found if rule or found is not None else self.limit_along(function)

    def limit_along(self, function: Expression) -> Any | None:
        """The limit of a function of t."""
        try:
            found = self.believed(function, sympy.limit(function, self.t, 0, "+"))
        except (*EVALUATION, AssertionError, KeyError, IndexError):  # gruntz has met all of these
            found = None
        return found if found is not None else self.lhopital(function)

    def lhopital(self, function: Expression) -> Any | None:
        """The limit of a quotient by differentiating numerator and denominator until one of them is
        not 0."""
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
        """The claim, unless the function next to the point contradicts it: sympy's `limit` has
        returned wrong values."""
        try:
            near, nearer = (number(function, {self.t: probe}) for probe in NEAR)
            if claim in (sympy.oo, -sympy.oo):
                return (
                    claim
                    if nearer * (1 if claim == sympy.oo else -1) > 10 and abs(nearer) > abs(near)
                    else None
                )
            found = number(claim, {})
        except Singular:
            return None
        # logarithms converge slowly, but they do converge
        far, close = abs(near - found), abs(nearer - found)
        return found if close < (1 + abs(found)) / 2 and close <= far + NEAR[1] else None

    def quotient(self, e: Expression, value: Any) -> Any | None:
        """The limit of the difference quotient, for a derivative that exists where the limit of f′
        does not."""
        return self.limit_along((self.along(e) - value) / (self.side * self.t))
