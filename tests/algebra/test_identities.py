"""Every identity holds: in ball arithmetic both sides agree to 50 digits wherever the left one is
defined."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import pytest

from diffcmp.algebra.identities import COMMON_FACTOR, IDENTITIES, ROOTS, Identity
from diffcmp.algebra.matching import NUMBER, VARIABLES, WHOLE, pattern, variables
from diffcmp.algebra.rewrite import rewritings
from diffcmp.algebra.terms import product, sum_of, summands, term_of
from diffcmp.arithmetic.balls import Balls, to_arb
from diffcmp.arithmetic.evaluate import evaluate
from diffcmp.language.parser import parse

BALLS = Balls(400)
POINTS = 400
DIGITS = 50
SPECIAL = [Fraction(n, 2) for n in range(-6, 7)]


def value(text: str, at: list[Any]) -> Any:
    """The ball of an expression in the variables of the patterns; nan outside its domain."""
    return to_arb(evaluate(parse(text, VARIABLES), BALLS, at)[0])


def points(rule: Identity) -> Iterator[list[Any]]:
    """Random points, and edges: zeros, equal values, whole numbers."""
    source = random.Random(rule.pattern)
    for i in range(POINTS):
        scale = (1, 3, 10, Fraction(1, 10**6))[i % 4]
        chosen = [
            source.choice(SPECIAL)
            if source.random() < 0.3
            else Fraction(source.randint(-999, 999), 1000) * scale
            for _ in VARIABLES
        ]
        chosen[VARIABLES.index(NUMBER)] = abs(chosen[-1]) or Fraction(1)
        chosen[VARIABLES.index(WHOLE)] = Fraction(source.choice([-9, -2, -1, 2, 3, 12]))
        yield [BALLS.literal(x) for x in chosen]


def checked(rule: Identity) -> int:
    """At how many points both sides were compared; fails where they differ, or where only the left
    one is defined."""
    count = 0
    with BALLS.working():
        for at in points(rule):
            left, right = value(rule.pattern, at), value(rule.replacement, at)
            if not left.is_finite() or (
                rule.needs and value(f"where({rule.needs}, 1, 0)", at) != 1
            ):
                continue
            assert right.is_finite(), (rule.pattern, at)
            size = abs(left) + abs(right) + 1
            assert abs(left - right) < size / 10**DIGITS, (rule.pattern, at)
            count += 1
    return count


@pytest.mark.parametrize("rule", [*IDENTITIES, COMMON_FACTOR, ROOTS], ids=lambda rule: rule.pattern)
def test_both_sides_agree(rule: Identity) -> None:
    assert checked(rule) >= 10


@pytest.mark.parametrize(("left", "right"), [
    ("log(a*b)", "log(a) + log(b)"),  # the right-hand side is not defined for two negative numbers
    ("atan(a) - atan(b)", "atan((a - b)/(1 + a*b))"),  # differs by π
    ("sqrt(a**2)", "a"),
    ("exp(a) - 1", "expm1(a)*(1 + 1e-49)"),
])  # fmt: skip
def test_the_check_sees_a_wrong_identity(left: str, right: str) -> None:
    with pytest.raises(AssertionError):
        checked(Identity(left, right, COMMON_FACTOR.reason))


@pytest.mark.parametrize("rule", IDENTITIES, ids=lambda rule: rule.pattern)
def test_a_pattern_is_rewritten_into_its_replacement(rule: Identity) -> None:
    """Each identity is found in its own left-hand side, so that none is shadowed by the
    matching."""
    text, wanted = with_numbers(rule)
    found = {
        program_key(r.program.text) for r in rewritings(parse(text, VARIABLES), limit=200, steps=2)
    }
    assert program_key(wanted) in found


def with_numbers(rule: Identity) -> tuple[str, str]:
    """Both sides with the variables that stand for numbers replaced by 7 and 12."""
    sides = [rule.pattern, rule.replacement]
    for name, number in ((NUMBER, "7"), (WHOLE, "12")):
        sides = [re.sub(rf"\b{name}\b", number, side) for side in sides]
    return sides[0], sides[1]


def program_key(text: str) -> str:
    """The structure of an expression up to the order of sums and products."""
    term = term_of(parse(text, VARIABLES))
    return sum_of(summands(term)).key if term.is_sum else product(*term.monomial).key


def test_patterns_use_no_other_names() -> None:
    for rule in IDENTITIES:
        assert parse(rule.pattern, VARIABLES).inputs == VARIABLES
        assert variables(pattern(rule.replacement)) <= variables(pattern(rule.pattern))
