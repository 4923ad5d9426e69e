"""A function beside a point, over the scale that it needs: begun with the distance alone, widened
by an exponential and deepened by a logarithm where one is met."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from math import factorial
from typing import Any

from diffcmp.arithmetic.balls import Ball
from diffcmp.arithmetic.evaluate import operation
from diffcmp.engines.scales.arithmetic import LevelArithmetic
from diffcmp.engines.scales.constants import Constants, Tends, Unclear
from diffcmp.engines.scales.level import Deepen, Level, Widen
from diffcmp.engines.scales.series import ONE, Series
from diffcmp.engines.series.expansion import Expansion, OneSide
from diffcmp.engines.series.laurent import Exhausted, Failure, Field
from diffcmp.engines.series.logarithms import Extended
from diffcmp.program.ir import Program

MAX_WIDENED = 48  # exponentials, some of them met again after a slower one
MAX_LOGARITHMS = 6
SEARCHED = (6, 24, 64)  # terms that may vanish before a leading one


@dataclass(frozen=True, slots=True)
class Scaled:
    """A function on one side: its value over the scale, or a Failure; all values, and the scale."""

    out: Series | Failure
    values: tuple[Any, ...]
    scale: Scale

    @property
    def top(self) -> Level:
        """The level of the value."""
        return self.scale.top

    @property
    def partial(self) -> bool:
        """Whether something on the way is not defined all the way to the point."""
        return bool(self.top.base.domains)

    @property
    def jumps(self) -> bool:
        """Whether something on the way jumps, or changes its piece, again and again."""
        return self.top.base.stepped

    def tends(self) -> Tends:
        """What the value, where there is one, tends to. Raises Unclear where an oscillation would
        decide."""
        assert isinstance(self.out, Series)
        return self.top.limit(self.out)


class Scale:
    """The levels, from the fastest generator to the slowest.

    chain: those of the distance t and of its logarithms, 1/log(1/t) and so on. All others have
    exponentials as generators, each of a quantity of a slower level.
    """

    def __init__(self, constants: Constants, logarithms: int, terms: int) -> None:
        self.terms = terms
        self.chain: list[Level] = []
        inner: Any = constants
        for _ in range(logarithms + 1):
            inner = self.linked(inner)
        self.levels = list(self.chain)
        self.variables: dict[Level, Series] = {}

    def __repr__(self) -> str:
        return f"Scale({len(self.levels)} levels)"

    @property
    def top(self) -> Level:
        """The level of the fastest generator."""
        return self.levels[0]

    @property
    def distance(self) -> Level:
        """The level of t."""
        return self.chain[0]

    def linked(self, inner: Any) -> Level:
        """The next level of the chain, over `inner`: log g = -1/h, where h is the generator of the
        link before."""
        log = None
        if self.chain:
            slower = self.chain[0]
            log = lifted(slower.neg(slower.generator(-ONE)), slower, inner)
        self.chain.insert(0, Level(inner, log, self.terms))
        return self.chain[0]

    def widen(self, level: LevelArithmetic, large: Series) -> None:
        """A new generator exp(-|large|), faster than that of `level`, to which `large` belongs.
        Faster exponentials are left out, to be met again: what they were made of is other series
        now."""
        place = next(i for i, one in enumerate(self.levels) if one is level)
        log = large if level.sign(large) < 0 else level.neg(large)
        links = [one for one in self.levels[:place] if one in self.chain]
        self.chain = [one for one in self.chain if one not in links]
        self.levels[:place] = [Level(level, log, self.terms)]
        for _ in links:
            self.levels.insert(0, self.linked(self.levels[0]))

    def variable(self, x: Any, side: int) -> Series:
        """x ± t at the top, always made of the same series."""
        level = self.distance
        if level not in self.variables:
            number = level.constant(level.inner.embed(x))
            step = level.inner.embed(level.base.literal(Fraction(side)))
            self.variables[level] = level.add(number, Series([(ONE, step)]))
        return lifted(self.variables[level], level, self.top)

    def per_distance(self, side: int) -> Series:
        """±1/t at the top."""
        sign = self.distance.inner.embed(self.top.base.literal(Fraction(side)))
        return lifted(Series([(-ONE, sign)]), self.distance, self.top)


def lifted(x: Series, level: LevelArithmetic, higher: Any) -> Series:
    """A series of one level as a quantity of a higher one."""
    return x if higher is level else higher.constant(lifted(x, level, higher.inner))


def scaled(
    program: Program, x: Any, side: int, field: Field, enclosing: Callable[[Any], Ball], bits: int
) -> Scaled:
    """A core Program of one variable at x + side·t, for t that tends to 0 from above.

    Raises Exhausted where too many leading terms vanish to tell, or the budget of work is spent.
    """
    for terms in SEARCHED:
        try:
            return _widened(program, x, side, lambda: Constants(field, enclosing, bits), terms)
        except Exhausted:
            if terms == SEARCHED[-1]:
                raise
        except RecursionError:
            raise Exhausted from None
    raise AssertionError


def _widened(
    program: Program, x: Any, side: int, constants: Callable[[], Constants], terms: int
) -> Scaled:
    logarithms, widened = 0, 0
    scale = Scale(constants(), logarithms, terms)
    while True:
        try:
            values = scale.top.values(program, [scale.variable(x, side)])
        except Widen as needed:
            widened += 1
            if widened > MAX_WIDENED:
                raise Exhausted from None
            scale.widen(needed.level, needed.large)
        except Deepen:
            logarithms += 1
            if logarithms > MAX_LOGARITHMS:
                raise Exhausted from None
            scale = Scale(constants(), logarithms, terms)
        else:
            out = values[program.outputs[0]]
            if isinstance(out, Failure) and out.reason == "exhausted":
                raise Exhausted
            return Scaled(out, tuple(values), scale)


def one_side(
    program: Program,
    x: Any,
    side: int,
    field: Field,
    enclosing: Callable[[Any], Ball],
    bits: int,
    order: int = 1,
) -> OneSide:
    """Limit and derivatives up to `order` of a core Program of one variable on one side of x: as
    `engines.series.expansion.one_side`. Raises Exhausted as `scaled` does."""
    one = scaled(program, x, side, field, enclosing, bits)
    if isinstance(one.out, Failure):
        return OneSide(one.out.reason != "undefined", unexpanded(program, field, one.out))
    if one.partial:
        return OneSide(True, unexpanded(program, field, Failure("partial")))
    reason, found, tends = Failure("oscillation"), list[Extended](), None
    with suppress(Unclear):
        tends = _derivatives(one, side, order, found)
    certain = tends is not None and (tends.wave is None or tends.wave.attained)
    limit, slope, curvature = [*found, None, None, None][:3]
    return OneSide(
        defined=True,
        expansion=unexpanded(program, field, reason),
        limit=limit,
        slope=slope,
        curvature=curvature,
        oscillation=tends if certain else None,
    )


def unexpanded(program: Program, field: Field, reason: Failure) -> Expansion:
    """An expansion without values, on a path that no other one has."""
    return Expansion((reason,) * program.size, reason, field, 1, ((0, object()),))


def _derivatives(one: Scaled, side: int, order: int, found: list[Extended]) -> Tends | None:
    """Fill in the limit, and the derivatives as far as all before are finite: each is the limit of
    what the terms before leave over, divided by a power of the distance. What oscillates instead.

    Such a quotient is the second derivative where f′ has an expansion too, which is not known of
    what oscillates: x³ sin(1/x) is o(x²) and has no second derivative at 0.
    """
    rest, base = one.out, one.top.base
    assert isinstance(rest, Series)
    step = one.scale.per_distance(side)
    for n in range(order + 1):
        tends = one.top.limit(rest)
        if tends.wave is not None or tends.swings:
            return tends
        if tends.infinite:
            found.append(Extended(infinite=tends.infinite))
            return None
        factor = base.literal(Fraction(factorial(n)))
        found.append(Extended(operation(base, "mul")(factor, tends.value)))
        if n and base.waving:
            return None
        rest = one.top.mul(one.top.less_limit(rest), step)
    return None
