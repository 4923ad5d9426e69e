"""Balls beside rationals: what is far smaller than the precision keeps its digits, held against
mpmath at 900 digits."""

from __future__ import annotations

from typing import Any

import mpmath
import pytest
from flint import arb, fmpq
from hypothesis import given
from hypothesis import strategies as st

from diffcmp.arithmetic.evaluate import evaluate
from diffcmp.arithmetic.offsets import Offset, OffsetBalls, enclosure
from diffcmp.language.parser import parse
from diffcmp.passes.expand import core
from tests.fuzz.reference import Undefined
from tests.fuzz.reference import evaluate as known

BITS, DIGITS, AGREED = 200, 900, 25


def found(text: str) -> Any:
    """The value of a constant expression, as a ball."""
    system = OffsetBalls(BITS)
    with system.working():
        return enclosure(evaluate(core(parse(text)), system, [])[0])


def holds(ball: Any, number: Any) -> bool:
    """Whether a ball is narrow, and holds a number of mpmath."""
    with mpmath.workdps(DIGITS):
        middle, radius = (
            mpmath.mpf(ball.mid().str(60, radius=False)),
            mpmath.mpf(ball.rad().str(20, radius=False)),
        )
        return abs(middle - number) <= radius + abs(number) * mpmath.mpf(10) ** -AGREED


@pytest.mark.parametrize("text", [
    "1-tanh(200)", "1+tanh(-200)", "1-erf(18)", "1+erf(-18)", "erfc(-18)-2", "atanh(tanh(200))", "log(1-erf(18))", "acos(1-exp(-200))",
    "acos(exp(-200)-1)-pi", "acosh(1+exp(-200))", "(1-cos(exp(-300)))*exp(600)", "cosh(exp(-300))-1", "sqrt(1+exp(-200))-1", "(1+exp(-200))**-3-1",
    "(1+exp(-200))**(1/3)-1", "1/(1+exp(-200))-1", "(2+exp(-200))/(1-exp(-250))-2", "exp(exp(-200))-1", "log(1+exp(-200))", "(3+exp(-200))*(2-exp(-201))-6",
    "floor(erf(18))", "floor(1+exp(-200))", "floor(3-exp(-200))", "ceil(tanh(200))", "sigmoid(200)-1",
    "where(tanh(200) < 1, 2, 3)", "where(1+exp(-200) == 1, 2, 3)", "max(tanh(200), 1)", "asin(1-exp(-200))", "0*(1-tanh(200))",
    "(1-tanh(200))-exp(-400)*2", "sin(1)*(1+exp(-200))", "(1+exp(-200))/sin(1)", "sin(1)/(1+exp(-200))", "1-tanh(200)**2", "atan(1+exp(-200))", "hypot(1, exp(-200))-1",
])  # fmt: skip
def test_what_saturates_keeps_its_digits(text: str) -> None:
    with mpmath.workdps(DIGITS):
        number = known(text, {})
    assert holds(arb(found(text)), number), found(text)


@given(
    st.sampled_from("tanh(a) | erf(b) | 1+exp(-a) | 1-exp(-b) | sigmoid(b) | 2-exp(-a) | exp(-a)-1 | 1/3+exp(-b)".split(" | ")),
    st.sampled_from("u-1 | u*u-1 | 1/u-1 | 1-u**3 | u/(2-u)-1 | log(abs(u)) | exp(u-1)-1 | cos(u-1)-1 | sqrt(abs(u))-1 | floor(u) | u*v-1 | u/v-1 | u+v-2 | u-v".split(" | ")),
    st.sampled_from("1-exp(-a-1) | 1+exp(-b-2) | tanh(a+1) | 2 | 1".split(" | ")),
    st.integers(80, 200),
    st.integers(12, 18),
)  # fmt: skip
def test_compositions_are_enclosed(u: str, outer: str, v: str, a: int, b: int) -> None:
    text = f"a = {a}; b = {b}; u = {u}; v = {v}; {outer}"
    try:
        with mpmath.workdps(DIGITS):
            number = known(text, {})
    except Undefined:
        assert not arb(found(text)).is_finite()
        return
    ball = arb(found(text))
    assert not ball.is_finite() or ball.contains(0) or holds(ball, number)


def test_an_offset_is_a_rational_and_something_far_smaller() -> None:
    system = OffsetBalls(BITS)
    with system.working():
        tiny = arb(2) ** -1000
        value = operation_of(system, "add", fmpq(1), tiny)
        assert isinstance(value, Offset)
        assert (value.base, value.rest) == (1, tiny)
        assert operation_of(system, "sub", value, fmpq(1)) == tiny
        assert not isinstance(operation_of(system, "add", fmpq(1), arb("1e-10")), Offset)
        assert not isinstance(operation_of(system, "add", fmpq(1), arb(0, 1e-300)), Offset)


def operation_of(system: OffsetBalls, name: str, *arguments: Any) -> Any:
    function = system.function(name)
    assert function is not None
    return function(*arguments)
