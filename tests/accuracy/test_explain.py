"""Explanations: leading terms, lost digits, branches and suggestions, each held against what is
known by pencil and paper."""

from __future__ import annotations

import math
from typing import Any

import pytest

from diffcmp import Explanation, compare, explain, parse
from diffcmp.accuracy.explaining.suggestions import equal_around
from diffcmp.notes import Cause, Note
from diffcmp.point.point import point
from diffcmp.report.documents import document
from diffcmp.report.documents.terms import leading_text
from diffcmp.report.forms import rendered


def explained(
    expr: str, at: object, backends: tuple[str, ...] = ("dual", "tape", "dual-lhopital")
) -> Explanation:
    return explain(expr, at, backends=backends)  # type: ignore[arg-type]  # any of what a point may be


@pytest.mark.parametrize(("expr", "at", "lines"), [
    ("(t**2-4)/(t-2)", "2", ["t**2-4 ≈ 4·(t-2)", "t-2 ≈ (t-2)"]),
    ("1/x-1/sin(x)", "0", ["1/x ≈ 1/x", "sin(x) ≈ x", "1/sin(x) ≈ 1/x", "1/x-1/sin(x) ≈ (-1/6)·x"]),
    ("sqrt(x**2)", "0", ["x**2 ≈ x**2", "sqrt(x**2): left ≈ -x; right ≈ x"]),
    ("x*log(x)", "0", ["log(x), on the right ≈ -log(1/|x|)", "x*log(x), on the right ≈ -x·log(1/|x|)"]),
    ("cbrt(v+55)", "-55", ["v+55 ≈ (v+55)", "cbrt(v+55): left ≈ -|v+55|**(1/3); right ≈ |v+55|**(1/3)"]),
    ("sin(x)/(x-pi)", "pi", ["sin(x) ≈ -(x-pi)", "x-pi ≈ (x-pi)"]),
    ("exp(-1/x)", "0", ["-1/x ≈ -1/x", "exp(-1/x): left grows towards +∞ beyond every power of x; right is smaller than every power of x"]),
    ("sin(x)", "1", []),
])  # fmt: skip
def test_leading_terms(expr: str, at: str, lines: list[str]) -> None:
    (seen,) = explained(expr, at).anatomy
    assert [leading_text(t, seen.name, at) for t in seen.terms] == lines


@pytest.mark.parametrize(("expr", "at", "left", "right"), [
    ("heaviside(x)", "0", "0", "1.0000"), ("atan(1/x)", "0", "-1.5708", "1.5708"), ("exp(1/x)", "0", "0", "inf"),
    ("sqrt(x)", "0", None, "0"),
])  # fmt: skip
def test_limits_on_either_side(expr: str, at: str, left: str | None, right: str | None) -> None:
    (seen,) = explained(expr, at).anatomy
    assert [None if q is None else q.text(5) for q in (seen.left_limit, seen.right_limit)] == [
        left,
        right,
    ]


@pytest.mark.parametrize(("expr", "at", "value", "derivative"), [
    ("x**3", "2", 3, 2), ("exp(x)", "-700", 700, 700), ("log(x)", "1.0000001", 1e7, 1), ("x-1", "1.001", 1001, 0), ("abs(x)", "0", None, None),
])  # fmt: skip
def test_condition_numbers(
    expr: str, at: str, value: float | None, derivative: float | None
) -> None:
    found = explained(expr, at).conditioning["x"]
    for number, known in ((found.value, value), (found.derivative, derivative)):
        assert number == (known if known is None else pytest.approx(known, rel=1e-3))


@pytest.mark.parametrize(("expr", "at", "piece", "of", "cause", "lost"), [
    ("(1-cos(x))/x**2", "1e-8", "1-cos(x)", "value", "cancellation", 16),
    ("sqrt(x+1)-sqrt(x)", "1e12", "sqrt(x+1)-sqrt(x)", "value", "cancellation", 11),
    ("log(1+exp(x))", "800", "exp(x)", "value", "overflow", 16),
    ("1+exp(x)*exp(-x)", "-720", "exp(x)*exp(-x)", "value", None, None),
    ("sin(x)/x", "0.001", "sin(x)/x", "derivative", "cancellation", 6),
])  # fmt: skip
def test_where_the_digits_go(
    expr: str, at: str, piece: str, of: str, cause: str | None, lost: float | None
) -> None:
    losses = explained(expr, at).conditioning["x"].losses
    if cause is None:
        assert all(loss.piece != piece or loss.lost < 16 for loss in losses)
        return
    assert (losses[0].piece, losses[0].of, losses[0].cause.value) == (piece, of, cause)
    assert losses[0].lost == pytest.approx(lost, abs=1)
    assert losses[0].span.cut(expr) == piece


def test_nothing_is_lost_where_nothing_is() -> None:
    for expr, at in (("x**2 + 1", "3"), ("exp(x)*sin(x)", "1"), ("x - 0.5", "0.5000001")):
        assert explained(expr, at).conditioning["x"].losses == ()


@pytest.mark.parametrize(("expr", "at", "guard", "gives", "right"), [
    ("where(x < 1, x, sqrt(x))", {"x": "0"}, False, 1.0, True),
    ("where(x == 0, 1, (exp(x)-1)/x)", {"x": "0"}, True, 0.0, False),
    ("where(x != 2, (x**2-4)/(x-2), 4)", {"x": "2"}, True, 0.0, False),
    ("where(x == 0, 1, sin(x)/x)", {"x": "0"}, True, 0.0, True),
    ("where(x > 0, sqrt(x), 0)", {"x": "0"}, True, 0.0, None),
    ("where(m > 0, sqrt(m), 0)", {"m": "-1"}, False, 0.0, True),
])  # fmt: skip
def test_double_where(
    expr: str, at: dict[str, str], guard: bool, gives: float, right: bool | None
) -> None:
    (branch,) = explained(expr, at).branches
    assert (branch.guard, list(branch.gives.values()), branch.right) == (guard, [gives], right)
    twice = parse(branch.double_where)
    assert twice.inputs == tuple(at)


def test_a_where_that_every_engine_gets_right_is_not_mentioned() -> None:
    assert explained("where(x > 1, x**2, 2*x-1)", "1").branches == ()
    assert explained("where(x > 0, x, exp(x))", "3").branches == ()
    assert (
        explained("where(x > 0, log(x), 0)", "-1").branches == ()
    )  # log(-1) is nan, but its partial, 1/x, is finite


@pytest.mark.parametrize(("expr", "at", "there"), [
    ("where(x == 0, 1, sin(x)/x)", "0", True), ("heaviside(x)*x", "0", True), ("max(sin(x), x)", "0", False),
    ("where(x > 0, sqrt(x), 0)", "0", False),
])  # fmt: skip
def test_a_condition_that_differs_at_the_point_differs_from_both_sides(
    expr: str, at: str, there: bool
) -> None:
    (found,) = explained(expr, at).anatomy
    assert (Note.OTHER_BRANCH_THERE in {r.note for r in found.steps}) == there


def test_a_large_value_of_gamma_is_an_overflow() -> None:
    rows = explained("gamma(x)", "180").comparison.rows
    assert all(Note.OUTSIDE_DOMAIN not in {r.note for r in row.remarks} for row in rows)


@pytest.mark.parametrize(("expr", "at", "text"), [
    ("log1p(exp(x))", "800", "softplus(x)"), ("log(1+exp(x))", "800", "softplus(x)"), ("(t**2-4)/(t-2)", "2", "t + 2"),
    ("sqrt(x+1)-sqrt(x)", "1e12", "1/(sqrt(x + 1) + sqrt(x))"), ("(1-cos(x))/x**2", "1e-8", "2*sin(x/2)**2/x**2"),
    ("sin(x)/x", "0", "sinc(x)"),
    ("(1+r)**360-1", "1e-9", "expm1(360*log1p(r))"), ("1-(1+r)**-12", "1e-9", "-expm1(-12*log1p(r))"),
    ("1-1e6/(x+1e6)", "1e-5", "x/(x + 1000000)"), ("log(x/100)", "100.00000011920928955078125", "log1p((x - 100)/100)"),
    ("log(cosh(x))", "1e-6", "log1p(2*sinh(x/2)**2)"), ("log(cosh(x))", "800", "logaddexp(x, -x) - log(2)"),
    ("log(0.5*(1+erf(x/sqrt(2))))", "8", "log1p(-erfc(x/sqrt(2))/2)"),
    ("exp(x)-exp(-x)", "1e-9", "2*sinh(x)"), ("cos(x)-1", "1e-7", "-2*sin(x/2)**2"),
    ("acos(cos(x))", "1e-7", "atan2(abs(sin(x)), cos(x))"),
    ("acos(sin(0.5)*sin(x)+cos(0.5)*cos(x)*cos(1e-7))", "0.5", "2*asin(sqrt(sin((0.5 - x)/2)**2 + cos(0.5)*cos(x)*sin(5e-8)**2))"),
    ("(-b-sqrt(b*b-4))/2", "-1e8", "2/(sqrt(b**2 - 4) - b)"),
])  # fmt: skip
def test_rewritings_are_offered_where_they_help(expr: str, at: str, text: str) -> None:
    found = {s.text: s for s in explained(expr, at).suggestions if s.kind == "rewrite"}
    assert text in found
    changes = [found[text].value, *found[text].gains.values()]
    won = [(gain.digits_after or 0) - (gain.digits_before or 0) for gain in changes if gain]
    assert max(won) > 1
    assert min(won) > -1


@pytest.mark.parametrize(("expr", "at"), [
    ("acos((x*u+y*v)/(sqrt(x**2+y**2)*sqrt(u**2+v**2)))", {"x": 1, "y": 2, "u": 1, "v": "2.0000001"}),
    ("acos(dot(x,y)/(norm(x)*norm(y)))", {"x": [1, 2, 3], "y": [1, 2, "3.0000001"]}),
    ("log(1 + exp(x[0])) + x[1]**2", {"x": [800, 1]}),
])  # fmt: skip
def test_vectors_and_several_variables_are_advised_too(expr: str, at: Any) -> None:
    found = explain(expr, at, backends=["forward", "dual", "tape"])
    one = found.suggestions[0]
    assert one.kind == "rewrite"
    typed = compare(one.text, at, backends=["dual"]).rows[0]
    promised = {name: gain.digits_after for name, gain in one.gains.items()}
    assert typed.digits == pytest.approx(promised)


def test_the_lhopital_engine_is_offered_with_its_own_number() -> None:
    found = explained("(1-cos(x))/x**2", "1e-8")
    (other,) = [s for s in found.suggestions if s.kind == "backend"]
    assert (other.text, other.than) == ("dual-lhopital", "dual")
    row = next(row for row in found.comparison.rows if row.backend == "dual-lhopital")
    assert other.derivative.after == row.derivative["x"]
    assert math.isclose(row.derivative["x"], -1e-8 / 12, rel_tol=1e-15)


def test_another_step_size_is_offered_where_it_helps() -> None:
    """The default h spans half a period of sin(1e8*x)."""
    found = explained("x + sin(1e8*x)/1e8", "1", ("forward", "dual"))
    other = found.instead["forward"]
    assert other.kind in ("step", "backend")
    assert (other.derivative.digits_after or 0) > (other.derivative.digits_before or 0) + 1
    assert explained("exp(x)", "1", ("central", "dual")).instead == {}


@pytest.mark.parametrize(("expr", "at", "backends", "dtype"), [
    ("x + sin(1e8*x)/1e8", {"x": "1"},             ("forward", "central", "dual"), "float64"),
    ("sin(x)",             {"x": "1000"},          ("forward", "central4"),        "float64"),
    ("log(x)",             {"x": "1e-9"},          ("forward", "central6"),        "float64"),
    ("log(x)*exp(y)",      {"x": "1e-5", "y": "1"}, ("forward", "central4"),       "float64"),
    ("log(x)",             {"x": "1e-3"},          ("central", "central4"),        "float32"),
])  # fmt: skip
def test_a_step_gives_the_digits_that_it_promises(
    expr: str, at: dict[str, str], backends: tuple[str, ...], dtype: str
) -> None:
    """What is shown is typed as the step of the method: the very same number and digits."""
    found = explain(expr, at, backends=backends, dtype=dtype)
    steps = {n: one for n, one in found.instead.items() if one.kind == "step"}
    assert steps
    for name, one in steps.items():
        assert len(one.text.split("e")[0].replace(".", "").lstrip("0")) <= 2
        typed = compare(expr, at, backends=[name], dtype=dtype, h=float(one.text)).rows[0]
        assert typed.digits == {v: gain.digits_after for v, gain in one.gains.items()}
        assert typed.derivative == {v: gain.after for v, gain in one.gains.items()}
        before = next(row for row in found.comparison.rows if row.backend == name)
        least = min(digits or 0.0 for digits in before.digits.values())
        assert (one.derivative.digits_after or 0.0) >= least + 1


@pytest.mark.parametrize(("expr", "at"), [
    ("(1-cos(x))/x**2", {"x": "1e-8"}), ("sqrt(x+1)-sqrt(x)", {"x": "1e12"}), ("sin(x)", {"x": "1000"}),
    ("(exp(x)-1)/x*log(1+y)", {"x": "1e-9", "y": "1e-10"}), ("exp(log(1+t)/t**2-1/t)", {"t": "0"}),
])  # fmt: skip
def test_a_method_is_recommended_with_the_digits_of_this_table(
    expr: str, at: dict[str, str]
) -> None:
    found = explain(expr, at, timeout=4)
    rows = {row.backend: row for row in found.comparison.rows}
    for name, one in [*found.instead.items(), *((s.than, s) for s in found.suggestions)]:
        if one.kind == "backend":
            assert rows[one.text].digits == {v: gain.digits_after for v, gain in one.gains.items()}
            after, before = (
                min(d or 0.0 for d in rows[r].digits.values()) for r in (one.text, name)
            )
            assert after >= before + 1


@pytest.mark.parametrize(("expr", "at"), [
    ("(1-cos(x))/x**2", {"x": "1e-8"}), ("(exp(x)-1)/x*log(1+y)", {"x": "1e-9", "y": "1e-10"}),
    ("sqrt(x+1)-sqrt(x)", {"x": "1e12"}),
])  # fmt: skip
def test_a_rewriting_gives_the_digits_that_it_promises(expr: str, at: dict[str, str]) -> None:
    """The text as printed is compared as if the user had typed it."""
    found = explain(expr, at)
    rewritten = [one for one in found.suggestions if one.kind == "rewrite"]
    rewritten += [one for one in found.instead.values() if one.kind == "rewrite"]
    assert rewritten
    for one in rewritten:
        typed = compare(one.text, at, backends=[one.backend]).rows[0]
        for variable, gain in one.gains.items():
            assert typed.derivative[variable] == gain.after
            assert typed.digits[variable] == pytest.approx(gain.digits_after)


def test_a_suggestion_says_what_it_does_not_help() -> None:
    found = explained("(1-cos(x))/x**2", "1e-8")
    half = next(one for one in found.suggestions if one.text == "2*sin(x/2)**2/x**2")
    assert half.unhelped == ("x",)
    text = str(rendered([document(found)]))
    assert "but  f′ has 0.0 correct digits, no more than before" in text
    both = explained("expm1(x)/x*y + log(1+z)", {"x": "1e-9", "y": "1", "z": "1e-13"})
    assert all(one.unhelped in ((), ("x",)) for one in both.suggestions)


def test_where_nothing_helps_that_is_said() -> None:
    found = explain("sin(1e8*x)", "1", backends=["forward", "backward"], dtype="float16")
    assert found.unhelped == ("forward", "backward")
    text = str(rendered([document(found)]))
    assert "no other method, form or step that was tried has more correct digits" in text
    assert explained("sin(x)", "1").unhelped == ()


def test_nothing_is_suggested_where_nothing_is_wrong() -> None:
    assert explained("exp(x)/sqrt(sin(x)**3+cos(x)**3)", "1.5").suggestions == ()
    assert explained("1/x", "0").suggestions == ()


def test_equality_is_refuted_as_well_as_confirmed() -> None:
    one = parse("(x**2-1)/(x-1)")
    where = point(one, 1)
    assert equal_around(one, parse("x+1"), where)
    assert not equal_around(one, parse("x+1+1e-30"), where)
    assert not equal_around(one, parse("log(-x**2-1)"), where)


def test_several_variables() -> None:
    found = explained("x*y/(x**2+y**2)", {"x": "0", "y": "0"})
    assert [a.name for a in found.anatomy] == ["x", "y"]
    assert found.comparison.truth.value is None


def test_a_lost_digit_in_a_sentence() -> None:
    (remark, *_) = [
        loss.remark
        for loss in explained("exp(exp(exp(exp(x))))", "1").conditioning["x"].losses
        if loss.cause is Cause.ILL_CONDITIONING
    ]
    assert "1.2 digits are lost by ill-conditioning" in remark.sentence


def test_what_is_said_where_there_is_no_derivative_and_no_limit() -> None:
    kink = str(rendered([document(explained("sqrt(x**2)", "0"))]))
    assert "f′ does not exist here: a finite number is a convention" in kink
    apart = str(rendered([document(explained("x*y/(x**2+y**2)", {"x": "0", "y": "0"}))]))
    assert "removable   (along each coordinate alone)" in apart
    assert "x**2+y**2 ≈ x**2   (along x)" in apart
    assert "x**2+y**2 ≈ y**2   (along y)" in apart
    assert "301029…(400 digits)" in str(rendered([document(explained("x**1e400", "2", ("dual",)))]))


@pytest.mark.parametrize(("expr", "at"), [("max(x)", [1, 1]), ("abs(x)", 0)])
def test_a_derivative_that_is_none_loses_no_digits(expr: str, at: Any) -> None:
    assert not any(c.losses for c in explain(expr, at, backends=["dual"]).conditioning.values())
