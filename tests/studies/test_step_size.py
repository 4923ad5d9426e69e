"""The finding: the orders of theory, and what each rule for h loses over functions from the
literature."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from diffcmp import Report


def test_the_orders_are_those_of_theory(report: Callable[[str], Report]) -> None:
    orders = report("step-size").facts["orders"]
    assert orders["forward"] == pytest.approx(1, abs=0.05)
    assert orders["central"] == pytest.approx(2, abs=0.05)
    assert orders["complex-step"] == pytest.approx(2, abs=0.05)
    assert list(report("step-size").facts["roundoff"].values()) == pytest.approx([-1, -1], abs=0.1)


def test_the_rules_are_tried_on_a_hundred_functions(report: Callable[[str], Report]) -> None:
    facts = report("step-size").facts
    assert facts["tried"] >= 100
    lost = facts["lost"]
    for method in ("forward", "central"):
        usual, theory, fixed = lost[method].values()
        assert theory["median"] < usual["median"] < fixed["median"]
        assert usual["worst"] > 3
    assert max(rule["median"] for rule in lost["complex-step"].values()) < 0.5
