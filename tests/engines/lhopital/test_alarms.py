"""What the alarms read in the table of primitives is true of the functions."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import pytest

from diffcmp import derivative
from diffcmp.arithmetic.floats import Floats
from diffcmp.engines.derived import tangent
from diffcmp.engines.lhopital.alarms import alarmed
from diffcmp.language.parser import parse
from diffcmp.primitives import TABLE

FLOATS = Floats()
INSIDE = (0.25, 0.5, 1.5, 3.0, -0.25, -0.5, -1.5)


def at(name: str, *x: float) -> Any:
    from diffcmp.arithmetic.evaluate import operation

    return operation(FLOATS, name)(*x)


@pytest.mark.parametrize("name", [name for name, e in TABLE.items() if e.factors == ()])
def test_what_has_no_factors_never_vanishes(name: str) -> None:
    assert all(at(name, x) != 0 for x in INSIDE)


@pytest.mark.parametrize(
    ("name", "position"), [(name, i) for name, e in TABLE.items() for i in e.factors or ()]
)
def test_a_factor_that_vanishes_can_make_the_value_vanish(name: str, position: int) -> None:
    zeros = {"hypot": (0.0, 0.0), "power": (0.0, 2.0)}
    arguments = [1.5] * len(TABLE[name].parameters)
    arguments[position] = 0.0
    assert at(name, *zeros.get(name, arguments)) == 0
    assert at(name, *[1.5] * len(arguments)) != 0


@pytest.mark.parametrize("name", [name for name, e in TABLE.items() if e.cancels])
def test_what_cancels_vanishes_at_arguments_other_than_0(name: str) -> None:
    arguments = {"add": (1.5, -1.5), "sub": (1.5, 1.5)}
    assert at(name, *arguments.get(name, (1.0,))) == 0


@pytest.mark.parametrize("name", [name for name, e in TABLE.items() if e.steep])
def test_what_is_steep_has_an_infinite_slope_at_1(name: str) -> None:
    with_nan = [derivative(f"{name}(x)")(x) for x in (-1.0, 1.0)]
    assert any(math.isinf(slope) for slope in with_nan)


@pytest.mark.parametrize(
    ("expr", "quiet", "alarming"),
    [
        ("sin(x)/x", 1.0, None),
        ("(exp(x)-1)/(x-1)", 3.0, 1.0 + 1e-9),
        ("sqrt(x-1)", 3.0, 1.0 + 1e-9),
        ("asin(x-1)", 1.5, 2.0 - 1e-9),
        ("x*tan(x)", 1.0, math.pi / 2),
        ("gamma(x)", 0.5, -1.0 + 1e-9),
        ("1/exp(x)", 1.0, None),
        ("abs(x)", 1.0, 0.0),
    ],
)
def test_an_alarm_is_given_where_digits_are_lost(
    expr: str, quiet: float, alarming: float | None
) -> None:
    from diffcmp.engines.compiled import compiled

    program = parse(expr)
    watched = compiled(alarmed(program, tangent(program, "x")))
    assert not watched(quiet)[-1]
    assert alarming is None or watched(alarming)[-1]
    assert Fraction(watched(quiet)[0]) == Fraction(compiled(program)(quiet))
