"""The finding: one reverse sweep serves design and training; what is locked, or reaches no output,
costs nothing."""

from __future__ import annotations

from collections.abc import Callable

from diffcmp import Report


def test_both_problems_are_solved(report: Callable[[str], Report]) -> None:
    facts = report("layers").facts
    assert facts["design"] < 0.02 * facts["first"]
    assert facts["training"] < 1e-3 * facts["first"]


def test_one_sweep_has_the_adjoints_of_all_layers(report: Callable[[str], Report]) -> None:
    facts = report("layers").facts
    assert facts["layers"] == 4
    assert facts["chained"] < 1e-14
    assert facts["apart"] < 1e-13


def test_what_is_locked_costs_nothing(report: Callable[[str], Report]) -> None:
    """Value and gradient of three layers: design needs no outer products, training no product with
    Aᵀ."""
    facts = report("layers").facts
    assert facts["x"] < facts["p"] < facts["all"]


def test_what_does_not_reach_the_output_costs_nothing(report: Callable[[str], Report]) -> None:
    facts = report("layers").facts
    assert (facts["idle"], facts["touch"]) == (0, 0)
