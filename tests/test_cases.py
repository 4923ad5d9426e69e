"""The real functions of ../shared/cases: the truth to 30 digits, dual and tape to 12, both
L'Hôpital engines to 10 where the plain ones meet 0/0; no point of a wrong kind, and no wrong number
without a note."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from fractions import Fraction
from functools import cache
from typing import Any

import pytest

from diffcmp import certify, compare
from diffcmp.accuracy.record import Comparison
from diffcmp.arithmetic.balls import Balls, to_arb
from diffcmp.engines.derived import tangent
from diffcmp.engines.forward import jvp
from diffcmp.language.parser import parse
from diffcmp.notes import Note
from diffcmp.point.point import point
from tests.conftest import CASES

Rows = Callable[[str], list[dict[str, Any]]]
TRUTH_DIGITS = 30
SHARE = 0.98
UNDECIDED_SHARE = 0.1
LHOPITAL_DIGITS = 10
LHOPITAL_SHARE = 0.9
FEWEST_DIGITS = 3
SINGULAR = ["removable", "kinks", "points"]
FILES = ["fpbench", "feynman", "published", *SINGULAR]
ENGINES = ["dual-lhopital", "tape-lhopital"]
NUMERIC = [
    "forward",
    "backward",
    "central",
    "central4",
    "central6",
    "complex-step",
    "richardson",
    "dual",
    "tape",
    *ENGINES,
]


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
    assert agreement("4.0534278938986206577", "4.0534278938986206578") == pytest.approx(
        19.6, abs=0.1
    )
    assert agreement("1e-30", "0") == 0
    assert agreement("inf", "-inf") == 0


def certified_well(case: dict[str, Any]) -> bool:
    """Whether every number of the case is reproduced to 30 digits."""
    truth = certify(case["expr"], case["at"]).to_dict()
    pairs = [(truth["derivative"][n], g) for n, g in (case.get("grad") or {}).items()]
    for side in ("left", "right"):
        pairs += [(truth[side][n], g) for n, g in (case.get(side) or {}).items() if g is not None]
        assert all(
            truth[side][n] is None for n, g in (case.get(side) or {}).items() if g is None
        ), case["id"]
    if truth["value"] is not None and "value" in case:
        pairs.append((truth["value"], case["value"]))
    return all(agreement(found, known) >= TRUTH_DIGITS for found, known in pairs)


@pytest.mark.parametrize("name", FILES)
def test_truth(name: str, cases: Rows) -> None:
    rows = cases(name)
    missed = [case["id"] for case in rows if not certified_well(case)]
    assert len(missed) <= (1 - SHARE) * len(rows), missed


def condition(case: dict[str, Any], name: str) -> float:
    """Σ |x_j ∂²f/∂x_j∂x_name| / |∂f/∂x_name|: what relative errors of the inputs do to one partial
    derivative."""
    program = parse(case["expr"])
    balls = Balls(256)
    derived = tangent(program, name)
    where = point(program, case["at"]).enclosures(balls)
    total = 0.0
    with balls.working():
        for j, x in enumerate(where):
            seeds = [balls.literal(Fraction(1)) if i == j else None for i in range(len(where))]
            slope = jvp(
                derived.__class__(derived.inputs, derived.equations, derived.outputs[1:]),
                balls,
                where,
                seeds,
            )
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
                    assert condition(case, variable) > 100, (
                        case["id"],
                        row.backend,
                        variable,
                        digits,
                    )
                checked += 1
    assert checked > 10


# functions of vectors
# --------------------------------------------------------------------------------------------------

SECOND = ["dual-over-tape", "dual", "tape", "symbolic"]


def leaves(values: Any) -> list[Any]:
    """The numbers of a list of lists, in order."""
    return (
        [one for value in values for one in leaves(value)] if isinstance(values, list) else [values]
    )


def test_vectors(cases: Rows) -> None:
    """Every partial derivative of every case: certified to 30 digits; by dual and tape to 12."""
    numbers, certain, engines = 0, 0, {"dual": 0, "tape": 0}
    for case in cases("vector"):
        found = compare(case["expr"], case["at"], backends=list(engines)).to_dict()
        assert found["truth"]["kind"] == "smooth", case["id"]
        for name, gradient in case["grad"].items():
            pairs = zip(leaves(found["truth"]["derivative"][name]), leaves(gradient), strict=True)
            good = [agreement(ours, known) >= TRUTH_DIGITS for ours, known in pairs]
            numbers, certain = numbers + len(good), certain + sum(good)
            for row in found["results"]:
                engines[row["backend"]] += sum(
                    digits >= 12 for digits in leaves(row["digits"][name])
                )
    assert numbers > 30
    assert certain >= SHARE * numbers
    assert min(engines.values()) >= 0.97 * numbers


def test_hessians_of_vectors(cases: Rows) -> None:
    """Certified, symmetric, and by dual over tape to 10 digits of the largest entry."""
    for case in cases("vector"):
        names = [f"{n}[{i}]" for n, values in case["at"].items() for i in range(len(values))]
        pairs = [f"{x}:{y}" for x in names for y in names]
        found = compare(case["expr"], case["at"], wrt=pairs, order=2, backends=SECOND)
        assert found.truth.certified, case["id"]
        entries = found.truth.along
        for x in names:
            for y in names:
                there, back = (
                    entries[key if key in entries else x].derivative
                    for key in (f"{x}:{y}", f"{y}:{x}")
                )
                assert there is not None
                assert back is not None
                assert agreement(there.text(30), back.text(30)) >= 29
        for row in found.rows:
            unfinished = row.backend == "symbolic" and any(
                r.note is Note.SYMBOLIC_UNFINISHED for r in row.remarks
            )
            assert unfinished or (row.norm_error is not None and row.norm_error < 1e-10), (
                case["id"],
                row.backend,
            )


# every case in a test of its own
# -----------------------------------------------------------------------------------------


def each(*names: str) -> pytest.MarkDecorator:
    """A parametrization over the cases of some files; where there are none, one test that is
    skipped and says why."""
    rows = []
    for name in names:
        path = CASES / f"{name}.jsonl"
        if path.exists():
            found = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
            rows += [pytest.param(case, id=case["id"]) for case in found]
        else:
            rows.append(
                pytest.param({}, id=name, marks=pytest.mark.skip(reason=f"no table {path}"))
            )
    return pytest.mark.parametrize("case", rows)


def compared(case: dict[str, Any]) -> Comparison:
    """The case by every numeric backend."""
    return _compared(case["expr"], json.dumps(case["at"]))


@cache
def _compared(expr: str, at: str) -> Comparison:
    return compare(expr, json.loads(at), backends=NUMERIC)


def acceptable(case: dict[str, Any]) -> set[str]:
    """The kinds that a case allows. Where the one-sided derivatives agree there is no kink
    (KINDS.md), whatever the table of kinks calls the place."""
    kinds = set(case["kind"]) if isinstance(case["kind"], list) else {case["kind"]}
    left, right = case.get("left"), case.get("right")
    if kinds == {"kink"} and left == right and left and None not in left.values():
        return {"smooth"}
    return kinds


def kind(case: dict[str, Any]) -> str:
    return certify(case["expr"], case["at"]).kind.value


@each(*SINGULAR)
def test_no_point_is_of_a_wrong_kind(case: dict[str, Any]) -> None:
    assert kind(case) in {*acceptable(case), "undecided"}


@each(*FILES)
def test_no_wrong_number_is_silent(case: dict[str, Any]) -> None:
    """Finite, and wrong or where no derivative exists: then there is a note."""
    for row in compared(case).rows:
        for variable, value in row.derivative.items():
            digits = row.digits[variable]
            if (
                value is not None
                and math.isfinite(value)
                and (digits is None or digits < FEWEST_DIGITS)
            ):
                assert row.remarks, (row.backend, value, digits)


@pytest.mark.parametrize("name", SINGULAR)
def test_few_points_are_undecided(name: str, cases: Rows) -> None:
    rows = cases(name)
    undecided = [
        case["id"]
        for case in rows
        if kind(case) == "undecided" and "undecided" not in acceptable(case)
    ]
    assert len(undecided) <= UNDECIDED_SHARE * len(rows), undecided


def sides_are_right(case: dict[str, Any]) -> bool:
    """Whether both one-sided derivatives of the case are reproduced to 30 digits."""
    truth = certify(case["expr"], case["at"]).to_dict()
    pairs = [
        (truth[side][n], known) for side in ("left", "right") for n, known in case[side].items()
    ]
    return all(
        found is None if known is None else agreement(found, known) >= TRUTH_DIGITS
        for found, known in pairs
    )


def test_left_and_right_of_the_kinks(cases: Rows) -> None:
    rows = cases("kinks")
    missed = [case["id"] for case in rows if not sides_are_right(case)]
    assert len(missed) <= (1 - SHARE) * len(rows), missed


@pytest.mark.parametrize("engine", ENGINES)
def test_lhopital_engines_where_a_derivative_exists(engine: str, cases: Rows) -> None:
    rows = [
        *cases("removable"),
        *(case for case in cases("points") if acceptable(case) & {"smooth", "removable"}),
    ]
    missed = [case["id"] for case in rows if engine_digits(case, engine) < LHOPITAL_DIGITS]
    assert len(missed) <= (1 - LHOPITAL_SHARE) * len(rows), missed


def engine_digits(case: dict[str, Any], engine: str) -> float:
    """The fewest correct digits of any component."""
    (row,) = [row for row in compared(case).rows if row.backend == engine]
    return min(0.0 if digits is None else digits for digits in row.digits.values())


def test_the_checks_see_wrong_answers() -> None:
    case = {
        "expr": "abs(x)",
        "at": {"x": "0"},
        "kind": "kink",
        "left": {"x": "-1"},
        "right": {"x": "1"},
    }
    assert sides_are_right(case)
    assert not sides_are_right({**case, "right": {"x": "1.0000000000000000000000000001"}})
    assert not sides_are_right({**case, "left": {"x": None}})
    assert acceptable(case) == {"kink"} == {kind(case)}
    assert acceptable({**case, "left": {"x": "1"}}) == {"smooth"}
    assert engine_digits(case, "dual-lhopital") == 0
