"""Long arrays in blocks that fit into the cache, on all processors: NumPy releases Python's lock
while it computes.

The blocks are the leaves of the tree by which NumPy adds up an array in pairs, so that a sum over
all of them is bitwise the sum that NumPy would find.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from diffcmp.caches import remembered

if TYPE_CHECKING:
    from concurrent.futures import ThreadPoolExecutor

Span: TypeAlias = tuple[int, int]
Block: TypeAlias = Callable[..., Any]

# elements of a block: four of float64 are half a megabyte, a common size of the second cache
SIZE = 2**14
LONG = 2**15  # shorter arrays are not worth a thread
SHARES = 4  # blocks for each thread where there need not be more
THREADS = 4  # no more: beyond a few, memory is what limits


def halves(start: int, stop: int) -> int:
    """Where NumPy's pairwise summation divides a row (`pairwise_sum` in its loops): a multiple of 8
    from the start."""
    half = (stop - start) // 2
    return start + half - half % 8


@remembered
def spans(length: int, size: int) -> tuple[Span, ...]:
    """The blocks of a row, none longer than `size`.

    >>> spans(1000, 300)
    ((0, 248), (248, 496), (496, 744), (744, 1000))
    """
    blocks: list[Span] = []
    waiting = [(0, length)]
    while waiting:
        start, stop = waiting.pop()
        if stop - start <= max(size, 128):  # NumPy divides no further
            blocks.append((start, stop))
        else:
            middle = halves(start, stop)
            waiting += [(middle, stop), (start, middle)]
    return tuple(blocks)


def total(parts: Iterator[Any], start: int, stop: int, size: int) -> Any:
    """The sum of the sums of all blocks, by the tree of pairwise summation."""
    if stop - start <= max(size, 128):
        return next(parts)
    middle = halves(start, stop)
    return total(parts, start, middle, size) + total(parts, middle, stop, size)


@cache
def _pool(process: int) -> ThreadPoolExecutor:
    """The threads of one process: one that is forked has none of its parent's."""
    # imported here, with all that it imports: most arrays are short
    from concurrent.futures import ThreadPoolExecutor

    return ThreadPoolExecutor(max(1, processors() - 1), "diffcmp")


@cache
def processors() -> int:
    """How many threads a computation is shared among."""
    able = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(able, THREADS)


def in_blocks(block: Block, length: int, reach: int, *arrays: Any) -> tuple[Any, ...]:
    """Call `block(i, j, *arrays)` for all blocks of a row, and add up what it returns, a sum or
    several for each.

    The last block ends at `reach`, which may lie beyond the row that is added up.
    """
    sums = _carried_out(block, spans(length, SIZE), reach, arrays)
    return tuple(total(iter(column), 0, length, SIZE) for column in zip(*sums, strict=True))


def in_shares(block: Block, length: int, reach: int, *arrays: Any) -> tuple[()]:
    """Call `block(i, j, *arrays)` where it passes over its elements once, so that no cache limits
    it, and adds nothing up: for a few blocks a thread, which wait the less for Python's lock."""
    _carried_out(block, spans(length, max(SIZE, length // (SHARES * processors()))), reach, arrays)
    return ()


def _carried_out(
    block: Block, whole: Sequence[Span], reach: int, arrays: Sequence[Any]
) -> list[tuple[Any, ...]]:
    ends = [*whole[:-1], (whole[-1][0], reach)]
    results: list[tuple[Any, ...]] = [()] * len(ends)
    waiting = iter(range(len(ends)))  # `next` of it is one step: no two threads get the same

    def work() -> None:
        with np.errstate(all="ignore"):
            for k in waiting:
                results[k] = block(*ends[k], *arrays)

    helpers = min(processors(), len(ends)) - 1
    others = [_pool(os.getpid()).submit(work) for _ in range(helpers)]
    work()
    for other in others:
        # one that has not begun is busy for somebody else, and nothing is left for it
        if not other.cancel():
            other.result()
    return results
