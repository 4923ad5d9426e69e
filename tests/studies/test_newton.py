"""The finding: Newton's method is quadratic, down to a floor that is the error of f′ over f″; a
quadratic takes one step."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from diffcmp import Report
from diffcmp.studies.newton import fitted_order


def test_the_order_is_two(report: Callable[[str], Report]) -> None:
    assert report("newton").facts["order"] == pytest.approx(2, abs=0.1)
    assert fitted_order([0.5**k for k in range(20)]) == pytest.approx(1), (
        "a linear iteration is found out"
    )


def test_the_floor_follows_the_error_of_the_derivative(report: Callable[[str], Report]) -> None:
    """Forward differences err by h·f″/2, so x by h/2; central ones by h²·f‴/6, here f‴ = f″/2, so x
    by h²/12."""
    facts = report("newton").facts
    assert facts["floor"]["forward, h = 0.01"] == pytest.approx(0.005, rel=0.02)
    assert facts["floor"]["central, h = 0.01"] == pytest.approx(0.01**2 / 12, rel=0.02)
    assert (
        max(facts["floor"][name] for name in ("dual", "tape", "symbolic", "complex-step")) < 1e-15
    )
    assert facts["factor"] < 30


def test_an_old_curvature_makes_it_linear(report: Callable[[str], Report]) -> None:
    facts = report("newton").facts
    assert facts["chord"] == pytest.approx(1, abs=0.05)
    assert facts["fast"] <= 6


def test_a_quadratic_takes_one_step(report: Callable[[str], Report]) -> None:
    facts = report("newton").facts
    assert facts["before"] > 1
    assert facts["after"] < 1e-11
