"""The fast path as straight-line code: what `smooth` does with a Program, traced once and compiled.

A *certificate* is a Program whose outputs are f, the derivatives asked for, and a condition. Where
that condition certainly holds on the balls of a point, f is analytic around it and the balls are
enclosures. It goes one way only: it is made for one set of branches, takes every input to vary, and
knows balls, no rationals. Where it does not hold nothing is known, and `smooth` looks again, one
operation after the other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import lru_cache, reduce
from typing import Any, TypeAlias

from flint import arb, ctx, fmpq

from diffcmp.arithmetic.balls import METHODS, Ball, Balls, to_arb, to_fraction
from diffcmp.arithmetic.evaluate import evaluate, operation
from diffcmp.arithmetic.tracing import Tracer, Tracing
from diffcmp.engines.derived import dual_over_tape
from diffcmp.engines.partials import variables
from diffcmp.engines.reverse import vjp
from diffcmp.language import rules
from diffcmp.passes.expand import branchless
from diffcmp.passes.savings import optimised
from diffcmp.primitives import TABLE
from diffcmp.program.emit import Dialect, called, emit
from diffcmp.program.ir import Builder, Equation, Program

Enclosing: TypeAlias = Callable[[Sequence[Ball]], list[Ball] | None]
Decisions: TypeAlias = tuple[tuple[int, bool], ...]
"""Slots of conditions, and whether they hold."""

EXACT = Balls()
SETTLED = frozenset({"neg", "add", "sub", "mul", "div", "power", "floor"})  # of rationals
OPPOSITE = {"lt": "ge", "le": "gt", "gt": "le", "ge": "lt", "eq": "ne", "ne": "eq"}
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
        return None if TABLE[name].definition and name != "sqrt" else super().function(name)

    def varies(self, *values: Tracer) -> bool:
        """Whether one of the values depends on an input."""
        return any(self.builder.varying[value.slot] for value in values)

    def balls(self, *constants: Tracer) -> list[Ball]:
        """Constants as rationals or balls."""
        settled = self.builder.program([c.slot for c in constants]).pruned()
        with EXACT.working():
            return evaluate(settled, EXACT, [arb.nan()] * len(settled.inputs))

    def raised(self, x: Tracer, y: Tracer) -> Tracer:
        """x**y in a rule of the table, whose exponent is constant."""
        if self.varies(y):
            raise Uncertain
        power: Tracer = operation(self, "power")(x, y)
        return power

    def compared(self, name: str, x: Tracer, y: Tracer) -> bool:
        """A comparison in a rule of the table, of constants."""
        known = None if self.varies(x, y) else operation(EXACT, name)(*self.balls(x, y))
        if known is None:
            raise Uncertain
        return bool(known)

    def settled(self, name: str, arguments: tuple[Any, ...]) -> Any | None:
        known = super().settled(name, arguments)
        return self.rational(name, arguments) if known is None and name in SETTLED else known

    def rational(self, name: str, arguments: tuple[Tracer, ...]) -> Tracer | None:
        """What is known of an operation whose arguments, or whose exponent, are rational."""
        values = [a.value for a in arguments]
        known = [value for value in values if value is not None]
        if len(known) == len(values):
            found = operation(EXACT, name)(*map(EXACT.literal, known))
            return self.literal(to_fraction(found)) if isinstance(found, fmpq) else None
        if name != "power" or values[1] is None:
            return None
        return self.simpler(arguments[0], values[1])

    def simpler(self, x: Tracer, exponent: Fraction) -> Tracer | None:
        """x**exponent by what takes Arb less time, where there is such a thing."""
        if exponent == -1:
            return self.equation("div", (self.literal(Fraction(1)), x))
        if exponent == 3:
            return self.equation("mul", (x, self.equation("power", (x, self.literal(Fraction(2))))))
        if exponent.denominator == 2:
            root = self.equation("sqrt", (x,))
            power: Tracer = operation(self, "power")(root, self.literal(2 * exponent))
            return power
        return None


class Certain(Exactly):
    """The same tracers, on which a condition says what certainly holds, all around the point where
    its sides vary."""

    def __init__(self, tracing: Exactly) -> None:
        super().__init__(tracing.builder)
        self.shared = tracing.shared

    def compared(self, name: str, x: Tracer, y: Tracer) -> Any:
        """What varies must not touch; that constants hold is settled."""
        if not self.varies(x, y):
            return operation(EXACT, name)(*self.balls(x, y)) is True
        return False if name == "eq" else self.equation(STRICT.get(name, name), (x, y))


@lru_cache(maxsize=256)
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
        conditions = list(_conditions(form, decided, tracing))
        taken = branchless(form, decided)
        value, *derivatives = _derivatives(taken, partials, order, tracing)
        condition = reduce(operation(tracing, "and"), dict.fromkeys(conditions), True)
    except Uncertain:
        return None
    if condition is False:
        return None
    made = tracing.builder.program(
        [tracing.slot(x) for x in (value, *derivatives, condition)]
    ).pruned()
    return optimised(made, ("sign",))


def _derivatives(
    taken: Program, partials: tuple[str, ...], order: int, tracing: Exactly
) -> list[Tracer]:
    """f and its partial derivatives by one reverse sweep, or forward over reverse."""
    inputs = tracing.inputs()
    if order == 2:
        return evaluate(dual_over_tape(taken, partials), tracing, inputs)
    wanted = {by for name in partials for by in variables(name, order)}
    value, gradient = vjp(
        taken,
        tracing,
        inputs,
        [name in wanted for name in taken.inputs],
        tracing.literal(Fraction(1)),
    )
    zero = tracing.literal(Fraction(0))
    found = {name: zero if g is None else g for name, g in zip(taken.inputs, gradient, strict=True)}
    return [value, *(found[name] for name in partials)]


def _conditions(form: Program, decided: dict[int, bool], tracing: Exactly) -> Iterator[Any]:
    """For every operation that f rests on the condition that it is analytic, for every comparison
    that it holds."""
    values: dict[int, Any] = dict(enumerate(tracing.inputs()))
    needed, certain = relied_on(form, decided), Certain(tracing)
    for eq in form.equations:
        if eq.output not in needed or (eq.entry.condition and not eq.entry.compares):
            continue
        if eq.params:
            values[eq.output] = tracing.literal(eq.params[0])
        elif eq.entry.compares:
            x, y = (values[i] for i in eq.inputs)
            yield certain.compared(
                eq.primitive if decided[eq.output] else OPPOSITE[eq.primitive], x, y
            )
        elif eq.entry.selects:
            values[eq.output] = values[eq.inputs[1 if decided[eq.inputs[0]] else 2]]
        else:
            arguments = [values[i] for i in eq.inputs]
            values[eq.output] = operation(tracing, eq.primitive)(*arguments)
            yield _analytic(eq, arguments, values[eq.output], certain)


def _analytic(eq: Equation, arguments: Sequence[Tracer], out: Tracer, certain: Certain) -> Any:
    """The condition that a primitive is analytic at its arguments; that a constant is a number is
    settled here."""
    if not certain.varies(out):
        return bool(to_arb(certain.balls(out)[0]).is_finite())
    if eq.entry.steps:
        return certain.compared("gt", arguments[0], out)
    separant = rules.separant(eq.primitive)
    if separant is not None:
        return certain.compared(
            "ne", evaluate(separant, certain, [*arguments, out])[0], certain.literal(Fraction(0))
        )
    domain = rules.domain(eq.primitive)
    if domain is None:
        return True
    inside = domain.by_output[domain.outputs[0]].inputs[0]  # a domain is where(inside, 1, 0)
    return evaluate(
        Program(domain.inputs, domain.equations, (inside,)).pruned(), certain, arguments
    )[0]


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


@lru_cache(maxsize=256)
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
    taken: Callable[[Ball], Ball] = _itself if rational else to_arb
    finite: Callable[[Any], bool] = _is_finite if rational else arb.is_finite
    straight = _straight(program, Balls(precision), taken, COMPARING if rational else INFIX)

    def enclosed(values: Sequence[Ball]) -> list[Ball] | None:
        before = ctx.prec
        ctx.prec = precision
        try:
            *found, certain = straight(*map(taken, values))
            return found if certain and all(map(finite, found)) else None
        finally:
            ctx.prec = before

    return enclosed


def _straight(
    program: Program, balls: Balls, taken: Callable[[Ball], Ball], infix: frozenset[str]
) -> Callable[..., Sequence[Any]]:
    """The Program as Python on balls: infix operators are their own, methods Arb's, and constants
    are computed once."""
    names = {
        slot: f"__c{slot}" for slot in program.constant & program.live
    }  # no input may have two underscores in front
    made = emit(program, dialect=Dialect(infix=infix), known=names)
    with balls.working():
        values = evaluate(
            replace(program, outputs=tuple(names)).pruned(),
            balls,
            [arb.nan()] * len(program.inputs),
        )
        constants = {name: taken(value) for name, value in zip(names.values(), values, strict=True)}
    functions = {
        called(name): getattr(arb, name)
        if name in ARB and taken is to_arb
        else operation(balls, name)
        for name in made.calls
    }
    function: Callable[..., Any] = made.function({**functions, **constants})
    return function


def _itself(x: Ball) -> Ball:
    return x


def _is_finite(x: Ball) -> bool:
    return isinstance(x, fmpq) or bool(x.is_finite())
