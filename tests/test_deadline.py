"""A time limit is a number of seconds; infinity is none."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest

from diffcmp import certify, compare, deadline, explain, limit, map, sweep
from diffcmp.accuracy.matrix import matrix
from diffcmp.errors import Breakdown, ComputationError, Fault, InputError

CALLS: dict[str, Callable[..., Any]] = {
    "certify": lambda timeout: certify("abs(x)", 0, timeout=timeout),
    "compare": lambda timeout: compare("x**2", 1, backends=["symbolic", "dual"], timeout=timeout),
    "explain": lambda timeout: explain("x**2", 1, timeout=timeout),
    "limit": lambda timeout: limit("abs(x)", 0, timeout=timeout),
    "sweep": lambda timeout: sweep("x**2", 1, backends=["central"], timeout=timeout),
    "map": lambda timeout: map("x**2", 0, 1, points=3, backends=["symbolic"], timeout=timeout),
    "jacobian": lambda timeout: matrix("jacobian", "[x, x]", 1, timeout=timeout),
    "hessian": lambda timeout: matrix("hessian", "x**2", 1, timeout=timeout),
}


@pytest.mark.parametrize("name", CALLS)
def test_infinity_is_no_limit(name: str) -> None:
    assert CALLS[name](math.inf) is not None
    assert CALLS[name](1e300) is not None


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("timeout", [-1, math.nan, -math.inf, "soon", None, 1j])
def test_what_is_no_number_of_seconds_is_refused(name: str, timeout: Any) -> None:
    with pytest.raises(InputError) as caught:
        CALLS[name](timeout)
    assert caught.value.fault in (Fault.TIMEOUT, Fault.SETTING)
    assert "a number" in str(caught.value)


def test_no_doubling_of_the_precision_long_after_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    expr, at = "sin(x) - x + x**3/6", "1e-300"  # 5000 bits cancel
    assert certify(expr, at, timeout=0).value is not None
    monkeypatch.setattr(deadline, "GRACE", 0.0)
    with pytest.raises(ComputationError) as caught:
        certify(expr, at, timeout=0)
    assert caught.value.breakdown is Breakdown.TIME


@pytest.mark.parametrize(("steps", "begun"), [
    ([0.1, 0.1, 0.1, 0.1], 4),  # all of them
    ([0.1, 0.8, 6.4, 51.2], 3),  # eight times as long each: the fourth would end long after
    ([0.1, 0.2, 0.4, 0.8], 4),
    ([9.0, 18.0], 1),
])  # fmt: skip
def test_a_step_that_cannot_end_in_time_is_not_begun(
    steps: list[float], begun: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 0.0
    monkeypatch.setattr("diffcmp.deadline.time.monotonic", lambda: now)
    count = 0

    @deadline.within_timeout
    def work(*, timeout: float) -> None:
        nonlocal count, now
        doublings = deadline.Doublings()
        for step in steps:
            count += 1
            now += step
            doublings.check()

    if begun == len(steps):
        work(timeout=10)
    else:
        with pytest.raises(ComputationError):
            work(timeout=10)
    assert count == begun
