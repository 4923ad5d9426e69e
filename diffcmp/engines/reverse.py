"""Reverse mode: a tape of operations with their local partials, swept back once (Linnainmaa 1970; Speelpenning 1980).

`Recording` is a number system made from another one: running a Program on it writes the tape. One sweep then gives the
derivative with respect to every input, at a small constant times the cost of the function, whatever the number of inputs.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from diffcmp.arithmetic.system import NumberSystem
from diffcmp.engines.evaluate import evaluate, operation
from diffcmp.engines.forward import local_partial, product
from diffcmp.primitives import TABLE
from diffcmp.program.ir import Program


@dataclass(frozen=True, slots=True)
class Variable:
    """A value, and its place on the tape; place None for what does not vary."""

    value: Any
    place: int | None = None


class Recording(NumberSystem[Variable]):
    """The tape: for every varying value the places of its arguments and the partial with respect to each."""

    def __init__(self, base: NumberSystem[Any]) -> None:
        super().__init__()
        self.base = base
        self.exact = base.exact
        self.tape: list[list[tuple[int, Any]]] = []

    def variable(self, value: Any) -> Variable:
        """A new independent variable."""
        return self.push(value, [])

    def push(self, value: Any, partials: list[tuple[int, Any]]) -> Variable:
        self.tape.append(partials)
        return Variable(value, len(self.tape) - 1)

    def literal(self, value: Fraction) -> Variable:
        return Variable(self.base.literal(value))

    def function(self, name: str) -> Callable[..., Any] | None:
        entry = TABLE[name]
        if self.exact and entry.definition:
            return None
        apply = operation(self.base, name)
        if entry.condition:
            conditions = "and", "or", "not"
            return apply if name in conditions else lambda *v: apply(*(x.value for x in v))
        if entry.selects:
            return lambda p, *v: self.record(name, apply, (Variable(p), *v))
        return lambda *v: self.record(name, apply, v)

    def record(self, name: str, apply: Callable[..., Any], arguments: Sequence[Variable]) -> Variable:
        """Carry out one primitive and write its local partials to the tape."""
        values = [v.value for v in arguments]
        out = apply(*values)
        partials = [
            (v.place, local_partial(self.base, name, position, values, out))
            for position, v in enumerate(arguments)
            if v.place is not None
        ]
        return self.push(out, partials) if partials else Variable(out)

    def sweep_back(self, output: Variable, seed: Any) -> list[Any | None]:
        """The cotangent of every place on the tape, from `seed` at `output`; None is exactly zero."""
        cotangents: list[Any | None] = [None] * len(self.tape)
        if output.place is None:
            return cotangents
        cotangents[output.place] = seed
        for place in range(output.place, -1, -1):
            cotangent = cotangents[place]
            if cotangent is None:
                continue
            for argument, partial in self.tape[place]:
                term = product(self.base, partial, cotangent)
                before = cotangents[argument]
                cotangents[argument] = term if before is None else operation(self.base, "add")(before, term)
        return cotangents


def vjp(
    program: Program, system: NumberSystem[Any], inputs: Sequence[Any], varying: Sequence[bool], seed: Any
) -> tuple[Any, list[Any | None]]:
    """Value of the first output, and `seed` times its derivative with respect to every input that varies.

    A derivative of None is exactly zero: the output does not depend on that input.
    """
    tape = Recording(system)
    variables = [tape.variable(x) if v else Variable(x) for x, v in zip(inputs, varying, strict=True)]
    output: Variable = evaluate(program, tape, variables)[0]
    cotangents = tape.sweep_back(output, seed)
    return output.value, [None if v.place is None else cotangents[v.place] for v in variables]
