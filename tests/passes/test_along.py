"""Programs along a line, at infinity, and with constants in place of inputs: what they compute."""

from __future__ import annotations

from fractions import Fraction

import pytest

from diffcmp.arithmetic.balls import Balls, to_fraction
from diffcmp.arithmetic.evaluate import evaluate
from diffcmp.language.parser import parse
from diffcmp.passes.expand import at_infinity_with_places, difference, holding
from diffcmp.program.ir import Program, constant


def value(program: Program, *numbers: Fraction) -> Fraction:
    balls = Balls()
    return to_fraction(evaluate(program, balls, list(map(balls.literal, numbers)))[0])


@pytest.mark.parametrize(("one", "other", "wanted"), [
    (1, -1, Fraction(9, 4) - Fraction(1, 4)), (1, 0, Fraction(9, 4) - 1), (-1, 0, Fraction(1, 4) - 1), (0, 1, 1 - Fraction(9, 4)),
])  # fmt: skip
def test_the_difference_of_two_directions(one: int, other: int, wanted: Fraction) -> None:
    """x² about 1, at a distance of 1/2."""
    apart = difference(parse("x**2"), {"x": constant(Fraction(1))}, "x", one, other)
    assert value(apart, Fraction(1, 2)) == wanted


def test_constants_in_place_of_inputs() -> None:
    held = holding(parse("x*y - z/y"), {"y": constant(Fraction(3)), "x": constant(Fraction(2))})
    assert held.inputs == ("z",)
    assert value(held, Fraction(6)) == 4
    bare = parse("x + y")
    assert holding(bare, {}) is bare


@pytest.mark.parametrize("sign", [1, -1])
def test_every_value_at_infinity_has_its_place(sign: int) -> None:
    program = parse("u = x**2 + 1; u/x - x")
    far, places = at_infinity_with_places(program, sign)
    t = Fraction(1, 7)
    assert value(far, t) == value(program, sign / t)
    for eq in program.equations:
        moved = far.by_output[places[eq.output]]
        assert (moved.primitive, moved.span) == (eq.primitive, eq.span)
