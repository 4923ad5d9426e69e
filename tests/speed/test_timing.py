"""Paired timings on a clock of our own: nothing here depends on the speed of the machine."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from itertools import cycle

import pytest

from diffcmp.speed.timing import LONGEST_PIECE, Effort, calls_in, paired, spread


class Fake:
    """A clock that only work moves on; `slow` are the factors by which the machine is slower, one
    after the other."""

    def __init__(self) -> None:
        self.now = 0.0
        self.slow: Iterator[float] = cycle([1.0])

    def __call__(self) -> float:
        return self.now

    def work(self, seconds: float) -> Callable[[], None]:
        def call() -> None:
            self.now += seconds * next(self.slow)

        return call


EFFORT = Effort(seconds=1.0, fewest=5, most=9, piece=0.01)


@pytest.mark.parametrize(
    ("baseline", "method", "ratio"),
    [(0.1, 0.1, 1.0), (0.1, 0.25, 2.5), (0.2, 0.05, 0.25), (1e-4, 3e-4, 3.0)],
)
def test_the_ratio_is_that_of_the_costs(baseline: float, method: float, ratio: float) -> None:
    clock = Fake()
    found = paired(clock.work(baseline), clock.work(method), EFFORT, clock)
    assert (found.ratio.low, found.ratio.median, found.ratio.high) == pytest.approx(
        (ratio, ratio, ratio)
    )
    assert found.seconds == pytest.approx(method)


@pytest.mark.parametrize(("cost", "repeats"), [(10.0, 5), (0.06, 9), (0.07, 8), (1e-3, 9)])
def test_repeats_end_with_the_effort(cost: float, repeats: int) -> None:
    clock = Fake()
    assert paired(clock.work(cost), clock.work(cost), EFFORT, clock).repeats == repeats


def test_a_machine_that_slows_down_changes_no_ratio() -> None:
    clock = Fake()
    baseline, method = clock.work(1.0), clock.work(3.0)
    clock.slow = iter([1.0] * 3 + [f for k in range(99) for f in (1.5**k, 1.5**k)])
    found = paired(baseline, method, EFFORT, clock)
    assert found.ratio.low == pytest.approx(3.0)
    assert found.ratio.high == pytest.approx(3.0)


def test_what_hits_few_slices_changes_no_ratio() -> None:
    clock = Fake()
    baseline, method = clock.work(2e-3), clock.work(4e-3)
    clock.slow = cycle([1.0, 1.0, 1.0, 50.0, 1.0, 1.0, 1.0])
    found = paired(baseline, method, Effort(1.0, 9, 99, 1e-3), clock)
    assert found.ratio.low == pytest.approx(2.0)
    assert found.ratio.high == pytest.approx(2.0)


def test_the_first_of_a_pair_is_each_in_turn() -> None:
    clock, order = Fake(), []

    def call(name: str) -> None:
        order.append(name)
        clock.now += 1.0

    paired(lambda: call("f"), lambda: call("g"), EFFORT, clock)
    assert "".join(order[-10:]) in ("gffggffggf", "fggffggffg")


@pytest.mark.parametrize(("cost", "calls"), [(1.0, 1), (0.006, 2), (0.0003, 64)])
def test_short_calls_are_repeated(cost: float, calls: int) -> None:
    clock = Fake()
    assert calls_in(clock.work(cost), 0.01, clock) == calls


def test_a_short_baseline_lasts_about_as_long_as_a_slow_method() -> None:
    clock, count = Fake(), [0]

    def baseline() -> None:
        count[0] += 1
        clock.now += 1e-3

    found = paired(baseline, clock.work(5.0), EFFORT, clock)
    assert count[0] >= found.repeats * LONGEST_PIECE / 1e-3


@pytest.mark.parametrize("enabled", [True, False])
def test_garbage_is_collected_again_afterwards(enabled: bool) -> None:
    clock, was = Fake(), gc.isenabled()
    try:
        gc.enable() if enabled else gc.disable()
        paired(
            clock.work(1.0),
            lambda: clock.work(1.0)() if gc.isenabled() in (enabled, False) else None,
            EFFORT,
            clock,
        )
        assert gc.isenabled() is enabled
    finally:
        gc.enable() if was else gc.disable()


def test_quartiles() -> None:
    assert spread([5.0, 1.0, 3.0, 2.0, 4.0]) == spread([1.0, 2.0, 3.0, 4.0, 5.0])
    assert (spread([2.0]).low, spread([2.0]).high) == (2.0, 2.0)
