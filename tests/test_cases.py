"""The real functions of ../shared/cases: the truth to 30 digits, dual and tape to 12."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest

from diffcmp import certify, compare
from diffcmp.arithmetic.balls import Balls, to_arb
from diffcmp.engines.compiled import tangent
from diffcmp.engines.forward import jvp
from diffcmp.engines.point import point
from diffcmp.program.parser import parse

Rows = Callable[[str], list[dict[str, Any]]]
TRUTH_DIGITS = 30
SHARE = 0.98
FILES = ["fpbench", "feynman", "published", "kinks"]


def agreement(found: str | None, known: str) -> float:
    """Decimal digits in which two decimal strings agree; the tables write tiny numbers as 0."""
    if found is None:
        return 0.0
    if "inf" in (found.lstrip("-"), known.lstrip("-")):
        return math.inf if found == known else 0.0
    a, b = Fraction(found), Fraction(known)
    error = abs(a - b) if b == 0 else abs(a - b) / abs(b)
    if b == 0:
        return math.inf if error < Fraction(1, 10**40) else 0.0
    return math.inf if error == 0 else math.log10(error.denominator) - math.log10(error.numerator)


def test_the_checker_sees_a_wrong_answer() -> None:
    assert agreement("4.0534278938986206577", "4.0534278938986206578") == pytest.approx(19.6, abs=0.1)
    assert agreement("1e-30", "0") == 0
    assert agreement("inf", "-inf") == 0


def certified_well(case: dict[str, Any]) -> bool:
    """Whether every number of the case is reproduced to 30 digits."""
    truth = certify(case["expr"], case["at"]).to_dict()
    pairs = [(truth["derivative"][n], g) for n, g in (case.get("grad") or {}).items()]
    for side in ("left", "right"):
        pairs += [(truth[side][n], g) for n, g in (case.get(side) or {}).items() if g is not None]
        assert all(truth[side][n] is None for n, g in (case.get(side) or {}).items() if g is None), case["id"]
    if truth["value"] is not None and "value" in case:
        pairs.append((truth["value"], case["value"]))
    return all(agreement(found, known) >= TRUTH_DIGITS for found, known in pairs)


@pytest.mark.parametrize("name", FILES)
def test_truth(name: str, cases: Rows) -> None:
    rows = cases(name)
    missed = [case["id"] for case in rows if not certified_well(case)]
    assert len(missed) <= (1 - SHARE) * len(rows), missed


def condition(case: dict[str, Any], name: str) -> float:
    """Σ |x_j ∂²f/∂x_j∂x_name| / |∂f/∂x_name|: what relative errors of the inputs do to one partial derivative."""
    program = parse(case["expr"])
    balls = Balls(256)
    derived = tangent(program, name)
    where = point(program, case["at"]).enclosures(balls)
    total = 0.0
    with balls.working():
        for j, x in enumerate(where):
            seeds = [balls.literal(Fraction(1)) if i == j else None for i in range(len(where))]
            slope = jvp(derived.__class__(derived.inputs, derived.equations, derived.outputs[1:]), balls, where, seeds)
            if slope.tangent is not None:
                ratio = abs(to_arb(x) * to_arb(slope.tangent) / to_arb(slope.primal))
                total += float(ratio) if ratio.is_finite() else math.inf
    return total


@pytest.mark.parametrize("name", ["fpbench", "feynman", "published"])
def test_dual_and_tape_on_well_conditioned_cases(name: str, cases: Rows) -> None:
    checked = 0
    for case in cases(name):
        for row in compare(case["expr"], case["at"], backends=["dual", "tape"]).rows:
            for variable, digits in row.digits.items():
                if digits is not None and digits < 12:
                    assert condition(case, variable) > 100, (case["id"], row.backend, variable, digits)
                checked += 1
    assert checked > 10


def test_no_silent_wrong_number(cases: Rows) -> None:
    """No backend is finite, wrong, and without a note, anywhere in the tables."""
    numeric = ["forward", "backward", "central", "central4", "central6", "complex-step", "richardson", "dual", "tape"]
    for name in [*FILES, "removable", "points"]:
        for case in cases(name):
            for row in compare(case["expr"], case["at"], backends=numeric).rows:
                for variable, value in row.derivative.items():
                    digits = row.digits[variable]
                    if math.isfinite(value) and (digits is None or digits < 3):
                        assert row.remarks, (case["id"], row.backend, value)
