"""Floating point in four formats: float64 by Python's `math`, float16, float32 and longdouble by
NumPy scalars.

The kernels are named because their last digits differ. All follow IEEE 754: an operation outside
its domain is nan, an overflow inf; nothing raises. `KERNEL`, the raw functions that may raise, is
what emitted code calls first.
"""

from __future__ import annotations

import contextlib
import math
from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import cache, partial
from typing import Any

from diffcmp.arithmetic.roots import ROOTS, float_root
from diffcmp.arithmetic.system import CHOICES, COMPARISONS, OPERATORS, NumberSystem
from diffcmp.primitives import TABLE

DTYPES = ("float16", "float32", "float64", "longdouble")
ERRORS = (ValueError, OverflowError, ZeroDivisionError)


def power(x: Any, y: Any) -> Any:
    """x**y. The square is a product: correctly rounded, and four times as fast."""
    if y == 2:
        return x * x
    out = x**y
    return out if not isinstance(out, complex) else math.nan


def fma(x: float, y: float, z: float) -> float:
    """x*y + z with one rounding."""
    if not (math.isfinite(x) and math.isfinite(y) and math.isfinite(z)):
        return x * y + z
    return float(Fraction(x) * Fraction(y) + Fraction(z))


def _by_balls(name: str, *arguments: Any, precision: int = 96) -> Fraction | None:
    """A function that a library lacks, to that many bits; None where it has no value."""
    from diffcmp.arithmetic.balls import Balls

    if not all(map(finite, arguments)):
        return None
    balls = Balls(precision)
    out = balls.call(name, *(balls.literal(exact(x)) for x in arguments))
    return balls.fraction(out) if out.is_finite() else None


def _double_by_balls(name: str, *arguments: float) -> float:
    """A function that `math` lacks, correctly rounded but for ties."""
    out = _by_balls(name, *arguments)
    return math.nan if out is None else nearest_double(out)


def copysign(x: Any, y: Any) -> Any:
    """x with the sign of y; nan for nan, whose own sign depends on the processor and on how an
    array lies in memory."""
    if y != y:
        return y
    return abs(x) if math.copysign(1.0, y) > 0 else -abs(x)


_SHARED: Mapping[str, Callable[..., Any]] = {
    **OPERATORS,
    **COMPARISONS,
    **CHOICES,
    "power": power,
    "pow": power,
    "copysign": copysign,
}

_MATH = (
    "sin cos tan asin acos atan atan2 sinh cosh tanh asinh acosh atanh exp exp2 expm1 "
    "log log2 log10 log1p sqrt cbrt hypot erf erfc gamma lgamma"
).split()

KERNEL: Mapping[str, Callable[..., Any]] = {
    **_SHARED,
    **{name: getattr(math, name) for name in _MATH},
    "abs": abs,
    "floor": lambda x: float(math.floor(x)),
    "ceil": lambda x: float(math.ceil(x)),
    "fma": fma,
    **{name: partial(_double_by_balls, name) for name in ("digamma", "polygamma")},
    **dict.fromkeys(ROOTS, float_root),
}

_SAME = (
    "sin cos tan sinh cosh tanh exp exp2 expm1 log log2 log10 log1p sqrt cbrt hypot floor ceil"
).split()

UFUNCS = {
    **{name: name for name in _SAME},
    **{name: f"arc{name[1:]}" for name in "asin acos atan atan2 asinh acosh atanh".split()},
    **{name: TABLE[name].numpy for name in ("abs", *_SHARED) if TABLE[name].numpy},
}
"""The names of NumPy's elementwise functions."""


class Floats(NumberSystem[Any]):
    """Numbers of one floating-point format.

    `kernel` names the library that computes the elementary functions; `unit_roundoff` is
    2**-precision.
    """

    def __init__(self, dtype: str = "float64") -> None:
        self.dtype = dtype
        self.precision, self.least_exponent = _format(dtype)
        self.kernel = "math" if dtype == "float64" else "numpy"

    def __repr__(self) -> str:
        return f"Floats({self.dtype!r})"

    @property
    def unit_roundoff(self) -> float:
        """u: half the distance from 1 to the next larger number."""
        return 2.0**-self.precision

    def literal(self, value: Fraction) -> Any:
        """The nearest number (ties to even); ±inf beyond the largest."""
        if self.dtype == "float64":
            return nearest_double(value)
        return rounded(value, self.dtype)

    def ulp(self, value: Fraction) -> Fraction:
        """The distance of two neighbouring numbers of this format next to `value`."""
        exponent = max(_exponent(value), self.least_exponent) if value else self.least_exponent
        return Fraction(2) ** (exponent - self.precision + 1)

    def function(self, name: str) -> Callable[..., Any] | None:
        if TABLE[name].constant:
            return lambda: self.literal(_constant(name))
        return ieee(name) if self.dtype == "float64" else _numpy(name, self.dtype)

    def quiet(self) -> contextlib.AbstractContextManager[Any]:
        """A context in which NumPy does not warn of overflow and invalid operations."""
        if self.dtype == "float64":
            return contextlib.nullcontext()
        import numpy as np

        return np.errstate(all="ignore")


def finite(value: Any) -> bool:
    """Whether a real number of any format is finite. (`math.isfinite` rounds it to float64 first,
    and beyond the largest float64 a longdouble is still a number.)"""
    return bool(abs(value) < math.inf)


def exact(value: Any) -> Fraction:
    """The exact value of a finite number of any format."""
    return Fraction(*value.as_integer_ratio())


def nearest_double(value: Fraction) -> float:
    """The nearest float64; ±inf beyond the largest."""
    try:
        return value.numerator / value.denominator
    except OverflowError:
        return math.inf if value > 0 else -math.inf


def rounded(value: Fraction, dtype: str) -> Any:
    """The number of format `dtype` nearest to `value`, ties to even."""
    import numpy as np

    scalar = getattr(np, dtype)
    if value == 0:
        return scalar(0)
    precision, least = _format(dtype)
    unit = max(_exponent(value), least) - precision + 1
    mantissa = round(value / Fraction(2) ** unit)  # half to even
    high, low = divmod(abs(mantissa), 1 << 32)
    with np.errstate(all="ignore"):
        wide = np.longdouble(high) * np.longdouble(1 << 32) + np.longdouble(low)
        return scalar(np.copysign(np.ldexp(wide, unit), mantissa))


def _exponent(value: Fraction) -> int:
    """The integer k with 2**k <= |value| < 2**(k+1)."""
    n, d = abs(value.numerator), value.denominator
    k = n.bit_length() - d.bit_length()
    return k if (n >= d << k if k >= 0 else n << -k >= d) else k - 1


@cache
def _format(dtype: str) -> tuple[int, int]:
    """(bits of the significand, exponent of the smallest normal number)."""
    if dtype == "float64":
        return 53, -1022
    import numpy as np

    limits = np.finfo(getattr(np, dtype))
    return int(limits.nmant) + 1, int(limits.minexp)


@cache
def _constant(name: str) -> Fraction:
    from diffcmp.arithmetic.balls import Balls

    return Balls(192).midpoint(name)


@cache
def ieee(name: str) -> Callable[..., Any] | None:
    """The kernel function of `math`, with IEEE results in place of exceptions."""
    function = KERNEL.get(name)
    if function is None or TABLE[name].ring or TABLE[name].compares:
        return function  # which never raises

    def quiet(*arguments: Any) -> Any:
        try:
            return function(*arguments)
        except ERRORS:
            return _exceptional(name, arguments)

    return quiet


def _exceptional(name: str, arguments: tuple[float, ...]) -> float:
    """What IEEE 754 (as NumPy) returns at a pole, an overflow or an invalid operation."""
    x = arguments[-1]
    if name == "lgamma" or (name == "gamma" and not x <= 0):
        return math.inf
    if name == "gamma":
        return math.copysign(math.inf, x) if x == 0 else math.nan
    if name not in UFUNCS:
        return math.nan
    import numpy as np

    with np.errstate(all="ignore"):
        return float(getattr(np, UFUNCS[name])(*(np.float64(a) for a in arguments)))


@cache
def _numpy(name: str, dtype: str) -> Callable[..., Any] | None:
    """The NumPy function on scalars of `dtype`; what NumPy lacks, from balls or float64."""
    import numpy as np

    scalar = getattr(np, dtype)
    if name in _SHARED:
        return _SHARED[name]
    if name in UFUNCS:
        ufunc = getattr(np, UFUNCS[name])
        return lambda *a: scalar(ufunc(*a))
    if name == "fma":
        return partial(_fma_of_format, dtype)
    if name not in KERNEL:
        return None
    if dtype != "longdouble":
        double = ieee(name)
        assert double is not None
        return lambda *a: scalar(double(*(float(x) for x in a)))
    return lambda *a: _longdouble_by_balls(name, *a)


def _fma_of_format(dtype: str, x: Any, y: Any, z: Any) -> Any:
    out = x * y + z
    return rounded(exact(x) * exact(y) + exact(z), dtype) if finite(out) else out


def _longdouble_by_balls(name: str, *arguments: Any) -> Any:
    import numpy as np

    out = _by_balls(name, *arguments, precision=128)
    if out is not None:
        return rounded(out, "longdouble")
    return np.longdouble(_exceptional(name, tuple(float(x) for x in arguments)))
