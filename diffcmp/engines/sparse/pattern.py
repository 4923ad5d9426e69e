"""Where a matrix may be nonzero, and a matrix of nothing else: compressed sparse rows in NumPy."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from diffcmp.errors import Fault, InputError

Ints: TypeAlias = "NDArray[np.int64]"


def distinct(values: Ints) -> Ints:
    """The values sorted, each once. For millions of them `np.unique`, which hashes whole numbers,
    takes 60 times as long."""
    ordered = np.sort(values)
    new = np.ones(len(ordered), bool)
    np.not_equal(ordered[1:], ordered[:-1], out=new[1:])
    return ordered[new]


@dataclass(frozen=True, slots=True, eq=False)
class Pattern:
    """The places of the nonzeros of a matrix: those of row i are in the columns
    `indices[indptr[i]:indptr[i + 1]]`.

    Both arrays are of int64; the columns of a row are sorted, each there once.
    """

    shape: tuple[int, int]
    indptr: Ints
    indices: Ints

    @classmethod
    def of(cls, shape: tuple[int, int], rows: Ints, columns: Ints) -> Pattern:
        """The pattern of the places (rows[k], columns[k]), in any order; repeats count once."""
        return cls.numbered(shape, distinct(rows * shape[1] + columns))

    @classmethod
    def numbered(cls, shape: tuple[int, int], places: Ints) -> Pattern:
        """The pattern of places that are numbered row by row; sorted, each once."""
        rows, columns = np.divmod(places, shape[1]) if shape[1] else (places, places)
        return cls(shape, np.searchsorted(rows, np.arange(shape[0] + 1)).astype(np.int64), columns)

    @property
    def nonzeros(self) -> int:
        """How many places may be nonzero."""
        return len(self.indices)

    @property
    def rows(self) -> Ints:
        """The row of each nonzero, in the order of `indices`."""
        return np.repeat(np.arange(self.shape[0]), np.diff(self.indptr))

    @property
    def transposed(self) -> Pattern:
        """The pattern of the transpose."""
        return Pattern.of((self.shape[1], self.shape[0]), self.indices, self.rows)

    @property
    def mirror(self) -> Ints:
        """For each nonzero (i, j) of a symmetric pattern the place of (j, i) in `indices`. Raises
        ValueError for a pattern that is not symmetric."""
        rows = self.rows
        # the k-th nonzero by columns mirrors the k-th by rows
        order = np.lexsort((rows, self.indices))
        mirrored = np.array_equal(rows[order], self.indices)
        if not (mirrored and np.array_equal(self.indices[order], rows)):
            raise ValueError("the pattern is not symmetric")
        return order

    @property
    def symmetric(self) -> bool:
        """Whether the transpose has the same pattern."""
        other = self.transposed
        same = np.array_equal(self.indptr, other.indptr)
        return same and np.array_equal(self.indices, other.indices)

    def lists(self) -> list[list[int]]:
        """The columns of each row, as Python's lists, which a loop reads ten times as fast."""
        ends, indices = self.indptr.tolist(), self.indices.tolist()
        return [indices[start:stop] for start, stop in pairwise(ends)]

    def filled(self, data: NDArray[Any], products: int = 0) -> SparseMatrix:
        """The matrix with these values at its places, in the order of `indices`."""
        return SparseMatrix(self.shape, self.indptr, self.indices, data, products)

    def __repr__(self) -> str:
        return f"Pattern(shape={self.shape}, nonzeros={self.nonzeros})"


@dataclass(frozen=True, slots=True, eq=False)
class SparseMatrix:
    """A matrix in compressed sparse rows, and what it cost: `products` with vectors.

    `data` holds the value of each place of the pattern (shape, indptr, indices), whatever the
    elements are.
    """

    shape: tuple[int, int]
    indptr: Ints
    indices: Ints
    data: NDArray[Any]
    products: int = 0

    def __repr__(self) -> str:
        return f"SparseMatrix(shape={self.shape}, nonzeros={len(self.data)})"

    @property
    def pattern(self) -> Pattern:
        """The places of the values."""
        return Pattern(self.shape, self.indptr, self.indices)

    def dense(self) -> NDArray[Any]:
        """The whole matrix, zeros and all."""
        if len(self.data) == math.prod(self.shape):
            return self.data.reshape(self.shape)
        out = np.zeros(self.shape, self.data.dtype)
        out[self.pattern.rows, self.indices] = self.data
        return out

    def scipy(self) -> Any:
        """The matrix as `scipy.sparse.csr_array`. Raises InputError where scipy, the extra
        `diffcmp[sparse]`, is not installed."""
        try:
            from scipy.sparse import csr_array
        except ImportError:
            what = "a scipy.sparse matrix"
            raise InputError(Fault.EXTRA, what=what, package="scipy", extra="sparse") from None
        return csr_array((self.data, self.indices, self.indptr), shape=self.shape)
