"""The finding: at 0/0 plain AD says nan, complex-step and a guard lie, the engines that know
L'Hôpital are right."""

from __future__ import annotations

from collections.abc import Callable

from diffcmp import Report


def test_who_is_right(report: Callable[[str], Report]) -> None:
    facts = report("lhopital").facts
    assert {"dual", "tape"} <= set(facts["nan"])
    assert {"dual-lhopital", "tape-lhopital", "dual (known)", "symbolic"} <= set(facts["right"])


def test_who_is_silently_wrong(report: Callable[[str], Report]) -> None:
    """Where the derivative is 0, nobody can tell a wrong 0 from a right one."""
    wrong = report("lhopital").facts["silently_wrong"]
    slanted = ["(t²−4)/(t−2)", "(t³−1)/(t−1)", "x/(eˣ−1)", "(eˣ−1)/x", "(√(1+x)−1)/x"]
    assert wrong == {"complex-step": slanted, "dual (guard)": slanted}


def test_the_rule_is_applied_as_in_the_textbook(report: Callable[[str], Report]) -> None:
    rows = {row[0]: row[2:] for row in report("lhopital").tables[0].rows}
    assert rows["(t²−4)/(t−2)"] == (1, "4/1", 4.0, 1.0)
    assert rows["x/(eˣ−1)"] == (1, "1/1", 1.0, -0.5)
    assert rows["(√(1+x)−1)/x"] == (1, "0.5/1", 0.5, -0.125)
    assert rows["(x−sin x)/x³"][:2] == (3, "1/6")


def test_beside_the_root_the_digits_are_gone(report: Callable[[str], Report]) -> None:
    facts = report("lhopital").facts
    assert facts["dual"] < 1
    assert facts["central"] < 1
    assert facts["lhopital"] > 11


def test_central_is_right_by_its_step_only(report: Callable[[str], Report]) -> None:
    """A power of two makes the roundoff of x/x and its like 0; another h shows that it is about
    u/h²."""
    facts = report("lhopital").facts
    assert facts["own"] > 15
    assert 5 < facts["least"] < 8
