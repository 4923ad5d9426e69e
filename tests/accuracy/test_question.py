"""A question that makes no sense is refused where it is put."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from diffcmp import InputError
from diffcmp.accuracy.judging.question import Question, format_named
from diffcmp.backends.registry import backend
from diffcmp.point.point import function_at

PROGRAM, WHERE = function_at("x**2", "0.1")


@pytest.mark.parametrize(
    "options", [{"order": 3}, {"digits": 0}, {"digits": 1001}, {"h": 0.0}, {"h": float("nan")}]
)
def test_refused(options: dict[str, Any]) -> None:
    with pytest.raises(InputError):
        Question(PROGRAM, WHERE, ("x",), **options)


def test_an_unknown_format_is_refused() -> None:
    with pytest.raises(InputError):
        format_named("float8")


def test_the_rounded_point_is_exact() -> None:
    question = Question(PROGRAM, WHERE, ("x",), floats=format_named("float32"))
    assert float(question.inputs[0]) == 0.10000000149011612
    assert question.rounded().coordinates["x"].rational == Fraction(13421773, 2**27)
    assert question.value() == question.inputs[0] ** 2


def test_methods_answer_what_is_asked() -> None:
    question = Question(PROGRAM, WHERE, ("x",), order=2, h=0.25)
    (method,) = question.configured([backend("central")])
    assert (method.order, method.h) == (2, 0.25)
    assert question.prepared(method)(question.where).derivative["x"] == pytest.approx(2)
