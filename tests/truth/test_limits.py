"""Limits: known ones of every growth, laws that limits obey, and values of f on balls that approach
the point."""

from __future__ import annotations

from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from flint import arb, fmpq
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from diffcmp.arithmetic.balls import Balls, to_arb
from diffcmp.arithmetic.evaluate import evaluate
from diffcmp.deadline import PATIENCE, Deadline
from diffcmp.language.parser import parse
from diffcmp.notes import Note
from diffcmp.passes.expand import core
from diffcmp.point.coordinate import Coordinate, coordinate
from diffcmp.program.ir import Program
from diffcmp.truth.budget import Budget
from diffcmp.truth.limits import side_limit
from diffcmp.truth.record import Quantity, SideLimit
from tests.scripts import script

ROOT = Path(__file__).parents[2]
DIGITS = 30
SAME = Fraction(1, 10**25)
INFINITY = Coordinate(Fraction(0), "inf", 1)


PAGE = script("limits")
CASES = PAGE.cases()


@cache
def limit(expr: str, place: Coordinate, direction: int = 1) -> SideLimit:
    return side_limit(core(parse(expr)), place, direction, DIGITS, Budget(Deadline.after(20)))


# known limits
# --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", CASES, ids=[f"{case.id} {case.expr}" for case in CASES])
def test_a_known_limit(case: Any) -> None:
    answer = PAGE.ours(case)
    assert answer.right or (case.gap and answer.verdict == PAGE.OPEN), answer


def test_every_case_says_whence_it_is_and_how_it_was_checked() -> None:
    assert len({case.id for case in CASES}) == len(CASES) >= 250
    assert len({(case.expr, case.at, case.side) for case in CASES}) == len(CASES)
    assert all(case.family and case.source and case.checked for case in CASES)


def test_a_wrong_limit_is_told_from_a_right_one() -> None:
    case = PAGE.Case("", "sin(x)/x", "0", "both", "1")
    assert PAGE.ours(case).verdict == PAGE.RIGHT
    for wrong in ("1.000000000000000000000001", "inf", "none", "undefined"):
        assert PAGE.ours(PAGE.Case("", case.expr, case.at, case.side, wrong)).verdict == PAGE.WRONG
    swinging = PAGE.Case("", "sin(1/x)", "0", "both", "none", between=("-1", "1"))
    assert PAGE.ours(swinging).verdict == PAGE.RIGHT
    narrow = PAGE.Case("", "sin(1/x)", "0", "both", "none", between=("-1", "1/2"))
    assert PAGE.ours(narrow).verdict == PAGE.WRONG


# laws
# --------------------------------------------------------------------------------------------------

LEAVES = "§ § § 1/§ §**2 2 1/3 pi exp(§) exp(-§) log(§) sin(§) sin(1/§)".split()
CALLS = "exp log sqrt sin cos atan tanh abs floor erf expm1 sinh".split()
POWERS = "2 3 (-1) (1/2) (2/3) pi".split()


def germs(leaves: int = 5) -> st.SearchStrategy[str]:
    """Functions of §, a place for the variable."""
    return st.recursive(st.sampled_from(LEAVES), _made_of, max_leaves=leaves)


def _made_of(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    call = st.builds("{}({})".format, st.sampled_from(CALLS), inner)
    return st.one_of(
        call,
        call,
        st.builds("({}){}({})".format, inner, st.sampled_from("+-*/"), inner),
        st.builds("({})*({})".format, inner, inner),
        st.builds("({})/({})".format, inner, inner),
        st.builds("({})**{}".format, inner, st.sampled_from(POWERS)),
    )


PLACES = st.sampled_from([coordinate(0), coordinate(1), coordinate("pi"), INFINITY])
SIDES = st.sampled_from([-1, 1])


def equal(a: Quantity, b: Quantity) -> bool:
    if a.infinite or b.infinite:
        return a.infinite == b.infinite
    assert a.exact is not None
    assert b.exact is not None
    return abs(a.exact - b.exact) <= SAME * (1 + abs(a.exact))


@settings(max_examples=80)
@given(germs(4), germs(4), PLACES, SIDES)
def test_the_limit_of_a_product_is_the_product_of_the_limits(
    f: str, g: str, place: Coordinate, side: int
) -> None:
    f, g = f.replace("§", "x"), g.replace("§", "x")
    left, right = limit(f, place, side).limit, limit(g, place, side).limit
    assume(left is not None and right is not None)
    assert left is not None
    assert right is not None
    assume(left.exact is not None and right.exact is not None)
    assert left.exact is not None
    assert right.exact is not None
    both = limit(f"({f})*({g})", place, side)
    if not both.decided:
        return
    assert both.limit is not None
    assert both.limit.exact is not None
    product = left.exact * right.exact
    size = (1 + abs(left.exact)) * (1 + abs(right.exact))
    assert abs(both.limit.exact - product) <= SAME * size


@settings(max_examples=100)
@given(germs(5))
def test_at_infinity_as_one_over_the_variable_on_the_right_of_zero(f: str) -> None:
    far = limit(f.replace("§", "x"), INFINITY)
    near = limit(f.replace("§", "(1/t)"), coordinate(0))
    if not (far.decided and near.decided):
        return
    assert (far.defined, far.limit is None) == (near.defined, near.limit is None)
    if far.limit is not None and near.limit is not None:
        assert equal(far.limit, near.limit)
    if far.cluster is not None and near.cluster is not None:
        assert all(map(equal, far.cluster, near.cluster))


# values on balls that approach the point
# --------------------------------------------------------------------------------------------------

STEPS = (40, 160, 640, 2560)  # binary digits of the distance
ODD = fmpq(739, 512)  # no sine, no step is special there
CLOSE = 1e-6


def values(expr: str, place: Coordinate, side: int) -> list[arb | None]:
    """f at distances that shrink, or at numbers that grow; None where balls do not know it."""
    program = core(parse(expr))
    return [_value(program, place, side, step) for step in STEPS]


def _value(program: Program, place: Coordinate, side: int, step: int) -> arb | None:
    balls = Balls(4 * step + 400)
    with balls.working():
        distance = to_arb(ODD) / arb(2) ** step
        at = 1 / distance if place.infinite else to_arb(place.enclosure(balls)) + side * distance
        value = to_arb(evaluate(program, balls, [at])[0])
        known = value.is_finite() and (value == 0 or value.rel_accuracy_bits() > 20)
        return value.mid() if known else None


@settings(max_examples=200)
@given(germs(5), PLACES, SIDES)
def test_balls_approach_the_limit(f: str, place: Coordinate, side: int) -> None:
    f = f.replace("§", "x")
    found = limit(f, place, side)
    beside = values(f, place, side)
    known = [value for value in beside if value is not None]
    assume(beside[-1] is not None and len(known) > 1)
    assert found.defined is not False
    if found.cluster is not None:
        low, high = found.cluster
        assert low.ball is None or known[-1] > to_arb(low.ball) - CLOSE
        assert high.ball is None or known[-1] < to_arb(high.ball) + CLOSE
    if found.limit is not None and found.limit.infinite:
        sign = found.limit.infinite
        assert sign * known[-1] > 0
        assert sign * known[-1] > sign * known[0]
    elif found.limit is not None:
        assert found.limit.ball is not None
        first, last = (abs(value - to_arb(found.limit.ball)) for value in (known[0], known[-1]))
        assert last < CLOSE or last < first


# the page
# --------------------------------------------------------------------------------------------------


def test_the_page_has_every_case_and_no_wrong_answer() -> None:
    lines = (ROOT / "docs" / "limits.md").read_text(encoding="utf-8").splitlines()
    assert f"| {len(CASES)} limits |" in "\n".join(lines)
    mine = next(line for line in lines if line.startswith("| diffcmp |"))
    right, noted, wrong, undecided, raised = map(int, mine.split("|")[2:7])
    assert (wrong, raised) == (0, 0)
    assert right + noted + undecided == len(CASES)


def test_the_page_says_what_was_answered() -> None:
    case = PAGE.Case("1", "sin(x)/x", "0", "both", "1", "textbook limits", "Gruntz")
    wrong = PAGE.Answer(PAGE.WRONG, "2", 0.5)
    text = PAGE.page([(case, PAGE.ours(case), wrong)])
    assert "| diffcmp | 1 | 0 | 0 | 0 | 0 |" in text
    assert "| sympy, of 1 | 0 | 0 | 1 | 0 | 0 |" in text
    assert "wrong: 2 | 500 ms" in text


@pytest.mark.parametrize("expr", [
    "sin(x+where(sin(x)>0,pi,0))", "sin(x+pi*heaviside(sin(x)))", "x*sin(x+where(sin(x)>0,pi,0))", "sin(x+pi*floor(sin(x)))",
    "where(sin(x)-1-1/x>=0, 3, log(-1))", "where(sin(x)==1+exp(-x),3,log(-1))", "where(x-floor(x)+1/x<=0,3,log(-1))",
    "exp(-x)*(sqrt(sin(x))+sqrt(-1/2-sin(x)))", "where(sin(x)>=1/2, where(sin(x)<=-1/2, 3, log(-1)), log(-1))",
    "where(sin(x)>=0 and sin(x)<=-1/2, 3, log(-1))", "where(not(sin(x)>=-1-1/x),3,log(-1))", "where(floor(x)-x-1/x==0, 3, log(-1))",
])  # fmt: skip
def test_nothing_is_claimed_of_oscillations_that_know_of_each_other(expr: str) -> None:
    """Some jump with an oscillation, some are defined nowhere: conditions that each hold now and
    then need not hold together."""
    answer = side_limit(core(parse(expr)), INFINITY, 1, 30, Budget(Deadline.after(PATIENCE)))
    assert not answer.certified
    assert (answer.limit, answer.cluster) == (None, None)


@pytest.mark.parametrize(("expr", "partly"), [
    ("where(sin(x)<=1, 3, log(-1))", False), ("exp(-x)*sqrt(sin(x))+3", True), ("where(sin(x)==1/2, 3, log(-1))", True), ("(-1)**x/2**x+3", True),
])  # fmt: skip
def test_a_limit_within_the_domain(expr: str, partly: bool) -> None:
    answer = side_limit(core(parse(expr)), INFINITY, 1, 30, Budget(Deadline.after(PATIENCE)))
    assert answer.certified
    assert answer.limit is not None
    assert float(answer.limit.text(20)) == 3
    assert [r.note for r in answer.remarks] == [Note.PARTLY_DEFINED] * partly
