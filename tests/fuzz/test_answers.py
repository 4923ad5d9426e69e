"""Every program at every point is answered by every method, in every form, or refused: never by
another exception."""

from __future__ import annotations

import json
from functools import partial

import pytest

from diffcmp import InputError, compare
from diffcmp.primitives import CALLABLE
from diffcmp.report.documents import document
from diffcmp.report.forms import rendered
from diffcmp.truth import symbolic
from tests.fuzz import reference
from tests.fuzz.singular import Problem, problems
from tests.fuzz.size import CHUNKS, hold

METHODS = [
    "forward", "backward", "central", "central4", "central6", "complex-step", "richardson", "dual", "tape", "dual-lhopital", "tape-lhopital",
]  # fmt: skip


SECOND = [*METHODS, "dual-over-tape"]


def answered(problem: Problem, order: int = 1) -> None:
    """The law, of order 2 with mixed derivatives. Not with sympy, which takes its time."""
    methods = METHODS if order == 1 else SECOND
    mixed = [f"{x}:{y}" for x in problem.at for y in problem.at] if order == 2 else None
    try:
        found = compare(
            problem.text, problem.at, wrt=mixed, backends=methods, digits=15, order=order
        )
    except InputError:
        return
    assert [row.backend for row in found.rows] == methods
    for form in ("text", "csv", "markdown"):
        assert rendered([document(found)], form)
    json.loads(
        rendered([document(found)], "json"),
        parse_constant=lambda name: pytest.fail(f"{name} is no JSON"),
    )


@pytest.mark.parametrize("order", [1, 2])
@pytest.mark.parametrize("chunk", CHUNKS)
def test_every_program_is_answered(chunk: int, order: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(symbolic, "zeros", lambda constants, _: [None] * len(constants))
    monkeypatch.setattr(symbolic, "symbolic_side", lambda *_: None)
    hold(partial(answered, order=order), problems(), chunk, 20, share=0.1)


def test_the_judge_knows_every_name() -> None:
    """A name that only the language knows would end every long run; `where` is syntax to it."""
    assert set(CALLABLE) - {*reference.FUNCTIONS, *reference.ALIASES} == {"where"}
