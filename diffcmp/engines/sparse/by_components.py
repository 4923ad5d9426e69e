"""Sparsity found from the Program: which outputs vary with which inputs, and which pairs of inputs
interact nonlinearly.

Index sets are propagated through the equations, as in Walther, "Computing sparse Hessians with
automatic differentiation", ACM TOMS 34 (2008), but formed only where a nonlinear equation or an
output asks for them. Programs of scalars only. Time and memory grow with the number of equations,
plus the nonzeros, plus what nonlinear equations have in common.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain
from typing import TypeAlias

import numpy as np

from diffcmp.engines.sparse.dependence import curvature, moving, supports, varying
from diffcmp.engines.sparse.pattern import Ints, Pattern, distinct
from diffcmp.program.ir import Program

Product: TypeAlias = tuple[frozenset[int], frozenset[int]]

BLOCK = 2**21  # places that are numbered at once


def jacobian_pattern(program: Program, wrt: Sequence[str] | None = None) -> Pattern:
    """Which outputs vary with which inputs: one row an output, one column a name in `wrt` (default:
    all inputs, in order). Raises KeyError for a name that is no input. Raises NotImplementedError
    for a Program of arrays.
    """
    columns = _columns(program, wrt)
    by_slot = supports(program, columns, set(program.outputs))
    sets = [by_slot[slot] for slot in program.outputs]
    rows = np.repeat(np.arange(len(sets)), [len(s) for s in sets])
    return Pattern.of((len(sets), len(columns)), rows, _flat(sets))


def hessian_pattern(program: Program, wrt: Sequence[str] | None = None) -> Pattern:
    """Which pairs of inputs interact nonlinearly: the symmetric pattern of the Hessian, of any
    weighted sum of the outputs.

    Rows and columns are the names in `wrt` (default: all inputs, in order). Raises KeyError for a
    name that is no input. Raises NotImplementedError for a Program of arrays.
    """
    columns = _columns(program, wrt)
    pairs = interactions(program, varying(program, columns))
    sets = supports(program, columns, set(chain.from_iterable(pairs)))
    products = {(id(sets[i]), id(sets[j])): (sets[i], sets[j]) for i, j in pairs}
    n = len(columns)
    return Pattern.numbered((n, n), _merged(products.values(), n))


def interactions(program: Program, varies: set[int]) -> list[tuple[int, int]]:
    """Pairs of slots such that every input of the one interacts with every input of the other, and
    there are no others.

    Where all inputs of a slot interact with each other (it is squared, say), so do those of
    whatever it is made of: its equations are passed by. Without that, a sum of exp(s) over the n
    partial sums s of x would give n³/3 pairs of inputs.
    """
    interacting = []
    live, curved, complete = set(program.outputs), set[int](), set[int]()
    for eq in reversed(program.equations):
        if eq.output not in live:
            continue
        slots = [slot for slot in moving(eq) if slot in varies]
        live.update(slots)
        if eq.output in curved and eq.output not in complete:  # now that all its uses are known
            interacting.append((eq.output, eq.output))
            complete.add(eq.output)
        if eq.output in complete:
            complete.update(slots)
            continue
        pairs = [(eq.inputs[a], eq.inputs[b]) for a, b in curvature(eq.primitive)]
        curved.update(i for i, j in pairs if i == j and i in varies)
        interacting += [(i, j) for i, j in pairs if i != j and i in varies and j in varies]
    alone = [i for i in range(len(program.inputs)) if i in curved and i not in complete]
    return [*interacting, *((i, i) for i in alone)]


def _columns(program: Program, wrt: Sequence[str] | None) -> dict[int, int]:
    """The column of each input that varies."""
    slots = {name: slot for slot, name in enumerate(program.inputs)}
    names = program.inputs if wrt is None else wrt
    return {slots[name]: column for column, name in enumerate(names)}


def _merged(products: Iterable[Product], n: int) -> Ints:
    """The numbers of the places of all products and of their mirror images, sorted, each once.

    Duplicates are dropped whenever there may be as many new places as known ones: so memory is that
    of the answer, within a small factor, and sorting costs little more than sorting once.
    """
    places = np.empty(0, np.int64)
    block: list[Product] = []
    size = 0
    for product in products:
        block.append(product)
        size += len(product[0]) * len(product[1])
        if size > max(BLOCK, len(places)):
            places = distinct(np.concatenate([places, *_places(block, n)]))
            block, size = [], 0
    return distinct(np.concatenate([places, *_places(block, n)]))


def _places(products: Sequence[Product], n: int) -> tuple[Ints, Ints]:
    """The numbers i·n + j and j·n + i of all pairs (i, j) of each product of sets."""
    left, right = [a for a, _ in products], [b for _, b in products]
    widths = np.array([len(b) for b in right], np.int64)
    lengths = np.array([len(a) for a in left], np.int64)
    i, j = _flat(left), _flat(right)
    repeats = np.repeat(widths, lengths)  # each i meets the whole of its partner
    starts = np.repeat(np.cumsum(widths) - widths, lengths)
    within = np.arange(repeats.sum()) - np.repeat(np.cumsum(repeats) - repeats, repeats)
    rows, columns = np.repeat(i, repeats), j[np.repeat(starts, repeats) + within]
    return rows * n + columns, columns * n + rows


def _flat(sets: Sequence[frozenset[int]]) -> Ints:
    return np.fromiter(chain.from_iterable(sets), np.int64, sum(map(len, sets)))
