"""A Program of numbers at many points at once: arrays in, arrays out, element by element, in blocks
on threads."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from diffcmp.engines.arrays import blocks
from diffcmp.engines.arrays.memory import room
from diffcmp.engines.compiled import JIT, emitted_on_arrays, on_arrays
from diffcmp.program.ir import Builder, Program

Slope: TypeAlias = Callable[..., Any]


@lru_cache(maxsize=256)
def pointwise(program: Program) -> Callable[..., list[NDArray[Any]]]:
    """A function from numbers or arrays of any shapes that broadcast, one for each input, to an
    array for each output.

    Raises
    ------
    ValueError: when called, for shapes that do not broadcast.
    """
    fast = emitted_on_arrays(vectorised(program)).function()
    kinds = [bool if _condition(program, slot) else float for slot in program.outputs]

    def block(
        i: int, j: int, found: Sequence[NDArray[Any]], inputs: Sequence[NDArray[Any]]
    ) -> tuple[()]:
        made = fast(*(x[i:j] for x in inputs))
        for out, part in zip(found, made if len(found) > 1 else [made], strict=True):
            out[i:j] = part
        return ()

    def run(*values: Any) -> list[NDArray[Any]]:
        inputs = np.broadcast_arrays(*(np.asarray(value, float) for value in values))
        flat = [x.reshape(-1) for x in inputs]
        found = [room(flat[0].size, kind) for kind in kinds]
        if flat[0].size < blocks.LONG:
            with np.errstate(all="ignore"):
                block(0, flat[0].size, found, flat)
        else:
            blocks.in_blocks(block, flat[0].size, flat[0].size, found, flat)
        return [out.reshape(inputs[0].shape) for out in found]

    return run


def vectorised(program: Program, length: int = 2) -> Program:
    """The same equations on vectors; their length is nowhere in the code that is made of it, but
    where it runs in blocks."""
    builder = Builder(program.inputs, ((length,),) * len(program.inputs))
    outputs = builder.appended(program, range(len(program.inputs)))
    return builder.program(outputs)


@lru_cache(maxsize=64)
def jitted(program: Program, length: int) -> Callable[..., Any]:
    """A Program of numbers with one output on vectors of one length, compiled by numba."""
    return on_arrays(vectorised(program, length), JIT)


def _condition(program: Program, slot: int) -> bool:
    return slot in program.by_output and program.by_output[slot].dtype == "bool"


def at_points(program: Program, number: Slope) -> Slope:
    """For what is passed beside floats: `number` of what are numbers, and the only output of
    `program` at arrays."""
    return lambda *values: (
        pointwise(program)(*values)[0] if any(map(np.ndim, values)) else number(*map(float, values))
    )


def in_loops(program: Program, number: Slope) -> Slope:
    """For long arrays, a loop that numba compiles, once for each length; for all else, `number`."""

    def run(*values: Any) -> Any:
        if max(map(np.size, values)) < blocks.LONG:
            return number(*values)
        inputs = np.broadcast_arrays(*(np.asarray(value, float) for value in values))
        flat = [x.reshape(-1) for x in inputs]
        found = jitted(program, flat[0].size)(*flat)
        whole = np.shape(found) == flat[0].shape and not any(
            np.shares_memory(found, x) for x in flat
        )
        return (found if whole else np.array(np.broadcast_to(found, flat[0].shape))).reshape(
            inputs[0].shape
        )

    return run


def repaired(program: Program, number: Slope) -> Slope:
    """The same for a number and a condition: `number` is asked wherever that holds, or the number
    is not finite."""

    def run(*values: Any) -> Any:
        if not any(map(np.ndim, values)):
            return number(*map(float, values))
        found, alarm = pointwise(program)(*values)
        places = np.nonzero(alarm | ~np.isfinite(found))
        inputs = [
            x[places].tolist()
            for x in np.broadcast_arrays(*(np.asarray(value, float) for value in values))
        ]
        found[places] = [number(*at) for at in zip(*inputs, strict=True)]
        return found

    return run


def one_by_one(number: Slope) -> Slope:
    """A function of numbers at every point of arrays."""

    def run(*values: Any) -> Any:
        if not any(map(np.ndim, values)):
            return number(*map(float, values))
        inputs = np.broadcast_arrays(*(np.asarray(value, float) for value in values))
        flat = zip(*(x.reshape(-1).tolist() for x in inputs), strict=True)
        return np.array([number(*at) for at in flat], float).reshape(inputs[0].shape)

    return run
