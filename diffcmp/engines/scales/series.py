"""Series in one generator of a scale, a small positive quantity, with any real exponents: lazy and
sparse.

An exponent is a `Fraction` where it is rational, else a coefficient of the field of numbers.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any, TypeAlias

from diffcmp.engines.series.laurent import Exhausted

Exponent: TypeAlias = Any
Term: TypeAlias = tuple[Exponent, Any]

ONE, ZERO = Fraction(1), Fraction(0)


class Failed(Exception):
    """A value does not exist, or is not known; `reason` as in `laurent.Failure`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Series:
    """Σ c·g**e, with exponents e that increase and coefficients c that may vanish: the terms known
    so far, and where further ones come from (None: there are no more)."""

    __slots__ = ("broken", "lead", "opposite", "source", "terms")

    def __init__(self, terms: Sequence[Term], source: Iterator[Term] | None = None) -> None:
        self.terms = list(terms)
        self.source = source
        self.broken: Exception | None = None
        self.opposite: Series | None = None  # its negative, where that has been formed
        self.lead: int | None = None  # the index of the first term that does not vanish

    def __repr__(self) -> str:
        terms = [f"({c})·g^{e}" for e, c in self.terms]
        return f"Series({' + '.join(terms if self.source is None else [*terms, '…'])})"

    def __getitem__(self, n: int) -> Term | None:
        """The term of index n; None behind the last one."""
        if self.broken is not None:
            raise self.broken
        while len(self.terms) <= n and self.source is not None:
            try:
                term = next(self.source)
            except StopIteration:
                self.source = None
            except ValueError:  # a term is asked for that is being computed
                raise Exhausted from None
            except Exception as reason:
                self.broken = reason
                raise
            else:
                self.terms.append(term)
        return self.terms[n] if n < len(self.terms) else None

    @property
    def vanishes(self) -> bool:
        """Whether it is known to have no terms at all."""
        return not self.terms and self.source is None

    def from_index(self, n: int) -> Series:
        """The terms from index n on."""
        return Series((), self._from(n))

    def _from(self, n: int) -> Iterator[Term]:
        while (term := self[n]) is not None:
            yield term
            n += 1
