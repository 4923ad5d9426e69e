"""Derivatives of arrays, against NumPy written by hand: many points at once, gradients of growing
length, a sparse Hessian."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from diffcmp import derivative, gradient, hessian, parse
from diffcmp.engines.compiled import compiled

SQUIRE_TRAPP = "exp(x)/sqrt(sin(x)**3+cos(x)**3)"
ROSENBROCK = "sum(100*(x[1:]-x[:-1]**2)**2+(1-x[:-1])**2)"
POINTS = np.random.default_rng(0).uniform(0, 1.5, 10**6)
LENGTHS = [10**2, 10**4, 10**6]


def slope_by_hand(x: Any) -> Any:
    s, c = np.sin(x), np.cos(x)
    g = s**3 + c**3
    return np.exp(x) * (g - 1.5 * s * c * (s - c)) / (g * np.sqrt(g))


def gradient_by_hand(x: Any) -> Any:
    g = np.zeros_like(x)
    g[1:] += 200 * (x[1:] - x[:-1] ** 2)
    g[:-1] += -400 * x[:-1] * (x[1:] - x[:-1] ** 2) - 2 * (1 - x[:-1])
    return g


def gradient_with_care(x: Any) -> Any:
    """The function by hand, with nothing computed twice."""
    head, g = x[:-1], np.empty_like(x)
    d = 200 * (x[1:] - head * head)
    g[:-1] = 2 * head - 2
    g[-1] = 0
    g[:-1] -= 2 * head * d
    g[1:] += d
    return g


def point(n: int) -> Any:
    return np.random.default_rng(1).normal(size=n)


@pytest.mark.benchmark(group="f' at 10^6 points")
def test_slope_by_hand(benchmark: Any) -> None:
    benchmark.extra_info["baseline"] = True
    benchmark(slope_by_hand, POINTS)


@pytest.mark.benchmark(group="f' at 10^6 points")
@pytest.mark.parametrize("backend", ["dual", "tape", "dual-lhopital"])
def test_slope(benchmark: Any, backend: str) -> None:
    benchmark.extra_info["target"] = "target 0.60"
    np.testing.assert_allclose(
        benchmark(derivative(SQUIRE_TRAPP, backend), POINTS), slope_by_hand(POINTS), rtol=1e-13
    )


def group(n: int) -> str:
    return f"Rosenbrock gradient, n = {n}"


@pytest.mark.parametrize("n", LENGTHS)
def test_gradient_by_hand(benchmark: Any, n: int) -> None:
    benchmark.group, benchmark.extra_info["baseline"] = group(n), True
    benchmark(gradient_by_hand, point(n))


@pytest.mark.parametrize("n", LENGTHS)
def test_gradient_with_care(benchmark: Any, n: int) -> None:
    benchmark.group = group(n)
    np.testing.assert_allclose(
        benchmark(gradient_with_care, point(n)), gradient_by_hand(point(n)), rtol=1e-9, atol=1e-9
    )


@pytest.mark.parametrize("n", LENGTHS)
def test_gradient(benchmark: Any, n: int) -> None:
    benchmark.group, benchmark.extra_info["target"] = (
        group(n),
        "target 1.50" if n == 100 else "target 1.00",
    )
    np.testing.assert_allclose(
        benchmark(gradient(ROSENBROCK), point(n)), gradient_by_hand(point(n)), rtol=1e-9, atol=1e-9
    )


@pytest.mark.parametrize("n", LENGTHS)
def test_function(benchmark: Any, n: int) -> None:
    benchmark.group = f"Rosenbrock gradient / function, n = {n}"
    benchmark.extra_info["baseline"] = True
    benchmark(compiled(parse(ROSENBROCK, (), {"x": (n,)})), point(n))


@pytest.mark.parametrize("n", LENGTHS)
def test_gradient_of_function(benchmark: Any, n: int) -> None:
    benchmark.group, benchmark.extra_info["target"] = (
        f"Rosenbrock gradient / function, n = {n}",
        "target 4.00",
    )
    benchmark(gradient(ROSENBROCK), point(n))


@pytest.mark.benchmark(group="sparse Hessian of Rosenbrock, n = 10^5")
def test_one_gradient(benchmark: Any) -> None:
    benchmark.extra_info["baseline"] = True
    benchmark(gradient(ROSENBROCK), point(10**5))


@pytest.mark.benchmark(group="sparse Hessian of Rosenbrock, n = 10^5")
def test_hessian(benchmark: Any) -> None:
    benchmark.extra_info["target"] = "target 30.0"
    prepared = hessian(ROSENBROCK, sparse=True)
    prepared(point(10**5))
    assert benchmark(prepared, point(10**5)).nnz == 3 * 10**5 - 2
