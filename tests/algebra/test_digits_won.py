"""Every identity that promises digits wins some: at a hard point f or a derivative has more correct
ones by its right-hand side, and none has fewer."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from functools import cache
from itertools import chain

import pytest

from diffcmp.accuracy.judging.errors import Errors
from diffcmp.algebra.identities import COMMON_FACTOR, IDENTITIES, ROOTS, Identity, Reason
from diffcmp.algebra.matching import NUMBER, VARIABLES, WHOLE, pattern, variables
from diffcmp.arithmetic.balls import Balls, to_arb
from diffcmp.arithmetic.evaluate import evaluate
from diffcmp.arithmetic.floats import Floats
from diffcmp.engines.compiled import compiled
from diffcmp.engines.derived import adjoint
from diffcmp.language.parser import parse
from diffcmp.point.coordinate import coordinate
from diffcmp.point.point import Point
from diffcmp.program.ir import Program
from diffcmp.truth.proof import certified

DOUBLE = Floats()
BALLS = Balls(400)
POINTS = 400
ZERO, TINY, USUAL = 0.0, (1e-200, 1e-20, 1e-9, 1e-5), (0.3, 0.75, 1.0, 2.0, 5.5, 12.0)
LARGE = (20.0, 38.0, 400.0, 720.0, 1e5, 1e9, 1e16, 1e160)
BESIDE = (1.0, 1 + 1e-12, 1 - 1e-9, 1 + 1e-5)
WON, LOST = 1.0, 1.0

HINTS = {  # where digits are won, if random points hardly find it
    "1 - sin(a)**2": {"a": 1.57079},
    "sqrt(a) - n": {"a": 4.0000001, "n": 2.0},
    "cbrt(a) - n": {"a": 8.0000001, "n": 2.0},
}
LINKS = ("log1p(a) - log1p(-a)", "sin(a)**2 + cos(a)**2")
"""What wins nothing by itself, and is a step on the way to what does."""
OF_DIGITS = [
    rule
    for rule in [*IDENTITIES, COMMON_FACTOR, ROOTS]
    if rule.reason not in (Reason.INSIDE, Reason.BRANCH) and rule.pattern not in LINKS
]


def numbers(source: random.Random, names: list[str]) -> Iterator[dict[str, float]]:
    """Hard points: sizes from tiny to large, often one number next to another or its negative."""
    for _ in range(POINTS):
        at: dict[str, float] = {}
        for name in names:
            if at and source.random() < 0.5:
                size = source.choice(list(at.values())) * source.choice(BESIDE)
            else:
                size = source.choice((ZERO, *TINY, *USUAL, *USUAL, *LARGE))
            at[name] = size * source.choice((1, -1))
            if name == NUMBER:
                at[name] = abs(at[name]) or 1.0
            if name == WHOLE:
                at[name] = float(source.choice((-360, -12, 2, 3, 12, 360)))
        yield at


@cache
def program(text: str, names: tuple[str, ...]) -> Program:
    return parse(text, names)


def tried(text: str, at: dict[str, float]) -> list[float]:
    """f and its gradient, as floating point computes them."""
    return list(both(program(text, tuple(at)))(*at.values()))


@cache
def both(f: Program) -> Callable[..., Sequence[float]]:
    return compiled(adjoint(f, f.inputs), "float64")


def true_numbers(f: Program, at: dict[str, float]) -> list[Fraction] | None:
    """f and its gradient, certified; None where f is not smooth for certain."""
    point = Point({name: coordinate(Fraction(x)) for name, x in at.items()})
    smooth = certified(f, point, tuple(at), 30)
    if smooth is None:
        return None
    balls = Balls()
    return [balls.fraction(to_arb(x)) for x in (smooth.value, *smooth.derivatives)]


def wins(rule: Identity, at: dict[str, float]) -> list[float]:
    """Digits won in f and in each derivative; nothing where there is nothing to hold them
    against."""
    names = tuple(at)
    if rule.needs and not holds(rule.needs, at):
        return []
    trues = true_numbers(program(rule.replacement, names), at)
    if trues is None:
        return []
    won = []
    for before, after, true in zip(
        tried(rule.pattern, at), tried(rule.replacement, at), trues, strict=True
    ):
        old, new = (Errors(x, true, DOUBLE).digits or 0.0 for x in (before, after))
        won.append(new - old)
    return won


def holds(condition: str, at: dict[str, float]) -> bool:
    with BALLS.working():
        inputs = [BALLS.literal(Fraction(x)) for x in at.values()]
        return bool(evaluate(parse(f"where({condition}, 1, 0)", tuple(at)), BALLS, inputs)[0] == 1)


def best(rule: Identity) -> float:
    """The most digits that are won at one of the points, with none lost."""
    source = random.Random(rule.pattern + rule.replacement)
    names = [name for name in VARIABLES if name in variables(pattern(rule.pattern))]
    most = -math.inf
    hints = [HINTS[rule.pattern]] if rule.pattern in HINTS else []
    for at in chain(hints, numbers(source, names)):
        found = wins(rule, at)
        if found and min(found) > -LOST:
            most = max(most, *found)
            if most >= WON:
                break
    return most


@pytest.mark.parametrize("rule", OF_DIGITS, ids=lambda r: f"{r.pattern} -> {r.replacement}")
def test_digits_are_won(rule: Identity) -> None:
    assert best(rule) >= WON


def test_the_search_sees_a_form_that_wins_nothing() -> None:
    assert best(Identity("exp(a)", "1/exp(-a)", COMMON_FACTOR.reason)) < WON
