"""The lines of the function of a stage, which is called for one block of elements after the
other."""

from __future__ import annotations

from collections import Counter
from typing import TypeAlias

import numpy as np

from diffcmp.engines.arrays.body import Body
from diffcmp.engines.arrays.names import Names
from diffcmp.engines.arrays.placement import Stage
from diffcmp.program.ir import Equation

# low, high, length: a value on [i + low, j + high), cut to [0, length)
Extent: TypeAlias = tuple[int, int, int]


class BlockBody(Body):
    """The lines of the function of a stage, which works on the elements [i, j) and what lies beside
    them."""

    def __init__(self, names: Names, stage: Stage, recycle: bool) -> None:
        self.stage = stage
        self.here = {eq.output for eq in stage.equations}
        uses = Counter(i for eq in stage.equations for i in eq.inputs)
        uses.update(eq.inputs[0] for eq in stage.sums)
        uses.update(stage.kept)
        super().__init__(names, stage.equations, uses, recycle)
        self.memory.clear()
        self.texts.clear()
        self.outer: list[int] = []
        self.limits: dict[Extent, tuple[str, str]] = {}
        self.sliced: dict[tuple[int, Extent], str] = {}
        self.targets: dict[int, str] = {}
        for slot in stage.kept:
            if stage.reach[slot] == (0, 0):
                self.write_to_whole(slot)

    def write_to_whole(self, slot: int) -> None:
        """Have a slot written to its place in the whole array at once."""
        name = self.targets[slot] = f"__here{slot}"
        first, last = self.ends(self.extent(slot))
        self.lines.append(f"    {name} = __all{slot}[{first}:{last}]")
        self.pass_on(slot, name)

    @property
    def parameters(self) -> list[str]:
        """What it is given beside the ends: what it reads, and what it writes."""
        return [
            *(self.names.slots[i] for i in self.outer),
            *(f"__all{slot}" for slot in self.stage.kept),
        ]

    def pass_on(self, slot: int, name: str) -> None:
        """A sum with slices is written where its first term is."""
        eq = self.program.by_output[slot]
        while eq.primitive == "add":
            first, second = eq.inputs
            if not self.only_added(second) or self.uses[first] != 1:
                return
            if self.stage.reach.get(first) != (0, 0) or first not in self.here:
                return
            self.targets[first] = name
            eq = self.program.by_output[first]

    def only_added(self, slot: int) -> bool:
        """Whether it is a slice put into zeros that a sum alone needs."""
        if slot not in self.here or self.uses[slot] != 1 or not self.recycle:
            return False
        return self.program.by_output[slot].primitive == "put"

    def extent(self, slot: int) -> Extent:
        return (*self.stage.reach[slot], self.program.dims[slot][0])

    def ends(self, extent: Extent) -> tuple[str, str]:
        """The names of the first and the last element of an extent."""
        if extent not in self.limits:
            low, high, length = extent
            k = len(self.limits)
            self.limits[extent] = (f"i{k}", f"j{k}")
            self.lines.append(f"    i{k} = min({_moved('i', low)}, {length})")
            self.lines.append(f"    j{k} = min({_moved('j', high)}, {length})")
        return self.limits[extent]

    def kind(self, slot: int) -> object:
        return self.extent(slot), self.names.boolean(slot)

    def length(self, slot: int) -> str:
        first, last = self.ends(self.extent(slot))
        return f"{last} - {first}"

    def target(self, slot: int) -> str | None:
        return self.targets.get(slot)

    def text(self, slot: int) -> str:
        if slot not in self.here and slot not in self.names.known and slot not in self.outer:
            self.outer.append(slot)
            self.texts[slot] = self.names.slots[slot]
        return super().text(slot)

    def operand(self, slot: int, like: int) -> str:
        shape = self.program.dims[slot]
        if shape in ((), (1,)):
            return self.text(slot)
        return self.cut(slot, (*self.stage.reach[like], shape[0]))

    def cut(self, slot: int, extent: Extent, by: int = 0) -> str:
        """The elements of a slot on an extent, moved by some."""
        first, last = self.ends(extent)
        if slot in self.here:
            if extent == self.extent(slot) and not by:
                return self.text(slot)
            first, last = self.within(extent, by, slot)
            return f"{self.text(slot)}[{first}:{last}]"
        if (slot, extent) not in self.sliced:
            name = f"__{self.names.slots[slot]}_{len(self.sliced)}"
            self.lines.append(f"    {name} = {self.text(slot)}[{first}:{last}]")
            self.sliced[slot, extent] = name
        return self.sliced[slot, extent]

    def within(self, extent: Extent, by: int, slot: int) -> tuple[str, str]:
        """Where an extent, moved by some, begins and ends in what the block has of a slot."""
        ends = self.ends(extent)
        start, _ = self.ends(self.extent(slot))
        moved = f" + {by}" if by else ""
        first, last = (f"{end}{moved} - {start}" for end in ends)
        return first, last

    def structural(self, eq: Equation) -> None:
        """A slice of what is in the block."""
        assert eq.primitive == "take"
        part = self.cut(eq.inputs[0], self.extent(eq.output), eq.static[0][0][0])
        self.view(eq.output, part, eq.inputs[0])
        if eq.output in self.targets:
            self.lines.append(f"    {self.targets[eq.output]}[...] = {self.texts[eq.output]}")

    def piece(self, eq: Equation) -> tuple[str, str, str]:
        low, high, _ = self.extent(eq.output)
        by, slot = eq.static[0][0][0], eq.inputs[0]
        extent = (low - by, high - by, self.program.dims[slot][0])
        self.ends(self.extent(eq.output))
        start, stop = self.within(extent, by, eq.output)
        return start, stop, self.cut(slot, extent)

    def whole(self) -> list[str]:
        """All lines."""
        for eq in self.stage.equations:
            self.equation(eq)
        self.close()
        return self.lines

    def close(self) -> None:
        """Keep what outlives the block, and return its sums."""
        for slot in self.stage.kept:
            if slot not in self.targets:
                extent = (0, 0, self.program.dims[slot][0])
                first, last = self.ends(extent)
                self.lines.append(f"    __all{slot}[{first}:{last}] = {self.cut(slot, extent)}")
        add = self.names.used("add", np.add)
        parts = []
        for slot in (eq.inputs[0] for eq in self.stage.sums):
            whole = self.cut(slot, (0, 0, self.program.dims[slot][0]))
            parts.append(f"{add}.reduce({whole}),")
        self.lines.append(f"    return ({' '.join(parts)})")


def _moved(end: str, by: int) -> str:
    """The source of the end of a block, moved by some elements, not below 0."""
    if by < 0:
        return f"max({end} - {-by}, 0)"
    return f"{end} + {by}" if by else end
