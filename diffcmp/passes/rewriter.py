"""A Program made anew, equation by equation, by a rule that can look at what was made so far."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from itertools import permutations
from typing import TypeAlias

from diffcmp.primitives.shapes import Static
from diffcmp.program.ir import Builder, Equation, Program

Rule: TypeAlias = "Callable[[Rewriter, Equation, Sequence[int]], int | None]"


class Rewriter:
    """A Program under construction; `made` holds the equation that defines each of its slots."""

    def __init__(self, program: Program) -> None:
        self.builder = Builder(program.inputs, program.shapes)
        self.made: dict[int, Equation] = {}

    def add(self, name: str, *inputs: int, static: Static = ()) -> int:
        """The slot of a new equation."""
        return self.kept(Equation(name, inputs, 0, static=static), inputs)

    def kept(self, eq: Equation, inputs: Sequence[int]) -> int:
        """The slot of an equation as it is, on new slots."""
        slot = self.builder.copied(eq, inputs)
        self.made[slot] = self.builder.equations[-1]
        return slot

    def literal(self, value: float) -> int:
        """The slot of a number."""
        return self.kept(Equation("literal", (), 0, (Fraction(value),)), ())

    def number(self, slot: int) -> float | None:
        """The float64 of a literal; None for all else."""
        eq = self.made.get(slot)
        return None if eq is None or not eq.params else nearest(eq.params[0])

    def arguments(self, slot: int, name: str) -> tuple[int, ...] | None:
        """What a slot is made from, where it is made by the primitive `name`."""
        eq = self.made.get(slot)
        return eq.inputs if eq is not None and eq.primitive == name else None

    def scaled(self, slot: int) -> tuple[float, int] | None:
        """The literal factor of a product, and the other factor."""
        for a, b in pairs(self.arguments(slot, "mul") or ()):
            factor = self.number(a)
            if factor is not None:
                return factor, b
        return None


def nearest(value: Fraction) -> float | None:
    """The nearest float64, where that is finite."""
    try:
        return float(value)
    except OverflowError:
        return None


def pairs(inputs: Sequence[int]) -> Iterable[tuple[int, ...]]:
    """Two arguments in both orders; nothing for another number of them."""
    return permutations(inputs) if len(inputs) == 2 else ()


def rewritten(program: Program, rule: Rule) -> Program:
    """Every equation as `rule` makes it, on new slots; as it is where the rule gives None."""
    new, live = Rewriter(program), program.live
    slots = {i: i for i in range(len(program.inputs))}
    for eq in program.equations:
        if eq.output in live:
            inputs = [slots[i] for i in eq.inputs]
            slot = rule(new, eq, inputs)
            slots[eq.output] = new.kept(eq, inputs) if slot is None else slot
    labels = [(label, slots[i]) for label, i in program.labels if i in slots]
    return new.builder.program([slots[i] for i in program.outputs], program.text, labels).pruned()
