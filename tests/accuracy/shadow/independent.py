"""A run of a Program in a format beside the same run in mpmath, written once more: of diffcmp only
the equations are used.

True values have `DIGITS` digits; `UNDEFINED` stands for what has no real value, and None for what
roundoff would decide, of which nothing is said.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import mpmath
import numpy as np
from mpmath import mp, mpc, mpf
from mpmath.libmp import NoConvergence

from diffcmp.program.ir import Equation, Program
from tests.fuzz import reference as real
from tests.fuzz.reference import COMPARISONS, FUNCTIONS, Unclear, Undefined, need

DIGITS = 420
UNDEFINED = "undefined"
SIGNS: Mapping[str, Callable[[int], bool]] = {
    cls.__name__.lower(): holds for cls, holds in COMPARISONS.items()
} | {"le": lambda s: s <= 0, "ge": lambda s: s >= 0, "ne": lambda s: s != 0}
REAL: dict[str, Callable[..., Any]] = {
    **FUNCTIONS,
    "neg": lambda x: -x,
    "add": real.plus,
    "sub": lambda x, y: real.plus(x, -y),
    "mul": lambda x, y: x * y,
    "div": real.divide,
    "power": real.power,
    "polygamma": lambda n, x: mpmath.polygamma(int(n), x),
    "pi": lambda: +mpmath.pi,
    "e": lambda: +mpmath.e,
    "tau": lambda: 2 * mpmath.pi,
}
INSIDE: dict[str, Callable[[Any], bool]] = {
    "log": lambda x: x > 0, "log2": lambda x: x > 0, "log10": lambda x: x > 0, "log1p": lambda x: x > -1, "sqrt": lambda x: x >= 0,
    "asin": lambda x: abs(x) <= 1, "acos": lambda x: abs(x) <= 1, "acosh": lambda x: x >= 1, "atanh": lambda x: abs(x) < 1,
}  # fmt: skip


def _root(z: Any) -> Any:
    need(mpc(z).real >= 0)
    return mpmath.sqrt(z)


ANALYTIC: dict[str, Callable[..., Any]] = {
    name: getattr(mpmath, name)
    for name in "sin cos tan asin acos atan sinh cosh tanh asinh acosh atanh exp log sqrt erf erfc gamma digamma".split()
} | {
    "neg": lambda x: -x, "add": lambda x, y: x + y, "sub": lambda x, y: x - y, "mul": lambda x, y: x * y,
    "exp2": lambda x: mpmath.power(2, x), "expm1": lambda x: mpmath.exp(x) - 1, "log1p": lambda x: mpmath.log(1 + x),
    "log2": lambda x: mpmath.log(x) / mpmath.log(2), "log10": lambda x: mpmath.log(x) / mpmath.log(10),
    "hypot": lambda x, y: _root(x * x + y * y), "fma": lambda x, y, z: x * y + z, "sigmoid": lambda x: 1 / (1 + mpmath.exp(-x)),
    "softplus": lambda x: mpmath.log(1 + mpmath.exp(x)), "logaddexp": lambda x, y: mpmath.log(mpmath.exp(x) + mpmath.exp(y)),
    "gelu": lambda x: x * mpmath.erfc(-x / mpmath.sqrt(2)) / 2, "silu": lambda x: x / (1 + mpmath.exp(-x)),
    "sinc": lambda x: mpmath.sin(x) / x if x != 0 else mpf(1), "abs": lambda x: -x if x.real < 0 else x,
    "relu": lambda x: x if x.real > 0 else mpf(0), "max": lambda x, y: x if x.real >= y.real else y,
    "min": lambda x, y: x if x.real <= y.real else y, "softsign": lambda x: x / (1 + x) if x.real >= 0 else x / (1 - x),
}  # fmt: skip


@dataclass(frozen=True)
class Format:
    """A floating-point format, by what NumPy says of it."""

    dtype: str

    @property
    def scalar(self) -> Any:
        return getattr(np, self.dtype)

    @property
    def u(self) -> Any:
        """The unit roundoff."""
        return mpf(2) ** -(np.finfo(self.scalar).nmant + 1)

    @property
    def largest(self) -> Any:
        return wide(np.finfo(self.scalar).max)

    @property
    def smallest(self) -> Any:
        """The smallest normal number."""
        return mpf(2) ** int(np.finfo(self.scalar).minexp)

    def number(self, x: Any) -> Any:
        """The nearest number."""
        if abs(x) > 2 * self.largest:
            return self.scalar(math.copysign(math.inf, x))
        with np.errstate(all="ignore"):
            return self.scalar(np.longdouble(mpmath.nstr(x, 26, strip_zeros=False)))


def wide(x: Any) -> Any:
    """A finite number of any format in mpmath."""
    n, d = x.as_integer_ratio()
    return mpf(n) / d


def finite(x: Any) -> bool:
    return bool(abs(x) < math.inf)


@dataclass(frozen=True)
class Shade:
    """Both runs: what the format makes of every slot, and what is true. imaginary: whether the
    numbers are complex, in which case `parts` has both parts of each."""

    program: Program
    form: Format
    computed: Sequence[Any]
    true: Sequence[Any]
    imaginary: bool = False

    def parts(self, slot: int) -> list[tuple[Any, Any]]:
        """(computed, true) of each part of a slot; the true one None or UNDEFINED as above."""
        x, y = self.computed[slot], self.true[slot]
        if not self.imaginary:
            return [(x, y)]
        known = y is not None and not isinstance(y, str)
        z = mpc(y) if known else y
        return [(x.real, z.real if known else y), (x.imag, z.imag if known else y)]

    def relative(self, x: Any, y: Any) -> Any:
        """The relative error of a number; None where nothing is known."""
        if y is None or isinstance(y, str):
            return None
        if not finite(x):
            return mpf("inf")
        error = abs(wide(x) - y)
        if error == 0:
            return mpf(0)
        return error / abs(y) if y != 0 else mpf("inf")

    def local(self, eq: Equation, part: int = 0) -> Any:
        """The true value of one equation at the computed arguments."""
        arguments = []
        for slot in eq.inputs:
            x = self.computed[slot]
            if isinstance(x, bool | np.bool_):
                arguments.append(bool(x))
            elif self.imaginary:
                if not (finite(x.real) and finite(x.imag)):
                    return None
                arguments.append(mpc(wide(x.real), wide(x.imag)))
            elif not finite(x):
                return None
            else:
                arguments.append(wide(x))
        value = truly(eq, arguments, self.imaginary)
        return (
            [mpc(value).real, mpc(value).imag][part] if self.imaginary and known(value) else value
        )


def known(value: Any) -> bool:
    """Whether it is a number."""
    return value is not None and not isinstance(value, str | bool)


def truly(eq: Equation, arguments: Sequence[Any], imaginary: bool) -> Any:
    """One equation in mpmath."""
    if eq.primitive == "where":
        test, x, y = arguments
        return test if test is None or test == UNDEFINED else x if test else y
    if eq.primitive in ("and", "or", "not"):
        return _logic(eq.primitive, arguments)
    if any(x is None for x in arguments):
        return None
    if any(isinstance(x, str) for x in arguments):
        return UNDEFINED
    try:
        if eq.entry.compares:
            x, y = (mpc(a).real for a in arguments)
            return SIGNS[eq.primitive](real.sign(x - y))
        if imaginary and any(mpc(x).imag != 0 for x in arguments):
            return _complex(eq.primitive, arguments)
        return REAL[eq.primitive](*(mpc(x).real for x in arguments))
    except (Undefined, ZeroDivisionError):
        return UNDEFINED
    except (Unclear, KeyError, ValueError, OverflowError, NoConvergence, TypeError):
        return None


def _logic(name: str, tests: Sequence[Any]) -> Any:
    decided = [t for t in tests if isinstance(t, bool)]
    if name == "not":
        return not tests[0] if decided else None
    if (name == "or") in decided:
        return name == "or"
    return (name == "and") if len(decided) == len(tests) else None


def _complex(name: str, arguments: Sequence[Any]) -> Any:
    z = [mpc(x) for x in arguments]
    if name in INSIDE:
        need(INSIDE[name](z[0].real))
    if name == "div":
        need(z[1] != 0)
        return z[0] / z[1]
    if name in ("power", "pow"):
        base, exponent = z
        whole = exponent.imag == 0 and exponent.real == mpmath.nint(exponent.real)
        need(whole or base.real >= 0)
        if base == 0:
            need(exponent.real > 0)
            return mpf(0)
        if whole and abs(exponent.real) < 1000:
            return base ** int(exponent.real)
        return mpmath.exp(exponent * mpmath.log(base))
    return ANALYTIC[name](*z)


def shade(program: Program, form: Format, inputs: Sequence[Any], steps: Mapping[int, Any]) -> Shade:
    """Both runs at inputs of the format. steps: what is added to some of them, times i."""
    imaginary = bool(steps)
    with mp.workdps(DIGITS), np.errstate(all="ignore"):
        true: list[Any] = [None] * program.size
        computed: list[Any] = [None] * program.size
        for i, x in enumerate(inputs):
            true[i] = wide(x)
            computed[i] = x
            if imaginary:
                true[i] = mpc(true[i], wide(steps[i]) if i in steps else 0)
                computed[i] = Pair(x, steps.get(i, form.scalar(0)))
        for eq in program.equations:
            if eq.params:
                literal = mpf(eq.params[0].numerator) / eq.params[0].denominator
                true[eq.output] = literal
                computed[eq.output] = _pair(form.number(literal), form, imaginary)
                continue
            true[eq.output] = truly(eq, [true[i] for i in eq.inputs], imaginary)
            computed[eq.output] = _computed(eq, form, [computed[i] for i in eq.inputs], imaginary)
        return Shade(program, form, computed, true, imaginary)


@dataclass(frozen=True)
class Pair:
    """A complex number by its parts."""

    real: Any
    imag: Any


def _pair(x: Any, form: Format, imaginary: bool) -> Any:
    return Pair(x, form.scalar(0)) if imaginary else x


def _computed(eq: Equation, form: Format, arguments: Sequence[Any], imaginary: bool) -> Any:
    """One equation in the format: conditions and choices on its numbers, operators by NumPy, a
    function by the nearest number to its value."""
    name = eq.primitive
    if name == "where":
        return arguments[1] if arguments[0] else arguments[2]
    if name in ("and", "or", "not"):
        return _logic(name, arguments)
    if eq.entry.compares:
        x, y = (a.real for a in arguments)
        return bool(getattr(np, _COMPARED[name])(x, y))
    if imaginary:
        return _rounded_complex(eq, form, arguments)
    if name in _OPERATORS:
        return _OPERATORS[name](*map(form.scalar, arguments))
    if not all(map(finite, arguments)):
        return _of_infinity(name, form, arguments)
    value = truly(eq, [wide(x) for x in arguments], False)
    if value is None or isinstance(value, str):
        return _of_infinity(name, form, arguments)
    return form.number(value)


def _rounded_complex(eq: Equation, form: Format, arguments: Sequence[Any]) -> Any:
    nan = Pair(form.scalar(math.nan), form.scalar(math.nan))
    if not all(finite(z.real) and finite(z.imag) for z in arguments):
        return nan
    value = truly(eq, [mpc(wide(z.real), wide(z.imag)) for z in arguments], True)
    if value is None or isinstance(value, str):
        return nan
    z = mpc(value)
    return Pair(form.number(z.real), form.number(z.imag))


def _of_infinity(name: str, form: Format, arguments: Sequence[Any]) -> Any:
    """Where an argument is not finite, or the value is not: IEEE 754 after NumPy."""
    arc = {f"a{n}": f"arc{n}" for n in "sin cos tan tan2 sinh cosh tanh".split()}
    ufunc = getattr(np, arc.get(name, name), None)
    if ufunc is None or not isinstance(ufunc, np.ufunc):
        return form.scalar(math.nan)
    if ufunc.nin != len(arguments):
        return form.scalar(math.nan)
    return form.scalar(ufunc(*map(form.scalar, arguments)))


_COMPARED = {
    "lt": "less", "le": "less_equal", "gt": "greater", "ge": "greater_equal", "eq": "equal", "ne": "not_equal",
}  # fmt: skip
_OPERATORS: dict[str, Callable[..., Any]] = {
    "neg": np.negative, "add": np.add, "sub": np.subtract, "mul": np.multiply, "div": np.divide, "power": np.power, "pow": np.power,
    "abs": np.abs, "sign": np.sign, "floor": np.floor, "ceil": np.ceil, "max": np.maximum, "min": np.minimum,
}  # fmt: skip
