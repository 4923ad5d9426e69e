"""Memory is used again only where nobody has it any more."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest

from diffcmp import derivative, gradient
from diffcmp.engines.arrays import memory
from diffcmp.engines.arrays.memory import KEPT, LEAST, MOST, room


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "_given", [])


def address(array: Any) -> int:
    where: int = array.ctypes.data
    return where


def test_memory_that_nobody_has_is_used_again() -> None:
    first = address(room(LEAST))
    assert address(room(LEAST)) == first


@pytest.mark.parametrize(
    "held", [lambda a: a, lambda a: a[::2], lambda a: memoryview(a), lambda a: [a.T], np.ravel]
)
def test_memory_that_somebody_has_is_not(held: Any) -> None:
    array = room(LEAST)
    first, keeper = address(array), held(array)
    del array
    assert address(room(LEAST)) != first
    del keeper


def test_only_of_the_same_length_and_kind() -> None:
    room(LEAST)
    assert len(room(LEAST + 1)) == LEAST + 1
    assert room(LEAST, bool).dtype == bool


def test_little_is_kept() -> None:
    held = [room(LEAST + k) for k in range(3 * KEPT)]
    room(LEAST - 1)
    room(MOST + 1)
    assert len(memory._given) == KEPT
    assert all(len(array) <= MOST for array in memory._given)
    assert len({address(array) for array in held}) == 3 * KEPT


def test_results_stay_as_they_were_given() -> None:
    x = np.random.default_rng(0).normal(size=LEAST)
    for f in (gradient("sum(x[1:]*x[:-1]**2)"), derivative("sin(x)*x")):
        found = f(x)
        kept = found.copy()
        assert not np.shares_memory(f(2 * x), found)
        np.testing.assert_array_equal(found, kept)
        np.testing.assert_array_equal(f(x), kept)


def test_threads_do_not_share_it() -> None:
    def mine(k: int) -> bool:
        array = room(LEAST)
        array[:] = k
        return bool((array == k).all())

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(mine, range(400)))
