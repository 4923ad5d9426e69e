"""What a Program must be for what it is asked: its value a number, and the variables its own.

Apart from `point.point`, which needs exact numbers: compiled derivatives do without these, and
without loading them.
"""

from __future__ import annotations

from collections.abc import Sequence

from diffcmp.errors import Fault, InputError
from diffcmp.names import identifier, suggestion
from diffcmp.primitives.shapes import spelled
from diffcmp.program.ir import Program
from diffcmp.spans import Span


def number_valued(program: Program) -> Program:
    """The Program, if its value is a number.

    Raises
    ------
    InputError: where it is a vector or a matrix.
    """
    shape = program.dims[program.outputs[0]]
    if shape:
        raise InputError(
            Fault.VECTOR_VALUED, program.text, Span(0, len(program.text)), shape=spelled(shape)
        )
    return program


def differentiated(program: Program, wrt: Sequence[str] | None) -> tuple[str, ...]:
    """The variables to differentiate with respect to: those asked for, or all. A vector stands for
    its elements.

    Raises
    ------
    InputError: where one is not a variable of the program, or none is named.
    """
    return chosen(program.inputs, wrt)


def chosen(inputs: tuple[str, ...], wrt: Sequence[str] | None) -> tuple[str, ...]:
    """The same, of the names of a program's inputs."""
    if wrt is None:
        return inputs
    known = set(inputs)
    found: dict[str, None] = {}
    for name in map(identifier, wrt):
        name = name.replace(" ", "")
        elements = (
            [name] if name in known else [one for one in inputs if one.startswith(f"{name}[")]
        )
        if not elements:
            variables = dict.fromkeys(one.partition("[")[0] for one in inputs)
            near = suggestion(name, list(variables))
            raise InputError(Fault.WRT_UNKNOWN, name=name, names=", ".join(variables), hint=near)
        found |= dict.fromkeys(elements)
    if not found:
        raise InputError(Fault.WRT_NEEDED, names=", ".join(inputs))
    return tuple(found)
