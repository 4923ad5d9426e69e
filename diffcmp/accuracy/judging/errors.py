"""The one way to hold a number against a certified one: errors, correct digits, ulps."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import MAX_EMAX, MIN_EMIN, Context, Decimal
from fractions import Fraction
from functools import cached_property
from typing import Any, TypeAlias, TypeVar

from diffcmp.arithmetic.floats import Floats, exact, finite, nearest_double

Key = TypeVar("Key")
Size: TypeAlias = float | Decimal
"""Of an error: a float64, or a decimal number where it is beyond the range of float64."""

BEYOND = Context(prec=17, Emax=MAX_EMAX, Emin=MIN_EMIN)


@dataclass(frozen=True)
class Errors:
    """How far a number of a floating-point format is from the true one.

    value: None where a method has nothing to say. true: None where there is no certified number.
    Without both of them there is no error, and all properties are None.
    """

    value: Any
    true: Fraction | None
    floats: Floats

    @cached_property
    def exact(self) -> Fraction | None:
        """|value - true|, exactly; None too where the value is not finite."""
        if self.value is None or self.true is None or not finite(self.value):
            return None
        return abs(exact(self.value) - self.true)

    @property
    def absolute(self) -> Size | None:
        """|value - true|."""
        error = self.exact
        return None if error is None else size(error)

    @property
    def relative(self) -> Size | None:
        """The error over |true|; where the true number is 0, only an error of 0 has a size."""
        error = self.exact
        if error is None or self.true is None:
            return None
        if self.true:
            return size(error / abs(self.true))
        return 0.0 if error == 0 else None

    @property
    def digits(self) -> float | None:
        """Correct significant decimal digits; 0 where the value is not finite."""
        if self.value is None or self.true is None:
            return None
        return correct_digits(self.exact, self.true, full_digits(self.floats))

    @property
    def ulps(self) -> Size | None:
        """The error in units in the last place of the true number in this format."""
        error = self.exact
        if error is None or self.true is None:
            return None
        return size(error / self.floats.ulp(self.true))


def size(value: Fraction) -> Size:
    """The nearest float64 to a magnitude; 17 digits of it where it is beyond their range.

    >>> size(Fraction(1, 4)), size(Fraction(10) ** 400)
    (0.25, Decimal('1.0000000000000000E+400'))
    """
    number = nearest_double(value)
    if value == 0 or 0 < number < math.inf:
        return number
    return BEYOND.divide(Decimal(value.numerator), Decimal(value.denominator))


def full_digits(floats: Floats) -> float:
    """How many decimal digits the format holds: 15.95 for float64."""
    return floats.precision * math.log10(2)


def correct_digits(error: Fraction | None, true: Fraction, most: float) -> float:
    """Correct significant decimal digits: -log₁₀ of the relative error, between 0 and `most`.

    Where the true value is 0 there is no relative error: the absolute one is taken, as if the scale
    were 1. A result that is not finite, with None for its error, has 0 correct digits.
    """
    if not error:
        return 0.0 if error is None else most
    relative = error / abs(true) if true else error
    return min(max(-log10(relative), 0.0) + 0.0, most)


def log10(value: Fraction) -> float:
    """log₁₀ of a positive rational of any size.

    >>> log10(Fraction(1, 10**400))
    -400.0
    """
    return math.log10(value.numerator) - math.log10(value.denominator)


def worst(errors: Mapping[Key, Errors]) -> tuple[Key, Size | None] | tuple[None, None]:
    """The component that is farthest off, and the error of the whole: its error over the largest
    certified component.

    Components of which nothing is known do not count. One that is not finite is the worst of all,
    and the whole has no error then; where all certified values are 0, the error itself is given.
    """
    largest, farthest = Fraction(0), Fraction(-1)
    name: Key | None = None
    for component, one in errors.items():
        if one.value is None or one.true is None:
            continue
        error = one.exact
        if error is None:
            return component, None
        largest = max(largest, abs(one.true))
        if error > farthest:
            farthest, name = error, component
    if name is None:
        return None, None
    return name, size(farthest / largest if largest else farthest)
