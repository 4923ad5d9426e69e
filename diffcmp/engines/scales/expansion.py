"""A function beside a point, over the scale that it needs: begun with the distance alone, widened
by an exponential and deepened by a logarithm where one is met."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from diffcmp.arithmetic.balls import Ball
from diffcmp.arithmetic.evaluate import operation
from diffcmp.engines.scales.arithmetic import Failed, LevelArithmetic
from diffcmp.engines.scales.constants import Constants, Tends, Unclear
from diffcmp.engines.scales.level import Deepen, Level, Widen
from diffcmp.engines.scales.series import ONE, Series
from diffcmp.engines.series.laurent import Exhausted, Failure, Field
from diffcmp.primitives import TABLE
from diffcmp.program.ir import Program

MAX_GENERATORS = 16
MAX_LOGARITHMS = 6
SEARCHED = (6, 24, 64)  # terms that may vanish before a leading one


@dataclass(frozen=True, slots=True)
class Scaled:
    """A function on one side: its value over the scale, or a Failure; the level of the distance,
    and the top of the scale."""

    out: Series | Failure
    top: Level
    distance: LevelArithmetic


class Scale:
    """The levels, from the fastest generator to the slowest."""

    def __init__(self, constants: Constants, logarithms: int, terms: int) -> None:
        self.terms = terms
        self.levels: list[Level] = []
        inner: Any = constants
        for _ in range(logarithms + 1):
            inner = Level(inner, self.logarithm(inner), terms)
            self.levels.insert(0, inner)
        self.distance: Level = inner
        self.variables: dict[Level, Series] = {}

    def __repr__(self) -> str:
        return f"Scale({len(self.levels)} levels)"

    @property
    def top(self) -> Level:
        """The level of the fastest generator."""
        return self.levels[0]

    def logarithm(self, inner: Any) -> Any:
        """log g = -1/h, where h is the generator of the level below; None above the numbers."""
        if isinstance(inner, Constants):
            return None
        return inner.neg(inner.generator(-ONE))

    def widen(self, level: LevelArithmetic, large: Series) -> None:
        """A new generator exp(-|large|), faster than that of `level`, to which `large` belongs."""
        place = next(i for i, one in enumerate(self.levels) if one is level)
        log = large if level.sign(large) < 0 else level.neg(large)
        new = Level(level, log, self.terms)
        faster: list[Level] = []
        below: Level = new
        for old in reversed(self.levels[:place]):
            below = Level(below, self.moved(old.logarithm, old.inner, below, level), self.terms)
            faster.insert(0, below)
            if old is self.distance:
                self.distance = below
        self.levels[:place] = [*faster, new]

    def moved(self, x: Series, old: Any, new: Level, level: LevelArithmetic) -> Series:
        """x, of the level `old`, as a quantity of the level that has taken its place."""
        if old is level:
            return new.constant(x)
        return new.mapped(x, lambda c: self.moved(c, old.inner, new.inner, level))

    def variable(self, x: Any, side: int) -> Series:
        """x ± t at the top, always made of the same series."""
        level = self.distance
        if level not in self.variables:
            number = level.constant(level.inner.embed(x))
            step = level.inner.embed(level.base.literal(Fraction(side)))
            self.variables[level] = level.add(number, Series([(ONE, step)]))
        variable = self.variables[level]
        for one in reversed(self.levels[: self.levels.index(level)]):
            variable = one.constant(variable)
        return variable


def scaled(
    program: Program, x: Any, side: int, field: Field, enclosing: Callable[[Any], Ball], bits: int
) -> Scaled:
    """A core Program of one variable at x + side·t, for t that tends to 0 from above.

    Raises Exhausted where too many leading terms vanish to tell, or the budget of work is spent.
    """
    for terms in SEARCHED:
        try:
            constants = Constants(field, enclosing, bits)
            return _widened(program, x, side, constants, terms)
        except Exhausted:
            if terms == SEARCHED[-1]:
                raise
        except RecursionError:
            raise Exhausted from None
    raise AssertionError


def _widened(program: Program, x: Any, side: int, constants: Constants, terms: int) -> Scaled:
    logarithms = 0
    scale = Scale(constants, logarithms, terms)
    while True:
        try:
            out = _value(program, scale.variable(x, side), scale.top)
            return Scaled(out, scale.top, scale.distance)
        except Widen as needed:
            if len(scale.levels) > MAX_GENERATORS:
                raise Exhausted from None
            scale.widen(needed.level, needed.large)
        except Deepen:
            logarithms += 1
            if logarithms > MAX_LOGARITHMS:
                raise Exhausted from None
            scale = Scale(constants, logarithms, terms)


def _value(program: Program, variable: Series, system: Level) -> Series | Failure:
    """The output, or the Failure that it met. What nothing needs may fail."""
    values: list[Any] = [variable, *([None] * (program.size - 1))]
    for eq in program.equations:
        if eq.params:
            values[eq.output] = system.literal(eq.params[0])
            continue
        try:
            values[eq.output] = _carried_out(system, eq.primitive, [values[i] for i in eq.inputs])
        except Failed as failed:
            values[eq.output] = Failure(failed.reason, eq)
        except Unclear:
            values[eq.output] = Failure("oscillation", eq)
        except Exhausted:
            values[eq.output] = Failure("exhausted", eq)
    out: Series | Failure = values[program.outputs[0]]
    if isinstance(out, Failure) and out.reason == "exhausted":
        raise Exhausted
    return out


def _carried_out(system: Level, name: str, arguments: Sequence[Any]) -> Any:
    entry = TABLE[name]
    if entry.selects:
        p, x, y = arguments
        return p if isinstance(p, Failure) else x if p else y
    if entry.connects and name != "not":
        decisive = name == "or"
        if any(a is decisive for a in arguments):
            return decisive
    failure = next((a for a in arguments if isinstance(a, Failure)), None)
    return operation(system, name)(*arguments) if failure is None else failure


def tends(one: Scaled) -> Tends:
    """What the function tends to."""
    assert isinstance(one.out, Series)
    return one.top.limit(one.out)
