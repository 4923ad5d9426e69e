"""The finding: memory grows like n² for a dense Hessian, n for a sparse one, n³ for the tensor of a vector's."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from diffcmp import Report, parse
from diffcmp.engines.products import symmetric
from diffcmp.studies.hessian import CHAIN, DENSE, Cost, tensor


def test_the_exponents_of_memory(report: Callable[[str], Report]) -> None:
    facts = report("hessian").facts
    assert facts["dense"] == pytest.approx(2, abs=0.01)
    assert facts["sparse"] == pytest.approx(1, abs=0.05)
    assert facts["tensor"] == pytest.approx(3, abs=0.01)


@pytest.mark.parametrize("n", [16, 32, 64])
def test_the_work_is_apart(n: int) -> None:
    """Products with vectors, which no busy machine changes: n for a dense Hessian, 3 for that of the chain at any n."""
    dense, chain = (symmetric(parse(text, shapes={"x": (n,)})).products for text in (DENSE, CHAIN))
    assert (dense, chain) == (n, 3)


def test_a_fit() -> None:
    assert Cost((1, 2, 4, 8), (1.0, 4.0, 16.0, 64.0), (1, 8, 64, 512)).exponents == pytest.approx((2, 3))


def test_the_tensor_of_softmax() -> None:
    """∂²pᵢ/∂xⱼ∂xₖ = pᵢ((δᵢⱼ − pⱼ)(δᵢₖ − pₖ) − pⱼ(δⱼₖ − pₖ))."""
    x = np.array([0.5, -1.0, 0.25])
    p, one = np.exp(x) / np.exp(x).sum(), np.eye(3)
    known = [[[p[i] * ((one[i, j] - p[j]) * (one[i, k] - p[k]) - p[j] * (one[j, k] - p[k])) for k in range(3)]
              for j in range(3)] for i in range(3)]  # fmt: skip
    assert tensor(x) == pytest.approx(np.array(known), abs=1e-15)
