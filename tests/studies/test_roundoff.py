"""The finding: errors walk at random, so that they grow like the square root of the operations,
alike in every format."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from diffcmp import Report


def test_a_random_walk(report: Callable[[str], Report]) -> None:
    """Higham, Accuracy and Stability of Numerical Algorithms, 2.6: √n as a rule of thumb, n as the
    bound."""
    growth = report("roundoff").facts["growth"]
    assert len(growth) == 6
    assert sum(growth.values()) / 6 == pytest.approx(0.5, abs=0.15)
    assert max(growth.values()) < 0.8


def test_the_modes_are_alike(report: Callable[[str], Report]) -> None:
    assert all(0.3 < ratio < 3 for ratio in report("roundoff").facts["ratio"].values())
