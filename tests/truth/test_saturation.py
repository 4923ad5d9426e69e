"""Points at which something saturates, underflows or ties: nothing that is only beyond the
precision is taken for zero."""

from __future__ import annotations

import json
import random
from fractions import Fraction

import mpmath
import pytest

from diffcmp import certify
from diffcmp.deadline import Deadline
from diffcmp.language.parser import parse
from diffcmp.notes import Note
from diffcmp.point.point import point
from diffcmp.truth import symbolic
from diffcmp.truth.certify import truth
from diffcmp.truth.record import Kind
from tests.fuzz.beside import reference
from tests.fuzz.judge import disagreement


@pytest.mark.parametrize(("expr", "at", "kind", "slope"), [
    ("log(1-erf(x))", "1000", "smooth", "-2000.000999999"),
    ("floor(erf(x))", "1000", "smooth", "0"), ("floor(1+exp(-x))", "1e5", "smooth", "0"), ("atanh(tanh(x))", "1e5", "smooth", "1"),
    ("max(log(1+exp(x)), x)", "120", "smooth", None), ("abs(sin(x)/x)", "1e100", "smooth", None), ("acosh(cosh(x)/sinh(x))", "60", "smooth", None),
    ("gamma(x-1e3-exp(exp(-100*x)))", "1e3", "smooth", None), ("where(tanh(x) < 1, x, 0)", "1e6", "smooth", "1"),
    ("gamma(x)", "-65", "pole", None), ("lgamma(x)", "-70", "pole", None), ("digamma(x)", "-1e4", "pole", None),
    ("(x+100)*digamma(x)", "-100", "removable", "4.61016185273809"), ("1/gamma(x)", "-30", "removable", "265252859812191058636308480000000"),
    ("relu(x**65)", "0", "smooth", "0"), ("cbrt(x**99)", "0", "smooth", "0"), ("((x**16)**5)/x**80", "0", "removable", "0"),
    ("abs(exp(-1/x**2))", "0", "removable", "0"), ("relu(-exp(-1/x**2)) + x", "0", "removable", "1"),
    ("floor(x/pi)", "pi", "jump", None),
])  # fmt: skip
def test_kind_and_slope(expr: str, at: str, kind: str, slope: str | None) -> None:
    found = certify(expr, at)
    assert (found.kind.value, found.certified) == (kind, True)
    if slope is not None:
        derivative = found.derivative("x")
        assert derivative is not None
        number = Fraction(derivative.text(25))
        assert abs(number - Fraction(slope)) <= abs(Fraction(slope)) / 10**13


@pytest.mark.parametrize(("expr", "value", "slope"), [
    ("(2*(1-tanh(2000))*x + x**2)/((1-tanh(2000))*x+x**2) + x", lambda eps: 2, lambda eps: 1 - 1 / eps),
    ("x*(1-tanh(2000))/((1-tanh(2000))*x+x**2)", lambda eps: 1, lambda eps: -1 / eps),
])  # fmt: skip
def test_symbols_and_balls_must_agree_on_every_zero(
    expr: str, value: object, slope: object
) -> None:
    """Taken as zero, 1 - tanh(2000) leaves a function of the same kind with other numbers."""
    found = certify(expr, 0)
    with mpmath.workdps(2000):
        eps = 1 - mpmath.tanh(2000)
        for quantity, known in ((found.value, value(eps)), (found.derivative("x"), slope(eps))):  # type: ignore[operator]
            assert quantity is not None
            assert mpmath.almosteq(
                mpmath.mpf(quantity.text(30)), known, rel_eps=mpmath.mpf("1e-28")
            )


def test_a_direction_is_not_judged_by_what_is_tiny() -> None:
    found = certify("x/(x*(1-tanh(y))+x**2)", {"x": "0", "y": "100"})
    assert Note.DIRECTION not in {r.note for r in found.remarks}
    assert found.value is not None
    assert found.value.text(6) == "3.61299e+86"


@pytest.mark.parametrize("expr", [
    "1/(gamma(1/3)*gamma(2/3)-2*pi/sqrt(3) + 0*x)", "abs(x + gamma(1/3)*gamma(2/3)-2*pi/sqrt(3))", "floor(gamma(1/3)*gamma(2/3)*sqrt(3)/pi)*x",
    "sign(gamma(1/3)*gamma(2/3)-2*pi/sqrt(3))*x",
])  # fmt: skip
def test_no_singular_kind_follows_from_what_is_only_suspected(
    expr: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(symbolic, "zeros", lambda constants, _: [None] * len(constants))
    found = certify(expr, 0)
    assert not found.kind.singular
    assert not found.certified


def test_equal_computations_need_no_proof(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(symbolic, "zeros", lambda constants, _: [None] * len(constants))
    assert certify("abs(x - sqrt(2)*e)", "sqrt(2)*e").certified
    assert certify("sinc(x - log(2)/7)", "log(2)/7").kind is Kind.SMOOTH


ATOMS = "tanh(x) erf(x) sigmoid(x) exp(-x) erfc(x) 1/cosh(x) cosh(x)/sinh(x) log(1+exp(x)) x/(1+abs(x)) 1/(1+exp(-x)) sqrt(1+exp(-x)) cos(exp(-x)) 1 x".split()
FORMS = (
    "u-v|1-u|log(1-u)|atanh(u)|acos(u)|sqrt(1-u**2)|floor(u)|abs(u-v)|max(u,v)|where(u<v,u,v)|sign(u-v)|relu(u-v)|1/(1-u)|(u-v)/(1-v)|u**v|cbrt(u-v)|"
    "exp(-1/(1-u))|(x-a)/((x-a)*(1-u)+(x-a)**2)|(2*(1-u)*(x-a)+(x-a)**2)/((1-u)*(x-a)+(x-a)**2)|abs(x-a)*u+v|gamma(-u)|floor(u+v)|atan2(1-u,x-a)"
).split("|")


@pytest.mark.parametrize("chunk", range(4))
def test_random_programs_where_something_saturates(
    chunk: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Held against differences at 420 digits, within which all of these can be told apart."""
    monkeypatch.setattr(symbolic, "zeros", lambda constants, _: [None] * len(constants))
    monkeypatch.setattr(symbolic, "symbolic_side", lambda *_: None)
    chance = random.Random(chunk)
    for _ in range(12):
        at = chance.choice("20 25 -20 10 -10 15 12 -15 7 0".split())
        u, v = chance.choice(ATOMS), chance.choice(ATOMS)
        text = f"a = {at}; u = {u}; v = {v}; w = {chance.choice(FORMS)}; w + 0*x"
        order = chance.choice((1, 1, 2))
        program = parse(text)
        found = truth(program, point(program, {"x": at}), ["x"], 20, Deadline.after(5), order)
        known = reference(text, {"x": at}, "x", order)
        assert disagreement(found, "x", known) is None, json.dumps([text, at, order])
