"""Finite differences: the weighted sum of f at x + kh, divided by a power of h."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from itertools import product
from typing import Any

from flint import arb

from diffcmp.arithmetic.balls import Balls, to_arb
from diffcmp.arithmetic.floats import Floats
from diffcmp.backends.numeric import Numeric
from diffcmp.backends.numeric import narrowed as narrowed
from diffcmp.backends.protocol import Backend, Exact, Outcome, rational
from diffcmp.engines.compiled import compiled, on_system
from diffcmp.engines.partials import ORDERS, distinct, variables
from diffcmp.program.ir import Program


@dataclass(frozen=True, slots=True)
class Factor:
    """What a stencil does along one input: Σ weight · f(x + k·h) / h**order over its (k,
    weight)."""

    name: str
    place: int
    order: int
    terms: tuple[tuple[int, Fraction], ...]


@dataclass(frozen=True, repr=False)
class Stencil(Backend):
    """Finite differences on the nodes x + kh: Σ w_k f(x + kh) / h**order; a mixed derivative is the
    product of two of these.

    Truncation error O(h**p), roundoff O(u/h**order): the best h balances the two
    (`accuracy.stepsize`), and so does the rule.
    Weights: Fornberg, "Generation of Finite Difference Formulas on Arbitrarily Spaced Grids",
    Math. Comp. 51 (1988).

    nodes: for the first derivative. wider: for the second, where that needs more nodes.
    """

    name: str
    summary: str
    nodes: tuple[int, ...]
    wider: tuple[int, ...] = ()
    orders = ORDERS
    arrays = True

    @property
    def truncation_order(self) -> int:
        """p: the error falls like h**p."""
        return order_of(self.nodes_for(self.order), self.order)[0]

    @property
    def truncation_constant(self) -> Fraction:
        """C of the error C·h**p·f⁽ᵖ⁺ᵐ⁾."""
        return order_of(self.nodes_for(self.order), self.order)[1]

    @property
    def roundoff_weight(self) -> Fraction:
        """Σ|w|."""
        return sum(map(abs, weights(self.nodes_for(self.order), self.order)), Fraction(0))

    def nodes_for(self, order: int) -> tuple[int, ...]:
        """The nodes for a derivative of that order along one variable."""
        return self.nodes if order == 1 else self.wider or self.nodes

    def factors(self, program: Program, name: str) -> tuple[Factor, ...]:
        """What is done along each variable of one partial derivative."""
        by = variables(name, self.order)
        factors = []
        for along in distinct(name, self.order):
            times = by.count(along)
            nodes = self.nodes_for(times)
            terms = tuple((k, w) for k, w in zip(nodes, weights(nodes, times), strict=True) if w)
            factors.append(Factor(along, program.inputs.index(along), times, terms))
        return tuple(factors)

    def build(self, program: Program, wrt: tuple[str, ...], floats: Floats) -> Numeric:
        """Compile f once; each derivative then costs one evaluation a node of nonzero weight."""
        f = compiled(program, floats.dtype)
        sums = [self.factors(program, name) for name in wrt]
        moving = {factor.name: factor.place for factors in sums for factor in factors}
        grids = [
            [(shifts, floats.literal(weight)) for shifts, weight in grid(factors)]
            for factors in sums
        ]

        def compute(inputs: Sequence[Any], given: float | None = None) -> Outcome:
            steps = {
                name: self.step(inputs[place], floats) if given is None else given
                for name, place in moving.items()
            }
            value, derivatives, runs = None, [], 0
            for factors, nodes in zip(sums, grids, strict=True):
                total = None
                for shifts, weight in nodes:
                    if any(shifts):
                        y = f(*moved(inputs, factors, shifts, steps, floats))
                        runs += 1
                    else:  # f at the point itself, which all derivatives share
                        if value is None:
                            value = f(*inputs)
                            runs += 1
                        y = value
                    total = weight * y if total is None else total + weight * y
                derivatives.append(divided(total, factors, steps, floats))
            return Outcome(value, derivatives, runs, steps)

        return Numeric(program, wrt, floats, compute, self.reason)

    def exact(self, program: Program, name: str, inputs: Sequence[Fraction], bits: int) -> Exact:
        """The sum on balls."""
        balls = Balls(bits)
        factors = self.factors(program, name)
        terms = [(shifts, rational(weight)) for shifts, weight in grid(factors)]
        f = on_system(program, balls)
        centre = [arb(rational(x)) for x in inputs]
        at_centre: list[arb] = []

        def value(shifts: Sequence[int], steps: Sequence[arb]) -> arb:
            if not any(shifts) and at_centre:
                return at_centre[0]
            at = list(centre)
            for factor, k, step in zip(factors, shifts, steps, strict=True):
                at[factor.place] += k * step
            y = to_arb(f(*at))
            if not any(shifts):
                at_centre.append(y)
            return y

        def difference(*steps: Fraction) -> arb:
            with balls.working():
                h = [arb(rational(step)) for step in steps]
                total = arb(0)
                for shifts, weight in terms:
                    total += weight * value(shifts, h)
                for factor, step in zip(factors, h, strict=True):
                    total /= step**factor.order
                return total

        return difference


def moved(
    inputs: Sequence[Any],
    factors: Sequence[Factor],
    shifts: Sequence[int],
    steps: Mapping[str, float],
    floats: Floats,
) -> list[Any]:
    """The inputs with x + k·h, as the dtype computes it, along each factor."""
    at = list(inputs)
    for factor, k in zip(factors, shifts, strict=True):
        shift = floats.literal(Fraction(k)) * narrowed(steps[factor.name], floats)
        at[factor.place] = at[factor.place] + shift
    return at


def grid(factors: Sequence[Factor]) -> Iterator[tuple[tuple[int, ...], Fraction]]:
    """The nodes of a product of stencils, one k for each factor, and their weights."""
    for terms in product(*(factor.terms for factor in factors)):
        yield tuple(k for k, _ in terms), math.prod((w for _, w in terms), start=Fraction(1))


def divided(
    total: Any, factors: Sequence[Factor], steps: Mapping[str, float], floats: Floats
) -> Any:
    """The sum over its steps, one division after the other, so that no power of h underflows on the
    way."""
    for factor in factors:
        for _ in range(factor.order):
            total = quotient(total, steps[factor.name], floats)
    return total


def quotient(total: Any, h: float, floats: Floats) -> Any:
    """total / h, nan where h has underflowed in the dtype."""
    small = narrowed(h, floats)
    return total / small if small != 0 else total * math.nan


@cache
def weights(nodes: tuple[int, ...], order: int) -> tuple[Fraction, ...]:
    """The weights w with Σ w_k f(k·h) ≈ h**order · f⁽ᵒʳᵈᵉʳ⁾(0), exact (Fornberg 1988, the recursion
    of section 2).

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
def order_of(nodes: tuple[int, ...], order: int = 1) -> tuple[int, Fraction]:
    """p and C of the truncation error C·h**p·f⁽ᵖ⁺ᵐ⁾ of the derivative of order m, from Taylor's
    theorem.

    >>> order_of((0, 1)), order_of((-1, 0, 1)), order_of((-1, 0, 1), 2)
    ((1, Fraction(1, 2)), (2, Fraction(1, 6)), (2, Fraction(1, 12)))
    """
    w = weights(nodes, order)
    q = order + 1
    while True:
        moment = sum((c * Fraction(k) ** q for k, c in zip(nodes, w, strict=True)), Fraction(0))
        if moment:
            return q - order, moment / math.factorial(q)
        q += 1


forward = Stencil("forward", "(f(x+h) - f(x))/h, order 1", (0, 1), (0, 1, 2))
backward = Stencil("backward", "(f(x) - f(x-h))/h, order 1", (-1, 0), (-2, -1, 0))
central = Stencil("central", "(f(x+h) - f(x-h))/2h, order 2", (-1, 0, 1))
central4 = Stencil("central4", "central differences on 5 points, order 4", tuple(range(-2, 3)))
central6 = Stencil("central6", "central differences on 7 points, order 6", tuple(range(-3, 4)))
