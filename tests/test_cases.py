"""The real functions of tests/data: the truth to 30 digits, dual and tape to 12, both L'Hôpital
engines to 10 where the plain ones meet 0/0; no point of a wrong kind, and no wrong number without a
note. What is expected to fail is named here with its reason."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from fractions import Fraction
from functools import cache
from typing import Any

import pytest

from diffcmp import compare
from diffcmp.accuracy.judging.record import Comparison
from diffcmp.notes import Note
from tests.conftest import rows

Case = dict[str, Any]
TRUTH_DIGITS = 30
ENGINE_DIGITS = 12
LHOPITAL_DIGITS = 10
FEWEST_DIGITS = 3
SMOOTH = ["fpbench", "feynman", "published"]
SINGULAR = ["removable", "kinks", "points"]
FILES = [*SMOOTH, *SINGULAR]
PLAIN = ["dual", "tape"]
ENGINES = ["dual-lhopital", "tape-lhopital"]
STENCILS = ["forward", "backward", "central", "central4", "central6"]
NUMERIC = [*STENCILS, "complex-step", "richardson", *PLAIN, *ENGINES]
OVERFLOWS = {"published-026": "exp(-x) overflows on the way: the derivative is 0 in float64"}


def each(*names: str, fails: dict[str, str] | None = None) -> pytest.MarkDecorator:
    """A test for every case of some files; a case that is named in `fails` is to fail, and says
    why."""

    def parameters() -> Iterator[Any]:
        for name in names:
            for case in rows(name):
                reason = (fails or {}).get(case["id"])
                marks = [] if reason is None else [pytest.mark.xfail(reason=reason, strict=True)]
                yield pytest.param(case, id=case["id"], marks=marks)

    return pytest.mark.parametrize("case", list(parameters()))


def compared(case: Case) -> Comparison:
    """The case by every numeric backend; computed once for all tests."""
    return _compared(case["expr"], json.dumps(case["at"]))


@cache
def _compared(expr: str, at: str) -> Comparison:
    return compare(expr, json.loads(at), backends=NUMERIC)


def agreement(ours: str | None, known: str | None) -> float:
    """Decimal digits in which two decimal strings agree; the tables write tiny numbers as 0."""
    if ours is None or known is None:
        return math.inf if ours is known else 0.0
    if "inf" in (ours.lstrip("-"), known.lstrip("-")):
        return math.inf if ours == known else 0.0
    a, b = Fraction(ours), Fraction(known)
    if b == 0:
        return math.inf if abs(a) < Fraction(1, 10**40) else 0.0
    error = abs(a - b) / abs(b)
    return math.inf if error == 0 else math.log10(error.denominator) - math.log10(error.numerator)


def test_the_checker_sees_a_wrong_answer() -> None:
    close = agreement("4.0534278938986206577", "4.0534278938986206578")
    assert close == pytest.approx(19.6, abs=0.1)
    assert agreement("1e-30", "0") == 0
    assert agreement("inf", "-inf") == 0
    assert agreement(None, "1") == agreement("1", None) == 0


# the truth
# --------------------------------------------------------------------------------------------------


def disagreements(case: Case) -> list[str]:
    """The numbers of the case that the truth does not have to 30 digits."""
    truth = compared(case).truth.to_dict()
    pairs = {}
    for ours, known in (("derivative", "grad"), ("left", "left"), ("right", "right")):
        for variable, number in (case.get(known) or {}).items():
            pairs[f"{ours} {variable}"] = truth[ours][variable], number
    if truth["value"] is not None and "value" in case:
        pairs["value"] = truth["value"], case["value"]
    return [name for name, pair in pairs.items() if agreement(*pair) < TRUTH_DIGITS]


@each(*FILES)
def test_truth(case: Case) -> None:
    assert disagreements(case) == []


def acceptable(case: Case) -> set[str]:
    """The kinds that a case allows. Where the one-sided derivatives agree there is no kink,
    whatever the table of kinks calls the place."""
    kinds = set(case["kind"]) if isinstance(case["kind"], list) else {case["kind"]}
    left, right = case.get("left"), case.get("right")
    if kinds == {"kink"} and left == right and left and None not in left.values():
        return {"smooth"}
    return kinds


def kind(case: Case) -> str:
    return compared(case).truth.kind.value


@each(*SINGULAR)
def test_every_point_is_of_its_kind(case: Case) -> None:
    assert kind(case) in acceptable(case)


# the methods
# --------------------------------------------------------------------------------------------------


def engine_digits(case: Case, engine: str) -> float:
    """The fewest correct digits of any component."""
    (row,) = [row for row in compared(case).rows if row.backend == engine]
    return min(0.0 if digits is None else digits for digits in row.digits.values())


@each(*SMOOTH, fails=OVERFLOWS)
def test_dual_and_tape(case: Case) -> None:
    assert all(engine_digits(case, engine) >= ENGINE_DIGITS for engine in PLAIN)


def differentiable(case: Case) -> bool:
    return bool(acceptable(case) & {"smooth", "removable"})


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    "case",
    [*rows("removable"), *filter(differentiable, rows("points"))],
    ids=lambda case: case["id"],
)
def test_lhopital_engines_where_a_derivative_exists(case: Case, engine: str) -> None:
    assert engine_digits(case, engine) >= LHOPITAL_DIGITS


def wrong(value: float | None, digits: float | None) -> bool:
    """Whether a finite number is wrong, or stands where no derivative exists."""
    if value is None or not math.isfinite(value):
        return False
    return digits is None or digits < FEWEST_DIGITS


@each(*FILES)
def test_no_wrong_number_is_silent(case: Case) -> None:
    for row in compared(case).rows:
        for variable, value in row.derivative.items():
            assert row.remarks or not wrong(value, row.digits[variable]), row.backend


def test_the_checks_see_wrong_answers() -> None:
    sides = {"left": {"x": "-1"}, "right": {"x": "1"}}
    case = {"expr": "abs(x)", "at": {"x": "0"}, "kind": "kink", **sides}
    assert disagreements(case) == []
    almost = {"x": "1.0000000000000000000000000001"}
    assert disagreements({**case, "right": almost}) == ["right x"]
    assert disagreements({**case, "left": {"x": None}}) == ["left x"]
    assert disagreements({**case, "value": "1"}) == ["value"]
    assert acceptable(case) == {"kink"} == {kind(case)}
    assert acceptable({**case, "left": {"x": "1"}}) == {"smooth"}
    assert engine_digits(case, "dual-lhopital") == 0
    assert wrong(1.0, None)
    assert wrong(1.0, 2.9)
    assert not wrong(math.nan, None)


# functions of vectors
# --------------------------------------------------------------------------------------------------

SECOND = ["dual-over-tape", "dual", "tape", "symbolic"]


def leaves(values: Any) -> list[Any]:
    """The numbers of a list of lists, in order."""
    if not isinstance(values, list):
        return [values]
    return [leaf for value in values for leaf in leaves(value)]


@each("vector")
def test_vectors(case: Case) -> None:
    """Every partial derivative is certified to 30 digits, and right by dual and tape to 12."""
    answer = compare(case["expr"], case["at"], backends=PLAIN).to_dict()
    assert answer["truth"]["kind"] == "smooth"
    for name, gradient in case["grad"].items():
        ours = leaves(answer["truth"]["derivative"][name])
        digits = [agreement(*pair) for pair in zip(ours, leaves(gradient), strict=True)]
        assert min(digits) >= TRUTH_DIGITS
        for row in answer["results"]:
            assert min(leaves(row["digits"][name])) >= ENGINE_DIGITS


@each("vector")
def test_hessians_of_vectors(case: Case) -> None:
    """Certified, symmetric, and right by every method to 10 digits of the largest entry; sympy may
    run out of time."""
    names = [f"{n}[{i}]" for n, values in case["at"].items() for i in range(len(values))]
    pairs = [f"{x}:{y}" for x in names for y in names]
    comparison = compare(case["expr"], case["at"], wrt=pairs, order=2, backends=SECOND)
    assert comparison.truth.certified
    entries = comparison.truth.along

    def entry(x: str, y: str) -> str:
        key = f"{x}:{y}"
        derivative = entries[key if key in entries else x].derivative
        assert derivative is not None
        return derivative.text(30)

    for x in names:
        assert all(agreement(entry(x, y), entry(y, x)) >= TRUTH_DIGITS - 1 for y in names)
    for row in comparison.rows:
        late = any(remark.note is Note.SYMBOLIC_UNFINISHED for remark in row.remarks)
        assert (row.backend == "symbolic" and late) or row.norm_error < 1e-10, row.backend
