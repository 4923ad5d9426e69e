"""Leading terms: how a sub-expression begins beside a point, on one side or on both."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from diffcmp.spans import Span
from diffcmp.truth.record import Quantity, text_of

CONSTANT = Fraction(0)


@dataclass(frozen=True, slots=True)
class Term:
    """The leading term on one side: coefficient · t**exponent · log(1/t)**logarithms[0] ·
    log(log(1/t))**logarithms[1] · … · piece**power · …, where t is the distance from the point, and
    each piece of `exponentials` one of the text that grows beyond every power of t, or vanishes so.

    beyond: 1 or -1 where the value grows beyond every power of t, towards ±∞, and 0 elsewhere.
    flat: whether it is smaller than every power. In both cases there is a coefficient only where
    there are `exponentials`, which say more.
    """

    coefficient: Quantity | None = None
    exponent: Fraction = CONSTANT
    logarithms: tuple[Fraction, ...] = ()
    beyond: int = 0
    flat: bool = False
    exponentials: tuple[tuple[str, Fraction], ...] = ()

    @property
    def moves(self) -> bool:
        """Whether the value vanishes or blows up."""
        beyond_powers = self.beyond != 0 or self.flat
        return beyond_powers or self.exponent != 0 or any(self.logarithms)

    def to_dict(self, digits: int) -> dict[str, Any]:
        """The term as the JSON form has it, its coefficient to `digits` digits."""
        return {
            "coefficient": text_of(self.coefficient, digits),
            "exponent": str(self.exponent),
            "logarithms": [str(k) for k in self.logarithms],
            "beyond": self.beyond,
            "flat": self.flat,
            "exponentials": [[piece, str(power)] for piece, power in self.exponentials],
        }


@dataclass(frozen=True, slots=True)
class Leading:
    """The leading terms of one sub-expression; None where it is undefined, or vanishes."""

    span: Span
    piece: str
    left: Term | None
    right: Term | None

    def to_dict(self, digits: int) -> dict[str, Any]:
        """The terms as the JSON form has them, their coefficients to `digits` digits."""
        return {
            "piece": self.piece,
            "span": [self.span.start, self.span.stop],
            "left": None if self.left is None else self.left.to_dict(digits),
            "right": None if self.right is None else self.right.to_dict(digits),
        }
