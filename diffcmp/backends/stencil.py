"""Finite differences: the weighted sum of f at x + kh, divided by a power of h."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from itertools import product
from typing import Any

from flint import arb

from diffcmp.arithmetic.balls import Balls, to_arb
from diffcmp.arithmetic.floats import Floats
from diffcmp.backends.protocol import (
    Backend,
    Exact,
    Numeric,
    Outcome,
    Run,
    narrowed,
    on_balls,
    rational,
)
from diffcmp.engines.compiled import compiled, on_system
from diffcmp.engines.partials import ORDERS, distinct, variables
from diffcmp.program.ir import Program


@dataclass(frozen=True, slots=True)
class Factor:
    """What a stencil does along one input: Σ weight · f(x + k·h) / h**order over its terms."""

    name: str
    place: int
    order: int
    terms: tuple[tuple[int, Fraction], ...]


@dataclass(frozen=True, repr=False)
class Stencil(Backend):
    """Finite differences on the nodes x + kh: Σ w_k f(x + kh) / h**order; a mixed derivative is the
    product of two of these.

    Truncation error O(h**p), roundoff O(u/h**order): the best h balances the two
    (`accuracy.judging.stepsize`), and so does the rule.
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
        """Compile f once; each derivative then costs one evaluation a node of nonzero weight, and f
        at the point itself is shared by all."""
        f = compiled(program, floats.dtype)
        every = [self.factors(program, name) for name in wrt]
        places = {factor.name: factor.place for factors in every for factor in factors}
        differences = [Difference(factors, floats.literal) for factors in every]
        beside = [moved for difference in differences for *_, moved in difference.terms]
        runs = sum(beside) + (not all(beside))

        def compute(inputs: Sequence[Any], given: float | None = None) -> Outcome:
            steps = self.steps(inputs, places, floats, given)
            small = {name: narrowed(h, floats) for name, h in steps.items()}
            centre: list[Any] = []
            derivatives = [difference(f, inputs, small, centre) for difference in differences]
            value = centre[0] if centre else None
            return Outcome(value, derivatives, runs, steps)

        return Numeric(program, wrt, floats, compute)

    def runs(
        self,
        program: Program,
        name: str,
        floats: Floats,
        inputs: Sequence[Any],
        steps: Mapping[str, float] | None,
    ) -> Sequence[Run]:
        """f at every node of nonzero weight."""
        assert steps is not None
        difference = Difference(self.factors(program, name), floats.literal)
        small = {along: narrowed(h, floats) for along, h in steps.items()}
        with floats.quiet():
            every = [difference.moved(inputs, shifts, small) for shifts, *_ in difference.terms]
        return [Run(program, at) for at in every]

    def exact(self, program: Program, name: str, inputs: Sequence[Fraction], bits: int) -> Exact:
        """The sum on balls."""
        balls = Balls(bits)
        evaluated = on_system(program, balls)
        factors = self.factors(program, name)
        difference = Difference(factors, rational)
        centre: list[Any] = []

        def value(at: Sequence[arb], steps: Sequence[arb]) -> Any:
            named = {factor.name: h for factor, h in zip(factors, steps, strict=True)}
            return difference(f, at, named, centre)

        def f(*at: Any) -> arb:  # what is constant is a rational, which knows no nan
            return to_arb(evaluated(*at))

        return on_balls(balls, inputs, value)


class Difference:
    """A stencil for one partial derivative, in what `number` makes of rationals."""

    def __init__(self, factors: Sequence[Factor], number: Callable[[Fraction], Any]) -> None:
        self.factors = factors
        self.terms = [
            ([number(Fraction(k)) for k in shifts], number(weight), any(shifts))
            for shifts, weight in grid(factors)
        ]

    def __repr__(self) -> str:
        return f"Difference({self.factors})"

    def __call__(
        self,
        f: Callable[..., Any],
        inputs: Sequence[Any],
        steps: Mapping[str, Any],
        centre: list[Any],
    ) -> Any:
        """Σ weight · f(x + k·h) / h**order; nan for a step that is 0.

        `centre` keeps f at the point itself. One division comes after the other, so that no power
        of h underflows on the way.
        """
        total: Any = None
        for shifts, weight, beside in self.terms:
            if beside:
                y = f(*self.moved(inputs, shifts, steps))
            else:
                if not centre:
                    centre.append(f(*inputs))
                y = centre[0]
            total = weight * y if total is None else total + weight * y
        for factor in self.factors:
            h = steps[factor.name]
            for _ in range(factor.order):
                total = total / h if h != 0 else total * math.nan
        return total

    def moved(
        self, inputs: Sequence[Any], shifts: Sequence[Any], steps: Mapping[str, Any]
    ) -> list[Any]:
        """The inputs with x + k·h along each factor."""
        at = list(inputs)
        for factor, k in zip(self.factors, shifts, strict=True):
            at[factor.place] = at[factor.place] + k * steps[factor.name]
        return at


def grid(factors: Sequence[Factor]) -> Iterator[tuple[tuple[int, ...], Fraction]]:
    """The nodes of a product of stencils, one k for each factor, and their weights."""
    for terms in product(*(factor.terms for factor in factors)):
        yield tuple(k for k, _ in terms), math.prod((w for _, w in terms), start=Fraction(1))


@cache
def weights(nodes: tuple[int, ...], order: int) -> tuple[Fraction, ...]:
    """The weights w with Σ w_k f(k·h) ≈ h**order · f⁽ᵒʳᵈᵉʳ⁾(0), exact: they give the derivative of
    the polynomial through the nodes.

    >>> weights((-1, 0, 1), 1)
    (Fraction(-1, 2), Fraction(0, 1), Fraction(1, 2))
    """
    row = []
    for k in nodes:
        lagrange = [Fraction(1)]  # 1 at k and 0 at the other nodes: its coefficients, lowest first
        for j in nodes:
            if j != k:
                times_t = [Fraction(0), *lagrange]
                times_j = [j * c for c in lagrange] + [Fraction(0)]
                lagrange = [(a - b) / (k - j) for a, b in zip(times_t, times_j, strict=True)]
        row.append(math.factorial(order) * lagrange[order])
    return tuple(row)


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
