"""Tracers: running a Program, or a whole engine, on them writes a new Program.

`Duals(Tracing(builder))` gives the tangent Program, `Recording(Tracing(builder))` the adjoint one.
What is known while tracing is settled there: conditions and integer arithmetic between literals,
products and quotients with 1, numbers that are repeated only to meet an array. All of this leaves
every result bitwise as it is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from diffcmp.arithmetic.system import COMPARISONS, OPERATORS, NumberSystem
from diffcmp.primitives import TABLE
from diffcmp.primitives.shapes import Shape, Static, broadcast_shapes
from diffcmp.program.ir import Builder, Program
from diffcmp.spans import Span

_SAFE = 2**53  # integers up to here are exact in float64


@dataclass(frozen=True, slots=True)
class Tracer:
    """A slot of the Program under construction, the exact value of all its elements where that is
    an integer literal, and what it repeats where it is a broadcast."""

    slot: int
    value: Fraction | None = None
    repeats: Tracer | None = None


class Tracing(NumberSystem[Any]):
    """Numbers and arrays that are slots of `builder`. Conditions are tracers too, or `bool` where
    both sides are literals.

    Equal operations on equal slots are traced once. An equation carries the span of the text that
    was being carried out when it was first traced.
    """

    spanned = True

    def __init__(self, builder: Builder, text: str = "") -> None:
        self.builder = builder
        self.text = text
        self.span: Span | None = None
        self.shared: dict[tuple[object, ...], Tracer] = {}

    def mark(self, span: Span | None) -> None:
        self.span = span

    def inputs(self) -> list[Tracer]:
        """One tracer for each input of the builder."""
        return [Tracer(i) for i in range(len(self.builder.inputs))]

    def program(self, *values: Any) -> Program:
        """The Program of some values, and of what these need; None is exactly zero."""
        slots = [self.slot(self.literal(Fraction(0)) if v is None else v) for v in values]
        return self.builder.program(slots, self.text).pruned()

    def literal(self, value: Fraction) -> Tracer:
        key = "literal", value
        return self.once(key, lambda: self.builder.literal(value, self.span), value=value)

    def shape(self, value: Any) -> Shape:
        return self.builder.dims[value.slot] if isinstance(value, Tracer) else ()

    def once(self, key: tuple[object, ...], slot: Callable[[], int], **known: Any) -> Tracer:
        """The tracer for `key`: the one made before, or a new one with what is `known` of it."""
        tracer = self.shared.get(key)
        if tracer is None:
            tracer = self.shared[key] = Tracer(slot(), **known)
        return tracer

    def function(self, name: str) -> Callable[..., Any] | None:
        if TABLE[name].structure is not None:
            return lambda *arguments, static=(): self.structural(name, arguments, static)

        def traced(*arguments: Any) -> Any:
            settled = self.settled(name, arguments)
            if settled is None:
                return self.equation(name, self.met(arguments))
            return self.broadcast(settled, broadcast_shapes(*map(self.shape, arguments)))

        return traced

    def met(self, arguments: tuple[Any, ...]) -> tuple[Any, ...]:
        """The arguments, less the repetition of a number that meets an array anyway."""
        alone = tuple(a.repeats or a if isinstance(a, Tracer) else a for a in arguments)
        if alone == arguments:
            return arguments
        shapes = [broadcast_shapes(*map(self.shape, group)) for group in (alone, arguments)]
        return alone if shapes[0] == shapes[1] else arguments

    def structural(self, name: str, arguments: tuple[Any, ...], static: Static) -> Any:
        """An equation; none where a repetition or a sum changes nothing."""
        if name == "broadcast" or (name == "sum_to" and self.shape(arguments[0]) == static[0]):
            return self.broadcast(arguments[0], static[0])
        return self.equation(name, arguments, static)

    def broadcast(self, value: Any, shape: Shape) -> Any:
        """`value`, with its known value, repeated to `shape`. A settled condition stays."""
        if not isinstance(value, Tracer) or self.shape(value) == shape:
            return value
        return self.once(
            ("broadcast", value.slot, (shape,)),
            lambda: self.builder.add("broadcast", [value.slot], (), self.span, (shape,)),
            value=value.value,
            repeats=None if self.shape(value) else value,
        )

    def equation(self, name: str, arguments: tuple[Any, ...], static: Static = ()) -> Tracer:
        slots = [self.slot(a) for a in arguments]
        key = (name, *slots, static)
        return self.once(key, lambda: self.builder.add(name, slots, (), self.span, static))

    def slot(self, value: Any) -> int:
        """The slot of a tracer; a settled condition is written as a comparison of two literals."""
        if isinstance(value, Tracer):
            return value.slot
        one = self.literal(Fraction(1))
        return self.equation("eq" if value else "ne", (one, one)).slot

    def settled(self, name: str, arguments: tuple[Any, ...]) -> Any | None:
        """The result where it is known without computing, else None."""
        entry = TABLE[name]
        if entry.selects:
            test, x, y = arguments
            if isinstance(test, bool):
                return x if test else y
            return x if x == y else None
        if entry.connects:
            return self.settled_logic(name, arguments)
        values = [a.value for a in arguments]
        if entry.compares:
            known = None not in values and not any(map(self.shape, arguments))
            return COMPARISONS[name](*values) if known else None
        if entry.ring and None not in values:
            out = OPERATORS[name](*values)
            if out != 0 and abs(out) < _SAFE and all(v.denominator == 1 for v in values):
                return self.literal(out)
        if name == "mul" and 1 in values:
            return arguments[1 - values.index(1)]
        if name == "mul" and -1 in values:
            return self.equation("neg", (arguments[1 - values.index(-1)],))
        if name in ("div", "power", "pow") and values[1] == 1:
            return arguments[0]
        return None

    def settled_logic(self, name: str, arguments: tuple[Any, ...]) -> Any | None:
        if name == "not":
            return not arguments[0] if isinstance(arguments[0], bool) else None
        for test, other in (arguments, arguments[::-1]):
            if isinstance(test, bool) and test == (name == "and"):
                return other
            if isinstance(test, bool) and not self.shape(other):
                return test
        return None
