"""A sweep with the full certified budget, and a certified derivative, in-process."""

from __future__ import annotations

from typing import Any

import pytest

from diffcmp import certify, compare, sweep

LOGISTIC = "64*x*(1-x)*(1-2*x)**2*(1-8*x+8*x**2)**2"
EXPR = "exp(x)/sqrt(sin(x)**3+cos(x)**3)"


@pytest.mark.benchmark(group="sweep: 400 steps, 4 methods, budget")
@pytest.mark.parametrize("expr", [LOGISTIC, EXPR], ids=["polynomial", "elementary"])
def test_sweep(benchmark: Any, expr: str) -> None:
    benchmark.extra_info["target"] = "target 150 ms"
    methods = ["forward", "backward", "central", "complex-step"]
    found = benchmark(sweep, expr, "0.2", backends=methods, per_decade=20)
    assert all(len(series.rows) == 401 for series in found.series)


@pytest.mark.benchmark(group="truth to 30 digits")
@pytest.mark.parametrize(
    "expr", ["exp(x)/sqrt(sin(x)**3+cos(x)**3)", "(1-cos(x))/x**2"], ids=["smooth", "removable"]
)
def test_truth(benchmark: Any, expr: str) -> None:
    assert benchmark(certify, expr, "0" if "1-cos" in expr else "1.5").certified


@pytest.mark.benchmark(group="compare without symbolic")
def test_compare(benchmark: Any) -> None:
    methods = ["forward", "central", "complex-step", "dual", "tape"]
    assert len(benchmark(compare, EXPR, "1.5", backends=methods).rows) == 5
