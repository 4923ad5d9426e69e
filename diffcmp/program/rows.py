"""A Program that is carried out for many values of some of its inputs at once, one a row: what varies with them has an axis
more, in front. A number becomes a column, so that it meets vectors as it did.

Every row is bitwise what the Program gives for it alone, but for products with matrices, whose sums a library orders as it
likes.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

from diffcmp.primitives.arrays import Shape
from diffcmp.program.ir import Builder, Equation, Program


def in_rows(program: Program, names: Collection[str], count: int) -> Program:
    """The Program whose inputs `names` have `count` rows, as all of its outputs have: `(count, n)` for a vector of n,
    `(count, 1)` for a number.

    Raises
    ------
    NotImplementedError: where a matrix, or linear algebra, varies with them.
    """
    return _Rows(program, names, count).program()


class _Rows:
    """The new Program in the making; `rows` holds the slots of it that have an axis more."""

    def __init__(self, program: Program, names: Collection[str], count: int) -> None:
        self.old = program
        self.count = count
        varying = [i for i, name in enumerate(program.inputs) if name in names]
        shapes = [self.wide(program.dims[i]) if i in varying else program.dims[i] for i in range(len(program.inputs))]
        self.builder = Builder(program.inputs, tuple(shapes))
        self.rows = set(varying)

    def wide(self, shape: Shape) -> Shape:
        """The shape of as many rows."""
        if len(shape) > 1:
            raise NotImplementedError("a matrix in each row")
        return (self.count, *(shape or (1,)))

    def program(self) -> Program:
        slots = {i: i for i in range(len(self.old.inputs))}
        for eq in self.old.equations:
            inputs = [slots[i] for i in eq.inputs]
            if self.rows.isdisjoint(inputs):
                slots[eq.output] = self.builder.add(eq.primitive, inputs, eq.params, eq.span, eq.static)
            else:
                slots[eq.output] = self.widened(eq, inputs)
                self.rows.add(slots[eq.output])
        outputs = [self.repeated(slots[i], self.wide(self.old.dims[i])) for i in self.old.outputs]
        return self.builder.program(outputs)

    def add(self, name: str, *inputs: int, static: tuple[Any, ...] = ()) -> int:
        return self.builder.add(name, inputs, static=static)

    def repeated(self, slot: int, shape: Shape) -> int:
        """The same value in every row, where it varies with none."""
        return slot if self.builder.dims[slot] == shape else self.add("broadcast", slot, static=(shape,))

    def widened(self, eq: Equation, inputs: list[int]) -> int:
        """An equation on rows."""
        shape = self.wide(eq.shape)
        if eq.entry.structure is None:
            return self.repeated(self.builder.add(eq.primitive, inputs, span=eq.span), shape)
        if eq.primitive not in _STRUCTURAL:
            raise NotImplementedError(eq.primitive)
        return _STRUCTURAL[eq.primitive](self, eq, inputs, shape)

    def key(self, key: tuple[Any, ...]) -> tuple[Any, ...]:
        """A key of a vector, for all rows."""
        return ((0, self.count, 1), *((k, k + 1, 1) if isinstance(k, int) else k for k in key))

    def total(self, slot: int) -> int:
        """The sum of each row."""
        return self.add("sum_to", slot, static=((self.count, 1),))

    def matmul(self, eq: Equation, inputs: list[int], shape: Shape) -> int:
        (left, right), (x, y) = inputs, (self.old.dims[i] for i in eq.inputs)
        if len(x) == len(y) == 1:
            return self.total(self.add("mul", left, right))
        matrix = left if len(x) == 2 else right
        if matrix in self.rows:
            raise NotImplementedError("a matrix in each row")
        return self.add("matmul", right, self.add("transpose", left)) if matrix == left else self.add("matmul", left, right)

    def stack(self, eq: Equation, inputs: list[int], shape: Shape) -> int:
        """The numbers of each row, column by column."""
        columns = [self.add("take", self.repeated(i, (self.count, 1)), static=(((0, self.count, 1), 0),)) for i in inputs]
        return self.add("transpose", self.add("stack", *columns))

    def softmax_along(self, eq: Equation, inputs: list[int], shape: Shape) -> int:
        if inputs[0] in self.rows:
            raise NotImplementedError(eq.primitive)
        return self.add("softmax_along", *inputs)

    def solve(self, eq: Equation, inputs: list[int], shape: Shape) -> int:
        if inputs[0] in self.rows:
            raise NotImplementedError(eq.primitive)
        return self.add("transpose", self.add("solve", inputs[0], self.add("transpose", inputs[1])))

    def cumsum(self, eq: Equation, inputs: list[int], shape: Shape) -> int:
        return self.add("transpose", self.add("cumsum", self.add("transpose", inputs[0]), static=eq.static))


_STRUCTURAL: dict[str, Callable[[_Rows, Equation, list[int], Shape], int]] = {
    "take": lambda r, eq, inputs, shape: r.add("take", *inputs, static=(r.key(eq.static[0]),)),
    "put": lambda r, eq, inputs, shape: r.add("put", *inputs, static=(r.key(eq.static[0]), shape)),
    "broadcast": lambda r, eq, inputs, shape: r.repeated(inputs[0], shape),
    "sum_to": lambda r, eq, inputs, shape: inputs[0] if r.builder.dims[inputs[0]] == shape else r.total(inputs[0]),
    "transpose": lambda r, eq, inputs, shape: inputs[0],
    "cumsum": _Rows.cumsum, "matmul": _Rows.matmul, "stack": _Rows.stack, "softmax_along": _Rows.softmax_along,
    "solve": _Rows.solve,
}  # fmt: skip
"""How each structural primitive is carried out on rows; shape: that of the result."""
