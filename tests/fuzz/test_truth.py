"""No number and no kind of the truth contradicts values computed independently next to the
point."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from flint import fmpq

from diffcmp.deadline import Deadline
from diffcmp.errors import InputError
from diffcmp.language.parser import parse
from diffcmp.point.point import point
from diffcmp.truth import symbolic
from diffcmp.truth.certify import truth
from diffcmp.truth.record import Coordinatewise, Kind, Quantity, Truth
from tests.fuzz.beside import reference
from tests.fuzz.judge import disagreement
from tests.fuzz.singular import Problem, problems
from tests.fuzz.size import CHUNKS, hold

CORPUS = Path(__file__).parents[1] / "corpus" / "truth.jsonl"
DIGITS = 20


def found(problem: Problem, order: int = 1) -> Truth:
    """What is said the first time, or where that is a smooth point, which a certificate tells from
    then on, the second time."""
    program = parse(problem.text)
    for _ in range(2):
        said = truth(
            program, point(program, problem.at), [problem.name], DIGITS, Deadline.after(5), order
        )
        if said.kind is not Kind.SMOOTH:
            break
    return said


def honest(problem: Problem, order: int = 1) -> None:
    """The law: what is said of the point is not contradicted."""
    try:
        said = found(problem, order)
    except InputError:
        return
    wrong = disagreement(
        said, problem.name, reference(problem.text, problem.at, problem.name, order)
    )
    assert wrong is None, f"{problem}: {wrong} (certified: {said.certified})"


@pytest.fixture
def no_sympy(monkeypatch: pytest.MonkeyPatch) -> None:
    """What only sympy can prove is taken, and what only its limits can tell is undecided: thousands
    an hour would not do."""
    monkeypatch.setattr(symbolic, "zeros", lambda constants, _: [None] * len(constants))
    monkeypatch.setattr(symbolic, "symbolic_side", lambda *_: None)


@pytest.mark.usefixtures("no_sympy")
@pytest.mark.parametrize("chunk", CHUNKS)
def test_the_truth_is_not_contradicted(chunk: int) -> None:
    hold(honest, problems(), chunk, 40)


@pytest.mark.usefixtures("no_sympy")
@pytest.mark.parametrize("chunk", CHUNKS)
def test_second_derivatives_are_not_contradicted(chunk: int) -> None:
    hold(partial(honest, order=2), problems(), chunk, 24)


@pytest.mark.parametrize(
    "row",
    [json.loads(line) for line in CORPUS.read_text().splitlines()],
    ids=lambda row: row["expr"],
)
def test_the_corpus(row: dict[str, Any]) -> None:
    """What was once found wrong, and what was hard: not contradicted, and of the kind that it
    is."""
    problem = Problem(row["expr"], row["at"], row["wrt"])
    honest(problem)
    honest(problem, 2)
    assert found(problem).along[row["wrt"]].kind.value in row["kind"]


SINE = Problem("sin(x)/x + x", {"x": "0"}, "x")
KINK = Problem("abs(sin(x)) + x/2", {"x": "0"}, "x")
EDGE = Problem("x*sqrt(x)", {"x": "0"}, "x")
STEP = Problem("floor(x) + x", {"x": "1"}, "x")
CUSP = Problem("cbrt(x)", {"x": "0"}, "x")


@pytest.mark.parametrize(
    "problem",
    [
        SINE,
        KINK,
        EDGE,
        STEP,
        CUSP,
        Problem("1/x", {"x": "0"}, "x"),
        Problem("log(x)", {"x": "-1"}, "x"),
    ],
)
@pytest.mark.parametrize("kind", [k for k in Kind if k is not Kind.UNDECIDED], ids=lambda k: k.name)
def test_the_judge_sees_a_wrong_kind(problem: Problem, kind: Kind) -> None:
    said, known = found(problem), reference(problem.text, problem.at, "x")
    assert disagreement(said, "x", known) is None
    lie = replace(said, along={"x": replace(said.along["x"], kind=kind)})
    assert (disagreement(lie, "x", known) is None) == (kind is said.along["x"].kind)


@pytest.mark.parametrize("problem", [SINE, KINK, EDGE])
@pytest.mark.parametrize("side", ["left", "right"])
def test_the_judge_sees_a_wrong_derivative(problem: Problem, side: str) -> None:
    said, known = found(problem), reference(problem.text, problem.at, "x")
    true = getattr(said.along["x"], side)
    if true is None:
        return
    for wrong in (
        Quantity(true.ball + fmpq(1, 10**12)),
        Quantity(infinite=1),
        Quantity(-true.ball + fmpq(1, 3)),
    ):
        along: Coordinatewise = replace(said.along["x"], **{side: wrong})
        assert disagreement(replace(said, along={"x": along}), "x", known) is not None


SQUARE = Problem("x**2*exp(x)", {"x": "0"}, "x")
JOINT = Problem("x*abs(x)", {"x": "0"}, "x")
EVEN = Problem("abs(x)**1.5", {"x": "0"}, "x")


@pytest.mark.parametrize(
    "problem", [SINE, SQUARE, JOINT, EVEN, Problem("x**2.5 + x**2", {"x": "0"}, "x")]
)
def test_the_judge_sees_a_wrong_second_derivative(problem: Problem) -> None:
    said, known = found(problem, 2), reference(problem.text, problem.at, "x", 2)
    assert disagreement(said, "x", known) is None
    along = said.along["x"]
    for lie in (
        replace(along, right=Quantity(fmpq(7, 3))), replace(along, right=Quantity(infinite=-1)),
        replace(along, derivative=Quantity(fmpq(7, 3))),
    ):  # fmt: skip
        if lie.derivative is None or lie.kind is Kind.SMOOTH:
            assert disagreement(replace(said, along={"x": lie}), "x", known) is not None
    if along.derivative is not None:
        hidden = replace(along, derivative=None)
        assert disagreement(replace(said, along={"x": hidden}), "x", known) is not None


def test_the_judge_sees_a_wrong_value() -> None:
    said, known = found(SINE), reference(SINE.text, SINE.at, "x")
    assert disagreement(replace(said, value=Quantity(fmpq(2))), "x", known) is not None


@pytest.mark.parametrize(("text", "at", "left", "right"), [
    ("abs(x)*exp(x)", "0", -1, 1), ("x*abs(x)", "0", 0, 0), ("sin(x)", "pi", -1, -1), ("(exp(x)-1-x)/x", "0", 0.5, 0.5),
    ("where(x < 1, x, x**2)", "1", 1, 2),
])  # fmt: skip
def test_the_reference(text: str, at: str, left: float, right: float) -> None:
    known = reference(text, {"x": at}, "x")
    for side, slope in ((known.left, left), (known.right, right)):
        assert side is not None
        assert side.slope is not None
        assert abs(side.slope.value - slope) < 1e-15


@pytest.mark.parametrize(("text", "at"), [
    ("x + 10**600", "0"), ("sin(1/x)", "0"), ("(sin(x)**2+cos(x)**2-1)/(x-1)", "1"), ("sign(sin(x)**2+cos(x)**2-1)", "1"),
    ("(-1)**floor(1/x)*x", "0"),
])  # fmt: skip
def test_the_reference_knows_what_it_does_not_know(text: str, at: str) -> None:
    known = reference(text, {"x": at}, "x")
    assert known.right is None or known.right.limit is None or known.right.slope is None


@pytest.mark.usefixtures("no_sympy")
@pytest.mark.parametrize(("text", "at"), [
    ("(x**(1/x))*abs((x-(1e-3)))", "1e-3"), ("(1/(1+exp(1/((x-1e8)*exp(x)))))", "1e8"),
    ("log((x-100)) + exp(x)", "100"), ("hypot((x**(1/x)), (x-(1e-8)))", "1e-8"), ("atan(((selu((x-100))/(x-100))**((exp(x)-exp(100))/(x-100))))", "100"),
])  # fmt: skip
def test_what_is_finer_than_the_reference_is_left_to_the_truth(text: str, at: str) -> None:
    """Slopes of ±1e-3000, a jump within 1e-43000000 of the point, a logarithm beside 1e43, sides
    that differ in the digit 1e-577384454…."""
    honest(Problem(text, {"x": at}, "x"))


def test_a_false_kink_is_still_seen() -> None:
    """The judge is itself judged: sides of ±1 where the reference sees one slope."""
    side = Coordinatewise(Kind.KINK, None, Quantity(fmpq(-1)), Quantity(fmpq(1)))
    false = Truth(Kind.KINK, Quantity(fmpq(0)), {"x": side}, 30, True, "series")
    assert disagreement(false, "x", reference("x**2", {"x": "0"}, "x", 1)) is not None
