"""One derivative call, against the derivative written by hand with `math`."""

from __future__ import annotations

import math
from typing import Any

import pytest

from diffcmp import derivative

EXPR = "exp(x)/sqrt(sin(x)**3+cos(x)**3)"  # Squire & Trapp 1998


def by_hand(x: float) -> float:
    s, c = math.sin(x), math.cos(x)
    g = s**3 + c**3
    return math.exp(x) * (g - 1.5 * s * c * (s - c)) / (g * math.sqrt(g))


@pytest.mark.benchmark(group="f'(1.5), one call")
def test_by_hand(benchmark: Any) -> None:
    benchmark.extra_info["baseline"] = True
    assert benchmark(by_hand, 1.5) == pytest.approx(4.053427893898621, rel=1e-15)


@pytest.mark.benchmark(group="f'(1.5), one call")
@pytest.mark.parametrize("backend", ["dual", "tape", "dual-lhopital", "tape-lhopital"])
def test_compiled(benchmark: Any, backend: str) -> None:
    benchmark.extra_info["target"] = "target 2.00"
    assert benchmark(derivative(EXPR, backend), 1.5) == pytest.approx(4.053427893898621, rel=1e-15)
