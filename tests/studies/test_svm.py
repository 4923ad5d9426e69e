"""The finding: a Heaviside penalty teaches nothing, hinge finds the widest margin, held by support
vectors of both classes."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from diffcmp import Report
from diffcmp.studies.svm import margin, solved


def test_a_step_has_no_slope(report: Callable[[str], Report]) -> None:
    assert report("svm").facts["heaviside"] == 0


def test_hinge_finds_the_exact_margin(report: Callable[[str], Report]) -> None:
    facts = report("svm").facts
    assert facts["hinge"] < 1e-3
    assert facts["softplus"] > facts["hinge"]


def test_the_line_is_midway_between_the_support_vectors(report: Callable[[str], Report]) -> None:
    facts = report("svm").facts
    assert facts["left"] == pytest.approx(facts["right"], abs=1e-9)
    assert facts["left"] == pytest.approx(facts["best"], abs=1e-9)
    assert len(facts["support"]) in (2, 3)
    assert len({k < 6 for k in facts["support"]}) == 2, "of both classes"


def test_the_exact_solution_of_a_known_problem() -> None:
    """(0, 0) against (2, 0) and (2, 3): the line x0 = 1, with margin 1."""
    x, y = np.array([[0.0, 0.0], [2.0, 0.0], [2.0, 3.0]]), np.array([-1.0, 1.0, 1.0])
    assert solved(x, y) == pytest.approx([1, 0, -1])
    assert margin(x, y, solved(x, y)) == pytest.approx(1)
