"""Sparse Hessians from a few products with vectors: pattern from the Program, star colouring,
direct recovery.

What a product costs, and in which arithmetic it is taken, is the caller's business: dual numbers
over the tape, say, whose product is a small multiple of the function's own cost.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from diffcmp.caches import remembered
from diffcmp.engines.sparse.by_components import hessian_pattern
from diffcmp.engines.sparse.colouring import directions, number_of, sources, star_colouring
from diffcmp.engines.sparse.pattern import Ints, Pattern, SparseMatrix
from diffcmp.program.ir import Program

Products: TypeAlias = Callable[[NDArray[np.float64]], NDArray[Any]]

BLOCK = 2**22  # numbers in the directions that are asked for at once


@dataclass(frozen=True, slots=True, eq=False)
class Compression:
    """How a Hessian is found from products, at every point: its pattern, a star colouring of it,
    and for each nonzero the colour and the row of the product where it stands alone."""

    pattern: Pattern
    colours: Ints
    sources: tuple[Ints, Ints]

    @property
    def products(self) -> int:
        """How many products with vectors one Hessian costs."""
        return number_of(self.colours)

    def matrix(self, hvp: Products) -> SparseMatrix:
        """The Hessian at the point where `hvp` multiplies.

        `hvp` takes directions, one a row, (k, n) of float64, and returns the products, one a row,
        (k, n) of any dtype. It is asked several times where there are so many directions that they
        would not fit into memory.
        """
        step = max(1, BLOCK // max(1, len(self.colours)))
        if 0 < self.products <= step:
            seeds, places = seeded(self)
            return self.pattern.filled(np.take(hvp(seeds), places), self.products)
        colour, row = self.sources
        data = np.zeros(self.pattern.nonzeros)
        for start in range(0, self.products, step):
            stop = min(start + step, self.products)
            products = hvp(directions(self.colours, start, stop))
            here = (colour >= start) & (colour < stop)
            data = data.astype(products.dtype, copy=False)
            data[here] = products[colour[here] - start, row[here]]
        return self.pattern.filled(data, self.products)


@remembered
def seeded(compression: Compression) -> tuple[NDArray[np.float64], Ints]:
    """All directions of a compression, and each nonzero's place among the products' numbers."""
    seeds = directions(compression.colours)
    seeds.setflags(write=False)
    colour, row = compression.sources
    return seeds, colour * len(compression.colours) + row


@remembered
def compression(program: Program, wrt: tuple[str, ...] | None = None) -> Compression:
    """How the Hessian of a Program of scalars with one output is found; rows and columns in the
    order of `wrt`. Raises ValueError for several outputs."""
    if len(program.outputs) != 1:
        raise ValueError(f"a Hessian is that of one output, not of {len(program.outputs)}")
    return compressed(hessian_pattern(program, wrt))


def compressed(pattern: Pattern) -> Compression:
    """How a Hessian of this pattern is found; column by column where it is full."""
    n = len(pattern.indptr) - 1
    if pattern.nonzeros == n * n:
        row, column = np.divmod(np.arange(n * n), max(n, 1))
        lower = np.maximum(row, column), np.minimum(row, column)
        return Compression(pattern, np.arange(n), lower)
    colours = star_colouring(pattern)
    return Compression(pattern, colours, sources(pattern, colours))
