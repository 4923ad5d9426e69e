"""The finding: through k steps a derivative converges later than the value, by a factor that grows
like k, and costs k."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from diffcmp import Report


def test_the_unrolled_derivative_trails_by_a_factor_that_grows_like_k(
    report: Callable[[str], Report],
) -> None:
    facts = report("right-thing").facts
    assert facts["kepler"] == pytest.approx(1, abs=0.25)
    assert facts["pca"] == pytest.approx(1, abs=0.25)


def test_the_implicit_rule_is_right_when_its_argument_is(report: Callable[[str], Report]) -> None:
    """The implicit derivative depends on E alone; an eigenvector has the square root of the
    eigenvalue's error."""
    facts = report("right-thing").facts
    assert facts["still"] < 0.1
    assert facts["close"] < 10 < facts["far"]
    assert facts["slow"] ** 2 == pytest.approx(facts["fast"], rel=0.05)


def test_the_cost(report: Callable[[str], Report]) -> None:
    facts = report("right-thing").facts
    assert facts["cost"] == pytest.approx(
        1, abs=0.1
    )  # operations, which are the same on every machine
    assert facts["ratio"] > 1
    assert facts["apart"] < 4
