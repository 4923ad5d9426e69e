"""Tracers: running a Program, or a whole engine, on them writes a new Program.

`Duals(Tracing(builder))` gives the tangent Program, `Recording(Tracing(builder))` the adjoint one. What is known while
tracing is settled there: conditions and integer arithmetic between literals, products and quotients
with 1: all leave every result bitwise as it is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from diffcmp.arithmetic.system import NumberSystem
from diffcmp.program.ir import Builder

_SAFE = 2**53  # integers up to here are exact in float64

_COMPARISONS: dict[str, Callable[[Fraction, Fraction], bool]] = {
    "lt": lambda x, y: x < y, "le": lambda x, y: x <= y, "gt": lambda x, y: x > y,
    "ge": lambda x, y: x >= y, "eq": lambda x, y: x == y, "ne": lambda x, y: x != y,
}  # fmt: skip
_INTEGERS: dict[str, Callable[..., Fraction]] = {
    "add": lambda x, y: x + y, "sub": lambda x, y: x - y, "mul": lambda x, y: x * y, "neg": lambda x: -x,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Tracer:
    """A slot of the Program under construction, and its exact value where that is an integer literal."""

    slot: int
    value: Fraction | None = None


class Tracing(NumberSystem[Any]):
    """Numbers that are slots of `builder`. Conditions are tracers too, or `bool` where both sides are literals.

    Equal operations on equal slots are traced once.
    """

    def __init__(self, builder: Builder) -> None:
        super().__init__()
        self.builder = builder
        self.shared: dict[tuple[object, ...], Tracer] = {}

    def inputs(self) -> list[Tracer]:
        """One tracer for each input of the builder."""
        return [Tracer(i) for i in range(len(self.builder.inputs))]

    def literal(self, value: Fraction) -> Tracer:
        return self.made(("literal", value), lambda: self.builder.literal(value), value)

    def made(self, key: tuple[object, ...], slot: Callable[[], int], value: Fraction | None = None) -> Tracer:
        """The tracer for `key`: the one made before, or a new equation."""
        known = self.shared.get(key)
        if known is None:
            known = self.shared[key] = Tracer(slot(), value)
        return known

    def function(self, name: str) -> Callable[..., Any] | None:
        def traced(*arguments: Any) -> Any:
            settled = self.settled(name, arguments)
            return self.equation(name, arguments) if settled is None else settled

        return traced

    def equation(self, name: str, arguments: tuple[Any, ...]) -> Tracer:
        slots = [self.slot(a) for a in arguments]
        return self.made((name, *slots), lambda: self.builder.add(name, slots))

    def slot(self, value: Any) -> int:
        """The slot of a tracer; a settled condition is written as a comparison of two literals."""
        if isinstance(value, Tracer):
            return value.slot
        one = self.literal(Fraction(1))
        return self.equation("eq" if value else "ne", (one, one)).slot

    def settled(self, name: str, arguments: tuple[Any, ...]) -> Any | None:
        """The result where it is known without computing, else None."""
        if name == "where":
            test, x, y = arguments
            return (x if test else y) if isinstance(test, bool) else x if x == y else None
        if name in ("and", "or", "not"):
            return self.settled_logic(name, arguments)
        values = [a.value for a in arguments]
        if name in _COMPARISONS:
            return None if None in values else _COMPARISONS[name](*values)
        if name in _INTEGERS and None not in values:
            out = _INTEGERS[name](*values)
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
            if isinstance(test, bool):
                return other if test == (name == "and") else test
        return None
