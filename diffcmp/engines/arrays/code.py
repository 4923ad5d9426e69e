"""A Program of arrays as straight-line NumPy: one call an equation, into memory that is no longer
needed.

What is carried out in blocks becomes a function of its own for each stage, `__block0(i, j, …)`,
which `blocks.in_blocks` calls for all blocks. What can be shared or folded has been so by
`passes.savings`; what belongs to a stage is said by `placement`; `body` and `block_body` write the
lines.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

import numpy as np

from diffcmp.engines.arrays import fused
from diffcmp.engines.arrays.block_body import BlockBody
from diffcmp.engines.arrays.blocks import in_blocks, in_shares
from diffcmp.engines.arrays.body import Body
from diffcmp.engines.arrays.memory import room
from diffcmp.engines.arrays.names import Names
from diffcmp.engines.arrays.placement import Placement, Stage
from diffcmp.program.emit import executed
from diffcmp.program.ir import Program

CALL = re.compile(r"( +(?:\w+ = )?)(\w+)\((.*)\)")
NUMBER = re.compile(r"\(?-?\d+(\.\d+|(\.\d+)?e[+-]?\d+)\)?")  # as a float is written


@dataclass(frozen=True, slots=True)
class ArrayCode:
    """Python source of one function and of its blocks, and what their names stand for."""

    source: str
    name: str
    names: Mapping[str, object]

    def function(self) -> Callable[..., Any]:
        """The function itself."""
        scope = dict(self.names)
        source = "\n".join(_with_arrays(line, scope) for line in self.source.splitlines())
        return executed(source, self.name, scope)


def _with_arrays(line: str, scope: dict[str, object]) -> str:
    """A line where numbers that a ufunc is called with are arrays, made once: NumPy takes 200 ns to
    make one of a number.

    On the text, as Python 3.11 cannot make syntax trees in several threads at once.
    """
    call = CALL.fullmatch(line)
    if call is None or not isinstance(scope.get(call[2]), np.ufunc):
        return line
    arguments = [_array(argument, scope) for argument in call[3].split(", ")]
    return f"{call[1]}{call[2]}({', '.join(arguments)})"


def _array(argument: str, scope: dict[str, object]) -> str:
    if NUMBER.fullmatch(argument) is None:
        return argument
    array = np.array(float(argument.strip("()")))
    array.setflags(write=False)
    name = f"__a{array.tobytes().hex()}"
    scope[name] = array
    return name


def array_code(
    program: Program,
    placement: Placement,
    known: Mapping[int, Any],
    name: str = "f",
    recycle: bool = True,
    jit: bool = False,
) -> ArrayCode:
    """The source of a function of the inputs that returns the outputs: one, or a tuple.

    `known` holds the values of what depends on no input. `recycle`: memory is written to again when
    what it holds is not needed any more. `jit`: stages without sums are compiled by numba.
    """
    module = _Module(Names(program, known), placement, recycle, jit)
    return ArrayCode(module.source(name), name, module.names.referred)


@dataclass(slots=True)
class _Module:
    """The functions of one Program."""

    names: Names
    placement: Placement
    recycle: bool
    jit: bool
    functions: list[str] = field(default_factory=list)

    def source(self, name: str) -> str:
        """The functions of the stages, and the one that calls them."""
        program, slots = self.names.program, self.names.slots
        uses = _uses(self.placement, program.outputs)
        equations = chain.from_iterable(self.placement.whole.values())
        body = Body(self.names, equations, uses, self.recycle)
        for whole, stage in self.placement.turns():
            for eq in whole:
                body.equation(eq)
            if stage is not None:
                self.loop(body, stage)
        parameters = ", ".join(slots[i] for i in range(len(program.inputs)))
        results = ", ".join(map(body.text, program.outputs))
        lines = [f"def {name}({parameters}):", *body.lines, f"    return {results}"]
        return "\n\n\n".join([*self.functions, "\n".join(lines)]) + "\n"

    def loop(self, body: Body, stage: Stage) -> None:
        """A function for a stage, and the call that runs it over all blocks."""
        slots, dims = self.names.slots, self.names.program.dims
        name = f"__block{len(self.functions)}"
        compiled = self.jit and fused.fusible(stage)
        outer = self.block(name, stage, compiled)
        for slot in stage.kept:
            kind = ", bool" if self.names.boolean(slot) else ""
            new = f"{self.names.used('room', room)}({dims[slot][0]}{kind})"
            body.assign(slot, new, body.kind(slot))
        runner = in_shares if compiled else in_blocks
        arguments = [name, *map(str, self.row(stage)), *map(body.text, [*outer, *stage.kept])]
        call = f"{self.names.used(runner.__name__, runner)}({', '.join(arguments)})"
        sums = [slots[eq.output] for eq in stage.sums]
        targets = " ".join(f"{total}," for total in sums)
        body.lines.append(f"    {targets} = {call}" if sums else f"    {call}")
        for eq in stage.sums:
            body.new(eq.output, slots[eq.output], None)
        body.done(_given(stage))

    def block(self, name: str, stage: Stage, compiled: bool) -> list[int]:
        """Write the function of a stage, and return the slots that it reads."""
        inner = BlockBody(self.names, stage, self.recycle)
        decorator = []
        if compiled:
            lines = fused.loop(self.names.program, stage, inner.text)
            decorator = [f"@{self.names.used('__jit', fused.compiler())}"]
            self.names.referred |= fused.functions()
        else:
            lines = inner.whole()
        head = f"def {name}({', '.join(['i', 'j', *inner.parameters])}):"
        self.functions.append("\n".join([*decorator, head, *lines]))
        return inner.outer

    def row(self, stage: Stage) -> tuple[int, int]:
        """The length of the row that is divided into blocks, and the end of the last block."""
        dims = self.names.program.dims
        sums = [dims[eq.inputs[0]][0] for eq in stage.sums]
        lengths = [*sums, *(dims[slot][0] for slot in stage.kept)]
        return (sums or [max(lengths)])[0], max(lengths)


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
