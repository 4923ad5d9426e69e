"""The alarm: where it stays quiet, a derivative is right to half of its digits; and what it costs
nothing to know."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import pytest
from flint import arb
from hypothesis import given, settings
from hypothesis import strategies as st

from diffcmp.arithmetic.balls import Balls, to_arb
from diffcmp.arithmetic.evaluate import evaluate, operation
from diffcmp.arithmetic.floats import Floats, exact
from diffcmp.engines.compiled import compiled
from diffcmp.engines.derived import adjoint, hyperdual, only, tangent
from diffcmp.engines.lhopital.alarms import alarmed
from diffcmp.engines.lhopital.answer import is_right
from diffcmp.language import rules
from diffcmp.language.parser import parse
from diffcmp.primitives import TABLE
from diffcmp.primitives.roundoff import ROUNDOFF
from diffcmp.program.ir import Program
from tests.strategies import TAME, expressions

BALLS = Balls(600)


def quiet(expr: str, *at: float, order: int = 1) -> bool:
    """Whether no alarm is raised for the derivative by the first variable."""
    program = parse(expr)
    name = program.inputs[0]
    derived = tangent(program, name) if order == 1 else only(hyperdual(program, name, name), 0, 3)
    return not compiled(alarmed(program, derived))(*at)[-1]


@pytest.mark.parametrize(("expr", "at"), [
    ("exp(x)/sqrt(sin(x)**3+cos(x)**3)", 1.5), ("sin(x)/x", 1.0), ("x*exp(-x**2)", 0.3), ("gelu(x)", 1.0),
    ("(exp(x)-1)/(x-1)", 1.0 + 1e-9), ("sqrt(1-x)", 0.3), ("tanh(x)*x", 2.0), ("relu(x)", 2.0), ("floor(x)*x", 2.5),
    ("where(x > 1, x**2, x)", 3.0), ("1/(1+exp(-x))", 2.0),
])  # fmt: skip
def test_quiet(expr: str, at: float) -> None:
    assert quiet(expr, at)


@pytest.mark.parametrize(("expr", "at"), [
    ("sin(x)/x", 1e-9), ("(1-cos(x))/x**2", 1e-7), ("abs(x)", 0.0), ("abs(x-0.1)", 0.1), ("floor(x)", 1.0), ("ceil(x)*x", 2.0),
    ("sign(x)*x", 0.0), ("heaviside(x-1)", 1.0), ("max(x, 1)", 1.0), ("where(x == 0, 1, x)", 0.0),
    ("log(x)", -1.0), ("exp(-x**2)", 30.0), ("x*tanh(exp(x))", 800.0), ("x**1.5", 0.0), ("x**200*1e-300", 1e-3),
    ("where(acos(x) > 0, 1, 2)*x", 2.0), ("x + log(-2)", 1.0), ("asin(sin(x))", math.pi / 2), ("lgamma(x)*lgamma(x)", 1.5),
])  # fmt: skip
def test_alarm(expr: str, at: float) -> None:
    assert not quiet(expr, at)


def true_derivative(program: Program, at: float) -> Any | None:
    """The derivative by the first variable in balls, where these tell all."""
    with BALLS.working():
        try:
            derived = tangent(program, program.inputs[0])
            ball = to_arb(evaluate(derived, BALLS, [BALLS.literal(exact(at))])[1])
        except NotImplementedError:
            return None
        return ball if ball.is_finite() and ball.rel_accuracy_bits() > 100 else None


@settings(max_examples=150, deadline=None, derandomize=True)
@given(
    expressions(["x"], TAME, leaves=6),
    st.one_of(st.floats(-4, 4), st.floats(-1e-6, 1e-6), st.floats(-60, 60)),
    st.booleans(),
)
def test_where_it_is_quiet_half_of_the_digits_are_right(
    expr: str, at: float, reverse: bool
) -> None:
    program = parse(expr)
    if program.inputs != ("x",):
        return
    derived = adjoint(program, ("x",)) if reverse else tangent(program, "x")
    _, slope, alarm = compiled(alarmed(program, derived))(at)
    true = true_derivative(program, at)
    if not alarm and true is not None:
        assert is_right(slope, true, Floats())


SAMPLES = [2.0**k for k in (-40, -8, -2, -1, 0, 1, 3)]
SAMPLES += [0.1, 0.9, 1 - 2.0**-20, 1 + 2.0**-20, 1.5, 2.5, 5.0]


def _pairs(name: str) -> list[tuple[float, ...]]:
    signed = [*SAMPLES, *(-x for x in SAMPLES)]
    if len(TABLE[name].parameters) == 1:
        return [(x,) for x in signed]
    return [(x, y) for x in signed[::3] for y in signed[1::4]]


STATED = [name for name, facts in ROUNDOFF.items() if any(facts.amplifies)]


@pytest.mark.parametrize("name", [name for name in STATED if not TABLE[name].ring])
def test_relative_errors_grow_no_more_than_the_table_says(name: str) -> None:
    """|x · ∂out/∂x / out| in balls."""
    with BALLS.working():
        for at in _pairs(name):
            arguments = [BALLS.literal(Fraction(x)) for x in at]
            out = to_arb(operation(BALLS, name)(*arguments))
            if not out.is_finite() or out.contains(0):
                continue
            for position, x in enumerate(arguments):
                rule, bound = rules.partial(name, position), rules.amplification(name, position)
                assert rule is not None
                assert bound is not None
                slope = to_arb(evaluate(rule, BALLS, [*arguments, out])[0])
                most = abs(to_arb(evaluate(bound, BALLS, [*arguments, out])[0]))
                if slope.is_finite() and most.is_finite():
                    assert not abs(x * slope / out) > most * (1 + arb(2) ** -300)


@pytest.mark.parametrize("name", [name for name, facts in ROUNDOFF.items() if facts.size])
def test_values_are_as_large_as_the_table_says(name: str) -> None:
    bodies = rules.sizes(name)
    assert bodies is not None
    with BALLS.working():
        for (x,) in _pairs(name):
            out = abs(to_arb(operation(BALLS, name)(BALLS.literal(Fraction(x)))))
            if not out.is_finite() or out.contains(0):
                continue
            bounds = [BALLS.literal(abs(Fraction(x)))] * 2
            low, high = (to_arb(evaluate(body, BALLS, bounds)[0]) for body in bodies)
            assert not out < low
            assert not out > high


@pytest.mark.parametrize("name", [name for name, facts in ROUNDOFF.items() if facts.positive])
def test_what_is_never_negative(name: str) -> None:
    with BALLS.working():
        for at in _pairs(name):
            if name != "pow" or at[0] > 0:
                out = to_arb(operation(BALLS, name)(*(BALLS.literal(Fraction(x)) for x in at)))
                assert not out < 0
