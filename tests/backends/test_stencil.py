"""Weights from the paper, orders from Taylor's theorem, steps by rule, evaluations by counting."""

from __future__ import annotations

from fractions import Fraction as F
from typing import Any

import pytest

from diffcmp import compare
from diffcmp.arithmetic.floats import Floats
from diffcmp.backends import stencil as module
from diffcmp.backends.stencil import STENCILS, order_of, weights
from diffcmp.engines.point import point
from diffcmp.program.parser import parse

BY_NAME = {s.name: s for s in STENCILS}


@pytest.mark.parametrize(("nodes", "order", "known"), [
    # Fornberg, Math. Comp. 51 (1988), tables 1 and 3
    ((-1, 0, 1), 1, [F(-1, 2), 0, F(1, 2)]),
    ((-2, -1, 0, 1, 2), 1, [F(1, 12), F(-2, 3), 0, F(2, 3), F(-1, 12)]),
    ((-3, -2, -1, 0, 1, 2, 3), 1, [F(-1, 60), F(3, 20), F(-3, 4), 0, F(3, 4), F(-3, 20), F(1, 60)]),
    ((-1, 0, 1), 2, [1, -2, 1]),
    ((-2, -1, 0, 1, 2), 2, [F(-1, 12), F(4, 3), F(-5, 2), F(4, 3), F(-1, 12)]),
    ((0, 1, 2), 1, [F(-3, 2), 2, F(-1, 2)]),
    ((0, 1, 2, 3), 1, [F(-11, 6), 3, F(-3, 2), F(1, 3)]),
])  # fmt: skip
def test_weights(nodes: tuple[int, ...], order: int, known: list[F]) -> None:
    assert list(weights(nodes, order)) == known


@pytest.mark.parametrize(("name", "order", "constant"), [
    ("forward", 1, F(1, 2)), ("backward", 1, F(-1, 2)), ("central", 2, F(1, 6)), ("central4", 4, F(-1, 30)), ("central6", 6, F(1, 140)),
])  # fmt: skip
def test_truncation(name: str, order: int, constant: F) -> None:
    assert order_of(BY_NAME[name].nodes) == (order, constant)


@pytest.mark.parametrize("method", STENCILS, ids=lambda s: s.name)
def test_a_stencil_is_exact_for_polynomials_up_to_its_order(method: module.Stencil) -> None:
    w = weights(method.nodes, 1)
    for power in range(method.truncation_order + 1):
        assert sum(c * F(k) ** power for k, c in zip(method.nodes, w, strict=True)) == (power == 1)


@pytest.mark.parametrize(("dtype", "name", "exponent"), [
    ("float64", "forward", -26), ("float64", "central", -18), ("float32", "forward", -12), ("float16", "central", -4),
])  # fmt: skip
def test_the_default_step_is_a_power_of_two_near_the_rule(dtype: str, name: str, exponent: int) -> None:
    assert BY_NAME[name].step(0.5, Floats(dtype)) == 2.0**exponent


@pytest.mark.parametrize(("name", "count"), [("forward", 2), ("backward", 2), ("central", 2), ("central4", 4), ("central6", 6)])
def test_evaluations_are_what_is_called(name: str, count: int, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []
    compiled = module.compiled

    def counting(*arguments: Any) -> Any:
        f = compiled(*arguments)
        return lambda *x: (calls.append(x), f(*x))[1]

    monkeypatch.setattr(module, "compiled", counting)
    program = parse("sin(x)*y")
    estimate = BY_NAME[name].prepare(program, ["x", "y"])(point(program, {"x": 1, "y": 2}))
    assert (estimate.evaluations, len(calls)) == (2 * count, 2 * count)


def test_a_step_that_underflows_in_the_dtype_is_nan_not_an_error() -> None:
    (row,) = compare("x", 1, backends=["central"], dtype="float16", h=1e-20).rows
    assert row.derivative["x"] != row.derivative["x"]
