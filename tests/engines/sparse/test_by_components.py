"""Patterns: by hand, against derivatives enclosed by balls at random points, and in time linear in
the size of the Program."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from flint import fmpq
from hypothesis import assume, given
from hypothesis import strategies as st

from diffcmp.arithmetic.balls import Balls
from diffcmp.engines.forward import Dual, Duals
from diffcmp.engines.reverse import vjp
from diffcmp.engines.sparse import dependence
from diffcmp.engines.sparse.by_components import hessian_pattern, interactions, jacobian_pattern
from diffcmp.engines.sparse.dependence import curvature, influences, moving, varying
from diffcmp.engines.sparse.pattern import Pattern
from diffcmp.errors import InputError
from diffcmp.language.parser import parse
from diffcmp.primitives import TABLE, Primitive
from diffcmp.program.ir import Builder, Equation, Program
from tests.engines.sparse.scalarised import names, rosenbrock, running_sums
from tests.strategies import expressions

NAMES = ("a", "b", "c", "d", "f")


def places(pattern: Pattern) -> set[tuple[int, int]]:
    return set(zip(pattern.rows.tolist(), pattern.indices.tolist(), strict=True))


def pairs(text: str) -> set[str]:
    """The interacting pairs of an expression in one-letter variables, the smaller letter first."""
    program = parse(text)
    found = places(hessian_pattern(program))
    assert {(j, i) for i, j in found} == found
    return {"".join(sorted(program.inputs[k] for k in place)) for place in found}


@pytest.mark.parametrize(("text", "expected"), [
    ("x + 2*y - z/3", ""), ("x*y + z", "xy"), ("x/y", "xy yy"), ("2/y", "yy"), ("x/2", ""), ("-x*3", ""), ("x**2", "xx"),
    ("x*x", "xx"), ("2**x", "xx"), ("x**y", "xx xy yy"), ("(x + y)**2 + z", "xx xy yy"), ("hypot(x, y) + z", "xx xy yy"),
    ("x*y*z", "xy xz yz"), ("sin(x*y) + x*z", "xx xy yy xz"), ("abs(x)*y", "xy"), ("abs(x)", ""), ("sign(x)*y", ""),
    ("floor(x*x)*y", ""), ("heaviside(x)*y*y", "yy"), ("max(x*y, z)", "xy"), ("max(x, y)*z", "xz yz"), ("clip(x, y, z)", ""),
    ("where(x > 0, y*y, z)", "yy"), ("where(x*x > y, x, z)*z", "xz zz"), ("relu(x + y)*z", "xz yz"), ("copysign(x, y)*z", "xz"),
    ("leaky_relu(x, s)", "sx"), ("fma(x, y, z)", "xy"), ("u = x + y; u*u + z", "xx xy yy"), ("u = x*y; u + u*z", "xy xz yz"),
    ("logaddexp(x, y) + exp(z)", "xx xy yy zz"), ("atan2(x, y)", "xx xy yy"), ("u = exp(x + y); u + u*u", "xx xy yy"),
    ("u = x + y; v = u + z; sin(u) + sin(v)", "xx xy yy xz yz zz"), ("u = x + y; v = sin(u); floor(u) + v*z", "xx xy yy xz yz"),
])  # fmt: skip
def test_interactions(text: str, expected: str) -> None:
    assert pairs(text) == set(expected.split())


@pytest.mark.parametrize(("text", "expected"), [
    ("x + y*z", "xyz"), ("floor(x) + y", "y"), ("where(x > y, z, 2)", "z"), ("copysign(x, y)", "x"), ("u = sin(x); u + 0*u + y", "xy"),
])  # fmt: skip
def test_dependence(text: str, expected: str) -> None:
    program = parse(text)
    assert {program.inputs[j] for _, j in places(jacobian_pattern(program))} == set(expected)


def test_only_some_inputs_vary() -> None:
    program = parse("x*y + y*z + z**2 + x*x")
    assert places(hessian_pattern(program, ["z", "y"])) == {(0, 0), (0, 1), (1, 0)}
    assert places(jacobian_pattern(program, ["z"])) == {(0, 0)}


def test_several_outputs() -> None:
    """Outputs that are inputs, constants, equal, and made of shared values."""
    builder = Builder(NAMES)
    shared = builder.add("mul", [builder.add("sin", [0]), 1])
    outputs = [
        2,
        builder.literal(3),
        shared,
        builder.add("add", [shared, 3]),
        shared,
        builder.add("sub", [shared, shared]),
    ]
    program = builder.program(outputs)
    rows = [{2}, set(), {0, 1}, {0, 1, 3}, {0, 1}, {0, 1}]
    assert places(jacobian_pattern(program)) == {(i, j) for i, row in enumerate(rows) for j in row}
    assert places(hessian_pattern(program)) == {(0, 0), (0, 1), (1, 0)}


def test_no_inputs_and_no_interaction() -> None:
    assert hessian_pattern(parse("2")).shape == (0, 0)
    assert jacobian_pattern(parse("2")).shape == (1, 0)
    assert hessian_pattern(parse("x + y")).nonzeros == 0


@pytest.mark.parametrize("name", [n for n, entry in TABLE.items() if any(entry.partials)])
def test_curvature_is_among_arguments_of_influence(name: str) -> None:
    for a, b in curvature(name):
        assert a <= b
        assert influences(name)[a]
        assert influences(name)[b]


def nonzero(ball: Any) -> bool:
    """Whether a number is certainly not 0."""
    if ball is None:
        return False
    return ball != 0 if isinstance(ball, fmpq) else bool(ball.is_finite() and not ball.contains(0))


def derivatives(program: Program, at: list[Fraction]) -> tuple[list[Any], list[list[Any]]]:
    """Gradient and Hessian enclosed by balls, by forward over reverse mode on the definitions of
    the primitives."""
    balls = Balls(128)
    gradient, hessian = [], []
    with balls.working():
        one = balls.literal(Fraction(1))
        for column in range(len(at)):
            inputs = [
                Dual(balls.literal(x), one if i == column else None) for i, x in enumerate(at)
            ]
            _, swept = vjp(program, Duals(balls), inputs, [True] * len(at), Dual(one))
            hessian.append([None if d is None else d.tangent for d in swept])
            gradient = [None if d is None else d.primal for d in swept]
    return gradient, hessian


@given(
    expressions(NAMES, leaves=10), st.lists(st.decimals(-3, 3, places=2), min_size=5, max_size=5)
)
def test_patterns_hold_every_derivative_that_is_not_zero(text: str, at: list[Any]) -> None:
    try:
        program = parse(text, NAMES)
        gradient, hessian = derivatives(program, [Fraction(x) for x in at])
    except (InputError, OverflowError):
        assume(False)
        raise
    first, second = places(jacobian_pattern(program)), places(hessian_pattern(program))
    assert {(0, j) for j, slope in enumerate(gradient) if nonzero(slope)} <= first
    assert {
        (i, j)
        for j, column in enumerate(hessian)
        for i, entry in enumerate(column)
        if nonzero(entry)
    } <= second
    assert {j for place in second for j in place} <= {j for _, j in first}


@pytest.mark.parametrize("n", [2, 3, 10, 5000])
def test_rosenbrock_is_tridiagonal(n: int) -> None:
    pattern = hessian_pattern(rosenbrock(n))
    assert pattern.nonzeros == 3 * n - 2
    assert np.all(np.abs(pattern.rows - pattern.indices) <= 1)
    assert jacobian_pattern(rosenbrock(n)).nonzeros == n


@pytest.mark.parametrize("n", [5000])
def test_a_long_sum_needs_no_sets_for_its_partial_sums(n: int) -> None:
    """Sets of all partial sums would be n²/2 numbers, and products of them n³/3."""
    builder, partial = running_sums(n)
    outputs = [
        builder.add("add", [partial[-1], 0]),
        builder.add("mul", [partial[-1], builder.literal(2)]),
    ]
    assert jacobian_pattern(builder.program(outputs)).nonzeros == 2 * n
    assert hessian_pattern(builder.program(outputs)).nonzeros == 0


@pytest.mark.parametrize("n", [300])
def test_what_interacts_in_a_whole_interacts_in_its_parts(n: int) -> None:
    """The sum of exp(s) over all partial sums s: its pattern is that of the last one, and no other
    set is formed."""
    builder, partial = running_sums(n)
    total = 0
    for slot in partial:
        total = builder.add("add", [total, builder.add("exp", [slot])])
    program = builder.program([total])
    assert interactions(program, varying(program, range(n))) == [(partial[-1], partial[-1])]
    assert hessian_pattern(program).nonzeros == n * n


def test_what_several_outputs_share_is_walked_over_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A chain of 50 operations below each of 50 outputs."""
    steps = 50
    builder = Builder(names(steps))
    slot = 0
    for _ in range(steps):
        slot = builder.add("sin", [slot])
    program = builder.program([builder.add("add", [slot, i]) for i in range(steps)])
    walked = []
    monkeypatch.setattr(dependence, "moving", lambda eq: walked.append(eq) or moving(eq))
    assert jacobian_pattern(program).nonzeros == 2 * steps - 1
    assert len(walked) <= 3 * len(program.equations)


def test_a_program_of_arrays_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A primitive that states no partial derivative, and is no condition, would seem to depend on
    nothing."""
    monkeypatch.setitem(TABLE, "gather", Primitive("gather", ("x",), ("",)))
    program = Program(("x",), (Equation("gather", (0,), 1),), (1,))
    for pattern in (jacobian_pattern, hessian_pattern):
        with pytest.raises(NotImplementedError, match="gather works on arrays"):
            pattern(program)


def test_a_chain_of_many_operations() -> None:
    builder = Builder(("x", "y"))
    slot = 0
    for _ in range(20_000):
        slot = builder.add("sin", [slot])
    program = builder.program([builder.add("mul", [slot, 1]), slot])
    assert places(hessian_pattern(program)) == {(0, 0), (0, 1), (1, 0)}
    assert places(jacobian_pattern(program)) == {(0, 0), (0, 1), (1, 0)}


def test_many_places_are_merged_in_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = hessian_pattern(rosenbrock(50))
    monkeypatch.setattr("diffcmp.engines.sparse.by_components.BLOCK", 7)
    pieces = hessian_pattern(rosenbrock(50))
    assert np.array_equal(whole.indptr, pieces.indptr)
    assert np.array_equal(whole.indices, pieces.indices)
