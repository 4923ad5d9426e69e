"""Writes the functions of arrays: a builder, and the span that all of their equations get."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from diffcmp.primitives.shapes import Key, Shape, Static
from diffcmp.program.ir import Builder
from diffcmp.spans import Span


@dataclass(frozen=True, slots=True)
class Writer:
    """Appends equations to a builder, all with the span of the call that they come from."""

    builder: Builder
    span: Span | None = None

    def __call__(self, name: str, *slots: int, static: Static = ()) -> int:
        return self.builder.add(name, slots, span=self.span, static=static)

    def literal(self, value: Fraction | int) -> int:
        """An exact number."""
        return self.builder.literal(value, self.span)

    def shape(self, slot: int) -> Shape:
        """The shape of a value."""
        return self.builder.dims[slot]

    def value(self, slot: int) -> Fraction | None:
        """The number that is written there, or None for what is no literal."""
        place = slot - len(self.builder.inputs)
        params = self.builder.equations[place].params if place >= 0 else ()
        return params[0] if params else None

    def take(self, slot: int, *key: Key) -> int:
        """An element, a row or a slice."""
        return self("take", slot, static=(key,))
