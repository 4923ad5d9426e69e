"""Arrays of floating-point numbers: a Program runs on whole vectors and matrices, element by
element or by structure.

float64 by NumPy's ufuncs; special functions, which NumPy lacks, one element after the other by the
kernel of `floats`. The complex variant is that of the complex step: products and sums by NumPy, all
else by the kernel of `complexes`, whose conditions look at the real part. All follow IEEE 754:
nothing raises, nothing warns.
"""

from __future__ import annotations

from collections.abc import Callable
from contextvars import Context
from fractions import Fraction
from functools import cache
from typing import Any

import numpy as np

from diffcmp.arithmetic.complexes import Complexes
from diffcmp.arithmetic.floats import UFUNCS, Floats, nearest_double
from diffcmp.arithmetic.system import NumberSystem
from diffcmp.primitives import TABLE
from diffcmp.primitives.shapes import Shape


class Arrays(NumberSystem[Any]):
    """float64 arrays and numbers: Python floats, NumPy scalars or arrays without axes."""

    def literal(self, value: Fraction) -> Any:
        return nearest_double(value)

    def shape(self, value: Any) -> Shape:
        return np.shape(value)

    def function(self, name: str) -> Callable[..., Any] | None:
        raw = kernel(name)
        return None if raw is None else quiet(raw)


class ComplexArrays(NumberSystem[Any]):
    """complex128 arrays and numbers, for functions that are real on the real axis, next to it."""

    numbers = Complexes()

    def literal(self, value: Fraction) -> Any:
        return complex(nearest_double(value))

    def shape(self, value: Any) -> Shape:
        return np.shape(value)

    def function(self, name: str) -> Callable[..., Any] | None:
        entry = TABLE[name]
        if entry.structure is not None or entry.ring or entry.connects or entry.selects:
            return quiet(kernel(name))
        number = self.numbers.function(name)
        if number is None:
            return None
        by_element = each(number, bool if entry.condition else complex, len(entry.parameters))
        return quiet(squared(by_element) if name == "power" else by_element)


def squared(power: Callable[..., Any]) -> Callable[..., Any]:
    """x**y, where the square is a product: correctly rounded, and fast."""
    return lambda x, y: x * x if np.ndim(y) == 0 and y == 2 else power(x, y)


@cache
def kernel(name: str) -> Callable[..., Any] | None:
    """The function that carries out a primitive on arrays, perhaps with warnings; None if none."""
    structure = TABLE[name].structure
    if structure is not None:
        return lambda *arguments, static=(): structure.apply(static, *arguments)
    if name in _KERNEL:
        return _KERNEL[name]
    if name in UFUNCS:
        ufunc: Callable[..., Any] = getattr(np, UFUNCS[name])
        return ufunc
    number = Floats().function(name)
    return None if number is None else each(number, float, len(TABLE[name].parameters))


def each(number: Callable[..., Any], dtype: type, arguments: int) -> Callable[..., Any]:
    """A function of numbers on the elements of arrays."""
    if not arguments:
        return number
    ufunc = np.frompyfunc(number, arguments, 1)
    return lambda *x: np.asarray(ufunc(*x)).astype(dtype)[()]


def quiet(function: Callable[..., Any] | None) -> Callable[..., Any]:
    """`function` without warnings of overflow and invalid operations.

    From NumPy 2 on these are a matter of the context (`contextvars`): to run in a copy of one where
    they are ignored costs 20 ns, `errstate` 300 and more.
    """
    assert function is not None
    if SILENCE is None:
        return np.errstate(all="ignore")(function)
    return lambda *arguments, **static: SILENCE.copy().run(function, *arguments, **static)


def _silence() -> Context | None:
    if np.lib.NumpyVersion(np.__version__) < "2.0.0":
        return None
    context = Context()
    context.run(np.seterr, all="ignore")
    return context


SILENCE = _silence()


def _copysign(x: Any, y: Any) -> Any:
    """As `floats.copysign`."""
    return np.where(np.isnan(y), y, np.copysign(x, y))[()]


_KERNEL: dict[str, Callable[..., Any]] = {
    "copysign": _copysign,
    "and": np.logical_and,
    "or": np.logical_or,
    "not": np.logical_not,
    "where": np.where,
    "power": squared(np.power),
    "pow": squared(np.power),
}
