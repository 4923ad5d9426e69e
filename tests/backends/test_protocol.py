"""The public protocol: its page, its defaults, and what each of our own methods states."""

from __future__ import annotations

import doctest
import inspect
import math
import re
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from diffcmp import compare, sweep
from diffcmp.arithmetic.floats import Floats
from diffcmp.backends import registry
from diffcmp.backends.protocol import Backend, Estimate, Prepared
from diffcmp.backends.registry import backend, names
from diffcmp.language.parser import parse
from diffcmp.notes import Note
from diffcmp.point.point import Point, point
from diffcmp.program.ir import Program

PAGE = Path(__file__).parents[2] / "docs" / "backends.md"
SETTINGS = {"order", "h", "deadline"}
PROGRAM = parse("x**3")
EVERY = [backend(name) for name in names()]
STEPPED = [method for method in EVERY if method.truncation_order is not None]
ORDERS = [(method, order) for method in STEPPED for order in method.orders]


class Minimal(Backend):
    """What must be written, and no more."""

    name = "minimal"
    summary = "(f(x+h) - f(x))/h"
    truncation_order = 1
    dtypes = ("float64",)

    def formula(self, f: Any, x: Any, h: Any) -> Any:
        return (f(x + h) - f(x)) / h


def at(x: object) -> Point:
    return point(PROGRAM, {"x": x})  # type: ignore[dict-item]


def test_the_examples_of_the_page_run() -> None:
    failed, tried = doctest.testfile(
        str(PAGE), module_relative=False, optionflags=doctest.NORMALIZE_WHITESPACE
    )
    assert (failed, tried > 10) == (0, True)


def test_the_page_tells_every_declaration_with_its_default() -> None:
    rows = re.findall(r"^\| `(\w+)[^`]*` \| (.*?) \|", PAGE.read_text("utf-8"), re.MULTILINE)
    told = dict(rows)
    public = {name for name, _ in inspect.getmembers(Backend) if not name.startswith("_")}
    stated = public | {"name", "summary"}
    own = {"prepare", "refused", "configured"} | SETTINGS  # what callers use, or set
    assert stated - own <= set(told)
    for name, default in told.items():
        value = inspect.getattr_static(Backend, name, None)
        if isinstance(value, bool | tuple) and name != "dtypes":
            assert default == f"`{value}`", name


def test_a_formula_is_enough() -> None:
    estimate = Minimal().configured(h=0.5).prepare(PROGRAM, ["x"])(at(1))
    assert (estimate.derivative, estimate.h, estimate.evaluations) == ({"x": 4.75}, {"x": 0.5}, 2)
    exact = Minimal().exact(PROGRAM, "x", [Fraction(1)], 128)
    assert exact is not None
    assert exact(Fraction(1, 2)) == 4.75


def test_a_format_that_is_not_offered_is_refused_with_a_note() -> None:
    estimate = Minimal().prepare(PROGRAM, ["x"], 1, "float16")(at(1))
    assert estimate.derivative == {"x": None}
    assert [remark.note for remark in estimate.remarks] == [Note.NO_SUCH_FORMAT]


def test_a_step_that_underflows_in_the_format_is_nan() -> None:
    method = type("Half", (Minimal,), {"dtypes": ("float16",)})()
    estimate = method.configured(h=1e-20).prepare(PROGRAM, ["x"], 1, "float16")(at(1))
    assert math.isnan(estimate.derivative["x"])


def test_a_formula_that_divides_by_zero_is_nan_not_an_error() -> None:
    def extrapolated(self: Backend, f: Any, x: Any, h: Any) -> Any:
        wide, near = (f(x + 2 * h) - f(x)) / (2 * h), (f(x + h) - f(x)) / h
        return near * near / wide  # 0/0 for a constant

    method = type("Ratio", (Minimal,), {"formula": extrapolated})()
    flat = parse("x - x + 1")
    assert math.isnan(method.prepare(flat, ["x"])(point(flat, 1)).derivative["x"])


def test_settings_are_those_of_a_copy() -> None:
    method = Minimal()
    given = method.configured(order=1, h=0.5)
    assert (given.h, method.h) == (0.5, None)
    assert (given.rule, method.rule) == ("given", "√u·max(|x|, 1)")


def test_a_backend_that_writes_nothing_says_so() -> None:
    empty = type("Empty", (Backend,), {"name": "empty", "summary": "", "truncation_order": 1})
    with pytest.raises(NotImplementedError, match="empty writes neither"):
        empty().prepare(PROGRAM, ["x"])(at(1))


def test_a_method_without_a_step_has_no_rule_and_no_exact_value() -> None:
    dual = backend("dual")
    assert (dual.rule, dual.truncation_order) == ("", None)
    assert dual.exact(PROGRAM, "x", [Fraction(1)], 128) is None


def test_a_step_whose_error_cannot_be_split_is_swept_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Its own `build`, and neither a formula nor an exact value: the total error is known."""

    class Opaque(Backend):
        name = "opaque"
        summary = "(f(x+h) - f(x))/h"
        truncation_order = 1

        def build(self, program: Program, wrt: tuple[str, ...], floats: Floats) -> Prepared:
            return Minimal().configured(h=self.h).build(program, wrt, floats)

    entry = SimpleNamespace(load=lambda: Opaque)
    monkeypatch.setattr(registry, "_third_party", lambda: {"opaque": entry})
    (series,) = sweep("exp(x)", 1, backends=["opaque"], h_min=1e-6).series
    assert all(step.total is not None and step.truncation is None for step in series.rows)
    assert (series.fitted_order, series.predicted_h) == (None, None)
    (row,) = compare("exp(x)", 1, backends=["opaque"], h=0.1).rows
    assert [remark.note for remark in row.remarks] == [Note.WRONG]


def test_what_is_prepared_starts_later_and_is_not_timed_unless_it_says_so() -> None:
    class Constant(Prepared):
        def __call__(self, point: Point) -> Estimate:
            return Estimate(None, {"x": 1.0}, 0)

    assert Constant().start(at(1))() == Constant()(at(1))
    assert Constant().work(at(1)) is None


@pytest.mark.parametrize("method", EVERY, ids=repr)
def test_every_method_states_a_name_and_a_line(method: Backend) -> None:
    assert method.name in repr(method)
    assert 0 < len(method.summary) < 90
    assert set(method.orders) <= {1, 2}
    assert 0 < method.expected_digits(Floats()) < 16


@pytest.mark.parametrize(("method", "order"), ORDERS, ids=lambda v: v if v in (1, 2) else v.name)
def test_the_exact_value_shows_the_truncation_that_is_stated(method: Backend, order: int) -> None:
    """f = exp at 0, whose derivatives are all 1: D(h) - 1 = C·h**p + …, on balls."""
    method = method.configured(order=order)
    p, constant = method.truncation_order, method.truncation_constant
    assert p is not None
    assert constant is not None
    program = parse("exp(x)")
    exact = method.exact(program, "x", [Fraction(0)], 400)
    assert exact is not None
    h = Fraction(1, 2**20)
    error = (exact(h) - 1) / (h.numerator / h.denominator) ** p
    assert float(error) == pytest.approx(float(constant), rel=1e-4)
    assert method.moves("x") == ("x",)
