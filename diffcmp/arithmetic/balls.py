"""Certified real and complex numbers: exact rationals that stay exact, else Arb's balls (Johansson
2017).

A value of `Balls` is an `fmpq` (exact, while it is small) or an `arb` (a midpoint and a radius that
encloses the true value). Conditions are three-valued: None where the balls cannot tell.
`ComplexBalls` carries the complex-step method.

Run everything inside `with balls.working():`: Arb's working precision is a global of python-flint,
which `precision` hands from thread to thread.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from contextlib import AbstractContextManager
from fractions import Fraction
from typing import Any, TypeAlias

from flint import acb, arb, fmpq, fmpz

from diffcmp.arithmetic.ball_roots import ball_root, complex_ball_root
from diffcmp.arithmetic.polygamma import polygamma
from diffcmp.arithmetic.precision import working
from diffcmp.arithmetic.roots import is_root
from diffcmp.arithmetic.system import OPERATORS, NumberSystem
from diffcmp.primitives import TABLE

Ball: TypeAlias = fmpq | arb

MAX_EXACT_POWER = 512
LARGEST_EXPONENT = 2**16

# what is exact at exact arguments: 0 at 0, 1 at 0 and 0 at 1
_EXACT = {
    **{(name, 0): 0 for name in "sin tan asin atan sinh tanh asinh atanh erf expm1 log1p".split()},
    **{(name, 0): 1 for name in ("cos", "cosh", "exp", "erfc")},
    **{(name, 1): 0 for name in ("acos", "acosh", "log")},
}
METHODS = (
    "sin cos tan asin acos atan sinh cosh tanh asinh acosh atanh exp expm1 log log1p "
    "erf erfc gamma digamma"
).split()


def to_arb(x: Ball) -> arb:
    """`x` as a ball."""
    return x if isinstance(x, arb) else arb(x)


def to_fraction(x: fmpq) -> Fraction:
    """`x` as Python's exact rational."""
    return Fraction(int(x.p), int(x.q))


class Balls(NumberSystem[Any]):
    """Rationals and balls at a working precision of `precision` bits."""

    exact = True

    def __init__(self, precision: int = 128) -> None:
        super().__init__()
        self.precision = precision
        self.height = 8 * precision + 256  # a longer fraction costs more than it is worth

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.precision} bits)"

    def working(self) -> AbstractContextManager[None]:
        """A context in which Arb computes at this system's precision, for one thread at a time."""
        return working(self.precision)

    def literal(self, value: Fraction) -> Ball:
        return self.short(fmpq(value.numerator, value.denominator))

    def short(self, x: Ball) -> Ball:
        """`x` itself, or a ball around it where the fraction has grown too long."""
        return arb(x) if isinstance(x, fmpq) and x.height_bits() > self.height else x

    def call(self, name: str, *arguments: Ball) -> arb:
        """One primitive at this precision, as a ball."""
        function = self.function(name)
        assert function is not None, name
        with self.working():
            return to_arb(function(*arguments))

    def midpoint(self, name: str) -> Fraction:
        """The middle of a constant's ball."""
        return self.fraction(self.call(name))

    def fraction(self, x: arb) -> Fraction:
        """The midpoint of `x`, exactly, but no larger than 2**65536 and, unless it is 0, no smaller
        than 2**-65536: that is beyond every format, and what is not 0 has its sign."""
        mantissa, exponent = (int(part) for part in x.mid().man_exp())
        size = exponent + mantissa.bit_length()
        if abs(size) > LARGEST_EXPONENT and mantissa:
            limit = Fraction(2) ** (LARGEST_EXPONENT if size > 0 else -LARGEST_EXPONENT)
            return limit if mantissa > 0 else -limit
        return Fraction(mantissa) * Fraction(2) ** exponent

    def function(self, name: str) -> Callable[..., Any] | None:
        if name in METHODS:
            return _method(name)
        if is_root(name):
            return ball_root
        return _BALL.get(name) or getattr(self, f"_{name}", None)

    def _add(self, x: Ball, y: Ball) -> Ball:
        return self.short(x + y)

    def _sub(self, x: Ball, y: Ball) -> Ball:
        return self.short(x - y)

    def _mul(self, x: Ball, y: Ball) -> Ball:
        for factor, other in ((x, y), (y, x)):
            is_zero = isinstance(factor, fmpq) and factor == 0
            if is_zero and (isinstance(other, fmpq) or other.is_finite()):
                return factor
        return self.short(x * y)

    def _div(self, x: Ball, y: Ball) -> Ball:
        if isinstance(y, fmpq):
            if y == 0:
                return arb.nan()
            if isinstance(x, fmpq):
                return self.short(x / y)
        return to_arb(x) / y

    def _sqrt(self, x: Ball) -> Ball:
        return self._power(x, fmpq(1, 2))

    def _power(self, x: Ball, y: Ball) -> Ball:
        if not isinstance(y, fmpq):
            if isinstance(x, fmpq) and x == 0:
                return fmpq(0) if y > 0 else arb.nan()
            return to_arb(x) ** y if to_arb(x) > 0 else arb.nan()
        rational = exact_power(x, y, self.height) if isinstance(x, fmpq) else None
        if rational is not None:
            return rational
        x = to_arb(x)
        if y.q == 1:
            return _whole_power(x, int(y.p))
        if not x >= 0:
            return arb.nan()
        return x.sqrt() if y == fmpq(1, 2) else x**y

    _pow = _power

    def _floor(self, x: Ball) -> Ball:
        if isinstance(x, fmpq):
            return fmpq(x.floor())
        low = x.floor().unique_fmpz()
        return fmpq(low) if low is not None else x.floor()

    def _atan2(self, y: Ball, x: Ball) -> Ball:
        if isinstance(y, fmpq) and y == 0 and x > 0:
            return y
        out: arb = arb.atan2(to_arb(y), to_arb(x))
        return out

    def _lgamma(self, x: Ball) -> Ball:
        x = to_arb(x)
        return x.lgamma() if x > 0 else abs(x.gamma()).log()

    def _polygamma(self, n: Ball, x: Ball) -> Ball:
        out: arb = polygamma(acb(to_arb(n)), acb(to_arb(x))).real
        return out


# conditions: True, False, or None where the balls overlap


def _decided(holds: bool, fails: bool) -> bool | None:
    """A condition that is known to hold, known to fail, or neither."""
    if holds or fails:
        return bool(holds)
    return None


def _not(p: bool | None) -> bool | None:
    return None if p is None else not p


def _and(p: bool | None, q: bool | None) -> bool | None:
    return _decided(p is True and q is True, p is False or q is False)


def _where(p: bool | None, x: Ball, y: Ball) -> Ball:
    if p is None:
        return x if x is y else to_arb(x).union(to_arb(y))
    return x if p else y


_BALL: dict[str, Callable[..., Any]] = {
    "pi": arb.pi,
    "e": arb.const_e,
    "tau": lambda: 2 * arb.pi(),
    "neg": operator.neg,
    "lt": lambda x, y: _decided(x < y, x >= y),
    "le": lambda x, y: _decided(x <= y, x > y),
    "gt": lambda x, y: _decided(x > y, x <= y),
    "ge": lambda x, y: _decided(x >= y, x < y),
    "eq": lambda x, y: _decided(x == y, x < y or x > y),
    "ne": lambda x, y: _decided(x < y or x > y, x == y),
    "not": _not,
    "and": _and,
    "or": lambda p, q: _decided(p is True or q is True, p is False and q is False),
    "where": _where,
}


def exact_value(name: str, x: fmpq) -> fmpq | None:
    """What a function is at a rational where that is a rational of its own accord; else None."""
    value = _EXACT.get((name, int(x.p))) if x.q == 1 else None
    return None if value is None else fmpq(value)


def _method(name: str) -> Callable[[Ball], Ball]:
    def enclosure(x: Ball) -> Ball:
        if isinstance(x, fmpq):
            value = exact_value(name, x)
            if value is not None:
                return value
            x = arb(x)
        out: arb = getattr(x, name)()
        return out

    return enclosure


def exact_power(x: fmpq, y: fmpq, height: int) -> fmpq | None:
    """x**y where that is a rational of reasonable size, else None. 0 to a negative power, and an
    even root of a negative number, are None too."""
    if x == 0:
        return None if y < 0 else fmpq(0) if y > 0 else fmpq(1)
    power, root = int(y.p), int(y.q)
    if abs(power) > MAX_EXACT_POWER or x.height_bits() * abs(power) > height * root:
        return None
    if root > 1:
        if x < 0 or root > 64:
            return None
        parts = [_root(int(n), root) for n in (x.p, x.q)]
        if None in parts:
            return None
        x = fmpq(*parts)
    return x**power


def _whole_power(x: arb, n: int) -> arb:
    """x**n, also where x holds 0, of which Arb's own power is nan."""
    if n == 1:
        return x
    if n <= 0 or not x.contains(0):
        power: arb = x**n
        return power
    half = _whole_power(x, n // 2)
    return half * half * x if n % 2 else half * half


def _root(n: int, k: int) -> int | None:
    """The integer k-th root of n >= 0, where n is a perfect power."""
    root = fmpz(n).root(k)
    return int(root) if root**k == n else None


class ComplexBalls(NumberSystem[Any]):
    """Complex balls on which the complex-step method runs: conditions and domains look at the real
    part."""

    exact = True

    def __init__(self, precision: int = 256) -> None:
        super().__init__()
        self.real = Balls(precision)
        self.working = self.real.working

    def literal(self, value: Fraction) -> acb:
        return acb(to_arb(self.real.literal(value)))

    def __repr__(self) -> str:
        return f"ComplexBalls({self.real.precision} bits)"

    def function(self, name: str) -> Callable[..., Any] | None:
        entry, real = TABLE[name], self.real.function(name)
        if name in _COMPLEX:
            return _COMPLEX[name]
        if real is not None and not entry.parameters:
            return lambda: acb(to_arb(self.real.call(name)))
        if real is not None and entry.compares:
            return lambda x, y: real(x.real, y.real)
        if entry.connects:
            return real
        return complex_ball_root if is_root(name) else None


def _complex_where(p: bool | None, x: acb, y: acb) -> acb:
    return UNDEFINED if p is None else x if p else y


def _complex_power(x: acb, y: acb) -> acb:
    whole = y.real.unique_fmpz() if y.is_exact() and y.imag.is_zero() else None
    if whole is not None:
        return x ** int(whole) if x != 0 or whole >= 0 else UNDEFINED
    if x.real == 0 and x.imag == 0 and y.real > 0:
        return acb(0)
    return x**y if x.real >= 0 else UNDEFINED


UNDEFINED = acb(arb.nan(), arb.nan())


def _complex_lgamma(z: acb) -> acb:
    """log|gamma| continued from the real axis: left of 0 Arb's log gamma is kπi off there, with
    k = floor(Re z) above the axis and -k below."""
    if z.real > 0:
        return z.lgamma()
    below = z.real.floor().unique_fmpz()
    if below is None or z.real.contains(below):
        return UNDEFINED
    if z.imag == 0:
        return acb(abs(z.real.gamma()).log())
    turns = below if z.imag > 0 else -below
    return z.lgamma() - acb(0, turns * arb.pi()) if z.imag != 0 else UNDEFINED


def _complex_atan2(y: acb, x: acb) -> acb:
    """The angle; on its cut, where it is π, the piece above the cut continued."""
    if x.real > 0:
        return (y / x).atan()
    if y.real > 0 or y.real < 0:
        quarter = arb.pi() / 2
        return (quarter if y.real > 0 else -quarter) - (x / y).atan()
    return (y / x).atan() + arb.pi() if x.real < 0 and y.real == 0 else UNDEFINED


def _complex_erf(z: acb) -> acb:
    """The error function; where it is next to ±1, its imaginary part is small and that of erfc."""
    if z.real > 1:
        return 1 - z.erfc()
    return (-z).erfc() - 1 if z.real < -1 else z.erf()


def _complex_erfc(z: acb) -> acb:
    """The complementary error function; where it is next to 2, that of -z has the digits of its
    imaginary part."""
    return 2 - (-z).erfc() if z.real < -1 else z.erfc()


_COMPLEX: dict[str, Callable[..., Any]] = {
    **OPERATORS,
    "power": _complex_power,
    "pow": _complex_power,
    "where": _complex_where,
    "floor": lambda x: acb(x.real.floor()),
    "lgamma": _complex_lgamma,
    "atan2": _complex_atan2,
    "erf": _complex_erf,
    "erfc": _complex_erfc,
    "polygamma": polygamma,
    "sqrt": lambda x: x.sqrt() if x.real >= 0 else UNDEFINED,
    "log": lambda x: x.log() if x.real > 0 else UNDEFINED,
    "asin": lambda x: x.asin() if abs(x.real) <= 1 else UNDEFINED,
    "acos": lambda x: x.acos() if abs(x.real) <= 1 else UNDEFINED,
    "acosh": lambda x: x.acosh() if x.real >= 1 else UNDEFINED,
    "atanh": lambda x: x.atanh() if abs(x.real) < 1 else UNDEFINED,
    **{
        n: (lambda x, n=n: getattr(x, n)())
        for n in "sin cos tan atan sinh cosh tanh asinh exp gamma digamma".split()
    },
}
