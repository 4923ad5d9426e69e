"""A five-point one-sided difference as a backend of diffcmp."""

from collections.abc import Callable
from fractions import Fraction
from typing import Any

from diffcmp.backends.protocol import Backend


class OneSided(Backend):
    """(-25 f(x) + 48 f(x+h) - 36 f(x+2h) + 16 f(x+3h) - 3 f(x+4h)) / 12h.

    It never looks to the left of x. Truncation error -h⁴f⁽⁵⁾/5, five evaluations a variable.
    Weights: Fornberg, Math. Comp. 51 (1988), table 3.
    """

    name = "one-sided"
    summary = "five points from x to the right, order 4"
    arrays = True
    truncation_order = 4
    truncation_constant = Fraction(-1, 5)
    roundoff_weight = Fraction(25 + 48 + 36 + 16 + 3, 12)

    def formula(self, f: Callable[[Any], Any], x: Any, h: Any) -> Any:
        """The difference, in whatever numbers x and h are."""
        near = -25 * f(x) + 48 * f(x + h) - 36 * f(x + 2 * h)
        far = 16 * f(x + 3 * h) - 3 * f(x + 4 * h)
        return (near + far) / (12 * h)
