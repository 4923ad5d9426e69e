"""Elements that are moved one by one, as slices: `[1, x[0], x[1], x[2]]` is 1 and then x[:3];
backwards, a sum of vectors zero but in one element is one vector zero but in a slice.

The language writes a moved vector element by element, and it is differentiated so. Neighbouring
terms of a sum are put together, so that every element is added up in its order.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import reduce
from itertools import pairwise

from diffcmp.passes.rewriter import Rewriter, rewritten
from diffcmp.primitives.shapes import Shape
from diffcmp.program.ir import Equation, Program

SHORTEST = 3  # elements next to each other that are worth a slice among others


def gather(program: Program) -> Program:
    """Elements next to each other, moved one by one, as slices."""
    chains = _chains(program)
    slots = {i: i for i in range(len(program.inputs))}

    def rule(new: Rewriter, eq: Equation, inputs: Sequence[int]) -> int:
        slot = None
        if eq.primitive == "stack" and not new.builder.dims[inputs[0]]:
            slot = _vector(new, inputs)
        elif eq.output in chains:
            slot = _sum(new, [slots[i] for i in chains[eq.output]])
        slots[eq.output] = new.kept(eq, inputs) if slot is None else slot
        return slots[eq.output]

    return rewritten(program, rule)


# vectors of elements of vectors


def _vector(new: Rewriter, numbers: Sequence[int]) -> int:
    """The vector of some numbers, with slices for elements next to each other."""
    runs = _runs(numbers, lambda one, other: _follows(new, one, other))
    parts: list[int] = []
    alone: list[int] = []
    for run in runs:
        if len(run) < SHORTEST and (len(runs) > 1 or len(run) < 2):
            alone += run
            continue
        if alone:
            parts.append(new.add("stack", *alone))
            alone = []
        element = _element(new, run[0])
        assert element is not None
        vector, start = element
        parts.append(new.add("take", vector, static=(((start, start + len(run), 1),),)))
    if alone:
        parts.append(new.add("stack", *alone))
    return parts[0] if len(parts) == 1 else new.add("concatenate", *parts)


def _element(new: Rewriter, slot: int) -> tuple[int, int] | None:
    """The vector and the index, where a slot is an element of a vector."""
    eq = new.made.get(slot)
    if eq is None or eq.primitive != "take" or len(new.builder.dims[eq.inputs[0]]) != 1:
        return None
    index = eq.static[0][0]
    return (eq.inputs[0], index) if isinstance(index, int) else None


def _runs(numbers: Sequence[int], follows: Callable[[int, int], bool]) -> list[Sequence[int]]:
    """The numbers, divided wherever one does not follow the one before it."""
    pairs = enumerate(pairwise(numbers), 1)
    breaks = [i for i, (one, other) in pairs if not follows(one, other)]
    ends = [0, *breaks, len(numbers)] if numbers else []
    return [numbers[i:j] for i, j in pairwise(ends)]


def _follows(new: Rewriter, first: int, second: int) -> bool:
    """Whether a slot is the next element of the same vector."""
    one, two = _element(new, first), _element(new, second)
    return one is not None and two == (one[0], one[1] + 1)


# sums of vectors that are zero but in one element


def _chains(program: Program) -> dict[int, list[int]]:
    """The terms of the sums ((a + b) + c) + … of vectors whose terms but the first are zero but in
    one element, by their last addition. What is used elsewhere too is no part of a longer sum."""
    uses = Counter(i for eq in program.equations for i in eq.inputs)
    uses.update(program.outputs)
    chains: dict[int, list[int]] = {}
    for eq in program.equations:
        if eq.primitive != "add":
            continue
        first, second = eq.inputs
        if _place(program.by_output.get(second), eq.shape) is not None:
            inner = first in chains and uses[first] == 1 and program.dims[first] == eq.shape
            terms = chains.pop(first) if inner else [first]
            terms.append(second)
            chains[eq.output] = terms
    return chains


def _sum(new: Rewriter, terms: Sequence[int]) -> int | None:
    """The sum of terms, with neighbouring elements put together; None where there are none."""
    shape = new.builder.dims[terms[-1]]
    parts: list[int] = []
    singles: dict[int, int] = {}
    for slot in terms:
        place = _place(new.made.get(slot), shape)
        if place is None or place in singles:
            parts += _slices(new, singles)
            singles = {}
        if place is None:
            parts.append(slot)
        else:
            singles[place] = slot
    parts += _slices(new, singles)
    return reduce(lambda a, b: new.add("add", a, b), parts) if len(parts) < len(terms) else None


def _place(eq: Equation | None, shape: Shape) -> int | None:
    """The index, where an equation makes a vector of a shape that is zero but in one element."""
    if eq is None or eq.primitive != "put" or eq.shape != shape or len(shape) != 1:
        return None
    (key,) = eq.static[0]
    return key if isinstance(key, int) else None


def _slices(new: Rewriter, singles: dict[int, int]) -> Iterator[int]:
    """The slots of vectors zero but in one element, by their places; of neighbours their sum."""
    for run in _runs(sorted(singles), lambda place, other: other == place + 1):
        if len(run) < 2:
            yield from (singles[i] for i in run)
            continue
        puts = [new.made[singles[i]] for i in run]
        values = _vector(new, [eq.inputs[0] for eq in puts])
        yield new.add("put", values, static=(((run[0], run[-1] + 1, 1),), puts[0].static[1]))
