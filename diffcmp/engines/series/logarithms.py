"""Series in 1/log(1/τ) as coefficients: how x*log(x), x**x or 1/log(x) behave next to 0.

A function of τ and of ℓ = 1/log(1/τ), analytic in τ for every fixed ℓ, may be expanded in τ alone:
composition is algebra, so that every rule of `series` holds with ℓ in the place of a constant. ℓ
tends to 0 more slowly than every power of τ, so that the order in τ decides first and the order in
ℓ second. Coefficients are Laurent series in ℓ over numbers, or, where the logarithm of ℓ is met,
over series in 1/log(1/ℓ), and so on. (Hardy, Orders of Infinity, 1910; Gruntz 1996, chapter 3.)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from diffcmp.engines.series.laurent import Essential, Field, Series
from diffcmp.engines.series.system import SeriesSystem


class OfSeries:
    """A field whose elements are Series over another field, `base`, in a variable that tends to 0:
    the leading term decides."""

    def __init__(self, base: Field, level: int, ramification: int, terms: int) -> None:
        self.base = base
        self.ramification = ramification
        self.system = SeriesSystem(base, terms * ramification, level)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.base!r}, ramification={self.ramification})"

    def is_zero(self, c: Series) -> bool:
        return self.system.valuation(c) is None

    def sign(self, c: Series) -> int:
        return self.system.sign(c)

    def rational(self, c: Series) -> Fraction | None:
        return self.base.rational(c[0]) if self.system.is_constant(c) else None

    def whole(self, c: Series) -> int | None:
        if self.system.has_pole(c):
            return None
        nearest = self.base.whole(c[0])
        return nearest if nearest is not None and self.is_zero(self.less(c, nearest)) else None

    def floor(self, c: Series) -> int | None:
        if self.system.has_pole(c):
            raise Essential
        nearest = self.base.whole(c[0])
        if nearest is None:
            return self.base.floor(c[0])
        return nearest - (self.sign(self.less(c, nearest)) < 0)

    def less(self, c: Series, n: int) -> Series:
        """c - n."""
        return self.system.sub(c, self.system.literal(Fraction(n)))

    def error(self, c: Series) -> float:
        """0.0: errors are those of its own coefficients."""
        return 0.0


class Logarithmic(OfSeries):
    """The field of coefficients at one level: Series in ℓ**(1/ramification) over `base`."""

    def __init__(self, base: Field, level: int, ramification: int, terms: int) -> None:
        super().__init__(base, level, ramification, terms)
        minus = base.system.literal(Fraction(-1))
        self.logarithm = Series(self.system.zero, -ramification, lambda k: minus, 1 - ramification)

    def order(self, c: Series) -> Fraction | None:
        """m where c is m·log τ and something bounded, 0 where all of c is; else None."""
        poles = [k for k in range(c.start, 0) if not self.base.is_zero(c[k])]
        if not poles:
            return Fraction(0) if self.base.order(c[0]) == 0 else None
        leading = self.base.rational(c[poles[0]])
        return -leading if poles == [-self.ramification] and leading is not None else None

    def outgrows(self, c: Series) -> bool:
        """Whether c outgrows log τ, so that its exponential outgrows every power of τ."""
        first = next((k for k in range(c.start, 0) if not self.base.is_zero(c[k])), 0)
        return first < -self.ramification


def deepened(field: Field, ramifications: Sequence[int], terms: int) -> Field:
    """`field` with one level of logarithms for each ramification, of which the first is ℓ's."""
    for level in range(len(ramifications), 0, -1):
        field = Logarithmic(field, level, ramifications[level - 1], terms)
    return field


def lifted(field: Field, x: Any) -> Any:
    """A number as a coefficient."""
    return field.system.constant(lifted(field.base, x)) if isinstance(field, Logarithmic) else x


@dataclass(frozen=True, slots=True)
class Extended:
    """A coefficient, or ±∞."""

    value: Any = None
    infinite: int = 0


def limit_of(field: Field, c: Any) -> Extended:
    """What a coefficient tends to as τ tends to 0."""
    if not isinstance(field, Logarithmic):
        return Extended(c)
    if field.system.has_pole(c):
        return Extended(infinite=field.sign(c))
    return limit_of(field.base, c[0])


def beside_limit(field: Field, c: Any) -> int:
    """The sign of a coefficient minus its finite limit: 0 for a number."""
    if not isinstance(field, Logarithmic):
        return 0
    system = field.system
    return beside_limit(field.base, c[0]) or system.sign(system.sub(c, system.constant(c[0])))
