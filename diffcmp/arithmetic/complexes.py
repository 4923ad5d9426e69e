"""Complex floating point as the complex-step method needs it (Martins, Sturdza & Alonso 2003).

Only functions that are real on the real axis occur, and only next to it: conditions look at the
real part, so that abs, max, where and kin are their analytic pieces; a real part outside a
function's domain is nan, never another branch. complex128 uses Python's `cmath`, complex64 and
clongdouble use NumPy; special functions, which both lack, complex balls.
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

    def _div(self, x: Any, y: Any) -> Any:
        return x / y if y != 0 else NAN

    def _power(self, x: Any, y: Any) -> Any:
        """By products for small whole exponents, else by the polar form, right of the axis."""
        if y.imag != 0:
            return self._pow(x, y)
        exponent = y.real
        if exponent == 2:
            return x * x
        if exponent == math.floor(exponent):
            if x == 0 and exponent <= 0:
                return self.literal(Fraction(1)) if exponent == 0 else NAN
            out = (x if x.real >= 0 else -x) ** exponent
            return -out if x.real < 0 and exponent % 2 else out
        return x**exponent if x.real >= 0 else NAN

    def _pow(self, x: Any, y: Any) -> Any:
        if y.imag == 0:
            return self._power(x, y)
        if x == 0 and y.real > 0:
            return self.literal(Fraction(0))
        return x**y if x.real > 0 else NAN

    def real(self, name: str) -> Callable[..., Any]:
        """The function of that name on the parts."""
        function = self.floats.function(name)
        assert function is not None
        return function

    def _log1p(self, z: Any) -> Any:
        """The real part without the cancellation of 1 + z."""
        log1p, atan2 = self.real("log1p"), self.real("atan2")
        x, y = z.real, z.imag
        near = abs(x) < 1
        size = log1p(x * (2 + x) + y * y) / 2 if near else cmath.log(abs(1 + z)).real
        return self.make(size, atan2(y, 1 + x))

    def _expm1(self, z: Any) -> Any:
        """expm1(x)·cos y - 2 sin²(y/2) + i·eˣ·sin y."""
        expm1, exp, sin, cos = (self.real(n) for n in ("expm1", "exp", "sin", "cos"))
        x, y = z.real, z.imag
        half = sin(y / 2)
        return self.make(expm1(x) * cos(y) - 2 * half * half, exp(x) * sin(y))

    def by_balls(self, name: str, arguments: tuple[Any, ...]) -> Any:
        """A special function right to the last bit: the precision doubles until it is."""
        from flint import acb

        from diffcmp.arithmetic.balls import ComplexBalls

        if not all(math.isfinite(z.real) and math.isfinite(z.imag) for z in arguments):
            return NAN
        for bits in (192, 768, 3072):
            balls = ComplexBalls(bits)
            function = balls.function(name)
            assert function is not None
            with balls.working():
                parts = ((exact(z.real), exact(z.imag)) for z in arguments)
                out = function(*(acb(*map(balls.real.literal, pair)) for pair in parts))
                if not out.is_finite():
                    return NAN
                sides = out.real, out.imag
                if all(side.rel_accuracy_bits() > 70 or side.is_zero() for side in sides):
                    fractions = map(balls.real.fraction, sides)
                    return self.make(*map(self.floats.literal, fractions))
        return NAN


_PLAIN: dict[str, Callable[..., Any]] = {
    **OPERATORS,
    **CHOICES,
    **{
        name: lambda x, y, compare=compare: compare(x.real, y.real)
        for name, compare in COMPARISONS.items()
    },
    "floor": lambda x: type(x)(math.floor(x.real)) if math.isfinite(x.real) else NAN,
}
