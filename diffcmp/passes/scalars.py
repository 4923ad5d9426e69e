"""An array Program as one of numbers, which is what balls, series, symbols and zeros know: every
element of every value is a value of its own. NumPy moves and adds up slots as it does floats."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from diffcmp.caches import remembered
from diffcmp.errors import InputError
from diffcmp.primitives.shapes import Shape
from diffcmp.program.elements import components, indices
from diffcmp.program.ir import Builder, Equation, Program
from diffcmp.spans import Span

if TYPE_CHECKING:
    import numpy as np

Grid: TypeAlias = "np.ndarray[Any, Any]"  # of elements


@dataclass(frozen=True, slots=True, eq=False)
class _Element:
    """A slot of the scalar Program; Python's operators, as NumPy calls them, append equations."""

    slot: int
    builder: Builder
    span: Span | None

    def __add__(self, other: Any) -> _Element:
        return self if _is_zero(other) else self.joined("add", other)

    def __radd__(self, other: Any) -> _Element:
        return self if _is_zero(other) else NotImplemented

    def __sub__(self, other: _Element) -> _Element:
        return self.joined("sub", other)

    def __mul__(self, other: _Element) -> _Element:
        return self.joined("mul", other)

    def __neg__(self) -> _Element:
        return self.joined("neg")

    def __truediv__(self, whole: int) -> _Element:
        return self.joined("div", self.literal(whole))

    def joined(self, name: str, *others: _Element) -> _Element:
        """A primitive of this and other elements."""
        slots = [self.slot, *(other.slot for other in others)]
        return _Element(self.builder.add(name, slots, span=self.span), self.builder, self.span)

    def literal(self, value: int) -> _Element:
        """A number."""
        return _Element(self.builder.literal(value, self.span), self.builder, self.span)


def _is_zero(value: Any) -> bool:
    return isinstance(value, int) and value == 0


@remembered
def scalarised(program: Program) -> Program:
    """The function that a Program is, as one of numbers. Inputs are called `x[0]`, `A[0,1]` …, and
    there is an output for every element of every output, row by row; spans stay what they are, and
    so do labels of numbers. Raises InputError where a matrix is too large for its linear algebra to
    be carried out by components.

    >>> from diffcmp.language.parser import parse
    >>> scalarised(parse("sum(x**2)", shapes={"x": (2,)})).inputs
    ('x[0]', 'x[1]')
    """
    if program.scalar:
        return program
    names = [components(name, program.dims[i]) for i, name in enumerate(program.inputs)]
    builder = Builder(tuple(n for group in names for n in group))
    values: dict[int, Grid] = {}
    first = 0
    for i, group in enumerate(names):
        slots = [_Element(first + k, builder, None) for k in range(len(group))]
        values[i] = _array(slots, program.dims[i])
        first += len(group)
    for eq in program.equations:
        if eq.output in program.live:
            try:
                values[eq.output] = _elements(eq, [values[i] for i in eq.inputs], builder)
            except InputError as refused:
                raise InputError(refused.fault, program.text, eq.span, **refused.facts) from None
    outputs = [element.slot for i in program.outputs for element in values[i].flat]
    numbers = {i: value.item().slot for i, value in values.items() if not value.shape}
    labels = [(label, numbers[i]) for label, i in program.labels if i in numbers]
    return builder.program(outputs, program.text, labels)


def _array(elements: list[_Element], shape: Shape) -> Grid:
    import numpy as np

    array = np.empty(len(elements), object)
    array[:] = elements
    return array.reshape(shape)


def _elements(eq: Equation, arguments: list[Grid], builder: Builder) -> Grid:
    """The elements of one equation."""
    import numpy as np

    if eq.params or not eq.inputs:
        slot = builder.add(eq.primitive, (), eq.params, eq.span)
        return _array([_Element(slot, builder, eq.span)], ())
    structure = eq.entry.structure
    if structure is None:
        grid = [argument.flat for argument in np.broadcast_arrays(*arguments)]
        parts = ([x.slot for x in xs] for xs in zip(*grid, strict=True))
        slots = [builder.add(eq.primitive, part, span=eq.span) for part in parts]
        return _array([_Element(slot, builder, eq.span) for slot in slots], eq.shape)
    here = []  # elements whose operators write equations of this span
    for argument in arguments:
        elements = [_Element(x.slot, builder, eq.span) for x in argument.flat]
        here.append(_array(elements, argument.shape))
    out = np.empty(eq.shape, object)
    if structure.exact is not None:
        out[...] = structure.exact(lambda name, x, *others: x.joined(name, *others), *here)
        return out
    out[...] = structure.apply(eq.static, *here)
    if eq.primitive == "put":
        zero = _Element(builder.literal(0, eq.span), builder, eq.span)
        for index in indices(eq.shape):
            if not isinstance(out[index], _Element):
                out[index] = zero
    return out
