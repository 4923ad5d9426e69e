"""Weights from the paper, orders from Taylor's theorem, steps by rule, evaluations by counting."""

from __future__ import annotations

import math
from fractions import Fraction as F
from typing import Any

import pytest

from diffcmp import compare
from diffcmp.arithmetic.floats import Floats
from diffcmp.backends import registry
from diffcmp.backends import stencil as module
from diffcmp.backends.stencil import Stencil, order_of, weights
from diffcmp.language.parser import parse
from diffcmp.point.point import point

STENCILS = [b for b in map(registry.backend, registry.BUILT_IN) if isinstance(b, Stencil)]
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


@pytest.mark.parametrize(("name", "order", "constant", "rule"), [
    ("forward", 1, F(1), "∛u"), ("backward", 1, F(-1), "∛u"), ("central", 2, F(1, 12), "u^(1/4)"), ("central4", 4, F(-1, 90), "u^(1/6)"),
    ("central6", 6, F(1, 560), "u^(1/8)"),
])  # fmt: skip
def test_truncation_of_second_differences(name: str, order: int, constant: F, rule: str) -> None:
    """The constants as in Fornberg's tables, or by Taylor's theorem with pencil and paper."""
    method = BY_NAME[name].configured(order=2)
    assert order_of(method.nodes_for(2), 2) == (order, constant)
    assert (method.truncation_order, method.rule) == (order, f"{rule}·max(|x|, 1)")


@pytest.mark.parametrize("method", STENCILS, ids=lambda s: s.name)
def test_second_differences_are_exact_for_polynomials(method: module.Stencil) -> None:
    nodes = method.nodes_for(2)
    w = weights(nodes, 2)
    for power in range(method.configured(order=2).truncation_order + 2):
        assert sum(c * F(k) ** power for k, c in zip(nodes, w, strict=True)) == (
            2 if power == 2 else 0
        )


def test_a_mixed_difference_is_the_product_of_two() -> None:
    """(f(x+h, y+k) - f(x+h, y-k) - f(x-h, y+k) + f(x-h, y-k))/4hk, by hand, with h and k of their
    own."""
    program = parse("exp(x)*sin(y)")
    estimate = BY_NAME["central"].prepare(program, ["x:y"], 2)(point(program, {"x": 1, "y": 5}))
    assert estimate.h is not None
    h, k = estimate.h["x"], estimate.h["y"]
    assert (h, k) == (2.0**-13, 2.0**-11)
    parts = [
        math.exp(1 + a * h) * math.sin(5 + b * k) * a * b / 4
        for a, b in ((-1, -1), (-1, 1), (1, -1), (1, 1))
    ]
    assert estimate.derivative["x:y"] == sum(parts) / h / k
    assert estimate.evaluations == 4


@pytest.mark.parametrize(
    ("name", "count"),
    [("forward", 3 + 3), ("central", 3 + 4), ("central4", 5 + 16), ("central6", 7 + 36)],
)
def test_evaluations_of_order_two(name: str, count: int) -> None:
    program = parse("x*y")
    assert (
        BY_NAME[name]
        .prepare(program, ["x", "x:y"], 2)(point(program, {"x": 1, "y": 2}))
        .evaluations
        == count
    )


def test_a_power_of_h_that_underflows_does_not() -> None:
    """(1e-200)**2 is 0 in float64: the sum is divided twice."""
    program = parse("(x*1e150)**2")
    assert BY_NAME["central"].configured(h=1e-200).prepare(program, ["x"], 2)(
        point(program, 0)
    ).derivative["x"] == pytest.approx(2e300)


@pytest.mark.parametrize("method", STENCILS, ids=lambda s: s.name)
def test_a_stencil_is_exact_for_polynomials_up_to_its_order(method: module.Stencil) -> None:
    w = weights(method.nodes, 1)
    for power in range(method.truncation_order + 1):
        assert sum(c * F(k) ** power for k, c in zip(method.nodes, w, strict=True)) == (power == 1)


@pytest.mark.parametrize(("dtype", "name", "exponent"), [
    ("float64", "forward", -26), ("float64", "central", -18), ("float32", "forward", -12), ("float16", "central", -4),
])  # fmt: skip
def test_the_default_step_is_a_power_of_two_near_the_rule(
    dtype: str, name: str, exponent: int
) -> None:
    assert BY_NAME[name].step(0.5, Floats(dtype)) == 2.0**exponent


@pytest.mark.parametrize(
    ("name", "count"),
    [("forward", 2), ("backward", 2), ("central", 2), ("central4", 4), ("central6", 6)],
)
def test_evaluations_are_what_is_called(
    name: str, count: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = []
    compiled = module.compiled

    def counting(*arguments: Any) -> Any:
        f = compiled(*arguments)
        return lambda *x: (calls.append(x), f(*x))[1]

    monkeypatch.setattr(module, "compiled", counting)
    program = parse("sin(x)*y")
    estimate = BY_NAME[name].prepare(program, ["x", "y"])(point(program, {"x": 1, "y": 2}))
    shared = name in ("forward", "backward")  # f at the point itself, once for all variables
    assert (estimate.evaluations, len(calls)) == (2 * count - shared, 2 * count - shared)


def test_a_step_that_underflows_in_the_dtype_is_nan_not_an_error() -> None:
    (row,) = compare("x", 1, backends=["central"], dtype="float16", h=1e-20).rows
    assert row.derivative["x"] != row.derivative["x"]
