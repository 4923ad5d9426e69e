"""The tangent and the adjoint Program, and compiled straight-line code for any Program on any
number system.

The very engines of `forward` and `reverse`, run on tracers, write the derivative Program; `emit`
turns it into Python. The compiled code gives bitwise what the interpreted engines give.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from diffcmp.arithmetic.evaluate import evaluate, trace_of
from diffcmp.arithmetic.floats import ERRORS, KERNEL, Floats
from diffcmp.arithmetic.system import NumberSystem
from diffcmp.caches import remembered
from diffcmp.errors import Fault, InputError
from diffcmp.passes.lowered import lowered
from diffcmp.passes.savings import PASSES, optimised
from diffcmp.primitives import TABLE
from diffcmp.program.emit import Dialect, Emitted, called, emit
from diffcmp.program.ir import Program

if TYPE_CHECKING:
    from diffcmp.engines.arrays.code import ArrayCode

OPTIMISATIONS = (*PASSES, "recycle", "blocks")
"""What may be left out: the passes over a Program of arrays, writing to memory that is not needed
any more, blocks."""

JIT = (*OPTIMISATIONS, "jit")
"""With the extra `diffcmp[jit]`: loops that numba compiles in place of NumPy's, one a stage."""

RING = frozenset(name for name, entry in TABLE.items() if entry.ring)
"""What every number system carries out with Python's own operators."""


def remaining(without: Collection[str]) -> tuple[str, ...]:
    """The optimisations but those named; `all` names all.

    Raises
    ------
    InputError: for a name that is none.
    """
    for name in without:
        if name not in (*OPTIMISATIONS, "all"):
            raise InputError(Fault.OPTIMISATION, given=name, names=", ".join(OPTIMISATIONS))
    return () if "all" in without else tuple(name for name in OPTIMISATIONS if name not in without)


def emitted(
    program: Program, name: str = "f", optimise: Collection[str] = OPTIMISATIONS
) -> Emitted | ArrayCode:
    """`program` as straight-line Python on float64 with the functions of `math`, or of NumPy where
    it has arrays; there `optimise` names the optimisations that are made."""
    if program.scalar:
        return emitted_on_numbers(program, name)
    return emitted_on_arrays(program, name, optimise)


def emitted_on_numbers(program: Program, name: str = "f") -> Emitted:
    """`program` of numbers as straight-line Python on float64 with the functions of `math`."""
    double = Floats()
    low = lowered(program, lambda primitive: double.function(primitive) is not None)
    return emit(low, name, known=_constants(low))


@remembered
def compiled(program: Program, dtype: str = "float64") -> Callable[..., Any]:
    """`program` as a Python function of floating-point numbers of one dtype that never raises.

    Takes one number for each input, returns a number, or a tuple where the program has several
    outputs. A Program of arrays is one of float64, and takes and returns arrays; these may share
    memory with each other.
    """
    if not program.scalar:
        return on_arrays(program)
    floats = Floats(dtype)
    if dtype != "float64":
        fast = on_system(program, floats)

        def quiet(*inputs: Any) -> Any:
            with floats.quiet():
                return fast(*inputs)

        return quiet

    return emitted_on_numbers(program).guarded().function(guarded_names(program))


def guarded_names(program: Program) -> dict[str, object]:
    """What guarded code calls: `math` raises where IEEE 754 has an answer."""

    def by_ieee(*inputs: float) -> Any:
        out = evaluate(program, Floats(), inputs)
        return out[0] if len(out) == 1 else tuple(out)

    return {**KERNEL, "_errors": ERRORS, "_fallback": by_ieee}


def on_arrays(program: Program, optimise: Collection[str] = OPTIMISATIONS) -> Callable[..., Any]:
    """`program` compiled for float64 arrays, which never raises and never warns."""
    import numpy as np

    from diffcmp.arithmetic.arrays import quiet

    fast = quiet(emitted_on_arrays(program, optimise=optimise).function())
    array, double = np.ndarray, np.dtype(float)

    def run(*inputs: Any) -> Any:
        for x in inputs:
            if not (x.__class__ is array and x.dtype is double and x.ndim):
                return fast(*[np.asarray(x, float)[()] for x in inputs])
        return fast(*inputs)

    return run


def emitted_on_arrays(
    program: Program, name: str = "f", optimise: Collection[str] = OPTIMISATIONS
) -> ArrayCode:
    """`program` as straight-line Python on float64 arrays, by NumPy's functions."""
    import numpy as np

    from diffcmp.arithmetic.arrays import Arrays, kernel
    from diffcmp.engines.arrays.blocks import LONG
    from diffcmp.engines.arrays.code import array_code
    from diffcmp.engines.arrays.placement import placed

    low = optimised(lowered(program, lambda primitive: kernel(primitive) is not None), optimise)
    constants = _settled(low, Arrays(), low.constant)
    for value in constants.values():
        if isinstance(value, np.ndarray) and value.flags.writeable:
            value.setflags(write=False)  # it is the code's own, whoever gets it
    placement = placed(low, LONG if "blocks" in optimise else None)
    recycle, jit = "recycle" in optimise, "jit" in optimise
    return array_code(low, placement, constants, name, recycle=recycle, jit=jit)


def on_system(program: Program, system: NumberSystem[Any]) -> Callable[..., Any]:
    """`program` compiled for any number system: its literals and functions are bound by name.

    Call the result in the system's working context.
    """
    low = lowered(program, lambda primitive: system.function(primitive) is not None)
    names: dict[Fraction, str] = {}

    def literal(value: Fraction) -> str:
        return names.setdefault(value, f"__c{len(names)}")  # no input begins with two underscores

    code = emit(low, dialect=Dialect(literal, RING))
    functions = {called(name): system.function(name) for name in code.calls}
    literals = {name: system.literal(value) for value, name in names.items()}
    return code.function({**functions, **literals})


def _constants(program: Program) -> dict[int, str]:
    """The Python source of every slot that depends on no input and is finite."""
    values = _settled(program, Floats(), program.constant).items()
    return {slot: repr(v) for slot, v in values if isinstance(v, float) and math.isfinite(v)}


def _settled(
    program: Program, system: NumberSystem[Any], wanted: Collection[int]
) -> dict[int, Any]:
    """The values of the slots in `wanted` that depend on no input."""
    constant = tuple(eq for eq in program.equations if eq.output in program.constant)
    settled = replace(program, equations=constant, outputs=())
    values = trace_of(settled, system, [math.nan] * len(program.inputs))
    return {eq.output: values[eq.output] for eq in constant if eq.output in wanted}
