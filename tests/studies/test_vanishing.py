"""The finding: sigmoids let at most a quarter through, so that the depth of every format is known
beforehand."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from diffcmp import Report, study


def test_sigmoid_is_bounded_by_a_quarter_a_layer(report: Callable[[str], Report]) -> None:
    facts = report("vanishing").facts
    assert facts["bounded"]
    assert facts["rates"]["sigmoid"] == pytest.approx(
        0.659046 * (1 - 0.659046), abs=1e-4
    )  # at the fixed point of sigmoid


def test_the_depth_of_underflow(report: Callable[[str], Report]) -> None:
    facts = report("vanishing").facts
    for dtype, depth in facts["predicted"].items():
        assert facts["underflow"][dtype] == pytest.approx(depth, abs=1)
        assert facts["lost"][dtype] <= facts["underflow"][dtype]


def test_relu_follows_the_weights_alone(report: Callable[[str], Report]) -> None:
    facts = report("vanishing").facts
    assert facts["one"] == "1"
    assert facts["logarithms"]["relu"] == pytest.approx(640 * 0.69897, rel=1e-4)  # log₁₀ 5
    assert facts["logarithms"]["tanh"] < -1000


def test_what_no_float_holds_is_told_as_a_power() -> None:
    """Each layer of relu hands on a thousandth: 10⁻¹⁹²⁰ is not 0."""
    assert study("vanishing", weight=0.001).facts["one"] == "10^-1920.0"
