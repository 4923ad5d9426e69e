"""The finding: one reverse sweep serves design and training; what is locked, or reaches no output, costs nothing."""

from __future__ import annotations

from collections.abc import Callable

from diffcmp import Report


def test_both_problems_are_solved(report: Callable[[str], Report]) -> None:
    facts = report("layers").facts
    assert facts["design"] < 0.1 * facts["first"]
    assert facts["training"] < 1e-3 * facts["first"]


def test_the_adjoints_obey_the_chain_rule(report: Callable[[str], Report]) -> None:
    facts = report("layers").facts
    assert max(facts["chained"], facts["apart"]) < 1e-14


def test_what_is_locked_costs_nothing(report: Callable[[str], Report]) -> None:
    facts = report("layers").facts
    assert facts["x"] < facts["all"]
    assert facts["p"] < facts["all"]


def test_what_does_not_reach_the_output_costs_nothing(report: Callable[[str], Report]) -> None:
    facts = report("layers").facts
    assert facts["touch"] == 0
