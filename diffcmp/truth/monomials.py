"""Leading terms over a scale of growth: coefficient · (powers of exponentials, of the distance and
of its logarithms). An exponential is named by the piece of text whose value it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from flint import fmpq

from diffcmp.engines.scales.constants import Constants, Unclear, Wave
from diffcmp.engines.scales.expansion import Scaled, scaled
from diffcmp.engines.scales.series import Series
from diffcmp.engines.series.laurent import Exhausted
from diffcmp.program.ir import Program
from diffcmp.truth.leading import Term
from diffcmp.truth.record import Quantity
from diffcmp.truth.zero import BallField, Imprecise, enclosure

ONE = Fraction(1)


@dataclass(frozen=True, slots=True)
class Monomial:
    """The leading part of a value: a number, the exponent of the generator of each level, from the
    fastest on; and whether it is the whole value."""

    coefficient: Any
    exponents: tuple[Any, ...]
    whole: bool


class Monomials:
    """The leading terms of the values of a core Program beside a point. `named`: the pieces of text
    and the places of their values."""

    def __init__(
        self, form: Program, x: Any, side: int, field: BallField, named: Sequence[tuple[str, int]]
    ) -> None:
        self.scaled: Scaled | None = None
        try:
            self.scaled = scaled(form, x, side, field, enclosure, field.precision)
        except (Exhausted, Imprecise):
            return
        self.exponentials = [
            (piece, one)
            for piece, place in named
            if (one := self.monomial(place)) is not None and self.is_exponential(one)
        ]

    def __repr__(self) -> str:
        return f"Monomials({self.scaled!r})"

    def monomial(self, place: int) -> Monomial | None:
        """The leading part of a value; None where that is not known, or it vanishes."""
        assert self.scaled is not None
        value = self.scaled.values[place]
        if not isinstance(value, Series):
            return None
        try:
            return _leading(self.scaled.top, value)
        except (Exhausted, Imprecise, Unclear):
            return None

    def links(self) -> list[bool]:
        """Of each level whether it is that of the distance or of a logarithm of it."""
        assert self.scaled is not None
        scale = self.scaled.scale
        return [level in scale.chain for level in scale.levels]

    def is_exponential(self, one: Monomial) -> bool:
        """Whether a value is just a power of one exponential generator."""
        moving = [i for i, e in enumerate(one.exponents) if not _is_nothing(e)]
        if not one.whole or len(moving) != 1 or self.links()[moving[0]]:
            return False
        return not isinstance(one.coefficient, Wave) and enclosure(one.coefficient) == fmpq(1)

    def term(self, place: int) -> Term | None:
        """The leading term of a value; None where it cannot be written."""
        one = None if self.scaled is None else self.monomial(place)
        if one is None or isinstance(one.coefficient, Wave):
            return None
        exponentials, powers = [], []
        for i, (e, link) in enumerate(zip(one.exponents, self.links(), strict=True)):
            if link:
                powers.append(e)
            elif not _is_nothing(e):
                factor = self.factor(i, e)
                if factor is None:
                    return None
                exponentials.append(factor)
        if not all(isinstance(e, Fraction) for e in powers):
            return None
        faster = self.links().index(True)
        first = next((e for e in one.exponents[:faster] if not _is_nothing(e)), None)
        assert self.scaled is not None
        rises = first is not None and self.scaled.top.base.compare(first, Fraction(0)) < 0
        sign = self.scaled.top.base.sign(one.coefficient)
        return Term(
            coefficient=Quantity(enclosure(one.coefficient)),
            exponent=powers[0],
            logarithms=tuple(-e for e in powers[1:]),
            beyond=sign if rises else 0,
            flat=first is not None and not rises,
            exponentials=tuple(exponentials),
        )

    def factor(self, level: int, e: Any) -> tuple[str, Fraction] | None:
        """A power of a generator as a power of one of the pieces, of the simplest exponent."""
        assert self.scaled is not None
        base = self.scaled.top.base
        found = []
        for piece, one in self.exponentials:
            own = one.exponents[level]
            if _is_nothing(own):
                continue
            if isinstance(own, Fraction) and isinstance(e, Fraction):
                found.append((piece, e / own))
            elif base.compare(own, e) == 0:
                found.append((piece, ONE))
            elif base.compare(base.minus(Fraction(0), own), e) == 0:
                found.append((piece, -ONE))
        return min(found, key=lambda one: _complexity(one[1]), default=None)


def _complexity(power: Fraction) -> tuple[int, int, bool]:
    return power.denominator, abs(power.numerator), power < 0


def _is_nothing(e: Any) -> bool:
    return isinstance(e, Fraction) and e == 0


def _leading(level: Any, value: Any) -> Monomial | None:
    """The leading part of a quantity of a level."""
    if isinstance(level, Constants):
        return None if level.is_zero(value) else Monomial(value, (), True)
    if level.is_zero(value):
        return None
    e, c = level.first(value)
    inner = _leading(level.inner, c)
    assert inner is not None
    alone = value[1] is None
    return Monomial(inner.coefficient, (e, *inner.exponents), inner.whole and alone)
