"""A function of two variables beside a point, one variable inside the other: as a series in σ, with
x = x₀ ± σ, whose coefficients are series in τ, with y = y₀ ± τ.

σ tends to 0 first: the coefficients belong to one small τ after the other, so that the coefficient
of σ is ∂f/∂x at (x₀, y₀ ± τ), and its own coefficient of τ the mixed derivative on that side.
Conditions are decided beside the point in both variables; where one touches all along x = x₀ the
two sides of σ tell.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from diffcmp.engines.series import laurent
from diffcmp.engines.series.expansion import MAX_RAMIFICATION, values_beside
from diffcmp.engines.series.laurent import Beyond, Failure, Field, Series
from diffcmp.engines.series.logarithms import OfSeries
from diffcmp.engines.series.system import SeriesSystem
from diffcmp.program.ir import Program

INNER = 1  # the level of τ, as `Ramify` tells it


class Parametric(OfSeries):
    """The field of functions of a parameter τ that is held fixed: Series in τ**(1/ramification)."""

    logarithm: None = None

    def order(self, c: Series) -> Fraction | None:
        """0: whatever it is of τ, it is a number."""
        return Fraction(0)

    def outgrows(self, c: Series) -> bool:
        """False: a number does not grow."""
        return False


@dataclass(frozen=True, slots=True)
class Nested:
    """f as a series in σ over series in τ, with x = x₀ ± σ**ramification; its path, and that of its
    coefficients."""

    out: Series | Failure | Beyond
    field: Parametric
    ramification: int
    path: tuple[object, ...]
    inner_path: tuple[object, ...]


def nested(
    program: Program, at: Sequence[Any], sides: Sequence[int], field: Field, terms: int
) -> Nested:
    """A core program of x and y beside the point `at`, on one side of it in each variable.

    Raises Exhausted where too many leading terms vanish to tell, Deepen where a logarithm of what
    vanishes is met, Ramify where a root needs too small a power.
    """
    outer, inner, searched = 1, 1, min(8, terms)
    while True:
        try:
            parametric = Parametric(field, INNER, inner, searched)
            system = SeriesSystem(parametric, searched * outer)
            x = system.variable(parametric.system.constant(at[0]), sides[0], outer)
            y = system.constant(parametric.system.variable(at[1], sides[1], inner))
            out = values_beside(program, [x, y], system, outer)[program.outputs[0]]
            path = tuple(system.path), tuple(parametric.system.path)
            return Nested(out, parametric, outer, *path)
        except laurent.Ramify as root:
            if root.level == INNER:
                inner *= root.factor
            else:
                outer *= root.factor
            if max(inner, outer) > MAX_RAMIFICATION:
                raise
        except laurent.Exhausted:
            if searched >= terms:
                raise
            searched = min(4 * searched, terms)
        except RecursionError:
            raise laurent.Exhausted from None
