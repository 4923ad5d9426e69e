"""Where each equation of an array Program is carried out: whole, by one call of NumPy, or in a
stage of many, block by block.

A stage is a loop over blocks of long vectors: in it, all that works element by element, slices and
their transposes that shift by a few elements, and sums. What needs a vector as a whole (a matrix
product, a sum that all elements are divided by) waits for the stage that makes it. For a block [i,
j) a value is computed on [i + low, j + high), as far as others need it: a neighbouring element is
computed twice rather than waited for.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from diffcmp.primitives.shapes import Shape
from diffcmp.program.ir import Equation, Program

HALO = 64  # elements that a slice may shift by, to be carried out in blocks
WIDEST = 1024  # elements beside a block that are computed twice, at most


@dataclass(slots=True)
class Stage:
    """The equations of one loop over blocks, the slots that outlive it, the sums that do, and for
    each slot how far it reaches beyond a block: (low, high)."""

    equations: list[Equation] = field(default_factory=list)
    kept: list[int] = field(default_factory=list)
    sums: list[Equation] = field(default_factory=list)
    reach: dict[int, tuple[int, int]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Placement:
    """Equations that are carried out whole, and stages, in turn; and the slots that are made in
    stages."""

    whole: dict[int, list[Equation]]
    stages: dict[int, Stage]
    blocked: frozenset[int]

    def turns(self) -> Iterator[tuple[list[Equation], Stage | None]]:
        """What is carried out whole, then a stage, and so on."""
        for level in range(1 + max([*self.whole, *self.stages], default=0)):
            yield self.whole.get(level, []), self.stages.get(level)


def shift(eq: Equation, shape: Shape) -> int | None:
    """By how many elements a slice of a vector of `shape`, or its transpose, shifts them; None
    where it is no slice of nearly all."""
    key = eq.static[0]
    if len(shape) != 1 or len(eq.shape) != 1 or not isinstance(key[0], tuple):
        return None
    start, stop, step = key[0]
    end = max(shape[0], eq.shape[0])
    return start if step == 1 and start <= HALO and end - stop <= HALO else None


def placed(program: Program, long: int | None) -> Placement:
    """Where the equations of `program` are carried out: vectors of at least `long` elements in
    blocks; None for no blocks."""
    levels = _Levels(program, long)
    for eq in program.equations:
        levels.place(eq)
    placement = levels.placement()
    reaches = [reach for stage in placement.stages.values() for reach in stage.reach.values()]
    narrow = all(high - low <= WIDEST for low, high in reaches)
    return placement if narrow else placed(program, None)


class _Levels:
    """The stage of every slot, one equation after the other. What is made whole at a level can be
    used by the stage of that level, what a stage makes as a whole at the next."""

    def __init__(self, program: Program, long: int | None) -> None:
        self.program = program
        self.long = long
        self.level = dict.fromkeys(range(len(program.inputs)), 0)
        self.blocked: set[int] = set()
        self.summed: dict[int, int] = {}  # the length of the sums of each stage
        self.sums: set[int] = set()
        self.whole: dict[int, list[Equation]] = defaultdict(list)
        self.stages: dict[int, Stage] = defaultdict(Stage)

    def place(self, eq: Equation) -> None:
        if self.adds_up(eq):
            level = self.level[eq.inputs[0]]
            self.stages[level].sums.append(eq)
            self.sums.add(eq.output)
            self.summed[level] = self.program.dims[eq.inputs[0]][0]
            self.level[eq.output] = level + 1
            return
        blocked = self.in_blocks(eq)
        level = 0
        for i in eq.inputs:
            whole = i in self.blocked and (not blocked or self.meets_whole(eq, i))
            level = max(level, self.level[i] + whole)
        self.level[eq.output] = level
        if blocked:
            self.blocked.add(eq.output)
            self.stages[level].equations.append(eq)
        else:
            self.whole[level].append(eq)

    def meets_whole(self, eq: Equation, slot: int) -> bool:
        """Whether an equation of a block meets an argument as a whole: one of another length that
        it does not cut itself."""
        return self.program.dims[slot] != eq.shape and eq.primitive not in ("take", "put")

    def in_blocks(self, eq: Equation) -> bool:
        """Whether it works on long vectors, element by element or by a shift."""
        if self.long is None or not eq.inputs or len(eq.shape) != 1 or eq.shape[0] < self.long:
            return False
        if eq.primitive not in ("take", "put"):
            return eq.entry.structure is None
        whole = eq.inputs[0] not in self.blocked  # of what is whole, a slice is a view
        return not (whole and eq.primitive == "take") and self.shifts(eq)

    def shifts(self, eq: Equation) -> bool:
        return shift(eq, self.program.dims[eq.inputs[0]]) is not None

    def adds_up(self, eq: Equation) -> bool:
        """Whether it is a sum of all that a stage makes; those of one stage are of one length,
        which divides it into blocks."""
        if eq.primitive != "sum_to" or eq.shape or eq.inputs[0] not in self.blocked:
            return False
        length = self.program.dims[eq.inputs[0]][0]
        return self.summed.get(self.level[eq.inputs[0]], length) == length

    def placement(self) -> Placement:
        outlive = set(self.program.outputs)
        for eq in self.program.equations:
            if eq.output not in self.sums:
                here = self.level[eq.output] if eq.output in self.blocked else None
                outlive.update(i for i in eq.inputs if self.level[i] != here)
        for stage in self.stages.values():
            stage.kept = [eq.output for eq in stage.equations if eq.output in outlive]
            stage.reach = _reach(stage)
        return Placement(dict(self.whole), dict(self.stages), frozenset(self.blocked))


def _reach(stage: Stage) -> dict[int, tuple[int, int]]:
    """How far each slot of a stage is needed beyond a block, from the last to the first."""
    here = {eq.output for eq in stage.equations}
    reach = dict.fromkeys(stage.kept, (0, 0))
    reach |= {eq.inputs[0]: (0, 0) for eq in stage.sums}
    for eq in reversed(stage.equations):
        low, high = reach.setdefault(eq.output, (0, 0))
        by = _shifted_by(eq)
        for i in here.intersection(eq.inputs):
            least, most = reach.get(i, (low + by, high + by))
            reach[i] = min(least, low + by), max(most, high + by)
    return reach


def _shifted_by(eq: Equation) -> int:
    """Where the element of an argument lies beside that of the result which is made from it."""
    if eq.primitive not in ("take", "put"):
        return 0
    start: int = eq.static[0][0][0]
    return start if eq.primitive == "take" else -start
