"""Every cause that is said is held against an independent shadow."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import strategies as st

from diffcmp import ComputationError, InputError, compare
from diffcmp.accuracy.judging.record import Comparison
from diffcmp.arithmetic.floats import Floats, finite
from diffcmp.backends.registry import chosen
from diffcmp.notes import Note, Remark
from diffcmp.point.point import point
from diffcmp.spans import Span
from diffcmp.truth import symbolic
from tests.accuracy.shadow.refute import Witness, refutation
from tests.fuzz.singular import Problem, problems
from tests.fuzz.size import CHUNKS, hold
from tests.fuzz.test_lhopital import NUDGES, _nudged, _text

METHODS = [
    "forward", "backward", "central", "central4", "central6", "complex-step", "richardson", "dual", "tape", "dual-lhopital",
]  # fmt: skip
SECONDS = 3
FORMATS = ("float32", "float64", "float64", "float16", "longdouble")


@dataclass(frozen=True)
class Asked:
    """A problem, in what format, and of which order."""

    problem: Problem
    dtype: str
    order: int = 1


def asked(order: int) -> st.SearchStrategy[Asked]:
    """Problems at and next to special points, in every format."""
    return st.builds(
        lambda problem, nudge, dtype: Asked(_nudged(problem, nudge), dtype, order),
        problems(), st.sampled_from(NUDGES), st.sampled_from(FORMATS),
    )  # fmt: skip


def refuted(one: Asked) -> list[str]:
    """The causes that cannot be, in words."""
    problem = one.problem
    try:
        comparison = compare(
            problem.text,
            problem.at,
            wrt=[problem.name],
            backends=METHODS,
            dtype=one.dtype,
            digits=20,
            order=one.order,
            timeout=SECONDS,
        )
    except (InputError, ComputationError):  # what takes too long is no matter of causes
        return []
    return list(_refuted(comparison, one))


def witnesses(comparison: Comparison, at: dict[str, str], name: str) -> list[Witness]:
    """The rows of a comparison with what is needed to judge them; none where the point is beyond
    the format."""
    floats, order = Floats(comparison.dtype), comparison.truth.order
    program = comparison.program
    inputs = point(program, at).rounded(floats)
    if not all(map(finite, inputs)):
        return []
    rounded = dict(zip(program.inputs, map(_text, inputs), strict=True))
    found = []
    for row in comparison.rows:
        (method,) = chosen([row.backend], order)
        method = method.configured(order)
        found.append(Witness(comparison, row, method, name, inputs, at, rounded))
    return found


def _refuted(comparison: Comparison, one: Asked) -> list[str]:
    reasons = []
    for witness in witnesses(comparison, one.problem.at, one.problem.name):
        for remark in witness.row.remarks:
            reason = refutation(witness, remark)
            if reason is not None:
                by = witness.row.backend
                reasons.append(f"{by}: {remark.note!r} {remark.sentence}: {reason}")
    return reasons


def true_causes(one: Asked) -> None:
    """The law."""
    assert not (reasons := refuted(one)), f"{one}: {reasons}"


@pytest.fixture
def no_sympy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Zeros and limits that need sympy take its time, and no cause rests on them."""
    monkeypatch.setattr(symbolic, "zeros", lambda constants, _: [None] * len(constants))
    monkeypatch.setattr(symbolic, "symbolic_side", lambda *_: None)


@pytest.mark.usefixtures("no_sympy")
@pytest.mark.parametrize("chunk", CHUNKS)
def test_no_cause_is_refuted(chunk: int) -> None:
    hold(true_causes, asked(1), chunk, 24)


@pytest.mark.usefixtures("no_sympy")
@pytest.mark.parametrize("chunk", CHUNKS)
def test_no_cause_of_a_second_derivative_is_refuted(chunk: int) -> None:
    hold(true_causes, asked(2), chunk, 4, share=0.2)


LOST = ("(1-cos(x))/x**2", "1e-8", "dual", None)
SINGULAR = ("log(x)", "2.6e-5", "forward", None)
TINY = ("sin(x)", "1", "forward", 1e-13)
ROUNDED = ("cos(x)", "31415926535897932384.62643383279", "dual", None)
LIES = [
    (LOST, Note.OVERFLOW, "1-cos(x)"), (LOST, Note.INNER_UNDERFLOW, "1-cos(x)"), (LOST, Note.ABSORPTION, "1-cos(x)"),
    (LOST, Note.ROUNDED_OUT, "cos(x)"), (LOST, Note.ROUNDED_CONDITION, "cos(x)"), (LOST, Note.ILL_CONDITIONED, "x**2"),
    (LOST, Note.CANCELLATION, "x**2"), (LOST, Note.ZERO_OVER_ZERO, "(1-cos(x))/x**2"), (LOST, Note.OUTSIDE_DOMAIN, "cos(x)"),
    (LOST, Note.INFINITE_SLOPE, "cos(x)"), (LOST, Note.UNTAKEN_BRANCH, "cos(x)"), (LOST, Note.GUARD, "cos(x)"), (LOST, Note.REPRESENTATION, ""),
    (LOST, Note.DIVISION_BY_ZERO, "(1-cos(x))/x**2"), (LOST, Note.INFINITE_QUOTIENT, "(1-cos(x))/x**2"), (LOST, Note.LOST_BELOW_ROUNDOFF, "cos(x)"),
    (SINGULAR, Note.ROUNDOFF, ""), (SINGULAR, Note.STATIONARY, ""), (SINGULAR, Note.STEP_CROSSES, "log(x)"), (SINGULAR, Note.UNDERFLOW, ""),
    (SINGULAR, Note.STENCIL_LEAVES_DOMAIN, "log(x)"), (SINGULAR, Note.SLOPE_BEYOND, "log(x)"), (TINY, Note.TRUNCATION, ""),
    (ROUNDED, Note.CANCELLATION, "cos(x)"), (ROUNDED, Note.GUARD, "cos(x)"),
]  # fmt: skip


@pytest.mark.parametrize(("row", "note", "piece"), LIES)
def test_a_false_cause_is_refuted(
    row: tuple[str, str, str, float | None], note: Note, piece: str
) -> None:
    """The judge is itself judged."""
    text, at, backend, h = row
    start = text.index(piece)
    span = Span(start, start + len(piece)) if piece else None
    lie = Remark(note, (("lost", 5.0), ("true", "1.0e400")), span)
    (witness,) = witnesses(compare(text, at, backends=[backend], h=h), {"x": at}, "x")
    assert refutation(witness, lie) is not None
    assert not [one for one in witness.row.remarks if refutation(witness, one) is not None]


def test_an_imaginary_step_that_converges_where_pieces_meet_is_too_large() -> None:
    """3·√h beside 0 of √|x|·sin(3x): the pieces meet there, but a smaller step is nearer."""
    (row,) = compare("sqrt(abs(x))*sin(3*x)", 0, backends=["complex-step"]).rows
    assert [one.note for one in row.remarks] == [Note.TRUNCATION]
