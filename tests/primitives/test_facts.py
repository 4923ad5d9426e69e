"""What entries say of primitives beside their derivatives, against the numbers themselves."""

from __future__ import annotations

import math
import operator
from fractions import Fraction
from itertools import product
from typing import Any

import numpy as np
import pytest

from diffcmp.arithmetic.evaluate import operation
from diffcmp.arithmetic.floats import Floats
from diffcmp.primitives import TABLE
from diffcmp.primitives.record import Primitive, Structure

NUMBERS = [-1.5, -1.0, 0.0, 0.5, 1.0, 2.0]


def named(fact: str) -> list[str]:
    return [name for name, entry in TABLE.items() if getattr(entry, fact)]


def value(name: str, *arguments: float) -> Any:
    return operation(Floats(), name)(*arguments)


@pytest.mark.parametrize("name", named("opposite"))
def test_comparisons_reversed_and_denied(name: str) -> None:
    entry = TABLE[name]
    for x, y in product(NUMBERS, repeat=2):
        holds = value(name, x, y)
        assert holds == value(entry.mirror, y, x)
        assert holds != value(entry.opposite, x, y)


@pytest.mark.parametrize("name", [n for n in named("infix") if len(TABLE[n].parameters) == 2])
def test_operators_are_symmetric_where_they_say_so(name: str) -> None:
    """The others differ for some pair; a power is looked at where it is real."""
    pairs = [pair for pair in product(NUMBERS, repeat=2) if min(pair) > 0]
    if name in ("and", "or"):
        pairs = list(product([False, True], repeat=2))
    same = all(value(name, x, y) == value(name, y, x) for x, y in pairs)
    assert same == TABLE[name].symmetric


@pytest.mark.parametrize("name", [n for n in named("symmetric") if not TABLE[n].infix])
def test_functions_are_symmetric(name: str) -> None:
    for x, y in product(NUMBERS, repeat=2):
        assert math.isclose(value(name, x, y), value(name, y, x), rel_tol=1e-15)


def test_ring_operations_keep_whole_numbers_and_rational_ones_fractions() -> None:
    assert set(named("additive")) < set(named("ring")) < set(named("rational"))
    for name in named("ring"):
        function = getattr(operator, name)
        assert isinstance(function(*[3] * len(TABLE[name].parameters)), int)
    for name in set(named("rational")) - {"floor", "power"}:
        function = getattr(operator, {"div": "truediv"}.get(name, name))
        assert isinstance(function(*[Fraction(2, 3)] * len(TABLE[name].parameters)), Fraction)


@pytest.mark.parametrize("name", named("numpy"))
def test_numpy_knows_the_name(name: str) -> None:
    ufunc = getattr(np, TABLE[name].numpy)
    assert isinstance(ufunc, np.ufunc)
    assert ufunc.nin == len(TABLE[name].parameters)


X, A = np.arange(1.0, 4.0), np.arange(9.0).reshape(3, 3)
USES: dict[str, tuple[tuple[Any, ...], list[Any]]] = {
    "take": (((((0, 2, 1),)),), [X]),
    "put": ((((1, 4, 1),), (5,)), [X]),
    "broadcast": (((2, 3),), [X]),
    "sum_to": (((3,),), [A]),
    "transpose": ((), [A]),
    "matmul": ((), [A, X]),
    "stack": ((), [X, X]),
    "concatenate": ((), [X, X]),
    "largest": ((), [X]),
    "smallest": ((), [X]),
    "logsumexp": ((), [X]),
    "softmax": ((), [X]),
    "attained": ((), [X, 3.0]),
    "softmax_along": ((), [X, X]),
}


def structure(name: str) -> Structure:
    found = TABLE[name].structure
    assert found is not None
    return found


@pytest.mark.parametrize("name", USES)
def test_new_memory_and_views(name: str) -> None:
    static, arguments = USES[name]
    out = structure(name).apply(static, *arguments)
    shares = any(np.shares_memory(out, x) for x in arguments)
    assert shares == structure(name).view
    assert not (structure(name).fresh and shares)


@pytest.mark.parametrize("name", [n for n in USES if structure(n).elements])
def test_what_becomes_of_elements(name: str) -> None:
    """A change of one element shows where it goes: a moved one in itself, an added one in a sum."""
    static, arguments = USES[name]
    apply, elements = structure(name).apply, structure(name).elements
    out = np.ravel(apply(static, *arguments))
    given = np.concatenate([np.ravel(a) for a in arguments])
    if elements == "moved":
        assert set(out) <= {0.0, *given}
    elif elements == "added":
        assert out.sum() == given.sum()
    elif elements == "chosen":
        assert set(out) <= set(given)
    else:
        assert elements == "joined"
        assert out.size == 1
        for i in range(given.size):
            assert apply(static, given + 0.5 * (np.arange(given.size) == i)) != out


def test_every_fact_of_structures_is_tried() -> None:
    told = {
        n for n, e in TABLE.items() if e.structure and (e.structure.elements or e.structure.fresh)
    }
    assert told <= set(USES)


def test_a_ufunc_reduces_as_the_primitive_does() -> None:
    for name in ("largest", "smallest"):
        ufunc = getattr(np, structure(name).ufunc)
        assert ufunc.reduce(X) == structure(name).apply((), X)
    assert np.add.reduce(X) == structure("sum_to").apply(((),), X)
    assert {n for n, e in TABLE.items() if e.structure and e.structure.ufunc} == {
        "largest", "smallest", "sum_to"
    }  # fmt: skip


def test_entries_are_short_in_a_debugger() -> None:
    assert repr(TABLE["leaky_relu"]) == "Primitive('leaky_relu', 'x, slope=0.01')"
    assert isinstance(TABLE["sin"], Primitive)
