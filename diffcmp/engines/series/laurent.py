"""What a truncated Laurent series is, what its coefficients must offer, and what can come instead
of one.

A `Series` is lazy: a coefficient is computed when it is asked for, from earlier ones, so that
however many terms a cancellation eats, the next one is there.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Protocol

from diffcmp.arithmetic.system import NumberSystem
from diffcmp.program.ir import Equation


class Field(Protocol):
    """What the coefficients must offer beyond arithmetic."""

    @property
    def system(self) -> NumberSystem[Any]:
        """The arithmetic of the coefficients."""

    def is_zero(self, c: Any) -> bool:
        """Whether a coefficient is zero; a field that cannot tell decides, and remembers it."""

    def sign(self, c: Any) -> int:
        """-1, 0 or 1, consistent with `is_zero`."""

    def rational(self, c: Any) -> Fraction | None:
        """The coefficient as an exact rational, where it is one."""

    def whole(self, c: Any) -> int | None:
        """The integer that a coefficient equals by `is_zero`; None for all others."""

    def floor(self, c: Any) -> int | None:
        """The integer below a coefficient that is not whole; None where the field cannot tell."""

    @property
    def logarithm(self) -> Any | None:
        """log τ as a coefficient; None where the coefficients are numbers."""

    def order(self, c: Any) -> Fraction | None:
        """m where c is m·log τ and something bounded (0 for a number); else None."""

    def outgrows(self, c: Any) -> bool:
        """Whether c grows faster than log τ."""

    def error(self, c: Any) -> float:
        """A bound of the coefficient's error; 0.0 where it has none, or none is kept."""


class Exhausted(Exception):
    """All terms that may be looked at vanish, but the series is not known to end."""


class Ramify(Exception):
    """A root needs τ**(1/factor) in the variable of a level (0: τ, 1: its logarithm, …)."""

    def __init__(self, factor: int, level: int = 0) -> None:
        self.factor = factor
        self.level = level


class Deepen(Exception):
    """A logarithm of τ is met, which is no number: the coefficients must be series in it."""


class Essential(Exception):
    """The sign of what is smaller than every power of τ is asked for."""


@dataclass(slots=True)
class Failure:
    """The mark of a value that does not exist. Whatever needs the value fails too, and nothing else
    does.

    reason: "undefined" (outside the domain on this side), "logarithm" (logarithms within
    logarithms), "essential" (a function at an infinite argument), "irrational" (an irrational power
    of τ), "steps" (floor at an infinite argument), "repeated" (a root that is repeated, whose
    expansion may have any fractional powers).
    equation: where it arose.
    """

    reason: str
    equation: Equation | None = None


@dataclass(frozen=True, slots=True)
class Beyond:
    """A value that grows beyond every power of τ, such as exp(1/τ), and its sign."""

    sign: int


@dataclass(slots=True, eq=False)
class Series:
    """Σ c_k τ**k from k = `start` on; `stop` bounds the nonzero terms where the series is known to
    end.

    `flat`: beside these terms there is one that is smaller than every power of τ, such as
    exp(-1/τ). Limits and slopes do not see it; a sign, or a divisor, that only it decides is
    `Essential`, but for the sign of such a term alone, where that is known (`flat_sign`, else 0).
    """

    zero: Any
    start: int
    coefficient: Callable[[int], Any]
    stop: int | None = None
    flat: bool = False
    flat_sign: int = 0
    known: list[Any] = field(default_factory=list, init=False)

    def __getitem__(self, k: int) -> Any:
        """The coefficient of τ**k."""
        if k < self.start or (self.stop is not None and k >= self.stop):
            return self.zero
        while (n := len(self.known)) <= k - self.start:
            c = self.coefficient(self.start + n)
            if len(self.known) == n:  # else it came on the way: sin asks for cos, and that for sin
                self.known.append(c)
        return self.known[k - self.start]

    def __repr__(self) -> str:
        terms = [f"({c})·τ^{k}" for k, c in enumerate(self.known, self.start)]
        ended = self.stop is not None and self.start + len(self.known) >= self.stop
        return f"Series({' + '.join(terms if ended else [*terms, '…'])})"


class Numbers:
    """What all fields of numbers have in common: no logarithm of τ is among them."""

    system: Any
    logarithm: None = None

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.system!r})"

    def order(self, c: Any) -> Fraction | None:
        """0: a number is bounded."""
        return Fraction(0)

    def outgrows(self, c: Any) -> bool:
        """False: a number is bounded."""
        return False

    def error(self, c: Any) -> float:
        """0.0: no error is kept."""
        return 0.0
