"""Finite differences: the weighted sum of f at x + kh, divided by h."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cache
from typing import Any

from diffcmp.arithmetic.floats import Floats
from diffcmp.backends.numeric import Numeric, Outcome
from diffcmp.engines.compiled import compiled
from diffcmp.program.ir import Program


@dataclass(frozen=True)
class Stencil:
    """Finite differences on the nodes x + kh: Σ w_k f(x + kh) / h.

    Truncation error O(h**p), roundoff O(u/h): the best h balances the two (`accuracy.stepsize`); without a given h the rule
    is h = u**(1/(p+1)) · max(|x|, 1), rounded to a power of two so that dividing by it is exact.
    Weights: Fornberg, "Generation of Finite Difference Formulas on Arbitrarily Spaced Grids", Math. Comp. 51 (1988).
    """

    name: str
    summary: str
    nodes: tuple[int, ...]
    h: float | None = None

    @property
    def truncation_order(self) -> int:
        """p: the error falls like h**p."""
        return order_of(self.nodes)[0]

    @property
    def rule(self) -> str:
        """How h is chosen, in words."""
        p = self.truncation_order
        root = {1: "√u", 2: "∛u"}.get(p, f"u^(1/{p + 1})")
        return "given" if self.h is not None else f"{root}·max(|x|, 1)"

    def with_step(self, h: float | None) -> Stencil:
        """The same stencil with a given step, or with its rule for None."""
        return replace(self, h=h)

    def step(self, x: float, floats: Floats) -> float:
        """The step size at x."""
        if self.h is not None:
            return self.h
        h = floats.unit_roundoff ** (1 / (self.truncation_order + 1)) * max(abs(float(x)), 1.0)
        return 2.0 ** round(math.log2(h)) if math.isfinite(h) else h

    def prepare(self, program: Program, wrt: Sequence[str], order: int = 1, dtype: str = "float64") -> Numeric:
        """Compile f once; each derivative then costs one evaluation a node of nonzero weight."""
        floats = Floats(dtype)
        f = compiled(program, dtype)
        places = [program.inputs.index(name) for name in wrt]
        terms = [(k, floats.literal(w)) for k, w in zip(self.nodes, weights(self.nodes, order), strict=True) if w]

        def run(inputs: list[Any], given: float | None = None) -> Outcome:
            steps = [self.step(inputs[i], floats) if given is None else given for i in places]
            value, derivatives, count = None, [], 0
            for i, h in zip(places, steps, strict=True):
                total = None
                for k, weight in terms:
                    y = f(*inputs[:i], node(inputs[i], k, h, floats), *inputs[i + 1 :])
                    value = y if k == 0 else value
                    count += 1
                    total = weight * y if total is None else total + weight * y
                derivatives.append(quotient(total, h, floats))
            return Outcome(value, derivatives, count, steps)

        return Numeric(program, tuple(wrt), floats, run)


def node(x: Any, k: int, h: float, floats: Floats) -> Any:
    """x + k·h as the dtype computes it."""
    return x + floats.literal(Fraction(k)) * narrowed(h, floats)


def narrowed(h: float, floats: Floats) -> Any:
    """The step in the dtype."""
    return h if floats.dtype == "float64" else floats.literal(Fraction(h))


def quotient(total: Any, h: float, floats: Floats) -> Any:
    """total / h, nan where h has underflowed in the dtype."""
    small = narrowed(h, floats)
    return total / small if small != 0 else total * math.nan


@cache
def weights(nodes: tuple[int, ...], order: int) -> tuple[Fraction, ...]:
    """The weights w with Σ w_k f(k·h) ≈ h**order · f⁽ᵒʳᵈᵉʳ⁾(0), exact (Fornberg 1988, the recursion of section 2).

    >>> weights((-1, 0, 1), 1)
    (Fraction(-1, 2), Fraction(0, 1), Fraction(1, 2))
    """
    n = len(nodes)
    table = [[[Fraction(0)] * n for _ in range(n)] for _ in range(order + 1)]
    table[0][0][0] = Fraction(1)
    c1 = Fraction(1)
    for j in range(1, n):
        c2 = Fraction(1)
        for v in range(j):
            c3 = Fraction(nodes[j] - nodes[v])
            c2 *= c3
            for m in range(min(j, order) + 1):
                lower = m * table[m - 1][j - 1][v] if m else 0
                table[m][j][v] = (nodes[j] * table[m][j - 1][v] - lower) / c3
        for m in range(min(j, order) + 1):
            lower = m * table[m - 1][j - 1][j - 1] if m else 0
            table[m][j][j] = c1 / c2 * (lower - nodes[j - 1] * table[m][j - 1][j - 1])
        c1 = c2
    return tuple(table[order][n - 1])


@cache
def order_of(nodes: tuple[int, ...]) -> tuple[int, Fraction]:
    """The order p and the constant C of the truncation error C·h**p·f⁽ᵖ⁺¹⁾ of the first derivative, from Taylor's theorem.

    >>> order_of((0, 1)), order_of((-1, 0, 1))
    ((1, Fraction(1, 2)), (2, Fraction(1, 6)))
    """
    w = weights(nodes, 1)
    q = 2
    while True:
        moment = sum((c * Fraction(k) ** q for k, c in zip(nodes, w, strict=True)), Fraction(0))
        if moment:
            return q - 1, moment / math.factorial(q)
        q += 1


STENCILS = (
    Stencil("forward", "(f(x+h) - f(x))/h, order 1", (0, 1)),
    Stencil("backward", "(f(x) - f(x-h))/h, order 1", (-1, 0)),
    Stencil("central", "(f(x+h) - f(x-h))/2h, order 2", (-1, 0, 1)),
    Stencil("central4", "central differences on 5 points, order 4", (-2, -1, 0, 1, 2)),
    Stencil("central6", "central differences on 7 points, order 6", (-3, -2, -1, 0, 1, 2, 3)),
)
