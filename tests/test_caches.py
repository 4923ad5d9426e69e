"""What is kept is bounded by its weight, and what was asked for last stays."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from diffcmp import caches, gradient, parse
from diffcmp.caches import keep, remembered, weight

MEGABYTE = 1 << 20


@pytest.fixture(autouse=True)
def own_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """A memory of these tests alone."""
    monkeypatch.setattr(caches, "_memory", caches._Memory())
    monkeypatch.setattr(caches, "BOUND", 40 * MEGABYTE)


def test_a_value_is_computed_once() -> None:
    asked: list[int] = []

    @remembered
    def square(x: int, plus: int = 0) -> int:
        asked.append(x)
        return x * x + plus

    assert [square(3), square(3), square(3, plus=1), square(4)] == [9, 9, 10, 16]
    assert asked == [3, 3, 4]


def test_an_exception_is_not_kept() -> None:
    asked: list[int] = []

    @remembered
    def refused(x: int) -> int:
        asked.append(x)
        raise ZeroDivisionError

    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            refused(1)
    assert asked == [1, 1]


def test_the_weight_is_bounded_and_the_oldest_goes() -> None:
    asked: list[int] = []

    @remembered
    def block(k: int) -> bytes:
        asked.append(k)
        return bytes(MEGABYTE)

    for k in range(200):
        block(k)
        block(0)
        assert caches.held() <= 41 * MEGABYTE
    assert asked == list(range(200))  # what is asked for again and again stays
    block(1)
    assert asked[-1] == 1


def test_what_was_asked_for_last_stays_whatever_it_weighs() -> None:
    asked: list[int] = []

    @remembered
    def huge(k: int) -> bytes:
        asked.append(k)
        return bytes(50 * MEGABYTE)

    for _ in range(3):
        for k in range(3):
            huge(k)
    assert asked == [0, 1, 2]


def test_a_dictionary_loses_what_weighs_too_much() -> None:
    table: dict[int, bytes] = {}
    for k in range(100):
        keep(table, k, bytes(MEGABYTE))
    assert 99 in table
    assert 0 not in table
    assert len(table) <= 40


def test_a_long_program_weighs_what_it_takes() -> None:
    short, long = parse("x+1"), parse("+".join(f"sin(x*{k})" for k in range(1000)))
    assert weight(short) < 10_000
    assert 1_000_000 < weight(long) < 10_000_000
    assert weight(lambda: long) > weight(long)


def test_arrays_and_text_weigh_their_bytes() -> None:
    assert weight(np.zeros(MEGABYTE)) >= 8 * MEGABYTE
    assert weight(["x" * MEGABYTE]) >= MEGABYTE


def test_a_compiled_loop_weighs_more_than_it_seems() -> None:
    """Its machine code is nothing that Python sees."""
    loop = type("Dispatcher", (), {"__module__": "numba.core.registry"})()
    assert weight({"loop": [loop]}) > MEGABYTE


def test_code_for_many_shapes_is_dropped() -> None:
    slope = gradient("sum(x**2)")
    for n in range(1, 30):
        assert slope(np.ones(n)).tolist() == [2.0] * n
    assert len(slope.ready) == 29
    caches.BOUND = 1000
    assert slope(np.ones(30)).tolist() == [2.0] * 30
    assert len(slope.ready) < 29
    assert slope(np.ones(1)).tolist() == [2.0]


def test_threads() -> None:
    @remembered
    def block(k: int) -> bytes:
        return bytes([k % 256]) * MEGABYTE

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(8) as pool:
            assert all(pool.map(lambda k: block(k % 97)[0] == k % 97, range(800)))
    finally:
        sys.setswitchinterval(interval)
    assert caches.held() <= 57 * MEGABYTE
