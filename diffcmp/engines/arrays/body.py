"""The lines of one function on whole arrays: one call an equation, into memory that is no longer
needed."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from diffcmp.arithmetic.arrays import kernel
from diffcmp.arithmetic.floats import nearest_double
from diffcmp.engines.arrays.names import Names
from diffcmp.program.emit import called
from diffcmp.program.ir import Equation
from diffcmp.program.printer import key_text


@dataclass(slots=True)
class Memory:
    """Where a value lies: the name of the array that owns it, what it can be reused for, and how
    many names still need it."""

    owner: str
    kind: object | None  # None: not ours to reuse
    needed: int = 0


class Body:
    """The lines of one function in the making, on whole arrays."""

    def __init__(
        self, names: Names, equations: Iterable[Equation], uses: Mapping[int, int], recycle: bool
    ) -> None:
        self.names = names
        self.recycle = recycle
        self.program = names.program
        self.uses = Counter(uses)
        self.lines: list[str] = []
        self.texts: dict[int, str] = {}
        self.memory: dict[int, Memory] = {}
        self.free: dict[object, list[str]] = defaultdict(list)
        self.waiting: dict[int, Equation] = {}  # slices that are needed for a sum only
        self.terms = {i for eq in equations if eq.primitive == "add" for i in eq.inputs}
        for i in range(len(self.program.inputs)):
            self.new(i, names.slots[i], None)

    # -- what differs within blocks

    def kind(self, slot: int) -> object:
        """What its memory could be used for again: its shape, and whether it holds conditions."""
        return self.program.dims[slot], self.names.boolean(slot)

    def operand(self, slot: int, like: int) -> str:
        """The source of an argument of slot `like`."""
        return self.text(slot)

    def piece(self, eq: Equation) -> tuple[str, str, str]:
        """For a slice that is put into a vector, the source of its start, of its stop, and of what
        is put."""
        start, stop, _ = eq.static[0][0]
        return str(start), str(stop), self.text(eq.inputs[0])

    def length(self, slot: int) -> str:
        """The source of the length of a vector."""
        return str(self.program.dims[slot][0])

    def target(self, slot: int) -> str | None:
        """The memory that a slot has to be written to; None for any."""
        return None

    # -- names and memory

    def text(self, slot: int) -> str:
        return self.names.constant(slot) if slot in self.names.known else self.texts[slot]

    def new(self, slot: int, name: str, kind: object | None) -> None:
        """A value in memory of its own."""
        self.texts[slot] = name
        self.memory[slot] = Memory(name, kind, self.uses[slot])

    def view(self, slot: int, text: str, of: int) -> None:
        """A value that is a view of another one."""
        self.texts[slot] = self.names.slots[slot]
        self.lines.append(f"    {self.texts[slot]} = {text}")
        if of in self.memory:
            self.memory[of].needed += self.uses[slot]
            self.memory[slot] = self.memory[of]

    def done(self, slots: Iterable[int]) -> None:
        """These have been used; memory that nobody needs is free."""
        for slot in slots:
            memory = self.memory.get(slot)
            if memory is None:
                continue
            memory.needed -= 1
            if memory.needed == 0 and memory.kind is not None and self.recycle:
                self.free[memory.kind].append(memory.owner)
                memory.kind = None

    def place(self, eq: Equation) -> str | None:
        """Memory for the value of an elementwise equation: that of an argument which ends here, or
        any that is free."""
        kind = self.kind(eq.output)
        counts = Counter(eq.inputs)
        for slot, times in counts.items():
            memory = self.memory.get(slot)
            if memory is None or memory.kind != kind or not self.recycle:
                continue
            sharing = [i for i in counts if self.memory.get(i) is memory]
            ends = memory.needed == times and sharing == [slot]
            if ends and self.operand(slot, eq.output) == memory.owner:
                memory.kind = None
                return memory.owner
        return self.free[kind].pop() if self.free[kind] else None

    # -- equations

    def equation(self, eq: Equation) -> None:
        if eq.output in self.names.known:
            return
        if eq.primitive == "put" and self.plain(eq):
            if self.recycle and self.uses[eq.output] == 1 and eq.output in self.terms:
                self.waiting[eq.output] = eq
                return
            self.put(eq)
        elif eq.primitive == "add" and any(i in self.waiting for i in eq.inputs):
            self.add_slices(eq)
        elif eq.entry.structure is not None:
            self.structural(eq)
        elif eq.shape:
            self.elementwise(eq)
        else:
            self.number(eq)
        self.done(eq.inputs)

    def plain(self, eq: Equation) -> bool:
        """Whether it puts a slice of a vector, forwards."""
        key = eq.static[0]
        return len(eq.shape) == 1 and isinstance(key[0], tuple) and key[0][2] > 0

    def structural(self, eq: Equation) -> None:
        """A call on whole arrays: of what is a view, or of what is new memory, or may be either."""
        structure, text = eq.entry.structure, ", ".join(map(self.text, eq.inputs))
        assert structure is not None
        if structure.view:
            indexed = eq.primitive == "take"
            key = f"[{key_text(eq.static[0])}]" if indexed and eq.static[0] else ""
            call = f"{text}{key}" if indexed else f"{self.bound(eq)}({text})"
            self.view(eq.output, call, eq.inputs[0])
            return
        summed = eq.primitive == "sum_to" and eq.shape != self.program.dims[eq.inputs[0]]
        fresh = structure.fresh or summed
        kind = self.kind(eq.output) if fresh and eq.shape else None
        self.assign(eq.output, self.reduced(eq, text), kind)
        if eq.shape and not fresh:  # it may be a view
            for memory in filter(None, map(self.memory.get, eq.inputs)):
                memory.kind = None

    def reduced(self, eq: Equation, text: str) -> str:
        """The call of a ufunc that reduces an array to a number, or its rows to a column; of all
        else, that of its function."""
        name = eq.entry.structure.ufunc if eq.entry.structure else ""
        shape = self.program.dims[eq.inputs[0]]
        axes = None
        if name and shape and not eq.shape:
            axes = ", None" if len(shape) > 1 else ""
        elif eq.primitive == "sum_to" and len(shape) == 2 and eq.shape == (shape[0], 1) != shape:
            axes = ", 1, None, None, True"
        if axes is None:
            return f"{self.bound(eq)}({text})"
        return f"{self.names.used(name, getattr(np, name))}.reduce({text}{axes})"

    def bound(self, eq: Equation) -> str:
        """The name of the function of a structural equation, with what it knows beforehand."""
        function = kernel(eq.primitive)
        assert function is not None
        told = partial(function, static=eq.static) if eq.static else function
        return self.names.used(f"__{eq.primitive}{eq.output}", told)

    def assign(self, slot: int, text: str, kind: object | None) -> None:
        """A value under the name of its slot."""
        name = self.names.slots[slot]
        self.lines.append(f"    {name} = {text}")
        self.new(slot, name, kind)

    def number(self, eq: Equation) -> None:
        """Numbers are NumPy's, whose operators follow IEEE 754 as its functions do."""
        arguments = [self.text(i) for i in eq.inputs]
        if eq.entry.arithmetic and len(arguments) == 2:
            text = f" {eq.entry.infix.strip()} ".join(arguments)
        else:
            text = f"{self.function(eq)[0]}({', '.join(arguments)})"
        self.assign(eq.output, text, None)

    def function(self, eq: Equation) -> tuple[str, bool]:
        """The name of what carries it out, and whether that takes memory to write to."""
        function: Any = kernel(eq.primitive)
        if eq.primitive == "power":
            exponent = self.program.literal(eq.inputs[1])
            if exponent is not None and nearest_double(exponent) != 2:
                function = np.power
        ufunc = isinstance(function, np.ufunc)
        name = function.__name__ if ufunc else called(eq.primitive)
        return self.names.used(name, function), ufunc

    def elementwise(self, eq: Equation) -> None:
        """One call of a ufunc, into memory that is known to it; NumPy's own where none is free."""
        name, writes = self.function(eq)
        arguments = ", ".join(self.operand(i, eq.output) for i in eq.inputs)
        wanted = self.target(eq.output)
        if wanted and not writes:
            self.lines.append(f"    {wanted}[...] = {name}({arguments})")
            return self.new(eq.output, wanted, None)
        into = wanted or (self.place(eq) if writes else None)
        if not into:
            return self.assign(eq.output, f"{name}({arguments})", self.kind(eq.output))
        self.lines.append(f"    {name}({arguments}, {into})")
        return self.new(eq.output, into, None if wanted else self.kind(eq.output))

    def put(self, eq: Equation, wanted: str | None = None) -> None:
        """A vector of zeros but for a slice."""
        start, stop, what = self.piece(eq)
        wanted = wanted or self.target(eq.output)
        name = wanted or self.blank(eq.output)
        for zeros in self.zeros(eq, start, stop):
            self.lines.append(f"    {name}[{zeros}] = 0.0")
        self.lines.append(f"    {name}[{sliced(start, stop, eq)}] = {what}")
        self.new(eq.output, name, None if wanted else self.kind(eq.output))

    def zeros(self, eq: Equation, start: str, stop: str) -> list[str]:
        """Where zeros stand around a slice: before it, behind it, or everywhere at first."""
        first, last, step = eq.static[0][0]
        length = eq.shape[0]
        if step != 1:
            return [":"]
        before = [] if start == "0" else [f":{start}"]
        filled = stop == str(length) or (first, last) == (0, length)
        return before if filled else [*before, f"{stop}:"]

    def blank(self, slot: int) -> str:
        """Memory for a slot: some that is free, or new."""
        free, name = self.free[self.kind(slot)], self.names.slots[slot]
        if free:
            return free.pop()
        self.lines.append(f"    {name} = {self.names.used('empty', np.empty)}({self.length(slot)})")
        return name

    def add_slices(self, eq: Equation) -> None:
        """A sum with a vector that is zero but for a slice: it changes there only, in the memory of
        the first term where nothing else needs that."""
        wanted = self.target(eq.output)
        first, second = eq.inputs if eq.inputs[1] in self.waiting else eq.inputs[::-1]
        if first in self.waiting:
            left = self.waiting.pop(first)
            self.put(left, wanted)
            self.done(left.inputs)
        right = self.waiting.pop(second)
        memory, name = self.memory.get(first), self.operand(first, eq.output)
        ours = memory is not None and memory.owner == name and memory.needed == 1
        if memory is None or not ours or not (memory.kind if wanted is None else wanted == name):
            self.put(right)
            self.done(right.inputs)
            return self.elementwise(eq)
        start, stop, what = self.piece(right)
        self.lines.append(f"    {name}[{sliced(start, stop, right)}] += {what}")
        memory.kind = None
        self.new(eq.output, name, None if wanted else self.kind(eq.output))
        return self.done(right.inputs)


def sliced(start: str, stop: str, eq: Equation) -> str:
    """The slice that is put into a vector, as it stands between brackets."""
    step = eq.static[0][0][2]
    return f"{start}:{stop}:{step}" if step > 1 else f"{start}:{stop}"
