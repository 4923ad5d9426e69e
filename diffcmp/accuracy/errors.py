"""How far a floating-point number is from a certified one: errors, correct digits, ulps."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

from diffcmp.arithmetic.floats import Floats, exact, nearest_double


def full_digits(floats: Floats) -> float:
    """How many decimal digits the format holds: 15.95 for float64."""
    return floats.precision * math.log10(2)


def absolute_error(value: Any, true: Fraction) -> Fraction | None:
    """|value - true|, exactly; None where the value is not finite."""
    return abs(exact(value) - true) if math.isfinite(value) else None


def correct_digits(error: Fraction | None, true: Fraction, floats: Floats) -> float:
    """Correct significant decimal digits: -log₁₀ of the relative error, between 0 and what the
    format holds.

    Where the true value is 0 there is no relative error: the absolute one is taken, as if the scale
    were 1. A result that is not finite has 0 correct digits.
    """
    if error is None:
        return 0.0
    if error == 0:
        return full_digits(floats)
    relative = error / abs(true) if true else error
    return min(max(-log10(relative), 0.0) + 0.0, full_digits(floats))


def log10(value: Fraction) -> float:
    """log₁₀ of a positive rational of any size.

    >>> log10(Fraction(1, 10**400))
    -400.0
    """
    return math.log10(value.numerator) - math.log10(value.denominator)


def ulps(error: Fraction | None, true: Fraction, floats: Floats) -> float | None:
    """The error in units in the last place of the true value in this format; None where the result
    is not finite."""
    return None if error is None else nearest_double(error / floats.ulp(true))


def as_float(value: Fraction | None) -> float | None:
    """The nearest float64, for a table."""
    return None if value is None else nearest_double(value)
