"""The fast path as straight-line code: what `smooth` does with a Program, traced once and compiled.

A *certificate* is a Program whose outputs are f, the derivatives asked for, and a condition. Where
that condition certainly holds on the balls of a point, f is analytic around it and the balls are
enclosures. It is one-sided: it belongs to one set of branches, takes every input to vary, and works
on balls, not on rationals. Where the condition does not hold, nothing follows, and `smooth` looks
again, one operation after the other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import reduce
from typing import Any, TypeAlias

from flint import arb, fmpq

from diffcmp.arithmetic.balls import METHODS, Ball, Balls, to_arb, to_fraction
from diffcmp.arithmetic.evaluate import evaluate, operation
from diffcmp.arithmetic.tracing import Tracer, Tracing
from diffcmp.caches import remembered
from diffcmp.language import rules
from diffcmp.passes.expand import branchless
from diffcmp.passes.savings import optimised
from diffcmp.primitives import TABLE
from diffcmp.program.emit import Dialect, called, emit
from diffcmp.program.ir import Builder, Equation, Program
from diffcmp.truth.smooth import with_partials

Enclosing: TypeAlias = Callable[[Sequence[Ball]], list[Ball] | None]
Decisions: TypeAlias = tuple[tuple[int, bool], ...]
"""Slots of conditions, and whether they hold."""

EXACT = Balls()
SETTLED = frozenset(name for name, entry in TABLE.items() if entry.rational)
OPPOSITE = {name: entry.opposite for name, entry in TABLE.items() if entry.opposite}
STRICT = {"le": "lt", "ge": "gt"}
COMPARING = frozenset({*OPPOSITE, "and", "or"})
INFIX = COMPARING | SETTLED - {"floor"}
ARB = {*METHODS, "sqrt", "floor"}  # methods of `arb` that do all that `Balls` does on balls


class Uncertain(Exception):
    """There is no certificate of this function on these branches."""


class Exactly(Tracing):
    """Tracers for what is exact: operations on rationals and conditions between constants are
    settled, half powers are powers of roots, and nothing chooses between branches."""

    exact = True

    def function(self, name: str) -> Callable[..., Any] | None:
        if name == "pow":
            return self.raised
        if TABLE[name].compares:
            return lambda x, y: self.compared(name, x, y)
        entry = TABLE[name]
        composed = entry.definition and not entry.analytic and name != "sqrt"
        return None if composed else super().function(name)

    def varies(self, *values: Tracer) -> bool:
        """Whether one of the values depends on an input."""
        return any(self.builder.varying[value.slot] for value in values)

    def balls(self, *constants: Tracer) -> list[Ball]:
        """Constants as rationals or balls."""
        return _constants(self.builder.program([c.slot for c in constants]), EXACT)

    def raised(self, x: Tracer, y: Tracer) -> Tracer:
        """x**y in a rule of the table, whose exponent is constant."""
        if self.varies(y):
            raise Uncertain
        power: Tracer = operation(self, "power")(x, y)
        return power

    def compared(self, name: str, x: Tracer, y: Tracer) -> bool:
        """A comparison in a rule of the table, of constants."""
        holds = None if self.varies(x, y) else operation(EXACT, name)(*self.balls(x, y))
        if holds is None:
            raise Uncertain
        return bool(holds)

    def settled(self, name: str, arguments: tuple[Any, ...]) -> Any | None:
        value = super().settled(name, arguments)
        return self.rational(name, arguments) if value is None and name in SETTLED else value

    def rational(self, name: str, arguments: tuple[Tracer, ...]) -> Tracer | None:
        """The result of an operation whose arguments, or whose exponent, are rational; None where
        it is to be traced."""
        values = [EXACT.literal(a.value) for a in arguments if a.value is not None]
        if len(values) == len(arguments):
            out = operation(EXACT, name)(*values)
            return self.literal(to_fraction(out)) if isinstance(out, fmpq) else None
        if name != "power" or arguments[1].value is None:
            return None
        return self.simpler(arguments[0], arguments[1].value)

    def simpler(self, x: Tracer, exponent: Fraction) -> Tracer | None:
        """x**exponent by what takes Arb less time, where there is such a thing."""
        if exponent == -1:
            return self.equation("div", (self.literal(Fraction(1)), x))
        if exponent == 3:
            square = self.equation("power", (x, self.literal(Fraction(2))))
            return self.equation("mul", (x, square))
        if exponent.denominator == 2:
            root = self.equation("sqrt", (x,))
            power: Tracer = operation(self, "power")(root, self.literal(2 * exponent))
            return power
        return None


class Certain(Exactly):
    """Tracers for what is exact, on which a condition says what certainly holds, all around the
    point where its sides vary."""

    def __init__(self, tracing: Exactly) -> None:
        super().__init__(tracing.builder)
        self.shared = tracing.shared

    def compared(self, name: str, x: Tracer, y: Tracer) -> Any:
        """What varies must not touch; that constants hold is settled."""
        if not self.varies(x, y):
            return operation(EXACT, name)(*self.balls(x, y)) is True
        return False if name == "eq" else self.equation(STRICT.get(name, name), (x, y))


@remembered
def certificate(
    form: Program, partials: tuple[str, ...], order: int, decisions: Decisions
) -> Program | None:
    """The Program of f, its derivatives and the condition that proves them, on the branches that
    `decisions` take.

    `form` is a core Program, `partials` are names as `engines.partials` reads them; None where
    there is no certificate.
    """
    decided = dict(decisions)
    tracing = Exactly(Builder(form.inputs))
    try:
        conditions = dict.fromkeys(_conditions(form, decided, tracing))
        taken = branchless(form, decided)
        numbers = with_partials(taken, partials, order, tracing, tracing.inputs())
        condition = reduce(operation(tracing, "and"), conditions, True)
    except Uncertain:
        return None
    if condition is False:
        return None
    slots = [tracing.slot(x) for x in (*numbers, condition)]
    return optimised(tracing.builder.program(slots).pruned(), ("sign",))


def _conditions(form: Program, decided: dict[int, bool], tracing: Exactly) -> Iterator[Any]:
    """For every operation that f rests on the condition that it is analytic, for every comparison
    that it holds."""
    values: dict[int, Any] = dict(enumerate(tracing.inputs()))
    needed, certain = relied_on(form, decided), Certain(tracing)
    for eq in form.equations:
        if eq.output not in needed:
            continue
        arguments: list[Any] = [values.get(i) for i in eq.inputs]
        if eq.params:
            values[eq.output] = tracing.literal(eq.params[0])
        elif eq.entry.compares:
            holding = eq.primitive if decided[eq.output] else OPPOSITE[eq.primitive]
            yield certain.compared(holding, *arguments)
        elif eq.entry.selects:
            values[eq.output] = arguments[1 if decided[eq.inputs[0]] else 2]
        elif not eq.entry.condition:
            out = operation(tracing, eq.primitive)(*arguments)
            values[eq.output] = out
            yield _analytic(eq, arguments, out, certain)


def _analytic(eq: Equation, arguments: Sequence[Tracer], out: Tracer, certain: Certain) -> Any:
    """The condition that a primitive is analytic at its arguments; that a constant is a number is
    settled here."""
    if not certain.varies(out):
        return bool(to_arb(certain.balls(out)[0]).is_finite())
    if eq.entry.steps:
        return certain.compared("gt", arguments[0], out)
    separant = rules.separant(eq.primitive)
    if separant is not None:
        apart = evaluate(separant, certain, [*arguments, out])[0]
        return certain.compared("ne", apart, certain.literal(Fraction(0)))
    domain = rules.interior(eq.primitive)
    return True if domain is None else evaluate(_condition(domain), certain, arguments)[0]


def _condition(domain: Program) -> Program:
    """The condition of a domain, which is where(inside, 1, 0)."""
    inside = domain.by_output[domain.outputs[0]].inputs[0]
    return Program(domain.inputs, domain.equations, (inside,)).pruned()


def relied_on(form: Program, decided: dict[int, bool]) -> set[int]:
    """The slots that f rests on, and the decided conditions among them.

    Raises
    ------
    Uncertain: where it rests on a condition that is not decided.
    """
    needed = {form.outputs[0]}
    for eq in reversed(form.equations):
        if eq.output not in needed:
            continue
        if eq.entry.condition:
            needed.update(_grounds(eq, decided))
        elif eq.entry.selects:
            test, x, y = eq.inputs
            if test not in decided:
                raise Uncertain
            needed |= {test, x if decided[test] else y}
        else:
            needed.update(eq.inputs)
    return needed


def branches(form: Program, decided: dict[int, bool]) -> Decisions | None:
    """The decided conditions that f rests on; None where it rests on others too."""
    try:
        needed = relied_on(form, decided)
    except Uncertain:
        return None
    return tuple((slot, holds) for slot, holds in decided.items() if slot in needed)


def _grounds(eq: Equation, decided: dict[int, bool]) -> Sequence[int]:
    """What a decided condition rests on: one condition that fails is enough for `and`, one that
    holds for `or`."""
    if eq.primitive in ("and", "or") and decided[eq.output] == (eq.primitive == "or"):
        return [next(i for i in eq.inputs if decided.get(i) == decided[eq.output])]
    return eq.inputs


@remembered
def enclosing(
    form: Program, partials: tuple[str, ...], order: int, decisions: Decisions, precision: int
) -> Enclosing | None:
    """The certificate at one working precision: a function of a number for each input that gives f
    and its derivatives, or None where the condition does not certainly hold, or a number is not
    finite. Rational functions of rationals stay exact."""
    program = certificate(form, partials, order, decisions)
    if program is None:
        return None
    rational = {eq.primitive for eq in program.equations} <= SETTLED | COMPARING | {"literal"}
    number: Callable[[Ball], Ball] = _itself if rational else to_arb
    finite: Callable[[Any], bool] = _is_finite if rational else arb.is_finite
    balls = Balls(precision)
    straight = _straight(program, balls, number, COMPARING if rational else INFIX)

    def enclosed(values: Sequence[Ball]) -> list[Ball] | None:
        with balls.working():
            *numbers, certain = straight(*map(number, values))
        return numbers if certain and all(map(finite, numbers)) else None

    return enclosed


def _straight(
    program: Program, balls: Balls, number: Callable[[Ball], Ball], infix: frozenset[str]
) -> Callable[..., Sequence[Any]]:
    """The Program as Python on balls: infix operators are their own, methods Arb's, and constants
    are computed once."""
    # no input may have two underscores in front
    names = {slot: f"__c{slot}" for slot in program.constant & program.live}
    code = emit(program, dialect=Dialect(infix=infix), known=names)
    values = _constants(replace(program, outputs=tuple(names)), balls)
    with balls.working():  # a rational becomes a ball of the precision that is set
        constants = [number(value) for value in values]
    namespace: dict[str, Any] = dict(zip(names.values(), constants, strict=True))
    methods = ARB if number is to_arb else set()
    for name in code.calls:
        by_arb = getattr(arb, name) if name in methods else None
        namespace[called(name)] = by_arb or operation(balls, name)
    function: Callable[..., Any] = code.function(namespace)
    return function


def _constants(program: Program, balls: Balls) -> list[Ball]:
    """The outputs of a Program that depend on no input."""
    settled = program.pruned()
    with balls.working():
        return evaluate(settled, balls, [arb.nan()] * len(settled.inputs))


def _itself(x: Ball) -> Ball:
    return x


def _is_finite(x: Ball) -> bool:
    return isinstance(x, fmpq) or bool(x.is_finite())
