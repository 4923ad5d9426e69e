"""`derivative` and `gradient` answer what `grad`, and so `compare`, answers, by every backend."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from diffcmp import InputError, derivative, grad, gradient
from diffcmp.backends.registry import installed
from tests.strategies import TAME, expressions

BACKENDS = [method.name for method in installed() if 1 in method.orders]


def same(a: float, b: float) -> bool:
    """Up to the last digits, in which compiled code on arrays differs."""
    return (math.isnan(a) and math.isnan(b)) or math.isclose(a, b, rel_tol=1e-6, abs_tol=1e-12)


@pytest.mark.parametrize("backend", BACKENDS)
def test_one_answer(backend: str) -> None:
    @settings(
        max_examples=12,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(expressions(["x"], TAME, leaves=4), st.sampled_from([0.75, -0.5, 0.0, 2.0]))
    @example("abs(x)*(x**3)**(1/3)", 0.75)
    @example("sum([x, x**2])*det([[x, 1], [2, x]])", 2.0)
    @example("sqrt(x)", -0.5)
    def agree(text: str, x: float) -> None:
        try:
            expected = grad(text, x, backend)
        except InputError:
            with pytest.raises(InputError):
                derivative(text, backend)
            return
        assert same(derivative(text, backend)(x), expected)
        assert same(derivative(text, backend)(np.array([[x]]))[0, 0], expected)
        assert same(gradient(text, backend)(x), expected)
        assert same(gradient(f"sum([{text}])", backend)(x), expected)

    agree()
