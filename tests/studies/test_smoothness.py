"""The finding: kinks are conventions, and where the derivative is 0 nothing can be learnt."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from diffcmp import Report


def test_where_the_derivative_vanishes(report: Callable[[str], Report]) -> None:
    facts = report("smoothness").facts
    assert facts["flat"] == ["heaviside"]
    assert (facts["off"]["heaviside"], facts["on"]["heaviside"]) == (1, 1)
    assert (facts["off"]["relu"], facts["on"]["relu"]) == (1, 0)
    assert (facts["off"]["sigmoid"], facts["on"]["sigmoid"]) == (0, 0)
    assert facts["dead"] == ["relu", "firing rate"]


def test_where_it_changes_its_sign(report: Callable[[str], Report]) -> None:
    """Φ(x) + xφ(x) = 0 for gelu; 1 + e⁻ˣ + xe⁻ˣ = 0 for silu."""
    assert report("smoothness").facts["turns"] == pytest.approx(
        {"gelu": -0.7517915, "silu": -1.2784645}, abs=1e-6
    )


def test_the_kinds_of_the_points(report: Callable[[str], Report]) -> None:
    kinds = report("smoothness").facts["kinds"]
    assert kinds["heaviside"] == "jump"
    assert {name for name, kind in kinds.items() if kind == "kink"} == {
        "relu",
        "leaky relu",
        "firing rate",
    }
    assert {kinds[name] for name in ("sigmoid", "softplus", "elu", "gelu", "silu")} == {"smooth"}


@pytest.mark.parametrize(("method", "choice"), [
    ("forward", "right"), ("backward", "left"), ("central", "mean"), ("central6", "mean"), ("richardson", "mean"), ("dual", "left"), ("tape", "left"), ("symbolic", "nan"),
])  # fmt: skip
def test_each_method_has_its_convention(
    report: Callable[[str], Report], method: str, choice: str
) -> None:
    """Of where(x > 0, …, …) the engines take the branch at 0: the left one."""
    assert set(report("smoothness").facts["choices"][method]) == {choice}
