"""The symbolic backend: substitution, limits, kinks, and answers that do not come in time."""

from __future__ import annotations

import math
from typing import Any

import pytest

from diffcmp import compare
from diffcmp.accuracy.judging.record import Row
from diffcmp.backends.symbolic.method import failure
from diffcmp.worker import WorkerDied, WorkerError, WorkerFailed


def symbolic(expr: str, at: Any, **options: Any) -> Row:
    (row,) = compare(expr, at, backends=["symbolic"], **options).rows
    return row


@pytest.mark.parametrize(("expr", "at", "slope"), [
    ("exp(x)/sqrt(sin(x)**3+cos(x)**3)", "1.5", 4.053427893898621), ("(t**2-4)/(t-2)", "2", 1), ("sin(x)/x", "0", 0),
    ("(1-cos(x))/x**2", "0", 0), ("(exp(x)-1)/x", "0", 0.5), ("(1+x)**(1/x)", "0", -math.e / 2), ("gelu(x)", "-0.8", -0.019897843625789505),
    ("softplus(x)", "3", 0.9525741268224332), ("lgamma(x)", "10.25", 2.277704790686724), ("x**3", "-2", 12), ("cbrt(x)", "-8", 1 / 12),
    ("where(x > 1, x**2, 2*x-1)", "1", 2), ("atan2(x, -1)", "1", -0.5),
    ("abs(x)", "2", 1), ("abs(x)", "-2", -1), ("sign(x)*x**2", "-2", 4), ("abs(sin(x))", "4", -math.cos(4)),
])  # fmt: skip
def test_derivative(expr: str, at: str, slope: float) -> None:
    found = next(iter(symbolic(expr, at).derivative.values()))
    assert found == pytest.approx(slope, rel=4e-16, abs=1e-300)


@pytest.mark.parametrize(
    ("expr", "at"), [("abs(x)", "0"), ("log(x)", "-1"), ("1/x", "0"), ("sin(1/x)", "0")]
)
def test_where_there_is_no_derivative_it_says_so(expr: str, at: str) -> None:
    row = symbolic(expr, at)
    assert not math.isfinite(row.derivative["x"])
    assert row.remarks


def test_a_limit_that_is_not_found_is_not_said_to_be_missing() -> None:
    (found,) = symbolic("sin(1/x)", "0", timeout=60).remarks
    assert "it finds no limit of the derivative from the left and the right" in str(found)


PYTHAGORAS = "(sin(0.7)**2 + cos(0.7)**2 - 1)"


@pytest.mark.parametrize(("expr", "at", "sides"), [
    ("sqrt(1 - (sin(0.7)**2 + cos(0.7)**2*cos(x))) + x", "0", ("0.459175 from the left", "1.54083 from the right")),
    ("sqrt(1 - cos(x) + (cosh(1)**2 - sinh(1)**2 - 1)) + x", "0", ("0.292893 from the left", "1.70711 from the right")),
    (f"sqrt(x**2 + {PYTHAGORAS}) + 3*x", "0", ("2 from the left", "4 from the right")),
    ("sqrt((exp(x) - 2)**2)", "log(2)", ("-2 from the left", "2 from the right")),
    ("cos(sqrt(x))", "0", ("undefined from the left", "-0.5 from the right")),
])  # fmt: skip
def test_a_kink_whose_zero_sympy_does_not_see(expr: str, at: str, sides: tuple[str, str]) -> None:
    """0 times the power of a sum that is 0, but not by sympy's rules, is 0/0 and not 0."""
    row = symbolic(expr, at, timeout=60)
    assert math.isnan(row.derivative["x"])
    assert all(side in str(row.remarks[0]) for side in sides)


@pytest.mark.parametrize(("expr", "slope"), [
    (f"(exp(x) - 1)/(x + {PYTHAGORAS})", 0.5), (f"tanh(x/(x + {PYTHAGORAS}))", 0.0), (f"sin(x + {PYTHAGORAS})/x", 0.0),
])  # fmt: skip
def test_a_limit_over_a_zero_that_sympy_does_not_see(expr: str, slope: float) -> None:
    row = symbolic(expr, "0", timeout=60)
    assert row.derivative["x"] == slope
    assert "0/0" in str(row.remarks[0])


@pytest.mark.parametrize(("error", "words"), [
    (WorkerFailed("NotImplementedError: Cannot evaluate Order of user_x"), "no method for this"),
    (WorkerFailed("RecursionError: maximum recursion depth exceeded"), "nested too deeply"),
    (WorkerFailed("PoleError: <lambda>"), "no series"),
    (WorkerFailed("TypeError: cannot determine truth value of Relational: user_x < 0"), "TypeError"),
    (WorkerFailed("Beyond: a condition oscillates at the point"), "a condition oscillates at the point"),
    (WorkerDied("ended before it answered"), "process ended"),
])  # fmt: skip
def test_a_failure_is_told_in_words(error: WorkerError, words: str) -> None:
    reason = failure(error)
    assert words in reason
    assert not any(raw in reason for raw in ("user_", "lambda", ":", "Relational"))


def test_the_expression_is_shown() -> None:
    assert symbolic("x**3 + sin(y)", {"x": 2, "y": 1}).expression == {"x": "3*x**2", "y": "cos(y)"}


def test_a_variable_may_have_the_name_of_what_an_answer_holds() -> None:
    row = symbolic("seconds**2*value", {"seconds": 3, "value": 2})
    assert row.derivative == {"seconds": 12.0, "value": 9.0}


@pytest.mark.parametrize("expr", ["x**(10**12)", "exp(exp(exp(exp(exp(x)))))"])
def test_explosive_powers_end_in_time(expr: str) -> None:
    assert symbolic(expr, "1.0001", timeout=3).backend == "symbolic"


def test_a_time_limit_leaves_the_other_rows() -> None:
    rows = compare("sin(x)", 1, backends=["symbolic", "dual"], timeout=1e-9).rows
    assert math.isnan(rows[0].derivative["x"])
    assert rows[1].derivative["x"] == math.cos(1)
