"""The Program: a function as typed, in static single assignment form. Nothing in it is ever
simplified.

A *slot* is the number of a value: a number, a vector or a matrix. The inputs are slots 0 … n-1;
every equation defines one further slot from earlier ones, so that the order of the equations is an
order of evaluation. Every equation keeps its shape and the span of the user's text that it came
from. This module holds the records and the builder that makes them; it knows no arithmetic.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property

from diffcmp.primitives.record import TABLE, Primitive
from diffcmp.primitives.shapes import Shape, Static, broadcast_shapes
from diffcmp.spans import Span, shortened

SHOWN = 60  # characters of a text in a debugger


@dataclass(frozen=True, slots=True)
class Equation:
    """`output = primitive(*inputs)`; `params` holds the exact value of a literal, `static` what a
    structural primitive knows beforehand: an index, an axis, a shape."""

    primitive: str
    inputs: tuple[int, ...]
    output: int
    params: tuple[Fraction, ...] = ()
    span: Span | None = None
    static: Static = ()
    shape: Shape = ()

    def __repr__(self) -> str:
        arguments = [*(f"%{i}" for i in self.inputs), *map(str, (*self.params, *self.static))]
        return f"<%{self.output} = {self.primitive}({', '.join(arguments)})>"

    @property
    def entry(self) -> Primitive:
        """The primitive's entry in the table."""
        return TABLE[self.primitive]

    @property
    def dtype(self) -> str:
        """`bool` for a condition, else `real`."""
        return "bool" if self.entry.condition else "real"


@dataclass(frozen=True, eq=False)
class Program:
    """Inputs, equations in order of evaluation, and the slots of the outputs.

    `labels` are the names that the user gave to slots in statements (`u = sin(x); …`), in the order
    of the statements. `shapes` holds the shape of every input; () where all are numbers. Programs
    compare by identity; `structure` compares two of them.
    """

    inputs: tuple[str, ...]
    equations: tuple[Equation, ...]
    outputs: tuple[int, ...]
    text: str = ""
    labels: tuple[tuple[str, int], ...] = ()
    shapes: tuple[Shape, ...] = ()

    def __repr__(self) -> str:
        return f"<Program {shortened(self.text, SHOWN)!r} {_contents(self.inputs, self.equations)}>"

    @cached_property
    def dims(self) -> dict[int, Shape]:
        """The shape of every slot."""
        shapes = dict(enumerate(self.shapes or ((),) * len(self.inputs)))
        return shapes | {eq.output: eq.shape for eq in self.equations}

    @cached_property
    def scalar(self) -> bool:
        """Whether every value in it is a number."""
        return not any(self.shapes) and all(
            not eq.shape and eq.entry.structure is None for eq in self.equations
        )

    @cached_property
    def by_output(self) -> dict[int, Equation]:
        """The equation that defines each slot."""
        return {eq.output: eq for eq in self.equations}

    @cached_property
    def size(self) -> int:
        """The number of slots."""
        return 1 + max((eq.output for eq in self.equations), default=len(self.inputs) - 1)

    @cached_property
    def structure(self) -> tuple[object, ...]:
        """What two equal Programs have in common: everything but text, labels and spans."""
        equations = tuple(
            (e.primitive, e.inputs, e.output, e.params, e.static) for e in self.equations
        )
        return self.inputs, self.shapes, equations, self.outputs

    def active(self, wrt: Iterable[str]) -> set[int]:
        """The slots that depend on one of the inputs named in `wrt`."""
        places = {name: i for i, name in enumerate(self.inputs)}
        slots = {places[name] for name in wrt}
        for eq in self.equations:
            if any(i in slots for i in eq.inputs):
                slots.add(eq.output)
        return slots

    @cached_property
    def constant(self) -> frozenset[int]:
        """The slots that depend on no input at all."""
        return frozenset(range(self.size)) - self.active(self.inputs)

    @cached_property
    def live(self) -> frozenset[int]:
        """The slots that an output depends on."""
        slots = set(self.outputs)
        for eq in reversed(self.equations):
            if eq.output in slots:
                slots.update(eq.inputs)
        return frozenset(slots)

    def pruned(self) -> Program:
        """The Program without the equations that no output needs."""
        return replace(self, equations=tuple(eq for eq in self.equations if eq.output in self.live))

    def literal(self, slot: int) -> Fraction | None:
        """The exact number that a slot is written as; None for what is no literal."""
        eq = self.by_output.get(slot)
        return eq.params[0] if eq is not None and eq.params else None

    def piece(self, eq: Equation) -> str:
        """The user's text of one equation, or "" where it has none."""
        return eq.span.cut(self.text) if eq.span is not None else ""


@dataclass(slots=True)
class Builder:
    """Makes a Program, equation by equation. `shapes`: of every input; () where all are numbers."""

    inputs: tuple[str, ...] = ()
    shapes: tuple[Shape, ...] = ()
    equations: list[Equation] = field(default_factory=list)
    varying: list[bool] = field(default_factory=list)
    dims: list[Shape] = field(default_factory=list)

    def __repr__(self) -> str:
        return f"<Builder {_contents(self.inputs, self.equations)}>"

    def __post_init__(self) -> None:
        self.shapes = self.shapes if any(self.shapes) else ()
        self.varying = [True] * len(self.inputs)
        self.dims = list(self.shapes or ((),) * len(self.inputs))

    def add(
        self,
        name: str,
        inputs: Sequence[int] = (),
        params: tuple[Fraction, ...] = (),
        span: Span | None = None,
        static: Static = (),
    ) -> int:
        """Append `name(*inputs)` and return its slot. A power with a constant exponent becomes
        `power`, others `pow`. Raises ShapeMismatch where the shapes of the arguments do not go
        together.
        """
        if name in ("pow", "power"):
            name = "pow" if self.varying[inputs[1]] else "power"
        structure = TABLE[name].structure
        shapes = [self.dims[i] for i in inputs]
        shape: Shape = ()
        if structure:
            shape = structure.shape(static, *shapes)
        elif any(shapes):
            shape = broadcast_shapes(*shapes)
        slot = len(self.varying)
        self.equations.append(Equation(name, tuple(inputs), slot, params, span, static, shape))
        self.varying.append(any(self.varying[i] for i in inputs))
        self.dims.append(shape)
        return slot

    def literal(self, value: Fraction | int, span: Span | None = None) -> int:
        """Append an exact number."""
        return self.add("literal", (), (Fraction(value),), span)

    def copied(self, eq: Equation, inputs: Sequence[int]) -> int:
        """Append an equation as it is, on other slots, and return its slot."""
        return self.add(eq.primitive, inputs, eq.params, eq.span, eq.static)

    def appended(
        self, program: Program, arguments: Sequence[int], spans: bool = True
    ) -> tuple[int, ...]:
        """Append `program` with `arguments` for its inputs, and return the slots of its outputs."""
        slots = dict(enumerate(arguments))
        for eq in program.equations:
            inputs, span = [slots[i] for i in eq.inputs], eq.span if spans else None
            slots[eq.output] = self.add(eq.primitive, inputs, eq.params, span, eq.static)
        return tuple(slots[i] for i in program.outputs)

    def program(
        self, outputs: Sequence[int], text: str = "", labels: Sequence[tuple[str, int]] = ()
    ) -> Program:
        """The finished Program."""
        return Program(
            self.inputs, tuple(self.equations), tuple(outputs), text, tuple(labels), self.shapes
        )


def constant(value: Fraction) -> Program:
    """The Program without inputs whose value is an exact number."""
    return Program((), (Equation("literal", (), 0, (value,)),), (0,))


def _contents(inputs: Sequence[str], equations: Sequence[Equation]) -> str:
    """The inputs and the number of equations, for a debugger."""
    return f"of {shortened(', '.join(inputs[:60]), SHOWN) or 'nothing'}: {len(equations)} equations"
