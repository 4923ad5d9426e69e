"""A time limit is a number of seconds; infinity is none."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest

from diffcmp import certify, compare, deadline, explain, map, sweep
from diffcmp.accuracy.matrix import matrix
from diffcmp.errors import Breakdown, ComputationError, Fault, InputError

CALLS: dict[str, Callable[..., Any]] = {
    "certify": lambda timeout: certify("abs(x)", 0, timeout=timeout),
    "compare": lambda timeout: compare("x**2", 1, backends=["symbolic", "dual"], timeout=timeout),
    "explain": lambda timeout: explain("x**2", 1, timeout=timeout),
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
    assert caught.value.fault is Fault.TIMEOUT
    assert "a number of seconds" in str(caught.value)


def test_no_doubling_of_the_precision_long_after_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    expr, at = "sin(x) - x + x**3/6", "1e-300"  # 5000 bits cancel
    assert certify(expr, at, timeout=0).value is not None
    monkeypatch.setattr(deadline, "GRACE", 0.0)
    with pytest.raises(ComputationError) as caught:
        certify(expr, at, timeout=0)
    assert caught.value.breakdown is Breakdown.TIME
