"""Which part of a function is indeterminate, from the outside to the inside."""

from __future__ import annotations

from fractions import Fraction

import pytest

from diffcmp.accuracy.limits.forms import Beside, outermost, read, text_of
from diffcmp.deadline import Deadline
from diffcmp.language.parser import parse
from diffcmp.point.coordinate import Coordinate, coordinate
from diffcmp.truth.budget import Budget


def beside(at: str, direction: int = 1) -> Beside:
    infinite = {"inf": 1, "-inf": -1}.get(at, 0)
    place = Coordinate(Fraction(0), at, infinite) if infinite else coordinate(at)
    return Beside(place, direction, 20, Budget(Deadline.after(10)))


def test_signs() -> None:
    places = [beside("-2", 1), beside("0", -1), beside("pi", -1), beside("-inf")]
    assert [here.sign for here in places] == [-1, -1, 1, -1]


@pytest.mark.parametrize(
    ("text", "at", "found"),
    [
        ("sin(x)/x", "0", [("sin(x)/x", "0/0")]),
        ("exp(x*log(x)) + sin(x)/x", "0", [("x*log(x)", "0·∞"), ("sin(x)/x", "0/0")]),
        ("sin(x)/x + sin(x)/x", "0", [("sin(x)/x", "0/0")]),
        ("x*log(x)/2", "0", [("x*log(x)/2", "0·∞")]),
        ("2/x - 1/x - x", "0", [("2/x - 1/x - x", "∞ - ∞")]),
        ("-(1/x - 1/sin(x))", "0", [("1/x - 1/sin(x)", "∞ - ∞")]),
        ("(1/x + 1)/x", "0", []),
        ("1/(x*log(x))", "0", [("x*log(x)", "0·∞")]),
        ("2**(1/x)", "0", []),
        ("(1 + 0*x)**(1/x)", "0", [("(1 + 0*x)**(1/x)", "1^∞")]),
        ("(2/pi*atan(1/x))**(1/x)", "0", [("(2/pi*atan(1/x))**(1/x)", "1^∞")]),
        ("(1 + 1e-12 + x)**(1/x)", "0", []),
        ("x**2/x**3", "0", [("x**2/x**3", "0/0")]),
    ],
)
def test_outermost(text: str, at: str, found: list[tuple[str, str]]) -> None:
    readings = outermost(parse(text), beside(at))
    forms = [(text_of(r.program), r.form.value if r.form else "") for r in readings]
    assert forms == found


def test_terms_keep_their_sign() -> None:
    reading = read(parse("1/x - 1/sin(x) - (x - 2)"), beside("0"))
    assert [part.text for part in reading.shown] == ["1/x", "(-1)/sin(x)", "-x", "2"]


def test_a_limit_is_asked_for_once() -> None:
    here = beside("0")
    program = parse("sin(x)/x")
    assert here.limit(program) is here.limit(parse("sin(x)/x"))
    assert len(here.known) == 1
    assert here.certified
