"""Complex floating point as the complex-step method needs it (Martins, Sturdza & Alonso 2003).

Only functions that are real on the real axis occur, and only next to it: conditions look at the
real part, so that abs, max, where and kin are their analytic pieces; a real part outside a
function's domain is nan, never another branch. A function of a complex library whose values beside
the axis are not real to first order (the logarithm of gamma, left of 0) is continued from the real
one. complex128 uses Python's `cmath`, complex64 and clongdouble use NumPy; special functions, which
both lack, complex balls.
"""

from __future__ import annotations

import cmath
import math
from collections.abc import Callable
from fractions import Fraction
from typing import Any

from diffcmp.arithmetic.floats import ERRORS, Floats, exact
from diffcmp.arithmetic.roots import beside, is_root
from diffcmp.arithmetic.system import CHOICES, COMPARISONS, OPERATORS, NumberSystem
from diffcmp.primitives import TABLE

COMPLEX = {"float32": "complex64", "float64": "complex128", "longdouble": "clongdouble"}
NAN = complex(math.nan, math.nan)

_CMATH = "sin cos tan asin acos atan sinh cosh tanh asinh acosh atanh exp log log10 sqrt".split()
_NUMPY = {name: f"arc{name[1:]}" if name[0] == "a" else name for name in _CMATH}
SINC_TERMS = 14  # of the Taylor polynomial of sinc: at |z| = 1 it is right to 100 bits
ACCURATE = 70  # bits of a ball that is rounded to any of the formats
_BY_BALLS = ("erf", "erfc", "gamma", "lgamma", "digamma", "polygamma")
_INSIDE: dict[str, Callable[[Any], bool]] = {
    "log": lambda x: x > 0,
    "log10": lambda x: x > 0,
    "log1p": lambda x: x > -1,
    "sqrt": lambda x: x >= 0,
    "asin": lambda x: abs(x) <= 1,
    "acos": lambda x: abs(x) <= 1,
    "acosh": lambda x: x >= 1,
    "atanh": lambda x: abs(x) < 1,
}


class Complexes(NumberSystem[Any]):
    """Complex numbers whose parts are of one floating-point format; float16 has none."""

    def __init__(self, dtype: str = "float64") -> None:
        self.floats = Floats(dtype)
        self.python = dtype == "float64"
        self.smallest = self.floats.literal(Fraction(2) ** self.floats.least_exponent)
        if not self.python:
            import numpy as np

            self.scalar = getattr(np, COMPLEX[dtype])

    def make(self, real: Any, imaginary: Any) -> Any:
        """A complex number of the format."""
        if self.python:
            return complex(real, imaginary)
        out = self.scalar(real)
        return out + self.scalar(1j) * self.scalar(imaginary)

    def literal(self, value: Fraction) -> Any:
        return self.make(self.floats.literal(value), 0.0)

    def function(self, name: str) -> Callable[..., Any] | None:
        if TABLE[name].constant:
            return lambda: self.make(self.real(name)(), 0.0)
        special = getattr(self, f"_{name}", None)
        if special is not None:
            return self.quiet(name, special)
        if name in _PLAIN:
            return _PLAIN[name]
        if name in _BY_BALLS:
            return lambda *z: self.by_balls(name, z)
        if is_root(name):
            return lambda *c: beside(c, self.make(self.real(name)(*(z.real for z in c)), 0.0))
        if name not in _CMATH:
            return None
        if self.python:
            return self.quiet(name, getattr(cmath, name))
        import numpy as np

        return self.quiet(name, getattr(np, _NUMPY[name]))

    def quiet(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """`function` inside the real domain, nan outside it and wherever it raises."""
        inside = _INSIDE.get(name, lambda x: True)

        def applied(*z: Any) -> Any:
            try:
                return function(*z) if inside(z[0].real) else NAN
            except ERRORS:
                return NAN

        return applied

    def real(self, name: str) -> Callable[..., Any]:
        """The function of that name on the parts."""
        function = self.floats.function(name)
        assert function is not None
        return function

    def whole(self, x: Any) -> bool:
        """Whether a real number is a whole one."""
        return bool(x == self.real("floor")(x))

    def _floor(self, z: Any) -> Any:
        return self.make(self.real("floor")(z.real), 0.0)

    def beside_axis(self, z: Any) -> bool:
        """Whether the square of its imaginary part is lost in that of the real one."""
        return bool(abs(z.imag) < abs(z.real) * self.floats.unit_roundoff)

    def _div(self, x: Any, y: Any) -> Any:
        """Next to the axis without the products of a complex division, which may underflow."""
        if not self.beside_axis(y):
            return x / y if y != 0 else NAN
        slope, value = y.imag / y.real, x.real / y.real
        return self.make(value + x.imag / y.real * slope, x.imag / y.real - value * slope)

    def _power(self, x: Any, y: Any) -> Any:
        """By products for the square, else by the polar form, right of the axis."""
        if y.imag != 0:
            return self._pow(x, y)
        exponent = y.real
        if exponent == 2:
            return x * x
        if not self.whole(exponent):
            return self.polar(x, exponent) if x.real >= 0 else NAN
        if x == 0 and exponent <= 0:
            return self.literal(Fraction(1)) if exponent == 0 else NAN
        out = self.polar(x if x.real >= 0 else -x, exponent)
        return -out if x.real < 0 and exponent % 2 else out

    def polar(self, x: Any, y: Any) -> Any:
        """x to a real power, where Re x >= 0; by the angle of x, which may underflow to 0 where the
        power does not."""
        if not (self.beside_axis(x) and self.beside_axis(self.make(x.real, x.imag * y))):
            return x**y
        power, angle = self.real("power"), x.imag / x.real
        out = power(x.real, y)
        if x.imag and abs(angle) < self.smallest:
            return self.make(out, power(x.real, y - 1) * x.imag * y)
        return self.make(out, out * angle * y if angle else angle)

    def _pow(self, x: Any, y: Any) -> Any:
        if y.imag == 0:
            return self._power(x, y)
        if x == 0 and y.real > 0:
            return self.literal(Fraction(0))
        return x**y if x.real > 0 else NAN

    def _cbrt(self, z: Any) -> Any:
        """The real cube root continued: the third power is odd."""
        out = self.real("cbrt")(z.real)
        if self.beside_axis(z):
            return self.make(out, z.imag / (3 * out * out))
        side = z if z.real >= 0 else -z
        root = side ** self.floats.literal(Fraction(1, 3))
        return root if z.real >= 0 else -root

    def _hypot(self, x: Any, y: Any) -> Any:
        """sqrt(x² + y²) without squares that leave the range of the format."""
        out = self.real("hypot")(x.real, y.real)
        if out - out != 0:
            return NAN
        if abs(x.imag) + abs(y.imag) < out * self.floats.unit_roundoff:
            return self.make(out, x.real / out * x.imag + y.real / out * y.imag)
        x, y = x / out, y / out
        return self.operation("sqrt")(x * x + y * y) * out

    def _atan2(self, y: Any, x: Any) -> Any:
        """The angle; on its cut, where it is π, the piece above the cut continued."""
        atan, div = self.operation("atan"), self.operation("div")
        if x.real > 0:
            return atan(div(y, x))
        pi = self.real("pi")()
        if y.real != 0:
            return self.make(math.copysign(1, y.real) * pi / 2, 0.0) - atan(div(x, y))
        return atan(div(y, x)) + self.make(pi, 0.0) if x.real < 0 else NAN

    def _log1p(self, z: Any) -> Any:
        """The real part without the cancellation of 1 + z."""
        log, log1p, atan2, hypot = (self.real(n) for n in ("log", "log1p", "atan2", "hypot"))
        x, y = z.real, z.imag
        size = log1p(x * (2 + x) + y * y) / 2 if abs(x) < 1 else log(hypot(1 + x, y))
        return self.make(size, atan2(y, 1 + x))

    def _expm1(self, z: Any) -> Any:
        """expm1(x)·cos y - 2 sin²(y/2) + i·eˣ·sin y."""
        expm1, exp, sin, cos = (self.real(n) for n in ("expm1", "exp", "sin", "cos"))
        x, y = z.real, z.imag
        half = sin(y / 2)
        return self.make(expm1(x) * cos(y) - 2 * half * half, exp(x) * sin(y))

    def _softsign(self, z: Any) -> Any:
        """±(1 - 1/(1 ± z)), whose imaginary part does not cancel as that of z/(1 ± z) does."""
        one = self.literal(Fraction(1))
        side = z if z.real >= 0 else -z
        out = self.make((side / (one + side)).real, (-one / (one + side)).imag)
        return out if z.real >= 0 else -out

    def _sinc(self, z: Any) -> Any:
        """sin(z)/z; next to 0, where the imaginary part of the quotient cancels, by Taylor."""
        if abs(z) > 1:
            return self.operation("sin")(z) / z
        square, one = z * z, self.literal(Fraction(1))
        out = one
        for k in range(SINC_TERMS, 0, -1):
            out = one - square / self.literal(Fraction(2 * k * (2 * k + 1))) * out
        return out

    def operation(self, name: str) -> Callable[..., Any]:
        """The complex function of that name, which the system has itself."""
        function = self.function(name)
        assert function is not None
        return function

    def by_balls(self, name: str, arguments: tuple[Any, ...]) -> Any:
        """A special function right to the last bit: the precision doubles until it is."""
        from flint import acb

        from diffcmp.arithmetic.balls import ComplexBalls

        parts = [(z.real, z.imag) for z in arguments]
        if not all(x - x == 0 for pair in parts for x in pair):
            return NAN
        exactly = [tuple(map(exact, pair)) for pair in parts]
        for bits in (192, 768, 3072):
            balls = ComplexBalls(bits)
            function = balls.function(name)
            assert function is not None
            with balls.working():
                out = function(*(acb(*map(balls.real.literal, pair)) for pair in exactly))
                if not out.is_finite():
                    return NAN
                sides = out.real, out.imag
                if all(map(self.settled, sides)):
                    fractions = map(balls.real.fraction, sides)
                    return self.make(*map(self.floats.literal, fractions))
        return NAN

    def settled(self, side: Any) -> bool:
        """Whether a ball is narrow enough to be rounded, or too small for the format."""
        from flint import arb

        smallest = arb(2) ** (self.floats.least_exponent - self.floats.precision - 1)
        return bool(side.rel_accuracy_bits() > ACCURATE or side.is_zero() or abs(side) < smallest)


_PLAIN: dict[str, Callable[..., Any]] = {
    **OPERATORS,
    **CHOICES,
    **{
        name: lambda x, y, compare=compare: compare(x.real, y.real)
        for name, compare in COMPARISONS.items()
    },
}
