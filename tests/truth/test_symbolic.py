"""Limits that sympy has had wrong, or has not ended: each is known by pencil and paper, held
against mpmath beside the point, and believed of sympy only where balls on the way to the point
agree."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import mpmath
import pytest
import sympy

from diffcmp import compare
from diffcmp.backends.symbolic.limits import Side as SymbolicSide
from diffcmp.deadline import PATIENCE, Deadline
from diffcmp.language.parser import parse
from diffcmp.passes.expand import core
from diffcmp.point.coordinate import coordinate
from diffcmp.point.point import point
from diffcmp.truth import symbolic
from diffcmp.truth.budget import Budget
from diffcmp.truth.record import Quantity, Side

PI, E = mpmath.mp.pi, mpmath.mp.e
INFINITY = mpmath.inf
DIGITS = 400
NEAR = "1e-100"  # a distance at which a limit must show


@dataclass(frozen=True)
class Case:
    """A function of x, as typed and for mpmath, and the limit and the slope on one side (None
    beside an infinite limit)."""

    name: str
    text: str
    f: Callable[[Any], Any]
    at: str
    side: int
    limit: Callable[[], Any]
    slope: Callable[[], Any] | None = None

    def beside(self, distance: str) -> Any:
        """f at a distance on this side."""
        return self.f(mpmath.mpf(self.at) + self.side * mpmath.mpf(distance))


def _tower(x: Any) -> Any:
    return (1 - 1 / x) ** x * (mpmath.log(1 - 1 / x) + 1 / (x - 1))


CASES = [
    # 15323: the derivative of (1 - 1/x)**x at 1 from the right is 1
    Case("15323-derivative", "(1-1/x)**x*(log(1-1/x)+1/(x-1))", _tower, "1", 1, lambda: 1, lambda: -INFINITY),
    Case("15323-function", "(1-1/x)**x", lambda x: (1 - 1 / x) ** x, "1", 1, lambda: 0, lambda: 1),
    # 21038
    Case("21038-right", "sin(pi*x)/(3*x-12)", lambda x: mpmath.sin(PI * x) / (3 * x - 12), "4", 1, lambda: PI / 3, lambda: 0),
    Case("21038-left", "sin(pi*x)/(3*x-12)", lambda x: mpmath.sin(PI * x) / (3 * x - 12), "4", -1, lambda: PI / 3, lambda: 0),
    Case("compound-interest", "((1+x)**(1/x)-e)/x", lambda x: ((1 + x) ** (1 / x) - E) / x, "0", 1, lambda: -E / 2, lambda: 11 * E / 24),
    Case("compound-interest-left", "((1+x)**(1/x)-e)/x", lambda x: ((1 + x) ** (1 / x) - E) / x, "0", -1, lambda: -E / 2, lambda: 11 * E / 24),
    Case("x**(1/x)", "x**(1/x)", lambda x: x ** (1 / x), "0", 1, lambda: 0, lambda: 0),
    Case("x**(1/(x-1))-right", "x**(1/(x-1))", lambda x: x ** (1 / (x - 1)), "1", 1, lambda: E, lambda: -E / 2),
    Case("x**(1/(x-1))-left", "x**(1/(x-1))", lambda x: x ** (1 / (x - 1)), "1", -1, lambda: E, lambda: -E / 2),
    Case("2**(1/x)-right", "2**(1/x)", lambda x: mpmath.mpf(2) ** (1 / x), "0", 1, lambda: INFINITY),
    Case("2**(1/x)-left", "2**(1/x)", lambda x: mpmath.mpf(2) ** (1 / x), "0", -1, lambda: 0, lambda: 0),
    Case("step-right", "1/(1+2**(1/x))", lambda x: 1 / (1 + mpmath.mpf(2) ** (1 / x)), "0", 1, lambda: 0, lambda: 0),
    Case("step-left", "1/(1+2**(1/x))", lambda x: 1 / (1 + mpmath.mpf(2) ** (1 / x)), "0", -1, lambda: 1, lambda: 0),
    Case("x**x", "x**x", lambda x: x**x, "0", 1, lambda: 1, lambda: -INFINITY),
    Case("abs-left", "abs(sin(x))/x", lambda x: abs(mpmath.sin(x)) / x, "0", -1, lambda: -1, lambda: 0),
    Case("cosine-power", "cos(x)**(1/x**2)", lambda x: mpmath.cos(x) ** (1 / x**2), "0", 1, lambda: mpmath.exp(-0.5), lambda: 0),
    Case("flat", "exp(-1/x**2)/x**10", lambda x: mpmath.exp(-1 / x**2) / x**10, "0", -1, lambda: 0, lambda: 0),
    Case("gamma", "x*gamma(x)", lambda x: x * mpmath.gamma(x), "0", 1, lambda: 1, lambda: -mpmath.mp.euler),
]  # fmt: skip

every = pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)


def near(found: Any, limit: Any, tolerance: float = 1e-20) -> bool:
    """Whether a number is the limit, as far as its distance lets one say."""
    if mpmath.isinf(limit):
        return bool(found * mpmath.sign(limit) > 100)
    return bool(abs(found - limit) <= tolerance * (1 + abs(limit)))


def number(quantity: Quantity) -> Any:
    """A claim as an mpmath number."""
    return (
        quantity.infinite * INFINITY
        if quantity.infinite
        else mpmath.mpf(quantity.text(40).split("[")[0])
    )


@every
def test_mpmath_beside_the_point_agrees(case: Case) -> None:
    with mpmath.workdps(DIGITS):
        limit = case.limit()
        assert near(case.beside(NEAR), limit)
        if case.slope is not None:
            quotient = (case.beside(NEAR) - limit) / (case.side * mpmath.mpf(NEAR))
            assert near(quotient, case.slope())


@every
def test_what_is_believed_of_sympy_is_right(case: Case) -> None:
    """Whatever sympy says: it is the number that mpmath has, or it is not believed."""
    program = parse(case.text)
    where = point(program, case.at).coordinates["x"]
    found = symbolic.symbolic_side(_line(case), where, case.side, Budget(Deadline.after(6)))
    with mpmath.workdps(DIGITS):
        if found is not None:
            assert found.limit is not None
            assert near(number(found.limit), case.limit())
        if found is not None and found.slope is not None and case.slope is not None:
            assert near(number(found.slope), case.slope())


@every
@pytest.mark.parametrize("error", [0.0, 1.0, -0.5, "infinite", "sign"])
def test_balls_decide_whether_a_claim_is_believed(case: Case, error: float | str) -> None:
    """The right limit and slope are confirmed; a wrong one is refused."""
    where = point(parse(case.text), case.at).coordinates["x"]
    with mpmath.workdps(60):
        limit = case.limit()
        if mpmath.isinf(limit):
            wrong = {0.0: limit, "infinite": mpmath.mpf(0), "sign": -limit}.get(
                error, mpmath.mpf(1)
            )
            claim = Side(
                True, _quantity(wrong), None if mpmath.isinf(wrong) else _quantity(mpmath.mpf(0))
            )
            assert symbolic.confirmed(_line(case), where, case.side, claim) is (error == 0.0)
            return
        assert case.slope is not None
        slope = case.slope()
        if error == "infinite":
            claim = Side(True, Quantity(infinite=1))
        elif error == "sign":
            claim = Side(True, _quantity(limit), _quantity(-slope - 1))
        else:
            claim = Side(True, _quantity(limit + error), _quantity(slope))
    assert symbolic.confirmed(_line(case), where, case.side, claim) is (error == 0.0)


@every
def test_the_backend_believes_no_limit_against_the_function_beside_it(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A wrong `sympy.limit` is not passed on: what comes back is right, or nothing is."""
    x = sympy.Symbol("x")
    f = sympy.sympify(case.text, locals={"x": x, "e": sympy.E})
    side = SymbolicSide({x: sympy.Integer(int(case.at))}, x, case.side)
    for wrong in (sympy.Integer(7), sympy.oo, -sympy.oo, sympy.nan):
        monkeypatch.setattr(sympy, "limit", lambda *_, wrong=wrong: wrong)
        found = side.limit_along(side.along(f))
        with mpmath.workdps(60):
            assert found is None or near(
                mpmath.mpf(str(sympy.N(found, 40)).replace("oo", "inf")), case.limit()
            )


@pytest.mark.parametrize(("expr", "value", "slope"), [
    ("x**pi+pi", "3.14159265358979323846264338328", "0"), ("x**pi+1/3", "0.333333333333333333333333333333", "0"),
    ("x**pi+e*x", "0", "2.71828182845904523536028747135"), ("cbrt(x)+x**pi+pi", "3.14159265358979323846264338328", "inf"),
])  # fmt: skip
def test_an_irrational_limit_is_confirmed_as_far_as_its_digits_go(
    expr: str, value: str, slope: str
) -> None:
    """What sympy gives as 50 digits is a ball: the difference quotient is looked at where that is
    narrow enough."""
    form, budget = core(parse(expr)), Budget(Deadline.after(PATIENCE))
    found = symbolic.symbolic_side(form, coordinate("0"), 1, budget)
    assert found is not None
    assert found.limit is not None
    assert found.slope is not None
    assert (found.limit.text(30), found.slope.text(30)) == (value, slope)


@pytest.mark.parametrize(
    "case",
    [c for c in CASES if c.name in ("21038-right", "compound-interest", "x**(1/(x-1))-right")],
    ids=lambda c: c.name,
)
def test_the_symbolic_row_has_the_slope_through_the_limit(case: Case) -> None:
    (row,) = compare(case.text, case.at, backends=["symbolic"]).rows
    assert case.slope is not None
    assert float(row.derivative["x"]) == pytest.approx(float(case.slope()), rel=4e-16, abs=1e-300)


def _line(case: Case) -> Any:
    return core(parse(case.text))


def _quantity(value: Any) -> Quantity:
    """As the worker tells it: a rational number exactly, any other as 50 digits."""
    if not mpmath.isinf(value) and mpmath.isint(2 * value):
        return symbolic._quantity(f"{int(2 * value)}/2") or Quantity()
    return (
        symbolic._quantity(
            "inf" if value == INFINITY else "-inf" if value == -INFINITY else mpmath.nstr(value, 50)
        )
        or Quantity()
    )
