"""Gradients, Jacobians and Hessians of array Programs from products with vectors, each one run of a
compiled Program.

A product is one run whatever the number of inputs; many products are few runs, with a vector in
each row (`passes.rows`). Where a matrix is sparse, few products give all of it: its pattern is
found on the Program of numbers, once; the products run on whole arrays. Arrays are passed and
returned one a variable; in matrices the elements of all variables stand in a row.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from diffcmp.caches import remembered
from diffcmp.engines.compiled import JIT, compiled, on_arrays
from diffcmp.engines.derived import adjoint, input_shapes, only, pullback, pushforward
from diffcmp.engines.sparse import by_index_arrays as array_sparsity
from diffcmp.engines.sparse.by_components import hessian_pattern, jacobian_pattern
from diffcmp.engines.sparse.colouring import (
    column_colouring,
    directions,
    number_of,
    recover_jacobian,
)
from diffcmp.engines.sparse.pattern import Pattern, SparseMatrix
from diffcmp.engines.sparse.recovery import BLOCK, Compression, compressed
from diffcmp.errors import InputError
from diffcmp.passes.rows import in_rows
from diffcmp.passes.scalars import scalarised
from diffcmp.primitives.shapes import Shape
from diffcmp.program.ir import Program

Arrays: TypeAlias = tuple[Any, ...]
Function: TypeAlias = Callable[..., Arrays]

FEW = 16  # products that are taken without asking for a pattern, and one after the other
ROOM = 2**16  # numbers of vectors that are multiplied with at once
TURNS = 4  # at least, so that what is held on the way is no more than the result
LEAST = 4  # fewer at once are not worth it: long vectors run in blocks, each on all processors


def run(program: Program, jit: bool = False) -> Function:
    """A Program as a function from the arrays of its inputs to the tuple of its outputs."""
    f = on_arrays(program, JIT) if jit and not program.scalar else compiled(program)
    return f if len(program.outputs) > 1 else lambda *inputs: (f(*inputs),)


@remembered
def gradient(program: Program, wrt: tuple[str, ...], jit: bool = False) -> Function:
    """∇f by one reverse sweep: an array for each variable named."""
    return run(only(adjoint(program, wrt), *range(1, 1 + len(wrt))), jit)


def forward_gradient(program: Program, wrt: tuple[str, ...]) -> Function:
    """∇f by forward mode, one product for each element: an array for each variable named."""
    shapes = input_shapes(program, wrt)
    plan, product = Columns(True, np.arange(size(shapes))), along(program, wrt)

    def gradient(*inputs: Any) -> tuple[Any, ...]:
        return tuple(split(_all_taken(product, inputs, plan, shapes)[:, 0], shapes))

    return gradient


@remembered
def along(program: Program, wrt: tuple[str, ...] | None = None) -> Program:
    """J·v by forward mode, from the variables and a direction for each, or each of those named."""
    return only(pushforward(program, program.inputs if wrt is None else wrt), 1)


@remembered
def across(program: Program) -> Program:
    """wᵀ·J by reverse mode, from the variables and then w: an array for each variable."""
    return only(pullback(program, program.inputs), *range(1, 1 + len(program.inputs)))


@remembered
def curved(program: Program) -> Program:
    """∇²f·v by forward over reverse mode, from the variables and a direction for each."""
    n = len(program.inputs)
    products = pushforward(adjoint(program, program.inputs), program.inputs)
    return only(products, *range(2 + n, 2 + 2 * n))


def split(flat: NDArray[Any], shapes: Sequence[Shape]) -> list[Any]:
    """The arrays of some shapes whose elements stand in a row, along the last axis."""
    ends = pairwise(accumulate(map(math.prod, shapes), initial=0))
    rows = flat.shape[:-1]
    return [
        flat[..., i:j].reshape((*rows, *shape)) for (i, j), shape in zip(ends, shapes, strict=True)
    ]


def flattened(arrays: Sequence[Any]) -> NDArray[Any]:
    """All elements in a row."""
    if len(arrays) == 1:
        return np.ravel(arrays[0])
    return np.concatenate([np.ravel(a) for a in arrays])


def taken(
    product: Program, inputs: Sequence[Any], vectors: NDArray[Any], shapes: Sequence[Shape]
) -> NDArray[Any]:
    """Products with vectors, one a row, whose elements are those of arrays of some shapes: many at
    once, where that can be. The last inputs of the product are the directions."""
    turns = max(TURNS, -(-vectors.size // ROOM))
    rows = -(-len(vectors) // turns)
    worth_it = len(vectors) > FEW and rows >= LEAST
    several = on_rows(product, len(shapes), rows) if worth_it else None
    if several is None:
        return _one_by_one(product, inputs, vectors, shapes)
    width = size([product.dims[slot] for slot in product.outputs])
    out = np.empty((len(vectors), width))
    for i in range(0, len(vectors), rows):
        several(inputs, vectors[i : i + rows], shapes, out[i : i + rows])
    return out


def _one_by_one(
    product: Program, inputs: Sequence[Any], vectors: NDArray[Any], shapes: Sequence[Shape]
) -> NDArray[Any]:
    f, rows = run(product), []
    for vector in vectors:
        direction = [part if part.shape else float(part) for part in split(vector, shapes)]
        rows.append(flattened(f(*inputs, *direction)))
    return np.stack(rows) if rows else np.empty((0, size(shapes)))


@remembered
def on_rows(product: Program, count: int, rows: int) -> Callable[..., None] | None:
    """A product whose last `count` inputs are directions, with so many rows of these at once, into
    rows that are given; None where that cannot be, as for numbers, which run on `math`."""
    if product.scalar:
        return None
    try:
        f = run(in_rows(product, product.inputs[-count:], rows))
    except NotImplementedError:
        return None

    def several(
        inputs: Sequence[Any], vectors: NDArray[Any], shapes: Sequence[Shape], out: NDArray[Any]
    ) -> None:
        if len(vectors) < rows:
            vectors = np.concatenate([vectors, np.zeros((rows - len(vectors), vectors.shape[1]))])
        parts = f(*inputs, *(part.reshape(rows, -1) for part in split(vectors, shapes)))
        np.concatenate([part[: len(out)] for part in parts], axis=1, out=out)

    return several


def value_shape(program: Program) -> Shape:
    """The shape of the first output."""
    return program.dims[program.outputs[0]]


def size(shapes: Sequence[Shape]) -> int:
    """The number of elements of all arrays."""
    return sum(map(math.prod, shapes))


@dataclass(frozen=True, slots=True, eq=False)
class Columns:
    """How a Jacobian, or its transpose in reverse mode, is found from products: the colours of the
    columns that each finds, and the pattern that tells them apart (None: each is alone)."""

    forward: bool
    colours: NDArray[np.int64]
    pattern: Pattern | None = None

    @property
    def products(self) -> int:
        """How many products one matrix costs."""
        return number_of(self.colours)

    def vectors(self) -> Iterator[NDArray[np.float64]]:
        """What to multiply with, a block of rows after the other."""
        step, end = max(1, BLOCK // max(1, len(self.colours))), self.products
        for k in range(0, max(end, 1), step):
            yield directions(self.colours, k, min(k + step, end))

    def matrix(self, products: NDArray[Any]) -> NDArray[Any]:
        """The dense matrix whose columns were found."""
        if self.pattern is None:
            return products.T
        pattern = self.pattern
        return pattern.filled(recover_jacobian(pattern, self.colours, products)).dense()


@remembered
def columns(program: Program, forward: bool | None = None) -> Columns:
    """Which products give the Jacobian: those of forward or of reverse mode, where `forward` leaves
    the choice, whichever are fewer. Where both would be many, columns are coloured."""
    modes = (True, False) if forward is None else (forward,)
    sizes = {True: size(input_shapes(program)), False: math.prod(value_shape(program))}
    pattern = None
    if min(sizes.values()) > FEW:
        pattern = _pattern(program, array_sparsity.jacobian_pattern, jacobian_pattern)
    if pattern is None:
        fewest = min(modes, key=sizes.__getitem__)
        return Columns(fewest, np.arange(sizes[fewest]))
    patterns = {True: pattern, False: pattern.transposed}
    plans = [Columns(mode, column_colouring(patterns[mode]), patterns[mode]) for mode in modes]
    return min(plans, key=lambda plan: plan.products)


def _pattern(
    program: Program, on_arrays: Callable[..., Pattern], on_numbers: Callable[..., Pattern]
) -> Pattern | None:
    """The pattern of a matrix; None where there is no Program of numbers to find it on either."""
    with suppress(InputError, NotImplementedError):
        return on_arrays(program)
    with suppress(InputError, NotImplementedError):
        return on_numbers(scalarised(program))
    return None


def _all_taken(
    product: Program, inputs: Sequence[Any], plan: Columns, shapes: Sequence[Shape]
) -> NDArray[Any]:
    """The products that a plan asks for, one a row."""
    return np.concatenate([taken(product, inputs, rows, shapes) for rows in plan.vectors()])


def jacobian(program: Program, forward: bool | None = None) -> Callable[..., NDArray[Any]]:
    """J as a dense matrix: one row an element of the value, one column an element of a variable."""
    plan = columns(program, forward)
    product = along(program) if plan.forward else across(program)
    shapes = input_shapes(program) if plan.forward else (value_shape(program),)

    def dense(*inputs: Any) -> NDArray[Any]:
        matrix = plan.matrix(_all_taken(product, inputs, plan, shapes))  # which keeps no copy
        return matrix if plan.forward else matrix.T

    return dense


def hessian(program: Program) -> Callable[..., SparseMatrix]:
    """∇²f from as few products of dual numbers over the tape as its pattern allows: rows and
    columns are the elements of all variables."""
    plan, product, shapes = symmetric(program), curved(program), input_shapes(program)
    return lambda *inputs: plan.matrix(lambda vectors: taken(product, inputs, vectors, shapes))


@remembered
def symmetric(program: Program) -> Compression:
    """Which products give the Hessian: all of them where no pattern can be found."""
    pattern = _pattern(program, array_sparsity.hessian_pattern, hessian_pattern)
    if pattern is None:
        n = size(input_shapes(program))
        pattern = Pattern.numbered((n, n), np.arange(n * n))
    return compressed(pattern)
