"""Every cause that is said is held against an independent shadow."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import strategies as st

from diffcmp import InputError, compare
from diffcmp.accuracy.judging.record import Comparison
from diffcmp.arithmetic.floats import Floats, finite
from diffcmp.backends.registry import chosen
from diffcmp.language.parser import parse
from diffcmp.point.point import point
from diffcmp.truth import symbolic
from tests.accuracy.shadow.refute import Witness, refutation
from tests.fuzz.singular import Problem, problems
from tests.fuzz.size import CHUNKS, hold
from tests.fuzz.test_lhopital import NUDGES, _nudged, _text

METHODS = [
    "forward", "backward", "central", "central4", "central6", "complex-step", "richardson", "dual", "tape", "dual-lhopital", "tape-lhopital",
]  # fmt: skip
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
        )
    except InputError:
        return []
    return list(_refuted(comparison, one))


def _refuted(comparison: Comparison, one: Asked) -> list[str]:
    floats = Floats(one.dtype)
    program = parse(one.problem.text)
    inputs = point(program, one.problem.at).rounded(floats)
    if not all(map(finite, inputs)):
        return []
    methods = {method.name: method.configured(one.order) for method in chosen(METHODS, one.order)}
    at = dict(zip(program.inputs, map(_text, inputs), strict=True))
    reasons = []
    for row in comparison.rows:
        witness = Witness(
            comparison, row, methods[row.backend], one.problem.name, inputs, one.problem.at, at
        )
        for remark in row.remarks:
            reason = refutation(witness, remark)
            if reason is not None:
                reasons.append(f"{row.backend}: {remark.note!r} {remark.sentence}: {reason}")
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
    hold(true_causes, asked(1), chunk, 40)


@pytest.mark.usefixtures("no_sympy")
@pytest.mark.parametrize("chunk", CHUNKS)
def test_no_cause_of_a_second_derivative_is_refuted(chunk: int) -> None:
    hold(true_causes, asked(2), chunk, 10, share=0.2)
