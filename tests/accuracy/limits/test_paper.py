"""A limit on paper: the form, the lines, their values held against mpmath beside the point, and where the rule fails."""

from __future__ import annotations

import math
import re
from fractions import Fraction

import mpmath
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import diffcmp
from diffcmp.accuracy.limits.desk import Desk, Stuck
from diffcmp.accuracy.limits.forms import Beside
from diffcmp.accuracy.limits.lines import Chain, Form, Paper, Part, Step
from diffcmp.accuracy.limits.paper import paper
from diffcmp.accuracy.limits.peer import judged
from diffcmp.accuracy.limits.phrases import fraction
from diffcmp.accuracy.limits.sheet import Sheet
from diffcmp.deadline import Deadline
from diffcmp.language.parser import parse
from diffcmp.point.coordinate import Coordinate, coordinate
from diffcmp.truth.budget import Budget
from diffcmp.truth.record import Quantity, SideLimit

SECONDS = 60
NEAR = mpmath.mpf(10) ** -40
PRECISION = 500
FAMOUS = [
    # expression, at, direction, form, limit, uses of the rule
    ("(x-sin(x))/x**3", "0", 1, "0/0", 1 / 6, 3),
    ("(exp(x)-1-x-x**2/2)/x**3", "0", 1, "0/0", 1 / 6, 3),
    ("(x**3-1)/(x-1)", "1", -1, "0/0", 3, 1),
    ("tan(2*x)/sin(5*x)", "0", -1, "0/0", 2 / 5, 1),
    ("x**2/exp(x)", "inf", 1, "∞/∞", 0, 2),
    ("log(x)/x", "inf", 1, "∞/∞", 0, 1),
    ("log(1+exp(x))/x", "inf", 1, "∞/∞", 1, 2),
    ("x**2*exp(x)", "-inf", -1, "0·∞", 0, 2),
    ("x*log(x)", "0", 1, "0·∞", 0, 1),
    ("-2*x**2*log(x)/3", "0", 1, "0·∞", 0, 1),
    ("x*(pi/2-atan(x))", "inf", 1, "0·∞", 1, 2),
    ("1/x-1/sin(x)", "0", 1, "∞ - ∞", 0, 2),
    ("1/log(x)-1/(x-1)", "1", 1, "∞ - ∞", 1 / 2, 1),
    ("sqrt(x**2+x)-x", "inf", 1, "∞ - ∞", 1 / 2, 0),
    ("x-log(x)", "inf", 1, "∞ - ∞", math.inf, 1),
    ("log(x+1)-log(x)", "inf", 1, "∞ - ∞", 0, 1),
    ("(1+1/x)**x", "inf", 1, "1^∞", math.e, 2),
    ("cos(x)**(1/x**2)", "0", 1, "1^∞", math.exp(-0.5), 2),
    ("x**x", "0", 1, "0^0", 1, 1),
    ("(1/x)**x", "0", 1, "∞^0", 1, 1),
    ("x**(1/x)", "inf", 1, "∞^0", 1, 1),
    ("exp(-1/x)/x", "0", 1, "0/0", 0, 1),
]


def place(text: str) -> Coordinate:
    if text in ("inf", "-inf"):
        return Coordinate(Fraction(0), text, 1 if text == "inf" else -1)
    return coordinate(text)


def sheet_of(text: str, at: str, direction: int = 1) -> Paper:
    deadline = Deadline.after(SECONDS)
    found = paper(parse(text), place(at), direction, 20, deadline)
    assert found is not None
    return found


def number(quantity: Quantity | None) -> float:
    assert quantity is not None
    return float(quantity.text(17))


def only(found: Paper) -> Chain:
    (chain,) = found.chains
    return chain


def value(text: str, x: mpmath.mpf) -> mpmath.mpf:
    """A line by mpmath: Python's own syntax, with nothing of diffcmp in it. Whole numbers are
    mpmath's, so that 1/3 is not rounded to a float64."""
    names = "sin cos tan atan asin sinh cosh tanh exp log sqrt cbrt pi e gamma mpf".split()
    namespace = {name: getattr(mpmath, name) for name in names}
    exact = re.sub(r"(?<![\w.])(\d+)(?![\w.])", r"mpf(\1)", text)
    return eval(exact, {"__builtins__": {}}, namespace | {"x": x})


def beside(at: str, direction: int, near: mpmath.mpf) -> mpmath.mpf:
    if at in ("inf", "-inf"):
        return (1 if at == "inf" else -1) / mpmath.sqrt(mpmath.sqrt(mpmath.sqrt(near)))
    return value(at, mpmath.mpf(0)) + direction * near


def held(step: Step, at: str, direction: int) -> None:
    """Hold what a line says its parts tend to against their values beside the point."""
    with mpmath.workdps(PRECISION):
        x, nearer = (beside(at, direction, near) for near in (NEAR, NEAR**2))
        for part in step.parts:
            assert tends(part, value(part.text, x), value(part.text, nearer)), (step, part)
        parts = {part.role: value(part.text, x) for part in step.parts}
        if set(parts) == {"numerator", "denominator"}:
            quotient = parts["numerator"] / parts["denominator"]
            assert mpmath.almosteq(quotient, value(step.expression, x), 1e-30)


def tends(part: Part, there: mpmath.mpf, nearer: mpmath.mpf) -> bool:
    if part.limit is None:
        return False
    if part.limit.infinite:
        return nearer * part.limit.infinite > 10 and abs(nearer) > abs(there)
    limit = mpmath.mpf(part.limit.text(60)) if part.limit.text(5) != "0" else mpmath.mpf(0)
    error, less = abs(there - limit), abs(nearer - limit)
    return bool(less < mpmath.mpf(10) ** -19 * (1 + abs(limit)) or less < 0.9 * error)


@pytest.mark.parametrize(("text", "at", "direction", "form", "limit", "uses"), FAMOUS)
def test_lines_that_settle(
    text: str, at: str, direction: int, form: str, limit: float, uses: int
) -> None:
    found = sheet_of(text, at, direction)
    chain = only(found)
    assert (found.form, found.part) == (Form(form), "")
    assert (chain.outcome, chain.uses, chain.form) == ("settled", uses, Form(form))
    assert number(found.value) == pytest.approx(limit, abs=1e-15)
    assert number(chain.limit) == pytest.approx(limit, abs=1e-15)
    assert chain.steps[0].move == "given"
    assert chain.steps[-1].form is None
    for step in chain.steps:
        held(step, at, direction)
    assert found.peer is not None
    assert found.peer.verdict == "agrees"


@pytest.mark.parametrize(
    ("text", "at", "outcome", "instead"),
    [
        ("sqrt(x**2+1)/x", "inf", "circle", "sqrt(1 + 1/x**2)"),
        ("(x+2)/sqrt(4*x**2+1)", "-inf", "circle", "(1 + 2/x)/(-sqrt(4 + 1/x**2))"),
        ("sinh(x)/exp(x)", "inf", "circle", "1/2 - exp(-2*x)/2"),
        ("x**100/exp(x)", "inf", "steps", "(x/exp(x/100))**100"),
    ],
)
def test_where_the_rule_leads_nowhere(text: str, at: str, outcome: str, instead: str) -> None:
    found = sheet_of(text, at)
    chain = only(found)
    assert chain.outcome == outcome
    assert chain.instead[0].expression == instead
    assert found.value is not None
    for step in (*chain.steps, *chain.instead):
        held(step, at, 1)


def test_a_quotient_of_derivatives_without_a_limit_is_no_reason() -> None:
    chain = only(sheet_of("(x+sin(x))/x", "inf"))
    assert chain.outcome == "no limit"
    assert "keeps oscillating between 0 and 2" in chain.sentence
    assert chain.steps[-1].parts[0].cluster is not None
    assert chain.instead[-1].expression == "1 + sin(x)/x"
    assert number(chain.limit) == 1


@pytest.mark.parametrize("text", ["floor(x)/x", "(x+abs(sin(x)))/x"])
def test_what_has_no_derivative_again_and_again(text: str) -> None:
    chain = only(sheet_of(text, "inf"))
    assert (chain.outcome, chain.uses) == ("hypothesis", 0)
    assert number(chain.limit) == 1


@pytest.mark.parametrize(
    ("text", "at", "second"),
    [
        ("sqrt(1-cos(x))/x", "0", "sqrt((1 - cos(x))/x**2)"),
        ("x*(sqrt(x**2+1)-x)", "inf", "x/(x + sqrt(x**2 + 1))"),
        ("x*(1-tanh(x))", "inf", "2*x/(exp(2*x) + 1)"),
        ("x**x/exp(x)", "inf", "exp(x*log(x) - x)"),
        ("cbrt(x**3+x**2)-x", "inf",
         "x**2/(x**2 + x*(x**3 + x**2)**(1/3) + (x**3 + x**2)**(2/3))"),
        ("x-x**2*log(1+1/x)", "inf", "x**2*(1/x - log(1 + 1/x))"),
        ("x*(log(x+1)-log(x))", "inf", "(log(x + 1) - log(x))/(1/x)"),
    ],
)  # fmt: skip
def test_how_it_is_rewritten(text: str, at: str, second: str) -> None:
    chain = only(sheet_of(text, at))
    assert (chain.outcome, chain.steps[1].expression) == ("settled", second)
    for step in chain.steps:
        held(step, at, 1)


def test_a_derivative_of_the_denominator_that_vanishes_again_and_again() -> None:
    chain = only(sheet_of("(x-sin(x))/(x+sin(x))", "inf"))
    assert chain.outcome == "hypothesis"
    assert "vanishes nowhere beside the point" in chain.sentence


@pytest.mark.parametrize(
    ("text", "at", "words"),
    [
        ("cos(x)", "0", "f is continuous there"),
        ("1/x", "0", "grows beyond all bounds"),
        ("exp(-x)+1", "inf", "follows from what the parts do there"),
        ("x*sin(1/x)", "0", "squeezes it to 0"),
        ("sin(1/x)", "0", "keeps oscillating between -1 and 1"),
        ("2**x", "1", "f is continuous there"),
    ],
)
def test_no_indeterminate_form(text: str, at: str, words: str) -> None:
    found = sheet_of(text, at)
    assert (found.form, found.chains) == (None, ())
    assert words in found.sentence


def test_a_part_is_named() -> None:
    found = sheet_of("exp(sin(x)/x)*cos(x)", "0")
    assert (found.form, found.part) == (Form.ZERO_OVER_ZERO, "sin(x)/x")
    assert found.sentence == "The part sin(x)/x has the form 0/0; the rest of f follows from it."
    assert number(found.value) == pytest.approx(math.e)


def test_several_parts() -> None:
    found = sheet_of("sin(x)/x + x*log(x)", "0")
    assert [chain.expression for chain in found.chains] == ["sin(x)/x", "x*log(x)"]
    assert found.sentence.startswith("Parts of f are indeterminate")


def test_what_is_settled_makes_no_circle() -> None:
    """The same quotient is met again in another part of the line."""
    chain = only(sheet_of("(x*exp(x) + sin(x)/x*x + log(1+x)/x*x)/(x + x*sin(x)/x)", "0"))
    assert chain.outcome == "settled"
    assert number(chain.limit) == pytest.approx(3 / 2)


def test_factors_are_taken_off() -> None:
    chain = only(sheet_of("((1+x)**(1/x)-e)/x", "0"))
    assert chain.outcome == "settled"
    assert any("taken off" in step.sentence for step in chain.steps)
    assert number(chain.limit) == pytest.approx(-math.e / 2)


def test_outside_the_domain_there_is_no_paper() -> None:
    assert paper(parse("x*log(x)"), place("0"), -1, 20, Deadline.after(SECONDS)) is None


def test_every_line_can_be_typed_again() -> None:
    for text, at, direction, *_ in FAMOUS[::5]:
        for step in only(sheet_of(text, at, direction)).steps:
            assert set(parse(step.expression).inputs) <= {"x"}


def test_the_json_form() -> None:
    plain = sheet_of("x*log(x)", "0").to_dict()
    (chain,) = plain["chains"]
    assert plain["form"] == chain["form"] == "0·∞"
    assert chain["steps"][0]["parts"][1] == {
        "role": "factor", "text": "log(x)", "limit": "-inf", "cluster": None,
    }  # fmt: skip
    assert plain["sympy"]["verdict"] == "agrees"


def test_a_wrong_line_is_not_written() -> None:
    deadline = Deadline.after(SECONDS)
    beside = Beside(place("0"), 1, 20, Budget(deadline))
    sheet = Sheet(Desk(beside, deadline, "x"), compared=parse("sin(x)/x"))
    with pytest.raises(Stuck, match="could not be confirmed"):
        sheet.write(sheet.desk.read("sin(x)", "2*x"), "simplified", "")
    assert sheet.steps == []


@pytest.mark.parametrize(
    ("decimal", "ours", "verdict"),
    [
        ("1/3", SideLimit(True, Quantity(infinite=1)), "differs"),
        ("-inf", SideLimit(True, Quantity(infinite=1)), "differs"),
        ("inf", SideLimit(True, Quantity(infinite=1)), "agrees"),
        ("2", SideLimit(None), "not compared"),
        ("2", SideLimit(False), "differs"),
    ],
)
def test_the_peer_is_judged(decimal: str, ours: SideLimit, verdict: str) -> None:
    assert judged(decimal, ours) == verdict


@pytest.mark.parametrize(
    ("over", "under", "written"),
    [
        ("x", "y", "x/y"),
        ("2*x", "x**2", "2*x/x**2"),
        ("x + 1", "2*x", "(x + 1)/(2*x)"),
        ("log(sin(x)/x)", "x**2", "log(sin(x)/x)/x**2"),
        ("1/x", "-1/x**2", "(1/x)/(-1/x**2)"),
    ],
)
def test_a_quotient_in_one_line(over: str, under: str, written: str) -> None:
    assert fraction(over, under) == written


VANISHING = ["sin(x)", "x", "(exp(x)-1)", "x**2", "(1-cos(x))", "log(1+x)", "tan(x)", "(x-x**3)"]
PARTS = st.lists(st.sampled_from(VANISHING), min_size=1, max_size=2).map("*".join)
SUMS = st.lists(PARTS, min_size=1, max_size=2).map(" + 2*".join)


@settings(max_examples=8, deadline=None)
@given(SUMS, PARTS)
def test_the_last_line_has_the_certified_limit(over: str, under: str) -> None:
    """Where no factor is taken off, the last line tends to what the first one does."""
    text = f"({over})/({under})"
    found = sheet_of(text, "0")
    for chain in found.chains:
        if chain.outcome == "settled" and "With the factors" not in chain.sentence:
            for step in chain.steps:
                held(step, "0", 1)
            last = chain.steps[-1].expression
            with mpmath.workdps(PRECISION):
                x, nearer = (beside("0", 1, near) for near in (NEAR, NEAR**2))
                limit = Part("value", "", chain.limit)
                assert tends(limit, value(last, x), value(last, nearer))
                assert tends(limit, value(text, x), value(text, nearer))


def test_a_number_beyond_all_exponents_is_compared() -> None:
    """sympy writes exp(1e400) as a decimal whose exponent has 400 digits: no fraction is made of
    it."""
    found = diffcmp.limit("exp(x)", "1e400").papers.values()
    assert [
        paper.peer.verdict for paper in found if paper is not None and paper.peer is not None
    ] == ["agrees"]
