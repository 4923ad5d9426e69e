"""Numbers of several studies: certified ones as floats, errors, gradients by name, power laws."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from fractions import Fraction
from functools import cache
from typing import Any

from numpy.typing import NDArray

from diffcmp.accuracy.judging.errors import Errors
from diffcmp.accuracy.judging.fit import slope
from diffcmp.arithmetic.floats import Floats
from diffcmp.derivatives.arrays import gradient
from diffcmp.derivatives.prepared import Derivative
from diffcmp.truth.record import Quantity


def nearest(quantity: Quantity | None) -> float:
    """A certified number, which there is, by its first 17 digits."""
    assert quantity is not None
    return float(quantity.text(17))


def absolute_error(value: Any, true: Fraction) -> float:
    """|value − true| of a finite float64, rounded once."""
    error = Errors(value, true, Floats()).absolute
    assert error is not None
    return float(error)


@cache
def _gradient(text: str, backend: str) -> Derivative:
    """The gradient of a text, prepared once for all steps of a descent."""
    return gradient(text, backend)


def slopes(text: str, values: Mapping[str, Any], backend: str = "tape") -> dict[str, NDArray[Any]]:
    """The gradient of a text in every variable, each part of the shape of its value."""
    f = _gradient(text, backend)
    parts = f(*(values[name] for name in f.names))
    return dict(zip(f.names, parts if len(f.names) > 1 else (parts,), strict=True))


def largest(values: NDArray[Any]) -> float:
    """The largest magnitude of an array."""
    return float(abs(values).max())


def power(x: Iterable[float], y: Iterable[float]) -> float:
    """The p of y = C·xᵖ by least squares of the logarithms; points where y is 0 do not count."""
    logarithms = [(math.log(a), math.log(b)) for a, b in zip(x, y, strict=True) if b > 0]
    exponent = slope(logarithms)
    assert exponent is not None
    return exponent
