"""Reverse mode: a tape of operations with their local partials, swept back once (Linnainmaa 1970;
Speelpenning 1980).

`Recording` is a number system made from another one: running a Program on it writes the tape. One
sweep then gives the derivative with respect to every input, at a small constant times the cost of
the function, whatever the number of inputs.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from typing import Any, TypeAlias

from diffcmp.arithmetic.evaluate import carried_out, evaluate, operation
from diffcmp.arithmetic.system import NumberSystem, System
from diffcmp.engines.forward import local_partial, product
from diffcmp.engines.linear import added, call_on, fitted, pushed, structure_of, transposed, zeros
from diffcmp.primitives import TABLE
from diffcmp.primitives.record import Call
from diffcmp.primitives.shapes import Shape, Static
from diffcmp.program.ir import Program
from diffcmp.spans import Span


@dataclass(frozen=True, slots=True)
class Variable:
    """A value, and its place on the tape; place None for what does not vary."""

    value: Any
    place: int | None = None


Pullback: TypeAlias = Callable[[Any], Sequence[Any | None]]


class Recording(NumberSystem[Variable]):
    """The tape: for every varying value the places of its arguments, its pullback to them, and the
    span of the text that it came from, where `base` wants to know."""

    def __init__(self, base: System) -> None:
        self.base = base
        self.exact = base.exact
        self.spanned = base.spanned
        self.span: Span | None = None
        self.tape: list[tuple[Sequence[int], Pullback, Span | None]] = []

    def variable(self, value: Any) -> Variable:
        """A new independent variable."""
        return self.push(value, (), lambda cotangent: ())

    def push(self, value: Any, places: Sequence[int], pull: Pullback) -> Variable:
        """A value that varies with those at `places`."""
        self.tape.append((places, pull, self.span))
        return Variable(value, len(self.tape) - 1)

    def __repr__(self) -> str:
        return f"Recording({len(self.tape)} operations on {self.base!r})"

    def literal(self, value: Fraction) -> Variable:
        return Variable(self.base.literal(value))

    def mark(self, span: Span | None) -> None:
        self.span = span
        self.base.mark(span)

    def shape(self, value: Variable) -> Shape:
        return self.base.shape(value.value)

    def function(self, name: str) -> Callable[..., Any] | None:
        entry = TABLE[name]
        if self.exact and entry.definition and not entry.analytic:
            return None
        if entry.structure is not None:
            return partial(self.structural, name)
        apply = operation(self.base, name)
        if entry.connects:
            return apply
        if entry.compares:
            return lambda *variables: apply(*(v.value for v in variables))
        if entry.selects:
            return lambda p, x, y: self.record(name, apply, Variable(p), x, y)
        return partial(self.record, name, apply)

    def record(self, name: str, apply: Callable[..., Any], *arguments: Variable) -> Variable:
        """Carry out one primitive, and tape its partials: each cotangent is partial · cotangent."""
        base, values = self.base, [v.value for v in arguments]
        out = apply(*values)
        moving = [position for position, v in enumerate(arguments) if v.place is not None]
        if not moving:
            return Variable(out)
        partials = [local_partial(base, name, position, values, out) for position in moving]
        shapes = [base.shape(values[position]) for position in moving]

        def pull(cotangent: Any) -> list[Any]:
            terms = zip(partials, shapes, strict=True)
            return [
                fitted(base, "sum_to", product(base, p, cotangent), shape) for p, shape in terms
            ]

        return self.push(out, places(arguments), pull)

    def sweep_back(self, output: Variable, seed: Any) -> list[Any | None]:
        """The cotangent of every place on the tape, from `seed` at `output`; None is zero."""
        cotangents: list[Any | None] = [None] * len(self.tape)
        if output.place is None:
            return cotangents
        cotangents[output.place] = seed
        for place in range(output.place, -1, -1):
            if cotangents[place] is None:
                continue
            arguments, pull, span = self.tape[place]
            self.mark(span)
            for argument, term in zip(arguments, pull(cotangents[place]), strict=True):
                if term is not None:
                    self.mark(self.tape[argument][2])  # whose cotangents are added up
                    cotangents[argument] = added(self.base, cotangents[argument], term)
        return cotangents

    def structural(self, name: str, *arguments: Variable, static: Static = ()) -> Variable:
        """Carry out what moves and adds up elements, and write its transpose to the tape."""
        values = [v.value for v in arguments]
        out = carried_out(self.base, name, values, static)
        moving = [position for position, v in enumerate(arguments) if v.place is not None]
        if not moving:
            return Variable(out)
        call = call_on(self.base, values, static, out)
        linear = all(map(structure_of(name).linear_in, moving))
        pull = transposed(name, call, moving) if linear else self.retaped(name, call, moving)
        return self.push(out, places(arguments), pull)

    def retaped(self, name: str, call: Call, positions: Sequence[int]) -> Pullback:
        """The transpose of a pushforward: it is recorded on a tape of its own with the tangents,
        whatever their values, for variables, and swept back."""

        def pull(cotangent: Any) -> list[Any | None]:
            tape = Recording(self.base)
            tangents: list[Variable | None] = [None] * len(call.arguments)
            for position in positions:
                tangents[position] = tape.variable(zeros(self.base, call.shapes[position]))
            constants = [Variable(a) for a in call.arguments]
            again = call_on(tape, constants, call.static, Variable(call.out))
            tangent = pushed(tape, name, again, tangents)
            if tangent is None:
                return [None] * len(positions)
            return tape.sweep_back(tangent, cotangent)[: len(positions)]

        return pull


def places(arguments: Sequence[Variable]) -> list[int]:
    """The places of those that vary."""
    return [v.place for v in arguments if v.place is not None]


def vjp(
    program: Program, system: System, inputs: Sequence[Any], varying: Sequence[bool], seed: Any
) -> tuple[Any, list[Any | None]]:
    """Value of the first output, and the cotangent of every input that varies, from `seed`, that of
    the output.

    A cotangent of None is exactly zero: the output does not depend on that input.
    """
    tape = Recording(system)
    pairs = zip(inputs, varying, strict=True)
    variables = [tape.variable(x) if varies else Variable(x) for x, varies in pairs]
    output: Variable = evaluate(program, tape, variables)[0]
    cotangents = tape.sweep_back(output, seed)
    return output.value, [None if v.place is None else cotangents[v.place] for v in variables]
