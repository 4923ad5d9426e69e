"""Kinds and their ladder, quantities, and what a debugger shows of them."""

from __future__ import annotations

from fractions import Fraction

import pytest
from flint import fmpq

from diffcmp import certify
from diffcmp.truth.local import kind_of
from diffcmp.truth.record import Kind, Quantity, Side, exact_of, most_singular, text_of

ONE, TWO, INFINITE = Quantity(fmpq(1)), Quantity(fmpq(2)), Quantity(infinite=1)


def test_a_kind_says_what_derivatives_there_are() -> None:
    assert [kind for kind in Kind if kind.differentiable] == [Kind.REMOVABLE, Kind.SMOOTH]
    unsided = [Kind.OUTSIDE, Kind.POLE, Kind.JUMP, Kind.INFINITY]
    assert [kind for kind in Kind if not kind.sided] == unsided
    assert not Kind.INFINITY.singular
    assert most_singular([Kind.SMOOTH, Kind.KINK, Kind.POLE, Kind.REMOVABLE]) is Kind.POLE


@pytest.mark.parametrize(("left", "right", "value", "continuous", "smooth", "kind"), [
    (Side(False), Side(False), None, True, True, Kind.OUTSIDE),
    (Side(False), Side(True, INFINITE), None, True, True, Kind.POLE),
    (Side(True), Side(True, ONE, ONE), ONE, True, True, Kind.UNDECIDED),
    (Side(False), Side(True, ONE, ONE), ONE, True, True, Kind.EDGE),
    (Side(True, ONE, ONE), Side(True, TWO, ONE), ONE, False, True, Kind.JUMP),
    (Side(True, ONE, ONE), Side(True, ONE, INFINITE), ONE, True, False, Kind.VERTICAL),
    (Side(True, ONE, ONE), Side(True, ONE, TWO), ONE, True, False, Kind.KINK),
    (Side(True, ONE, ONE), Side(True, ONE, ONE), None, True, True, Kind.REMOVABLE),
    (Side(True, ONE, ONE), Side(True, ONE, ONE), ONE, True, True, Kind.SMOOTH),
])  # fmt: skip
def test_the_first_kind_of_the_ladder_that_holds(
    left: Side, right: Side, value: Quantity | None, continuous: bool, smooth: bool, kind: Kind
) -> None:
    assert kind_of(left, right, value, lambda: continuous, lambda: smooth) is kind


def test_a_quantity_or_none() -> None:
    assert (text_of(None, 5), exact_of(None)) == (None, None)
    assert (text_of(TWO, 5), exact_of(TWO)) == ("2.0000", Fraction(2))
    assert (text_of(INFINITE, 5), exact_of(INFINITE)) == ("inf", None)


def test_what_a_debugger_shows() -> None:
    assert repr(Quantity(infinite=-1)) == "<Quantity -inf>"
    assert repr(certify("abs(x)", 0)).startswith(
        "<Truth kink, f = <Quantity 0>, derivatives x: None"
    )
