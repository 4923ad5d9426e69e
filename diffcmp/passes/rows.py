"""A Program for many values of some of its inputs at once, one a row: what varies with them has an
axis more, in front, and a number becomes a column. Every row is bitwise what the Program gives for
it alone, but for products with matrices, whose sums a library orders as it likes.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from diffcmp.primitives.record import Call
from diffcmp.primitives.rowwise import wide
from diffcmp.primitives.shapes import Shape
from diffcmp.program.ir import Builder, Equation, Program


def in_rows(program: Program, names: Collection[str], count: int) -> Program:
    """The Program whose inputs `names` have `count` rows, as all of its outputs have: `(count, n)`
    for a vector of n, `(count, 1)` for a number. Raises NotImplementedError where a matrix, or
    linear algebra, varies with them.
    """
    return _Rows(program, names, count).program()


class _Rows:
    """The new Program in the making; `rows` holds the slots of it that have an axis more."""

    def __init__(self, program: Program, names: Collection[str], count: int) -> None:
        self.old = program
        self.count = count
        self.rows = {i for i, name in enumerate(program.inputs) if name in names}
        shapes = [program.dims[i] for i in range(len(program.inputs))]
        for i in self.rows:
            shapes[i] = self.wide(shapes[i])
        self.builder = Builder(program.inputs, tuple(shapes))

    def wide(self, shape: Shape) -> Shape:
        """The shape of as many rows."""
        return wide(shape, self.count)

    def program(self) -> Program:
        slots = {i: i for i in range(len(self.old.inputs))}
        for eq in self.old.equations:
            inputs = [slots[i] for i in eq.inputs]
            if self.rows.isdisjoint(inputs):
                slots[eq.output] = self.builder.copied(eq, inputs)
            else:
                slots[eq.output] = self.widened(eq, inputs)
                self.rows.add(slots[eq.output])
        outputs = [self.repeated(slots[i], self.wide(self.old.dims[i])) for i in self.old.outputs]
        return self.builder.program(outputs)

    def add(self, name: str, *inputs: int, static: tuple[Any, ...] = ()) -> int:
        return self.builder.add(name, inputs, static=static)

    def repeated(self, slot: int, shape: Shape) -> int:
        """A value that varies with no row, repeated in every one of them."""
        if self.builder.dims[slot] == shape:
            return slot
        return self.add("broadcast", slot, static=(shape,))

    def widened(self, eq: Equation, inputs: list[int]) -> int:
        """An equation on rows."""
        shape = self.wide(eq.shape)
        if eq.entry.structure is None:
            return self.repeated(self.builder.add(eq.primitive, inputs, span=eq.span), shape)
        rule = eq.entry.structure.rows
        if rule is None:
            raise NotImplementedError(eq.primitive)
        varying = [slot in self.rows for slot in inputs]
        shapes = [self.old.dims[i] for i in eq.inputs]
        slot: int = rule(Call(self.add, inputs, shapes, eq.static), varying, shape)
        return slot
