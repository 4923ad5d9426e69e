"""The Program: a function as typed, in static single assignment form. Nothing in it is ever simplified.

A *slot* is the number of a value. The inputs are slots 0 … n-1; every equation defines one further slot from earlier
ones, so that the order of the equations is an order of evaluation. Every equation keeps the span of the user's text that
it came from. This module holds the records and the builder that makes them; it knows no arithmetic.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property

from diffcmp.primitives.record import TABLE, Primitive
from diffcmp.spans import Span


@dataclass(frozen=True, slots=True)
class Equation:
    """`output = primitive(*inputs)`; `params` holds the exact value of a literal."""

    primitive: str
    inputs: tuple[int, ...]
    output: int
    params: tuple[Fraction, ...] = ()
    span: Span | None = None

    @property
    def entry(self) -> Primitive:
        """The primitive's entry in the table."""
        return TABLE[self.primitive]


@dataclass(frozen=True, eq=False)
class Program:
    """Inputs, equations in order of evaluation, and the slots of the outputs.

    `labels` are the names that the user gave to slots in statements (`u = sin(x); …`), in the order of the statements.
    Programs compare by identity; `structure` compares two of them.
    """

    inputs: tuple[str, ...]
    equations: tuple[Equation, ...]
    outputs: tuple[int, ...]
    text: str = ""
    labels: tuple[tuple[str, int], ...] = ()

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
        """What two equal programs have in common: everything but text, labels and spans."""
        return self.inputs, tuple((e.primitive, e.inputs, e.output, e.params) for e in self.equations), self.outputs

    def active(self, wrt: Iterable[str]) -> set[int]:
        """The slots that depend on one of the inputs named in `wrt`."""
        slots = {self.inputs.index(name) for name in wrt}
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
        """The same without the equations that no output needs."""
        return replace(self, equations=tuple(eq for eq in self.equations if eq.output in self.live))

    def piece(self, eq: Equation) -> str:
        """The user's text of one equation, or "" where it has none."""
        return eq.span.cut(self.text) if eq.span is not None else ""


@dataclass(slots=True)
class Builder:
    """Makes a Program, one equation at a time."""

    inputs: tuple[str, ...] = ()
    equations: list[Equation] = field(default_factory=list)
    varying: list[bool] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.varying = [True] * len(self.inputs)

    def add(
        self, name: str, inputs: Sequence[int] = (), params: tuple[Fraction, ...] = (), span: Span | None = None
    ) -> int:
        """Append `name(*inputs)` and return its slot. A power with a constant exponent becomes `power`, others `pow`."""
        if name in ("pow", "power"):
            name = "pow" if self.varying[inputs[1]] else "power"
        slot = len(self.varying)
        self.equations.append(Equation(name, tuple(inputs), slot, params, span))
        self.varying.append(any(self.varying[i] for i in inputs))
        return slot

    def literal(self, value: Fraction | int, span: Span | None = None) -> int:
        """Append an exact number."""
        return self.add("literal", (), (Fraction(value),), span)

    def inline(self, program: Program, arguments: Sequence[int], span: Span | None) -> tuple[int, ...]:
        """Append all of `program` with `arguments` for its inputs; every equation gets `span`. Returns its outputs."""
        slots = dict(enumerate(arguments))
        for eq in program.equations:
            slots[eq.output] = self.add(eq.primitive, [slots[i] for i in eq.inputs], eq.params, span)
        return tuple(slots[i] for i in program.outputs)

    def program(
        self, outputs: Sequence[int], text: str = "", labels: Sequence[tuple[str, int]] = ()
    ) -> Program:
        """The finished Program."""
        return Program(self.inputs, tuple(self.equations), tuple(outputs), text, tuple(labels))


def constant(value: Fraction) -> Program:
    """The Program without inputs whose value is an exact number."""
    builder = Builder()
    return builder.program([builder.literal(value)])
