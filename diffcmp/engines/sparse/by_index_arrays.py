"""Sparsity patterns of a Program of arrays, by index arrays: what `by_components` finds on numbers,
all elements of a value at once.

For each argument of an equation a table holds, for every element of the result, the elements that
it is made from. Elements are marked, and followed back to the inputs, by indexing with these
tables. So a pattern at n = 10⁵ takes as many calls of NumPy as at n = 10, and memory in proportion
to the nonzeros.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator
from itertools import accumulate
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from diffcmp.engines.sparse.dependence import curvature, influences
from diffcmp.engines.sparse.pattern import Ints, Pattern, distinct
from diffcmp.program.ir import Equation, Program

Marks: TypeAlias = "dict[int, NDArray[np.bool_]]"

MOST = 2**26  # places that are numbered at once


def jacobian_pattern(program: Program) -> Pattern:
    """Which elements of the outputs vary with which elements of the inputs. Raises
    NotImplementedError for linear algebra, and where there would be too many places."""
    graph = _Graph(program)
    wanted = [graph.numbers(slot) for slot in program.outputs]
    rows, columns = graph.supports(np.concatenate(wanted))
    return Pattern.of((sum(map(len, wanted)), graph.ends[-1]), rows, columns)


def hessian_pattern(program: Program) -> Pattern:
    """Which pairs of elements of the inputs interact nonlinearly in the outputs. Raises
    NotImplementedError for linear algebra, and where there would be too many places."""
    graph = _Graph(program)
    pairs = graph.interactions()
    nodes, numbered = np.unique(pairs, return_inverse=True)
    rows, columns = graph.supports(nodes)
    first, second = numbered.reshape(pairs.shape).T
    i, j = _products(np.searchsorted(rows, np.arange(len(nodes) + 1)), columns, first, second)
    n = graph.ends[-1]
    return Pattern.numbered((n, n), distinct(np.concatenate([i * n + j, j * n + i])))


def _products(starts: Ints, columns: Ints, first: Ints, second: Ints) -> tuple[Ints, Ints]:
    """All pairs of elements of two sets; set k is `columns[starts[k]:starts[k + 1]]`."""
    lengths = np.diff(starts)
    sizes = lengths[first] * lengths[second]
    if sizes.sum() > MOST:
        raise NotImplementedError("too many places")
    pair = np.repeat(np.arange(len(first)), sizes)
    within = np.arange(len(pair)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    a, b = np.divmod(within, lengths[second][pair])
    return columns[starts[first[pair]] + a], columns[starts[second[pair]] + b]


class _Graph:
    """The elements of all values, numbered in turn, inputs first, and what each is made from."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.sizes = [math.prod(program.dims.get(slot, ())) for slot in range(program.size)]
        self.starts = list(accumulate(self.sizes, initial=0))
        self.inputs = range(len(program.inputs))
        self.ends = self.starts[1 : len(program.inputs) + 1]
        live = (eq for eq in program.equations if eq.output in program.live)
        self.equations = [eq for eq in live if eq.inputs]
        self.varies = {slot: np.ones(self.sizes[slot], bool) for slot in self.inputs}
        for eq in self.equations:
            self.varies[eq.output] = self.varying(eq)

    def varying(self, eq: Equation) -> NDArray[np.bool_]:
        """Which elements of a result vary with an input."""
        varies = np.zeros(self.sizes[eq.output], bool)
        for slot, table in self.made_from(eq):
            reached = self.varies[slot][table] & (table >= 0)
            varies |= reached.any(axis=1)
        return varies

    def numbers(self, slot: int) -> Ints:
        """The numbers of the elements of a slot."""
        return np.arange(self.starts[slot], self.starts[slot + 1])

    def made_from(self, eq: Equation) -> Iterator[tuple[int, Ints]]:
        """The arguments that an equation varies with, and their tables."""
        moves = [True] * len(eq.inputs) if eq.entry.structure else influences(eq.primitive)
        for position, (slot, moving) in enumerate(zip(eq.inputs, moves, strict=True)):
            if moving and slot in self.varies:
                yield slot, self.table(eq, position)

    def table(self, eq: Equation, position: int) -> Ints:
        """For each element of the result, in a row, what it is made from (-1: nothing)."""
        structure = eq.entry.structure
        shapes = [self.program.dims[i] for i in eq.inputs]
        shape = shapes[position]
        here = np.arange(math.prod(shape)).reshape(shape)
        if structure is None:
            return np.broadcast_to(here, eq.shape).reshape(-1, 1)
        if structure.elements in ("chosen", "joined"):
            return here.reshape(1, -1)
        if structure.elements == "added":
            count = math.prod(eq.shape)
            target = np.broadcast_to(np.arange(count).reshape(eq.shape), here.shape)
            return np.argsort(target, axis=None, kind="stable").reshape(count, -1)
        if structure.elements != "moved":
            raise NotImplementedError(eq.primitive)
        arguments = [np.zeros(shape, int) for shape in shapes]
        arguments[position] = here + 1  # what is no element of this argument is 0
        return np.asarray(structure.apply(eq.static, *arguments)).reshape(-1, 1) - 1

    def interactions(self) -> Ints:
        """Pairs of elements whose inputs all interact, and no others do; as in `by_components`."""
        live, curved, complete = (
            {slot: np.zeros(len(v), bool) for slot, v in self.varies.items()} for _ in range(3)
        )
        for slot in self.program.outputs:
            if slot in live:
                live[slot][:] = True
        pairs: list[Ints] = []
        for eq in reversed(self.equations):
            out, structure = eq.output, eq.entry.structure
            joined = structure is not None and structure.elements == "joined"
            if joined and self.sizes[eq.inputs[0]] > 1:
                curved[out][:] = True
            fresh = curved[out] & live[out] & ~complete[out]
            pairs.append(self.with_themselves(out, fresh))
            complete[out] |= fresh
            done, alone = live[out] & complete[out], live[out] & ~complete[out]
            for slot, table in self.made_from(eq):
                _mark(live[slot], table, live[out])
                _mark(complete[slot], table, done)
            if structure is None:
                pairs += self.curved_by(eq, alone, curved)
        for slot in self.inputs:
            fresh = curved[slot] & ~complete[slot]
            pairs.append(self.with_themselves(slot, fresh))
        return np.concatenate(pairs)

    def with_themselves(self, slot: int, which: NDArray[np.bool_]) -> Ints:
        """Some elements of a slot, each as a pair of itself."""
        return np.repeat(self.numbers(slot)[which], 2).reshape(-1, 2)

    def curved_by(self, eq: Equation, where: NDArray[np.bool_], curved: Marks) -> Iterator[Ints]:
        """The pairs of different arguments that an equation makes interact, at some elements; those
        that it makes interact with themselves are marked."""
        for a, b in curvature(eq.primitive):
            first, second = eq.inputs[a], eq.inputs[b]
            if not {first, second} <= self.varies.keys():
                continue
            i = self.table(eq, a)[where, 0]
            j = self.table(eq, b)[where, 0]
            vary = self.varies[first][i] & self.varies[second][j]
            i, j = i[vary], j[vary]
            if first == second:
                curved[first][i] = True
                continue
            pair = np.stack([i, j], axis=1)
            starts = self.starts[first], self.starts[second]
            yield pair + np.array(starts)

    def supports(self, nodes: Ints) -> tuple[Ints, Ints]:
        """The inputs that elements vary with, as sorted pairs (place in `nodes`, input)."""
        size = max(self.starts[-1], 1)
        if len(nodes) * size > 2**62:
            raise NotImplementedError("too many places")
        # for each slot the pairs (place, element), as one number
        waiting: dict[int, list[Ints]] = defaultdict(list)
        slots = np.searchsorted(self.starts, nodes, "right") - 1
        for slot in distinct(slots).tolist():
            places = np.flatnonzero(slots == slot)
            elements = nodes[places] - self.starts[slot]
            waiting[slot].append(places * size + elements)
        for eq in reversed(self.equations):
            if waiting[eq.output]:
                keys = distinct(np.concatenate(waiting.pop(eq.output)))
                self.follow(eq, keys, waiting, size)
        reached = [np.empty(0, np.int64)]
        for slot in self.inputs:
            reached += [keys + self.starts[slot] for keys in waiting[slot]]
        rows, columns = np.divmod(distinct(np.concatenate(reached)), size)
        return rows, columns

    def follow(self, eq: Equation, keys: Ints, waiting: dict[int, list[Ints]], size: int) -> None:
        """From elements of a result to those that they are made from."""
        places, elements = np.divmod(keys, size)
        for slot, table in self.made_from(eq):
            if len(places) * table.shape[1] > MOST:
                raise NotImplementedError("too many places")
            reached = table[elements]
            keep = (reached >= 0) & self.varies[slot][reached]
            waiting[slot].append((places[:, None] * size + reached)[keep])


def _mark(marks: NDArray[np.bool_], table: Ints, rows: NDArray[np.bool_]) -> None:
    """Mark what some elements are made from."""
    reached = table[rows]
    marks[reached[reached >= 0]] = True
