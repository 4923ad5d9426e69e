"""A sympy expression at an exact point: the real number that it is, as a decimal, or in words the
form that substitution gives instead. Runs inside the worker process only."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any, TypeAlias

import sympy
from mpmath import libmp
from sympy.calculus.accumulationbounds import AccumulationBounds

from diffcmp.arithmetic.symbols import LogGamma

Expression: TypeAlias = Any
Place: TypeAlias = Mapping[Any, Any]  # an exact number for each symbol

DIGITS = 40
ROUNDS = (50, 100, 200, 400, 800)  # digits: until two evaluations in a row agree
FEW, NEARLY = 20, sympy.Float(10) ** -10  # digits of a look at a number, and what may be 0
SHORT = 1000  # the largest denominator of a rational number that is looked for
BEYOND = 20_000  # binary exponents that no format has
LARGEST_POWER = 4096  # an exact rational to a higher power is too long
LARGEST_FACTORIAL = 512
FACTORIALS = (sympy.gamma, sympy.loggamma, sympy.polygamma, LogGamma)
INFINITE = (sympy.oo, -sympy.oo, sympy.zoo, sympy.nan)
EVALUATION = (
    ArithmeticError, ValueError, TypeError, NotImplementedError, AttributeError, RecursionError
)  # fmt: skip


class Singular(Exception):
    """Substitution does not lead to a real number: to 0/0, or an infinite or complex one."""


class Beyond(NotImplementedError):
    """What this method does not do; its text is a reason for the reader."""


def number(expression: Expression, at: Place) -> Any:
    """The real number that `expression` is at a point, exact or to more than `DIGITS` digits.
    Raises Singular where there is none."""
    exact = short(expression, at)
    if divides_by_zero(expression, at):
        raise Singular
    if exact:
        expression = expression.xreplace(dict(at))
        if infinite(expression):
            raise Singular
        if expression.is_Rational:
            return expression
    value = _agreed(expression, {} if exact else at)
    if value is not None:
        return value
    if exact and expression.equals(0) is False:
        raise Singular
    return sympy.S.Zero


def divides_by_zero(expression: Expression, at: Place) -> bool:
    """Whether a negative power is one of 0, also where sympy does not see that: of
    `1 - cos(1)**2 - sin(1)**2`. Times 0 it would be 0 to sympy, not 0/0."""
    powers = (power for power in expression.atoms(sympy.Pow) if power.base is not sympy.E)
    return any(_is_negative(power.exp, at) and _vanishes(power.base, at) for power in powers)


def _is_negative(exponent: Expression, at: Place) -> bool:
    if exponent.is_Rational:
        return bool(exponent.is_negative)
    value = _real(exponent.xreplace(_rounded(at)), FEW)
    return value is None or bool(value < 0)


def _rounded(at: Place) -> Place:
    """A place with more digits than `FEW` of each coordinate."""
    return {symbol: value.evalf(4 * FEW) for symbol, value in at.items()}


def _vanishes(base: Expression, at: Place) -> bool:
    """Whether a number is 0 as far as many digits tell."""
    if base.is_Rational:
        return bool(base.is_zero)
    value = _real(base.xreplace(_rounded(at)), FEW)  # exactly, (1 + t)**(1/t) would have no end
    if value is None or abs(value) > NEARLY:
        return False
    try:
        exact = short(base, at)
        agreed = _agreed(base.xreplace(dict(at)) if exact else base, {} if exact else at)
    except Singular:
        return False
    return agreed is None or agreed == 0


def with_rational_constants(expression: Expression) -> Expression:
    """The expression, in whose sums a constant is written as the short rational number that it is,
    also where sympy does not see that: `x + cos(1)**2 + sin(1)**2` is `x + 1`."""

    def is_open(part: Expression) -> bool:
        return bool(part.is_Add and not part.is_number and not _constant(part).is_Rational)

    return expression.replace(is_open, lambda part: part - _difference(_constant(part)))


def _constant(sum_: Expression) -> Expression:
    """The part of a sum that no symbol is in."""
    return sum_.as_independent(*sum_.free_symbols, as_Add=True)[0]


def _difference(constant: Expression) -> Expression:
    """A constant minus the short rational number that it is, as far as many digits tell, which
    vanishes; 0 where it is none."""
    value = _real(constant, 2 * FEW)
    if value is None:
        return sympy.S.Zero
    short_one = Fraction(str(value)).limit_denominator(SHORT)
    difference = constant - sympy.Rational(short_one.numerator, short_one.denominator)
    return difference if _vanishes(difference, {}) else sympy.S.Zero


def infinite(expression: Expression) -> bool:
    """Whether something in an expression is infinite or undefined."""
    return bool(expression.has(*INFINITE, AccumulationBounds))


def _agreed(expression: Expression, at: Place) -> Any | None:
    """The number on which two evaluations in a row agree; None where it is 0 as far as `ROUNDS` go.

    evalf vouches for its last digit only where it knows all functions; and noise never agrees.
    Raises Singular where it is not a real number.
    """
    last: Any = None
    for digits in ROUNDS:
        here = {symbol: value.evalf(2 * digits) for symbol, value in at.items()}
        value = _real(expression.xreplace(here), digits)
        if value is None and last is None and digits > ROUNDS[0]:
            raise Singular
        if value is not None and last is not None and _close(value, last):
            return value
        last = value
    if last is None or abs(last) > sympy.Float(10) ** -200:
        raise Singular
    return None


def _close(value: Any, last: Any) -> bool:
    return bool(abs(value - last) <= abs(value) * sympy.Float(10) ** -(DIGITS + 2))


def _real(expression: Expression, digits: int) -> Any | None:
    """A real number to about so many digits; None for what is infinite, complex or no number."""
    try:
        value = expression.evalf(digits, maxn=2 * digits)
        real, imaginary = value.as_real_imag()
        if not (real.is_Float or real.is_Rational) or not real.is_finite:
            return None
        if imaginary == 0 or abs(imaginary) <= abs(real) * sympy.Float(10) ** -(DIGITS + 5):
            return real
    except EVALUATION:
        pass
    return None


def short(expression: Expression, at: Place) -> bool:
    """Whether exact substitution stays within reason: 1.0001**(10**12) has 10**13 digits."""
    powers = [power for power in expression.atoms(sympy.Pow) if power.base is not sympy.E]
    exponents = [p.exp for p in powers if p.exp.is_Rational or not p.exp.is_number]
    if any(_size(exponent, at) > LARGEST_POWER for exponent in exponents):
        return False
    factorials = expression.atoms(*FACTORIALS)
    return all(_size(f.args[-1], at) <= LARGEST_FACTORIAL for f in factorials)


def _size(expression: Expression, at: Place) -> float:
    """About how large it is at the point; where nobody knows, large unless it is infinite."""
    try:
        known = expression if expression.is_number else expression.evalf(15, subs=dict(at))
        return abs(float(known))
    except (*EVALUATION, OverflowError):
        if expression.is_number:
            return LARGEST_FACTORIAL
        return 0.0 if infinite(expression) else float("inf")


def decimal(value: Any) -> str:
    """A real number as a decimal of `DIGITS` digits; "inf" or "0" where no format could hold it."""
    if value in (sympy.oo, -sympy.oo):
        return "inf" if value == sympy.oo else "-inf"
    sign, mantissa, exponent, bits = sympy.Float(value, DIGITS + 5)._mpf_
    if not mantissa or exponent + bits < -BEYOND:
        return "0"
    if exponent + bits > BEYOND:
        return "-inf" if sign else "inf"
    return str(libmp.to_str((sign, mantissa, exponent, bits), DIGITS))


def form(expression: Expression, at: Place) -> str:
    """The form of the innermost part that is not a number."""
    parts = [(part, part.xreplace(dict(at))) for part in expression.args]
    for part, value in parts:
        if value.has(sympy.nan):
            return form(part, at)
    beyond = [part for part, value in parts if infinite(value) or divides_by_zero(part, at)]
    if not beyond:
        return "a division by zero"
    if expression.is_Add:
        return "∞ - ∞" if len(beyond) > 1 else form(beyond[0], at)
    if expression.is_Mul:
        zeros = [part for part, value in parts if value == 0 or _vanishes(part, at)]
        if not zeros:
            return form(beyond[0], at)
        if any(map(_reciprocal, beyond)):
            return "0/0"
        return "∞/∞" if any(map(_reciprocal, zeros)) else "0·∞"
    if expression.is_Pow:
        base, exponent = (value for _, value in parts)
        zero = "∞^0" if exponent == 0 else "a power with an infinite part"
        return "1^∞" if base == 1 else zero
    inner, value = parts[expression.args.index(beyond[0])]
    return f"{type(expression).__name__}(±∞)" if infinite(value) else form(inner, at)


def _reciprocal(factor: Expression) -> bool:
    return bool(factor.is_Pow and factor.exp.could_extract_minus_sign())
