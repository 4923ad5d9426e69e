"""A Program of arrays as straight-line NumPy: one call an equation, into memory that is no longer needed.

What is carried out in blocks becomes a function of its own for each stage, `__block0(i, j, …)`, which `blocks.in_blocks` calls
for all blocks. What can be shared or folded has been so by `program.passes`; what belongs to a stage is said by `placement`.
"""

from __future__ import annotations

import ast
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain
from typing import Any, TypeAlias

import numpy as np

from diffcmp.arithmetic.arrays import kernel
from diffcmp.arithmetic.floats import nearest_double
from diffcmp.engines import fused
from diffcmp.engines.blocks import in_blocks, in_shares
from diffcmp.engines.memory import room
from diffcmp.engines.placement import Placement, Stage
from diffcmp.primitives.arrays import Shape
from diffcmp.program.emit import called, python_names
from diffcmp.program.ir import Equation, Program

Extent: TypeAlias = tuple[int, int, int]  # low, high, length: a value on [i + low, j + high), cut to [0, length)
Reach: TypeAlias = "Shape | Extent"

RESERVED = frozenset(f"{name}{k}" for name in "ij" for k in ("", *range(100)))  # where blocks begin and end
OPERATORS = {
    "add": "+", "sub": "-", "mul": "*", "div": "/", "lt": "<", "le": "<=", "gt": ">", "ge": ">=", "eq": "==", "ne": "!=",
}  # fmt: skip
REDUCED = {"sum_to": np.add, "largest": np.maximum, "smallest": np.minimum}  # by a ufunc
FRESH = frozenset({"matmul", "stack", "concatenate", "attained", "softmax", "softmax_along"})  # new arrays


@dataclass(slots=True)
class Memory:
    """Where a value lies: the name of the array that owns it, what it can be reused for, and how many names still need it."""

    owner: str
    kind: object | None  # None: not ours to reuse
    needed: int = 0


@dataclass(frozen=True, slots=True)
class ArrayCode:
    """Python source of one function and of its blocks, and what their names stand for."""

    source: str
    name: str
    names: Mapping[str, object]

    def function(self) -> Callable[..., Any]:
        """The function itself."""
        scope = dict(self.names)
        tree = _Settled(scope).visit(ast.parse(self.source))
        exec(compile(tree, f"<diffcmp {self.name}>", "exec"), scope)  # our own source, from an allow-listed Program
        made = scope[self.name]
        assert callable(made)
        return made


class _Settled(ast.NodeTransformer):
    """Numbers that a ufunc is called with become arrays, once: NumPy takes 200 ns to make one of a number at each call."""

    def __init__(self, scope: dict[str, object]) -> None:
        self.scope = scope

    def visit_Call(self, node: ast.Call) -> ast.Call:
        if isinstance(node.func, ast.Name) and isinstance(self.scope.get(node.func.id), np.ufunc):
            node.args = [self.settled(argument) for argument in node.args]
        return node

    def settled(self, node: ast.expr) -> ast.expr:
        sign, number = (-1.0, node.operand) if isinstance(node, ast.UnaryOp) else (1.0, node)
        if not isinstance(number, ast.Constant) or not isinstance(number.value, float):
            return node
        value = sign * number.value
        name = f"__a{value!r}"  # with a point or a sign: no name that is written
        self.scope[name] = array = np.array(value)
        array.setflags(write=False)
        return ast.copy_location(ast.Name(name, ast.Load()), node)


def array_code(
    program: Program, placement: Placement, known: Mapping[int, Any], name: str = "f", recycle: bool = True, jit: bool = False
) -> ArrayCode:
    """The source of a function of the inputs that returns the outputs: one, or a tuple.

    `known` holds the values of what depends on no input. `recycle`: memory is written to again when what it holds is not needed
    any more. `jit`: stages without sums are compiled by numba.
    """
    return _Module(program, placement, known, recycle, jit).code(name)


class _Module:
    """The functions of one Program, and the names that they share."""

    def __init__(self, program: Program, placement: Placement, known: Mapping[int, Any], recycle: bool, jit: bool) -> None:
        self.program = program
        self.placement = placement
        self.known = known
        self.recycle = recycle
        self.jit = jit
        self.slots = python_names(program, RESERVED)
        self.taken = frozenset(self.slots.values())
        self.names: dict[str, object] = {}
        self.functions: list[str] = []

    def code(self, name: str) -> ArrayCode:
        equations = chain.from_iterable(self.placement.whole.values())
        body = _Body(self, equations, _uses(self.placement, self.program.outputs))
        for whole, stage in self.placement.turns():
            for eq in whole:
                body.equation(eq)
            if stage is not None:
                self.loop(body, stage)
        parameters = ", ".join(self.slots[i] for i in range(len(self.program.inputs)))
        results = ", ".join(map(body.text, self.program.outputs))
        lines = [f"def {name}({parameters}):", *body.lines, f"    return {results}"]
        return ArrayCode("\n\n\n".join([*self.functions, "\n".join(lines)]) + "\n", name, self.names)

    def loop(self, body: _Body, stage: Stage) -> None:
        """A function for a stage, and the call that runs it over all blocks."""
        name = f"__block{len(self.functions)}"
        inner = _BlockBody(self, stage)
        loop = self.jit and fused.fusible(stage)
        if loop:
            lines, decorated = fused.loop(self.program, stage, inner.text), [f"@{self.used('__jit', fused.compiler())}"]
            self.names |= fused.functions()
        else:
            lines, decorated = inner.whole(), []
        self.functions.append("\n".join([*decorated, f"def {name}({', '.join(['i', 'j', *inner.parameters])}):", *lines]))
        for slot in stage.kept:
            kind = ", bool" if self.boolean(slot) else ""
            body.lines.append(f"    {self.slots[slot]} = {self.used('room', room)}({self.program.dims[slot][0]}{kind})")
            body.new(slot, self.slots[slot], body.kind(slot))
        given = [name, *map(str, self.row(stage)), *map(body.text, [*inner.outer, *stage.kept])]
        sums = "".join(f"{self.slots[eq.output]}, " for eq in stage.sums)
        through = self.used("in_shares", in_shares) if loop else self.used("in_blocks", in_blocks)
        call = f"{through}({', '.join(given)})"
        body.lines.append(f"    {sums.rstrip()} = {call}" if sums else f"    {call}")
        for eq in stage.sums:
            body.new(eq.output, self.slots[eq.output], None)
        body.done(_given(stage))

    def row(self, stage: Stage) -> tuple[int, int]:
        """The length of the row that is divided into blocks, and the end of the last block."""
        sums = [self.program.dims[eq.inputs[0]][0] for eq in stage.sums]
        lengths = [*sums, *(self.program.dims[slot][0] for slot in stage.kept)]
        return (sums or [max(lengths)])[0], max(lengths)

    def boolean(self, slot: int) -> bool:
        eq = self.program.by_output.get(slot)
        return eq is not None and eq.dtype == "bool"

    def used(self, name: str, value: object) -> str:
        """The name of something that the code refers to."""
        while name in self.taken:
            name += "_"
        self.names[name] = value
        return name

    def constant(self, slot: int) -> str:
        """The source of a value that is settled; arrays, and numbers that are not finite, by name."""
        value = self.known[slot]
        if isinstance(value, float) and np.isfinite(value):
            text = repr(float(value))
            return f"({text})" if text[0] == "-" else text
        return self.used(f"__k{slot}", value)  # no input may have two underscores in front


class _Body:
    """The lines of one function in the making, on whole arrays."""

    def __init__(self, module: _Module, equations: Iterable[Equation], uses: Mapping[int, int]) -> None:
        self.module = module
        self.program = module.program
        self.uses = Counter(uses)
        self.lines: list[str] = []
        self.memory: dict[int, Memory] = {i: Memory(module.slots[i], None) for i in range(len(self.program.inputs))}
        self.texts: dict[int, str] = {i: module.slots[i] for i in self.memory}
        self.free: dict[object, list[str]] = defaultdict(list)
        self.waiting: dict[int, Equation] = {}  # slices whose sum with something is all that is needed of them
        self.terms = {i for eq in equations if eq.primitive == "add" for i in eq.inputs}
        for i, memory in self.memory.items():
            memory.needed = uses.get(i, 0)

    # -- what differs within blocks

    def kind(self, slot: int) -> object:
        """What its memory could be used for again: its shape, and whether it holds conditions."""
        return self.program.dims[slot], self.module.boolean(slot)

    def operand(self, slot: int, like: int) -> str:
        """The source of an argument of slot `like`."""
        return self.text(slot)

    def piece(self, eq: Equation) -> tuple[str, str, str]:
        """For a slice that is put into a vector, the source of its start, of its stop, and of what is put."""
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
        return self.module.constant(slot) if slot in self.module.known else self.texts[slot]

    def new(self, slot: int, name: str, kind: object | None) -> None:
        """A value in memory of its own."""
        self.texts[slot] = name
        self.memory[slot] = Memory(name, kind, self.uses[slot])

    def view(self, slot: int, text: str, of: int) -> None:
        """A value that is a view of another one."""
        self.texts[slot] = self.module.slots[slot]
        self.lines.append(f"    {self.texts[slot]} = {text}")
        if of in self.memory:
            self.memory[of].needed += self.uses[slot]
            self.memory[slot] = self.memory[of]

    def done(self, slots: Iterable[int], times: int = 1) -> None:
        """These have been used; memory that nobody needs is free."""
        for slot in slots:
            memory = self.memory.get(slot)
            if memory is None:
                continue
            memory.needed -= 1
            if memory.needed == 0 and memory.kind is not None and self.module.recycle:
                self.free[memory.kind].append(memory.owner)
                memory.kind = None

    def place(self, eq: Equation) -> str | None:
        """Memory for the value of an elementwise equation: that of an argument which ends here, or any that is free."""
        kind = self.kind(eq.output)
        counts = Counter(eq.inputs)
        for slot, times in counts.items():
            memory = self.memory.get(slot)
            if memory is None or memory.kind != kind or not self.module.recycle:
                continue
            sharing = [i for i in counts if self.memory.get(i) is memory]
            if memory.needed == times and sharing == [slot] and self.operand(slot, eq.output) == memory.owner:
                memory.kind = None
                return memory.owner
        return self.free[kind].pop() if self.free[kind] else None

    # -- equations

    def equation(self, eq: Equation) -> None:
        if eq.output in self.module.known:
            return
        if eq.primitive == "put" and self.plain(eq):
            if self.module.recycle and self.uses[eq.output] == 1 and eq.output in self.terms:
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
        text = ", ".join(map(self.text, eq.inputs))
        if eq.primitive == "take":
            self.view(eq.output, f"{text}{indexed(eq.static[0])}", eq.inputs[0])
        elif eq.primitive in ("transpose", "broadcast"):
            self.view(eq.output, f"{self.bound(eq)}({text})", eq.inputs[0])
        else:
            fresh = eq.primitive in FRESH or (eq.primitive == "sum_to" and eq.shape != self.program.dims[eq.inputs[0]])
            self.assign(eq, self.reduced(eq, text), self.kind(eq.output) if fresh and eq.shape else None)
            for memory in () if fresh or not eq.shape else filter(None, map(self.memory.get, eq.inputs)):
                memory.kind = None  # it may be a view

    def reduced(self, eq: Equation, text: str) -> str:
        """The call of a ufunc that reduces an array to a number, or its rows to a column; of all else, that of its function."""
        ufunc, shape = REDUCED.get(eq.primitive), self.program.dims[eq.inputs[0]]
        column = eq.primitive == "sum_to" and len(shape) == 2 and shape[1] > 1 and eq.shape == (shape[0], 1)
        if ufunc is None or not shape or (eq.shape and not column):
            return f"{self.bound(eq)}({text})"
        axes = ", 1, None, None, True" if column else ", None" if len(shape) > 1 else ""
        return f"{self.module.used(ufunc.__name__, ufunc)}.reduce({text}{axes})"

    def bound(self, eq: Equation) -> str:
        function = kernel(eq.primitive)
        assert function is not None
        return self.module.used(f"__{eq.primitive}{eq.output}", partial(function, static=eq.static) if eq.static else function)

    def assign(self, eq: Equation, text: str, kind: object | None) -> None:
        name = self.module.slots[eq.output]
        self.lines.append(f"    {name} = {text}")
        self.new(eq.output, name, kind)

    def number(self, eq: Equation) -> None:
        """Numbers are NumPy's, whose operators follow IEEE 754 as its functions do."""
        arguments = [self.text(i) for i in eq.inputs]
        if eq.primitive in OPERATORS:
            return self.assign(eq, f"{arguments[0]} {OPERATORS[eq.primitive]} {arguments[1]}", None)
        return self.assign(eq, f"{self.function(eq)[0]}({', '.join(arguments)})", None)

    def function(self, eq: Equation) -> tuple[str, bool]:
        """The name of what carries it out, and whether that takes memory to write to."""
        found: Any = kernel(eq.primitive)
        exponent = self.program.by_output.get(eq.inputs[1]) if eq.primitive == "power" else None
        if exponent is not None and exponent.params and nearest_double(exponent.params[0]) != 2:
            found = np.power
        name = found.__name__ if isinstance(found, np.ufunc) else called(eq.primitive)
        return self.module.used(name, found), isinstance(found, np.ufunc)

    def elementwise(self, eq: Equation) -> None:
        """One call of a ufunc, into memory that is known to it; NumPy's own where none is free."""
        name, writes = self.function(eq)
        arguments = ", ".join(self.operand(i, eq.output) for i in eq.inputs)
        wanted = self.target(eq.output)
        into = wanted or (self.place(eq) if writes else None)
        if wanted and not writes:
            self.lines.append(f"    {wanted}[...] = {name}({arguments})")
        elif into:
            self.lines.append(f"    {name}({arguments}, {into})")
        else:
            return self.assign(eq, f"{name}({arguments})", self.kind(eq.output))
        return self.new(eq.output, into or "", None if wanted else self.kind(eq.output))

    def put(self, eq: Equation, wanted: str | None = None) -> None:
        """A vector of zeros but for a slice."""
        start, stop, what = self.piece(eq)
        wanted = wanted or self.target(eq.output)
        name = wanted or self.blank(eq.output)
        (first, last, step), length = eq.static[0][0], eq.shape[0]
        ends = [f"[:{start}]", f"[{stop}:]"] if step == 1 else ["[:]"]
        if step == 1 and start == "0":
            ends = ends[1:]
        if step == 1 and (stop == str(length) or (first, last) == (0, length)):
            ends = ends[:-1]
        self.lines += [f"    {name}{end} = 0.0" for end in ends]
        self.lines.append(f"    {name}[{start}:{stop}{f':{step}' if step > 1 else ''}] = {what}")
        self.new(eq.output, name, None if wanted else self.kind(eq.output))

    def blank(self, slot: int) -> str:
        """Memory for a slot: some that is free, or new."""
        free, name = self.free[self.kind(slot)], self.module.slots[slot]
        if free:
            return free.pop()
        self.lines.append(f"    {name} = {self.module.used('empty', np.empty)}({self.length(slot)})")
        return name

    def add_slices(self, eq: Equation) -> None:
        """A sum with a vector that is zero but for a slice: it changes there only, in the memory of the first term where
        nothing else needs that."""
        wanted = self.target(eq.output)
        first, second = eq.inputs if eq.inputs[1] in self.waiting else eq.inputs[::-1]
        if first in self.waiting:
            made = self.waiting.pop(first)
            self.put(made, wanted)
            self.done(made.inputs)
        made = self.waiting.pop(second)
        memory, name = self.memory.get(first), self.operand(first, eq.output)
        ours = memory is not None and memory.owner == name and memory.needed == 1
        if not ours or not (memory.kind if wanted is None else wanted == name):  # type: ignore[union-attr]  # it is ours
            self.put(made)
            self.done(made.inputs)
            return self.elementwise(eq)
        start, stop, what = self.piece(made)
        step = made.static[0][0][2]
        self.lines.append(f"    {name}[{start}:{stop}{f':{step}' if step > 1 else ''}] += {what}")
        memory.kind = None  # type: ignore[union-attr]
        self.new(eq.output, name, None if wanted else self.kind(eq.output))
        return self.done(made.inputs)


class _BlockBody(_Body):
    """The lines of the function of a stage, which works on the elements [i, j) and what lies beside them."""

    def __init__(self, module: _Module, stage: Stage) -> None:
        self.stage = stage
        self.here = {eq.output for eq in stage.equations}
        uses = Counter(i for eq in stage.equations for i in eq.inputs)
        uses.update(eq.inputs[0] for eq in stage.sums)
        uses.update(stage.kept)
        super().__init__(module, stage.equations, uses)
        self.memory.clear()
        self.outer: list[int] = []
        self.limits: dict[Extent, tuple[str, str]] = {}
        self.sliced: dict[tuple[int, Extent], str] = {}
        self.targets = {slot: f"__here{slot}" for slot in stage.kept if stage.reach[slot] == (0, 0)}
        for slot, name in list(self.targets.items()):
            first, last = self.ends(self.extent(slot))
            self.lines.append(f"    {name} = __all{slot}[{first}:{last}]")
            self.pass_on(slot, name)

    @property
    def parameters(self) -> list[str]:
        """What it is given beside the ends: what it reads, and what it writes."""
        return [*(self.module.slots[i] for i in self.outer), *(f"__all{slot}" for slot in self.stage.kept)]

    def pass_on(self, slot: int, name: str) -> None:
        """A sum with slices is written where its first term is."""
        eq = self.program.by_output[slot]
        while eq.primitive == "add" and self.slice_of(eq.inputs[1]) and self.uses[eq.inputs[0]] == 1:
            if self.stage.reach.get(eq.inputs[0]) != (0, 0) or eq.inputs[0] not in self.here:
                return
            self.targets[eq.inputs[0]] = name
            eq = self.program.by_output[eq.inputs[0]]

    def slice_of(self, slot: int) -> bool:
        made = self.program.by_output.get(slot)
        alone = slot in self.here and self.uses[slot] == 1 and self.module.recycle
        return made is not None and made.primitive == "put" and alone

    def extent(self, slot: int) -> Extent:
        return (*self.stage.reach[slot], self.program.dims[slot][0])

    def ends(self, extent: Extent) -> tuple[str, str]:
        """The names of the first and the last element of an extent."""
        if extent not in self.limits:
            low, high, length = extent
            k = len(self.limits)
            self.limits[extent] = (f"i{k}", f"j{k}")
            for name, by, end in (("i", low, f"i{k}"), ("j", high, f"j{k}")):
                moved = f"{name} + {by}" if by > 0 else f"{name} - {-by}" if by < 0 else name
                moved = f"max({moved}, 0)" if by < 0 else moved
                self.lines.append(f"    {end} = min({moved}, {length})")
        return self.limits[extent]

    def kind(self, slot: int) -> object:
        return self.extent(slot), self.module.boolean(slot)

    def length(self, slot: int) -> str:
        first, last = self.ends(self.extent(slot))
        return f"{last} - {first}"

    def target(self, slot: int) -> str | None:
        return self.targets.get(slot)

    def text(self, slot: int) -> str:
        if slot not in self.here and slot not in self.module.known and slot not in self.outer:
            self.outer.append(slot)
            self.texts[slot] = self.module.slots[slot]
        return super().text(slot)

    def operand(self, slot: int, like: int) -> str:
        shape = self.program.dims[slot]
        return self.text(slot) if shape in ((), (1,)) else self.cut(slot, (*self.stage.reach[like], shape[0]))

    def cut(self, slot: int, extent: Extent, by: int = 0) -> str:
        """The elements of a slot on an extent, moved by some."""
        first, last = self.ends(extent)
        moved = f" + {by}" if by else ""
        if slot in self.here:
            if extent == self.extent(slot) and not by:
                return self.text(slot)
            start, _ = self.ends(self.extent(slot))
            return f"{self.text(slot)}[{first}{moved} - {start}:{last}{moved} - {start}]"
        if (slot, extent) not in self.sliced:
            name = f"__{self.module.slots[slot]}_{len(self.sliced)}"
            self.lines.append(f"    {name} = {self.text(slot)}[{first}:{last}]")
            self.sliced[slot, extent] = name
        return self.sliced[slot, extent]

    def structural(self, eq: Equation) -> None:
        """A slice of what is in the block."""
        assert eq.primitive == "take"
        self.view(eq.output, self.cut(eq.inputs[0], self.extent(eq.output), eq.static[0][0][0]), eq.inputs[0])
        if eq.output in self.targets:
            self.lines.append(f"    {self.targets[eq.output]}[...] = {self.texts[eq.output]}")

    def piece(self, eq: Equation) -> tuple[str, str, str]:
        low, high, _ = self.extent(eq.output)
        by, slot = eq.static[0][0][0], eq.inputs[0]
        extent = (low - by, high - by, self.program.dims[slot][0])
        start, _ = self.ends(self.extent(eq.output))
        first, last = self.ends(extent)
        moved = f" + {by}" if by else ""
        return f"{first}{moved} - {start}", f"{last}{moved} - {start}", self.cut(slot, extent)

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
        add = self.module.used("add", np.add)
        added = [(eq.inputs[0], self.program.dims[eq.inputs[0]][0]) for eq in self.stage.sums]
        parts = [f"{add}.reduce({self.cut(slot, (0, 0, length))})" for slot, length in added]
        self.lines.append(f"    return ({''.join(f'{part}, ' for part in parts).rstrip()})")


def indexed(key: Sequence[Any]) -> str:
    """An index or a slice of an array as Python's source."""
    parts = [str(k) if not isinstance(k, tuple) else _slice(*k) for k in key]
    return f"[{', '.join(parts)}]" if parts else ""


def _slice(start: int, stop: int, step: int) -> str:
    stop_text = str(stop) if stop >= 0 else ""  # a stop of -1 would be the last element
    return f"{start}:{stop_text}" + (f":{step}" if step != 1 else "")


def _uses(placement: Placement, outputs: Sequence[int]) -> Counter[int]:
    """How often each slot is used outside of stages; a stage uses what it is given once."""
    uses = Counter(outputs)
    for whole, stage in placement.turns():
        uses.update(i for eq in whole for i in eq.inputs)
        uses.update(_given(stage) if stage else ())
    return uses


def _given(stage: Stage) -> set[int]:
    """The slots that a stage is given."""
    return {i for eq in stage.equations for i in eq.inputs} - {eq.output for eq in stage.equations}
