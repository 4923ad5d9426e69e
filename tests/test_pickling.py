"""Every public record and exception survives pickle, copy and deepcopy, and crosses a pool."""

from __future__ import annotations

import copy
import math
import multiprocessing
import pickle
from collections.abc import Callable
from fractions import Fraction
from functools import cache
from typing import Any

import pytest
from flint import arb, fmpq

import diffcmp
from diffcmp.accuracy.matrix import matrix
from diffcmp.errors import Breakdown, ComputationError, DiffcmpError, Fault
from diffcmp.spans import Piece, Span
from diffcmp.truth.record import Quantity

WAYS: dict[str, Callable[[Any], Any]] = {
    "pickle": lambda value: pickle.loads(pickle.dumps(value)),
    "copy": copy.copy,
    "deepcopy": copy.deepcopy,
}

RECORDS: dict[str, Callable[[], Any]] = {
    "Truth": lambda: diffcmp.certify("sin(x)/x", 0.5),
    "Truth of a kink": lambda: diffcmp.certify("abs(x)+sqrt(2)", 0),
    "Truth of a pole": lambda: diffcmp.certify("1/x", 0),
    "Comparison": lambda: diffcmp.compare("sum(x**2)*y", {"x": [1, 2], "y": "1/3"}),
    "Sweep": lambda: diffcmp.sweep("sin(x)/x", 0.5),
    "Map": lambda: diffcmp.map("sin(x)/x", -1, 1, points=5, backends=["dual"]),
    "Explanation": lambda: diffcmp.explain("(1-cos(x))/x**2", 1e-3),
    "Explanation of 0/0": lambda: diffcmp.explain("(1-cos(x))/x**2", 0),
    "Limit": lambda: diffcmp.limit("x*log(x)", 0),
    "Limit at infinity": lambda: diffcmp.limit("sin(x)", math.inf, paper=False),
    "Matrix": lambda: matrix("jacobian", "x**2", [1, 2]),
    "Program": lambda: diffcmp.parse("u = x**2; where(u > 1, u, x[0])", ("x[0]",)),
    "Report": lambda: diffcmp.study("smoothness"),
    "Bench": lambda: diffcmp.bench(["expr", "x**2"], 1, backends=["dual"], quick=True),
    "Quantity": lambda: Quantity(arb(1, 2)),
    "Quantity, exact": lambda: Quantity(fmpq(1, 3)),
    "Quantity, infinite": lambda: Quantity(None, -1),
    "Piece": lambda: Piece("x=1, y=2", 5, 8),
}


@cache
def record(name: str) -> Any:
    return RECORDS[name]()


def refusal(called: Callable[..., Any], *given: Any) -> Exception:
    with pytest.raises(DiffcmpError) as caught:
        called(*given)
    return caught.value


ERRORS: dict[str, Callable[[], Exception]] = {
    "of an expression": lambda: refusal(diffcmp.parse, "exp(sinn(x))"),
    "of a point": lambda: refusal(diffcmp.compare, "x*y", {"x": 1, "y": "2*"}),
    "of shapes": lambda: refusal(diffcmp.compare, "sum(x + [1, 2, 3])", [1, 2]),
    "of arrays": lambda: refusal(diffcmp.gradient("x"), object()),
    "of anything": lambda: diffcmp.InputError(Fault.DTYPE, "x", Span(0, 1), given=lambda: 0),
    "of a computation": lambda: ComputationError(Breakdown.TIME, seconds=2.0),
    "in general": lambda: DiffcmpError("out of order"),
}


def fields(value: Any) -> Any:
    """All that a record holds, to be compared: a ball by its exact midpoint."""
    if isinstance(value, Quantity):
        return value.exact, value.infinite, type(value.ball)
    if isinstance(value, dict):
        return {name: fields(part) for name, part in value.items()}
    if isinstance(value, tuple | list):
        return [fields(part) for part in value]
    names = getattr(type(value), "__dataclass_fields__", None)
    if names is None:
        return repr(value)
    return {name: fields(getattr(value, name)) for name in names}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", RECORDS)
def test_records(name: str, way: str) -> None:
    again = WAYS[way](record(name))
    assert type(again) is type(record(name))
    assert fields(again) == fields(record(name))


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", ERRORS)
def test_exceptions(name: str, way: str) -> None:
    error = ERRORS[name]()
    error.add_note("from the outside")
    again = WAYS[way](error)
    assert type(again) is type(error)
    assert str(again) == str(error)
    if isinstance(error, diffcmp.InputError):
        assert again.fault is error.fault
        assert (again.text, again.span, again.facts) == (error.text, error.span, error.facts)
    assert again.__notes__ == error.__notes__


@pytest.mark.parametrize("error", [0, 1, 12345, 2**30 - 1])
@pytest.mark.parametrize("exponent", [0, -40, -100_000, 100_000])
def test_balls_stay_enclosures(exponent: int, error: int) -> None:
    """Whatever precision Arb computes at when they are read."""
    ball = arb((3**500, exponent), (error, exponent - 9))
    again = WAYS["pickle"](Quantity(ball)).ball
    assert again.mid().man_exp() == ball.mid().man_exp()
    assert again.contains(ball)
    assert again.rad() <= ball.rad() * (1 + arb(2) ** -28)


@pytest.mark.parametrize("text", ["nan", "[+/- inf]"])
def test_balls_that_are_not_finite(text: str) -> None:
    again = WAYS["pickle"](Quantity(arb(text))).ball
    assert again.str() == arb(text).str()


@pytest.mark.parametrize("start", ["fork", "spawn", "forkserver"])
def test_pools(start: str) -> None:
    """An exception that cannot be unpickled would let `get` wait for ever."""
    with multiprocessing.get_context(start).Pool(1) as pool:
        refused = pool.apply_async(diffcmp.parse, ("exp(sinn(x))",))
        certified = pool.apply_async(diffcmp.certify, ("sin(x)", 1))
        with pytest.raises(diffcmp.InputError, match="Did you mean 'sin'"):
            refused.get(60)
        assert certified.get(60).exact("x") == pytest.approx(Fraction("0.5403023058681398"))
