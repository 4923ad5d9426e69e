"""The finding: work and memory grow like n² for a dense Hessian, n for a sparse one, n³ for the
tensor of a vector's."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from diffcmp import Report, parse
from diffcmp.engines.products import symmetric
from diffcmp.studies.hessian import CHAIN, DENSE, WAYS, Cost, peak, tensor, touched


@pytest.mark.parametrize("measured", ["work", "memory"])
def test_the_powers_are_those_of_theory(report: Callable[[str], Report], measured: str) -> None:
    """Of what is counted, which no busy machine changes."""
    powers = report("hessian").facts[measured]
    for name, way in WAYS.items():
        assert powers[name] == pytest.approx(way.power, abs=0.1 if way.power == 3 else 0.05), name
    assert (WAYS["Hessian"].power, WAYS["Hessian, of a chain"].power) == (2, 1)


def test_a_peak_is_what_is_held_at_once() -> None:
    """Two arrays of 800 000 bytes, one after the other, or together."""
    x = np.zeros(100_000)
    assert peak(lambda x: float((x + 1).sum()) + float((x + 2).sum()), x) == pytest.approx(
        8e5, rel=0.05
    )
    assert peak(lambda x: (x + 1, x + 2), x) == pytest.approx(16e5, rel=0.05)


def test_work_is_that_of_the_largest_array() -> None:
    assert touched(parse("sum(x*y)", shapes={"x": (50,), "y": (50,)})) == 100  # a product and a sum


@pytest.mark.parametrize("n", [16, 32, 64])
def test_the_work_is_apart(n: int) -> None:
    """Products with vectors, which no busy machine changes: n for a dense Hessian, 3 for that of
    the chain at any n."""
    dense, chain = (symmetric(parse(text, shapes={"x": (n,)})).products for text in (DENSE, CHAIN))
    assert (dense, chain) == (n, 3)


def test_a_fit() -> None:
    assert Cost(
        (1, 2, 4, 8), (1, 4, 16, 64), (1, 8, 64, 512), (1.0, 2.0, 4.0, 8.0)
    ).powers == pytest.approx((2, 3, 1))


def test_the_tensor_of_softmax() -> None:
    """∂²pᵢ/∂xⱼ∂xₖ = pᵢ((δᵢⱼ − pⱼ)(δᵢₖ − pₖ) − pⱼ(δⱼₖ − pₖ))."""
    x = np.array([0.5, -1.0, 0.25])
    p, one = np.exp(x) / np.exp(x).sum(), np.eye(3)
    known = [[[p[i] * ((one[i, j] - p[j]) * (one[i, k] - p[k]) - p[j] * (one[j, k] - p[k])) for k in range(3)]
              for j in range(3)] for i in range(3)]  # fmt: skip
    assert tensor(x) == pytest.approx(np.array(known), abs=1e-15)
