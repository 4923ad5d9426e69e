"""How a person writes, and the other ways to write; each held against sympy's own algebra."""

from __future__ import annotations

import pytest
import sympy

from diffcmp.accuracy.limits import paper_work as work
from diffcmp.accuracy.limits.handwriting import Hand
from diffcmp.language.parser import parse

SECONDS = 20


@pytest.mark.parametrize(
    ("text", "sign", "written"),
    [
        ("-x + sin(x)", 1, "sin(x) - x"),
        ("x**(-2)", 1, "1/x**2"),
        ("-1/x**2", 1, "-1/x**2"),
        ("1/sqrt(x)", 1, "1/sqrt(x)"),
        ("sqrt(x**2)", -1, "-x"),
        ("abs(x)/x", -1, "-1"),
    ],
)
def test_written(text: str, sign: int, written: str) -> None:
    hand = Hand("x", sign)
    assert hand.write(hand.read(parse(text, ("x",)))) == written


@pytest.mark.parametrize(
    ("over", "under", "short"),
    [
        ("1/x", "-1/x**2", ("-x", "1")),
        ("sin(x)", "tan(x)", ("cos(x)", "1")),
        ("x**2 - 1", "x - 1", ("x + 1", "1")),
        ("x", "sin(x)", None),
        ("exp(x) - exp(-x)", "exp(x) + exp(-x)", ("exp(2*x) - 1", "exp(2*x) + 1")),
    ],
)
def test_simplified(over: str, under: str, short: tuple[str, str] | None) -> None:
    pair = parse(over, ("x",)), parse(under, ("x",))
    answer, enough, _ = work.simplified(*pair, 1, SECONDS)
    assert (answer, enough) == (short, True)


@pytest.mark.parametrize(
    ("text", "terms", "way"),
    [
        ("sqrt(x**2+x)-x", ("sqrt(x**2+x)", "-x"), "conjugate"),
        ("cbrt(x**3+x)-x", ("cbrt(x**3+x)", "-x"), "conjugate"),
        ("1/x-1/sin(x)", ("1/x", "-1/sin(x)"), "denominator"),
        ("log(x+1)-log(x)", ("log(x+1)", "-log(x)"), "logarithm"),
        ("x**2-x**3*log(1+1/x)", ("x**2", "-x**3*log(1+1/x)"), "factor"),
    ],
)
def test_differences_keep_their_value(text: str, terms: tuple[str, ...], way: str) -> None:
    parts = [parse(term, ("x",)) for term in terms]
    ways, enough, _ = work.differences(parse(text), parts, way, 1, SECONDS)
    assert enough
    assert ways
    hand = Hand("x", 1)
    whole = hand.read(parse(text))
    for over, under in ways:
        other = hand.read(parse(over, ("x",))) / hand.read(parse(under, ("x",)))
        at = {hand.x: sympy.Rational(7, 3)}
        assert abs(sympy.N((whole - other).subs(at), 30)) < 1e-25


def test_what_cannot_be_written_says_why() -> None:
    answer, _, _ = work.derived(parse("digamma(x)"), parse("x"), 1, SECONDS)
    assert "no word" in answer
    long = " + ".join(f"sin({k}*x)*x**{k}" for k in range(2, 9))
    answer, _, _ = work.derived(parse(long), parse("x"), 1, SECONDS)
    assert "too long" in answer


def test_the_peer_says_what_it_raised() -> None:
    answer, enough, seconds = work.limit(parse("sin(x)/x"), parse("0"), 1, "x", SECONDS)
    assert (answer["answer"], answer["decimal"], answer["raised"]) == ("1", "1", None)
    assert enough
    assert seconds < SECONDS
    answer, _, _ = work.limit(parse("exp(-x)"), 1, 1, "x", SECONDS)
    assert answer["decimal"] == "0"
