"""Colours for the columns of a sparse matrix: columns of one colour are found together, by one
product with a vector.

The sum of columns that share no row shows each of their values (Curtis, Powell & Reid, "On the
estimation of sparse Jacobian matrices", J. Inst. Maths Applics 13, 1974). A symmetric matrix shows
each value twice, so that fewer colours do: those of a star colouring (Gebremedhin, Manne & Pothen,
"What color is your Jacobian?", SIAM Review 47, 2005).

Both are greedy: each column in turn gets the smallest colour that is allowed. Sets of colours are
bits of an integer, so that the time is linear in the nonzeros as long as there are few colours.
Columns without any nonzero have the colour `NONE`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from diffcmp.engines.sparse.pattern import Ints, Pattern

NONE = -1


def column_colouring(pattern: Pattern) -> Ints:
    """A colour for each column, such that no two of one colour have a nonzero in one row."""
    columns = pattern.transposed.lists()
    rows, width = pattern.shape
    lengths = np.diff(pattern.indptr)
    longest = int(lengths.max(initial=0))  # no colouring has fewer colours than this
    # columns met, one in two rows counted twice
    degrees = np.bincount(pattern.indices, lengths[pattern.rows], minlength=width)
    return _fewest(lambda order: _columns_coloured(columns, rows, order), degrees, longest)


def star_colouring(pattern: Pattern) -> Ints:
    """A colour for each column of a symmetric pattern, such that neighbours differ and every path
    on four vertices has three.

    The graph has an edge between i and j ≠ i where (i, j) may be nonzero. Then of any two
    neighbours i and j, one has no other neighbour of the colour of the other, and the value (i, j)
    stands alone in a product. Raises ValueError for a pattern that is not symmetric.
    """
    if not pattern.symmetric:
        raise ValueError("a star colouring is that of a symmetric pattern")
    rows, degrees = pattern.lists(), np.diff(pattern.indptr)
    neighbours = [[j for j in row if j != i] for i, row in enumerate(rows)]
    empty = [not row for row in rows]
    n, edges = len(rows), sum(map(len, neighbours))
    # vertices with so many edges contain a clique of that size (Turán 1941)
    least = n * n // max(1, n * n - edges)
    return _fewest(lambda order: _stars_coloured(neighbours, empty, order), degrees, least)


def number_of(colours: Ints) -> int:
    """How many colours there are: the number of products."""
    return 1 + int(colours.max(initial=NONE))


def directions(colours: Ints, start: int = 0, stop: int | None = None) -> NDArray[np.float64]:
    """The vectors to multiply with, one a colour from `start` on: 1 at its columns, else 0."""
    stop = number_of(colours) if stop is None else stop
    chosen = np.flatnonzero((colours >= start) & (colours < stop))
    out = np.zeros((stop - start, len(colours)))
    out[colours[chosen] - start, chosen] = 1
    return out


def recover_jacobian(pattern: Pattern, colours: Ints, products: NDArray[Any]) -> NDArray[Any]:
    """The value of each nonzero, in the order of `pattern.indices`.

    `products` has one row a colour: the product of the matrix with `directions(colours)[k]`. For a
    matrix whose rows were compressed (products with its transpose), all is about the transposed
    pattern.
    """
    values: NDArray[Any] = products[colours[pattern.indices], pattern.rows]
    return values


def sources(pattern: Pattern, colours: Ints) -> tuple[Ints, Ints]:
    """For each nonzero of a symmetric pattern the colour and the row of the product where it stands
    alone.

    That is (colour of j, row i) where no other nonzero of row i has the colour of j, else (colour
    of i, row j). Both of a pair (i, j) and (j, i) are read in the same place, the one above the
    diagonal deciding. Raises ValueError where there is neither, so that the colouring is none, or
    where the pattern is not symmetric.
    """
    rows, columns, mirror = pattern.rows, pattern.indices, pattern.mirror
    colour = colours[columns]
    met = rows * (number_of(colours) + 1) + colour
    _, inverse, counts = np.unique(met, return_inverse=True, return_counts=True)
    alone = counts[inverse] == 1
    if not np.all((alone | alone[mirror]) & (colour >= 0)):
        raise ValueError("the colouring does not show every value of the matrix")
    upper = np.where(rows <= columns, np.arange(len(rows)), mirror)
    chosen = np.where(alone[upper], upper, mirror[upper])
    return colour[chosen], rows[chosen]


def _fewest(
    coloured: Callable[[Sequence[int]], list[int]], degrees: NDArray[Any], least: int
) -> Ints:
    """The colouring with fewer colours of two orders: the natural one, best for bands, and the
    largest degree first.

    Without the second, a full column that comes late would have to differ from all before it.
    """
    first = np.array(coloured(range(len(degrees))), np.int64)
    if number_of(first) <= least:
        return first
    second = np.array(coloured(np.argsort(-degrees, kind="stable").tolist()), np.int64)
    return second if number_of(second) < number_of(first) else first


def _lowest_free(taken: int) -> int:
    """The place of the lowest bit that is 0."""
    return (~taken & (taken + 1)).bit_length() - 1


def _columns_coloured(
    columns: Sequence[Sequence[int]], rows: int, order: Sequence[int]
) -> list[int]:
    colours = [NONE] * len(columns)
    taken = [0] * rows  # the colours that each row has met
    for column in order:
        if not columns[column]:
            continue
        forbidden = 0
        for row in columns[column]:
            forbidden |= taken[row]
        colours[column] = _lowest_free(forbidden)
        for row in columns[column]:
            taken[row] |= 1 << colours[column]
    return colours


def _stars_coloured(
    neighbours: Sequence[Sequence[int]], empty: Sequence[bool], order: Sequence[int]
) -> list[int]:
    """Star colouring in the given order.

    What Gebremedhin, Tarafdar, Manne & Pothen, "New acyclic and star coloring algorithms with
    application to computing Hessians", SIAM J. Sci. Comput. 29 (2007), algorithm 4.1, read off the
    two-coloured stars is kept up to date as bits: `near[w]`, the colours of its neighbours;
    `hubs[w]`, those of its neighbours that have another neighbour of w's colour.
    """
    n = len(neighbours)
    colours, near, hubs = [NONE] * n, [0] * n, [0] * n
    # for each vertex and colour, the first such neighbour
    of_colour: list[dict[int, int]] = [{} for _ in range(n)]
    for v in order:
        if empty[v]:
            continue
        coloured = [w for w in neighbours[v] if colours[w] != NONE]
        colours[v] = _lowest_free(_forbidden(coloured, colours, near, hubs))
        for w in coloured:
            for hub, leaf in ((w, v), (v, w)):
                first = of_colour[hub].setdefault(colours[leaf], leaf)
                near[hub] |= 1 << colours[leaf]
                if first != leaf:
                    hubs[leaf] |= 1 << colours[hub]
                    hubs[first] |= 1 << colours[hub]
    return colours


def _forbidden(
    coloured: Sequence[int], colours: Sequence[int], near: Sequence[int], hubs: Sequence[int]
) -> int:
    """The colours that would make an edge or a path on four vertices of too few colours."""
    forbidden = 0
    first: dict[int, int] = {}
    for w in coloured:
        forbidden |= 1 << colours[w]
        same = first.setdefault(colours[w], w)
        # as an end, v - w - hub - leaf; between two of one colour, further - w - v - same
        forbidden |= hubs[w] if same == w else hubs[w] | near[w] | near[same]
    return forbidden
