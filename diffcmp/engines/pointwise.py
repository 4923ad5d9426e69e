"""A Program of numbers at many points at once: arrays in, arrays out, element by element, in blocks
on threads."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from diffcmp.caches import remembered
from diffcmp.engines.arrays import blocks
from diffcmp.engines.arrays.memory import room
from diffcmp.engines.compiled import JIT, emitted_on_arrays, on_arrays
from diffcmp.errors import Fault, InputError, warn_of_precision
from diffcmp.program.ir import Builder, Program

Slope: TypeAlias = Callable[..., Any]
Block: TypeAlias = NDArray[Any]


@remembered
def pointwise(program: Program) -> Callable[..., list[Block]]:
    """A function from numbers or arrays of any shapes that broadcast, one for each input, to an
    array for each output.

    Raises
    ------
    ValueError: when called, for shapes that do not broadcast.
    """
    fast = emitted_on_arrays(vectorised(program)).function()
    kinds = [bool if _condition(program, slot) else float for slot in program.outputs]

    def block(i: int, j: int, outs: Sequence[Block], inputs: Sequence[Block]) -> tuple[()]:
        parts = fast(*(x[i:j] for x in inputs))
        for out, part in zip(outs, parts if len(outs) > 1 else [parts], strict=True):
            out[i:j] = part
        return ()

    def run(*values: Any) -> list[Block]:
        inputs = _broadcast(values)
        flat = [x.reshape(-1) for x in inputs]
        size = flat[0].size
        outs = [room(size, kind) for kind in kinds]
        if size < blocks.LONG:
            with np.errstate(all="ignore"):
                block(0, size, outs, flat)
        else:
            blocks.in_blocks(block, size, size, outs, flat)
        return [out.reshape(inputs[0].shape) for out in outs]

    return run


def real_array(value: Any) -> Block:
    """The float64 array of a number, a list or an array of any shape.

    Raises
    ------
    InputError: where it holds what is no real number, such as a complex one.
    """
    try:
        array = np.asarray(value)
        lacking = array.dtype.kind == "O" and any(x is None for x in array.flat)
        if lacking or array.dtype.kind not in "biufO":
            raise TypeError
        return array.astype(float, copy=False)
    except (TypeError, ValueError, OverflowError):
        raise InputError(Fault.ARRAY_OF_NUMBERS) from None


def _broadcast(values: Sequence[Any]) -> Sequence[Block]:
    """Numbers and arrays as float64 arrays of one shape."""
    return np.broadcast_arrays(*map(real_array, values))


def vectorised(program: Program, length: int = 2) -> Program:
    """The equations of a Program of numbers on vectors. Their length is nowhere in the code that is
    made of it, but where it runs in blocks."""
    builder = Builder(program.inputs, ((length,),) * len(program.inputs))
    outputs = builder.appended(program, range(len(program.inputs)))
    return builder.program(outputs)


@remembered
def jitted(program: Program, length: int) -> Callable[..., Any]:
    """A Program of numbers with one output on vectors of one length, compiled by numba."""
    return on_arrays(vectorised(program, length), JIT)


def _condition(program: Program, slot: int) -> bool:
    return slot in program.by_output and program.by_output[slot].dtype == "bool"


def _either(number: Slope, arrays: Slope) -> Slope:
    """`number` where all that is passed are numbers, else `arrays`."""

    def run(*values: Any) -> Any:
        reals = [real_array(value) for value in values]
        return arrays(*reals) if any(x.ndim for x in reals) else number(*map(float, reals))

    return run


def at_points(program: Program, number: Slope) -> Slope:
    """For what is passed beside floats: `number` of what are numbers, and the only output of
    `program` at arrays."""
    return _either(number, lambda *values: pointwise(program)(*values)[0])


def in_loops(program: Program, number: Slope) -> Slope:
    """For long arrays, a loop that numba compiles, once for each length; for all else, `number`."""

    def run(*values: Any) -> Any:
        if max(map(np.size, values)) < blocks.LONG:
            return number(*values)
        inputs = _broadcast(values)
        flat = [x.reshape(-1) for x in inputs]
        out = jitted(program, flat[0].size)(*flat)
        if np.shape(out) != flat[0].shape or any(np.shares_memory(out, x) for x in flat):
            out = np.array(np.broadcast_to(out, flat[0].shape))
        return out.reshape(inputs[0].shape)

    return run


def repaired(
    program: Program, number: Slope, found: Callable[..., tuple[float, list[str]]]
) -> Slope:
    """For a Program of a number and a condition: the number, and what is `found` wherever the
    condition holds or the number is not finite, with a PrecisionWarning for each different
    message; at a single point `number`."""

    def arrays(*values: Any) -> Block:
        out, alarm = pointwise(program)(*values)
        places = np.nonzero(alarm | ~np.isfinite(out))
        inputs = [x[places].tolist() for x in _broadcast(values)]
        answers = [found(*at) for at in zip(*inputs, strict=True)]
        out[places] = [derivative for derivative, _ in answers]
        warn_of_precision(dict.fromkeys(doubt for _, doubts in answers for doubt in doubts))
        return out

    return _either(number, arrays)


def one_by_one(number: Slope) -> Slope:
    """A function of numbers at every point of arrays."""

    def arrays(*values: Any) -> Block:
        inputs = _broadcast(values)
        flat = zip(*(x.reshape(-1).tolist() for x in inputs), strict=True)
        return np.array([number(*at) for at in flat], float).reshape(inputs[0].shape)

    return _either(number, arrays)
