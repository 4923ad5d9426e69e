"""What a Program must be for what it is asked: its value a number, and the variables its own.

`point.point` has the checks that need exact numbers; compiled derivatives do without them, and
without loading what they import.
"""

from __future__ import annotations

from collections.abc import Sequence

from diffcmp.errors import Fault, InputError
from diffcmp.names import identifier, suggestion
from diffcmp.primitives.shapes import spelled
from diffcmp.program.ir import Program
from diffcmp.spans import Span


def number_valued(program: Program) -> Program:
    """The Program, if its value is a number. Raises InputError where it is a vector or a matrix."""
    shape = program.dims[program.outputs[0]]
    if shape:
        whole = Span(0, len(program.text))
        raise InputError(Fault.VECTOR_VALUED, program.text, whole, shape=spelled(shape))
    return program


def differentiated(program: Program, wrt: Sequence[str] | None) -> tuple[str, ...]:
    """The variables to differentiate with respect to: those asked for, or all. A vector stands for
    its elements. Raises InputError where one is not a variable of the program, or none is named."""
    return chosen(program.inputs, wrt)


def chosen(inputs: tuple[str, ...], wrt: Sequence[str] | None) -> tuple[str, ...]:
    """Those of the inputs that are asked for, or all; see `differentiated`."""
    if wrt is None:
        return inputs
    own = set(inputs)
    names: dict[str, None] = {}
    for name in wrt:
        name = identifier(name).replace(" ", "")
        matching = [name] if name in own else [x for x in inputs if x.startswith(f"{name}[")]
        if not matching:
            variables = dict.fromkeys(x.partition("[")[0] for x in inputs)
            near = suggestion(name, list(variables))
            raise InputError(Fault.WRT_UNKNOWN, name=name, names=", ".join(variables), hint=near)
        names |= dict.fromkeys(matching)
    if not names:
        raise InputError(Fault.WRT_NEEDED, names=", ".join(inputs))
    return tuple(names)
