"""Array Programs by every engine: each rule of the table in float, complex, ball and tracer, and
random programs.

The transposes of structural primitives are held against exact arithmetic: with whole numbers ⟨w,
J·v⟩ = ⟨Jᵀ·w, v⟩ has no roundoff at all.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from diffcmp.arithmetic.arrays import Arrays, ComplexArrays
from diffcmp.arithmetic.balls import Balls, to_arb
from diffcmp.arithmetic.evaluate import evaluate
from diffcmp.arithmetic.floats import Floats
from diffcmp.arithmetic.tracing import Tracing
from diffcmp.engines.compiled import compiled
from diffcmp.engines.derived import (
    adjoint,
    hyperdual,
    input_shapes,
    only,
    pullback,
    pushforward,
    second_adjoint,
    tangent,
    tangent_of_adjoint,
)
from diffcmp.engines.forward import jvp
from diffcmp.engines.reverse import vjp
from diffcmp.errors import InputError
from diffcmp.language.parser import parse
from diffcmp.passes.scalars import scalarised
from diffcmp.primitives import TABLE
from diffcmp.primitives.shapes import Shape, Static
from diffcmp.program.ir import Builder, Program
from tests.primitives.test_table import samples

SLICE = (3, -1, -2)
STRUCTURAL: list[tuple[str, tuple[Shape, ...], Static, Callable[..., Any]]] = [
    ("take", ((4,),), ((2,),), lambda x: x[2]),
    ("take", ((4,),), ((SLICE,),), lambda x: x[3::-2]),
    ("take", ((3, 4),), ((1, (0, 4, 2)),), lambda x: x[1, 0:4:2]),
    ("take", ((3, 4),), ((2,),), lambda x: x[2]),
    ("put", ((2,),), ((SLICE,), (4,)), lambda x: np.array([0, x[1], 0, x[0]])),
    ("put", ((),), ((1,), (3,)), lambda x: np.array([0, x, 0])),
    ("broadcast", ((),), ((2, 3),), lambda x: np.full((2, 3), x)),
    ("broadcast", ((3,),), ((2, 3),), lambda x: np.array([x, x])),
    ("broadcast", ((2, 1),), ((2, 3),), lambda x: np.hstack([x, x, x])),
    ("sum_to", ((2, 3),), ((),), lambda x: x.sum()),
    ("sum_to", ((2, 3),), ((3,),), lambda x: x.sum(axis=0)),
    ("sum_to", ((2, 3),), ((2, 1),), lambda x: x.sum(axis=1, keepdims=True)),
    ("transpose", ((2, 3),), (), lambda x: x.T),
    ("transpose", ((3,),), (), lambda x: x),
    ("cumsum", ((4,),), (False,), lambda x: np.cumsum(x)),
    ("cumsum", ((4,),), (True,), lambda x: np.cumsum(x[::-1])[::-1]),
    ("matmul", ((3,), (3,)), (), lambda x, y: x @ y),
    ("matmul", ((2, 3), (3,)), (), lambda x, y: x @ y),
    ("matmul", ((3,), (3, 2)), (), lambda x, y: x @ y),
    ("matmul", ((2, 3), (3, 4)), (), lambda x, y: x @ y),
    ("stack", ((), (), ()), (), lambda *x: np.array(x)),
    ("stack", ((3,), (3,)), (), lambda *x: np.array(x)),
    ("concatenate", ((2,), (1,), (3,)), (), lambda *x: np.concatenate(x)),
]
IDS = [f"{name}{i}" for i, (name, *_) in enumerate(STRUCTURAL)]


def equation(name: str, shapes: Sequence[Shape], static: Static = ()) -> Program:
    """The Program of one primitive of as many inputs."""
    builder = Builder(tuple(f"x{i}" for i in range(len(shapes))), tuple(shapes))
    return builder.program([builder.add(name, range(len(shapes)), static=static)])


def whole(shapes: Sequence[Shape], seed: int, complex_: bool = False) -> list[Any]:
    """Arrays of small whole numbers, exact in any arithmetic."""
    rng = np.random.default_rng(seed)
    parts = [rng.integers(-4, 5, (2, *shape)).astype(float) for shape in shapes]
    return [p[0] + 1j * p[1] if complex_ else p[0] for p in parts]


def inner(x: Sequence[Any], y: Sequence[Any]) -> Any:
    return sum(np.sum(np.multiply(a, b)) for a, b in zip(x, y, strict=True))


def by_balls(program: Program, inputs: Sequence[Any]) -> list[Any]:
    """The outputs on exact rationals, by components, and back as floats."""
    balls = Balls()
    flat = [balls.literal(Fraction(float(v))) for a in inputs for v in np.ravel(a)]
    with balls.working():
        return [
            float(balls.fraction(to_arb(v))) for v in evaluate(scalarised(program), balls, flat)
        ]


def test_every_linear_structural_primitive_is_here() -> None:
    linear = {
        n for n, e in TABLE.items() if e.structure is not None and e.structure.pushforward is None
    }
    assert {name for name, *_ in STRUCTURAL} == linear


@pytest.mark.parametrize(("name", "shapes", "static", "known"), STRUCTURAL, ids=IDS)
def test_a_structural_primitive_in_every_arithmetic(
    name: str, shapes: Any, static: Any, known: Any
) -> None:
    program = equation(name, shapes, static)
    x, z = whole(shapes, 1), whole(shapes, 2, complex_=True)
    found = evaluate(program, Arrays(), x)[0]
    np.testing.assert_array_equal(found, known(*x))
    assert np.shape(found) == program.equations[0].shape
    np.testing.assert_array_equal(evaluate(program, ComplexArrays(), z)[0], known(*z))
    np.testing.assert_array_equal(by_balls(program, x), np.ravel(known(*x)))
    np.testing.assert_array_equal(compiled(program)(*x), known(*x))
    tracing = Tracing(Builder(program.inputs, program.shapes))
    traced = evaluate(program, tracing, tracing.inputs())[0]
    assert tracing.shape(traced) == program.equations[0].shape
    np.testing.assert_array_equal(compiled(tracing.builder.program([traced.slot]))(*x), known(*x))


@pytest.mark.parametrize(("name", "shapes", "static", "known"), STRUCTURAL, ids=IDS)
def test_its_rules_are_transposes_in_every_arithmetic(
    name: str, shapes: Any, static: Any, known: Any
) -> None:
    program = equation(name, shapes, static)
    wrt, shape = program.inputs, program.equations[0].shape
    forward, backward = pushforward(program, wrt), pullback(program, wrt)
    runs: list[tuple[bool, Callable[..., Any]]] = [
        (False, lambda p, x: evaluate(p, Arrays(), x)), (False, lambda p, x: compiled(p)(*x)),
        (True, lambda p, x: evaluate(p, ComplexArrays(), x)),
    ]  # fmt: skip
    for complex_, run in runs:
        x, v, (w,) = (
            whole(shapes, 3, complex_),
            whole(shapes, 4, complex_),
            whole([shape], 5, complex_),
        )
        moved, swept = run(forward, [*x, *v])[1], run(backward, [*x, w])[1:]
        assert np.shape(moved) == shape
        assert [np.shape(s) for s in swept] == [np.shape(a) for a in x]
        assert inner([w], [moved]) == inner(swept, v)
        linear = (
            sum(known(*x[:i], v[i], *x[i + 1 :]) for i in range(len(x)))
            if name not in ("stack", "concatenate")
            else known(*v)
        )
        np.testing.assert_array_equal(moved, linear)
    x, v, (w,) = whole(shapes, 3), whole(shapes, 4), whole([shape], 5)
    tangent_, sweep = (
        by_balls(only(forward, 1), [*x, *v]),
        by_balls(only(backward, *range(1, 1 + len(x))), [*x, w]),
    )
    assert inner(np.ravel(w), tangent_) == inner(sweep, np.concatenate([np.ravel(a) for a in v]))


def test_the_check_sees_a_wrong_transpose(monkeypatch: pytest.MonkeyPatch) -> None:
    entry = TABLE["cumsum"]
    wrong = [lambda call, ct: call.apply("cumsum", ct, static=(call.static[0],))]
    assert entry.structure is not None
    monkeypatch.setattr(entry.structure.__class__, "transpose", lambda self, i: wrong[i])
    with pytest.raises(AssertionError):
        test_its_rules_are_transposes_in_every_arithmetic("cumsum", ((4,),), (False,), np.cumsum)


ELEMENTWISE = [
    name
    for name, entry in TABLE.items()
    if any(entry.partials) and not entry.selects and entry.parameters
]


@pytest.mark.parametrize("name", ELEMENTWISE)
def test_elementwise_rules_are_transposes(name: str) -> None:
    """The first argument a row, the second a column, the others numbers: every way of being
    repeated."""
    entry = TABLE[name]
    points = samples(name, 12)
    columns = [np.array([float(p[i]) for p in points[:3]]) for i in range(len(entry.parameters))]
    shaped = [
        columns[0],
        *(c[:1].reshape(1, 1) for c in columns[1:2]),
        *(c[0] for c in columns[2:]),
    ]
    varying = [bool(text) for text in entry.partials]
    program = equation(name, [np.shape(x) for x in shaped])
    system = Arrays()
    rng = np.random.default_rng(7)
    v = [
        rng.normal(size=np.shape(x)) if moves else None
        for x, moves in zip(shaped, varying, strict=True)
    ]
    moved = jvp(program, system, shaped, v)
    w = rng.normal(size=np.shape(moved.primal))
    _, swept = vjp(program, system, shaped, varying, w)
    if moved.tangent is not None:
        assert np.shape(moved.tangent) == np.shape(moved.primal)
        left = np.multiply(w, moved.tangent)
        right = [
            np.multiply(s, d)
            for s, d in zip(swept, v, strict=True)
            if s is not None and d is not None
        ]
        scale = np.abs(left).sum() + sum(np.abs(r).sum() for r in right)
        assert abs(left.sum() - sum(r.sum() for r in right)) <= 1e-13 * scale


def test_a_choice_is_a_transpose() -> None:
    program = parse("where(x > t, x*t, y)", shapes={"x": (3,), "y": (2, 1)})
    at = [np.array([1.0, -2, 3]), 0.5, np.array([[2.0], [5]])]
    v = [np.array([1.0, 2, 4]), 8.0, np.array([[16.0], [32]])]
    out = jvp(program, Arrays(), at, v)
    assert np.shape(out.tangent) == (2, 3)
    w = np.arange(6.0).reshape(2, 3) - 2
    assert inner([w], [out.tangent]) == inner(vjp(program, Arrays(), at, [True] * 3, w)[1], v)


# random programs
# --------------------------------------------------------------------------------------------------------

SHAPES = {"x": (3,), "A": (3, 3)}
NUMBERS = ["t", "x[1]", "A[0, 2]", "0.5", "sum(x)", "mean(A)"]
VECTORS = ["x", "A[1]", "A[:, 0]", "[t, x[0], 1]", "t*x", "x[::-1]"]
MATRICES = ["A", "transpose(A)", "A + x", "[x, x, A[2]]"]
UNARY = ["sin({})", "cos({})", "exp(-({})**2)", "tanh({})", "atan({})", "1/(2+({})**2)", "sqrt(1+({})**2)", "({})**2", "-({})",
         "sigmoid({})", "erf({})", "softplus({})", "abs({})", "relu({})"]  # fmt: skip
BINARY = [
    "({}) + ({})",
    "({}) - ({})",
    "({})*({})",
    "({})/(3+sin({}))",
    "hypot({}, 1+({})**2)",
    "max({}, {})",
    "where({0} > 0, {1}, {0})",
]
REDUCED = ["sum({})", "mean({})", "norm({})", "prod({})", "logsumexp({})", "max({})"]


@st.composite
def values(draw: st.DrawFn, axes: int, depth: int) -> str:
    """A text whose value has so many axes."""
    if depth == 0:
        return draw(st.sampled_from([NUMBERS, VECTORS, MATRICES][axes]))
    unary = draw(st.sampled_from(UNARY))
    kind = draw(st.integers(0, 3))
    part = draw(values(axes, depth - 1))
    if kind == 0:
        return unary.format(part)
    if kind == 1:
        return draw(st.sampled_from(BINARY)).format(
            part, draw(values(draw(st.integers(0, axes)), depth - 1))
        )
    if axes == 0:
        array = draw(values(draw(st.integers(1, 2)), depth - 1))
        return draw(st.sampled_from(REDUCED)).format(array)
    if axes == 1:
        return draw(
            st.sampled_from(["({}) @ ({})", "cumsum({1})", "softmax({1})", "({0})[1]*({1})[::-1]"])
        ).format(draw(values(2, depth - 1)), part)
    return f"({part}) @ ({draw(values(2, depth - 1))})"


def programs(axes: int) -> st.SearchStrategy[Program]:
    def parsed(text: str) -> Program:
        try:
            return parse(text, ("x", "A", "t"), SHAPES)
        except InputError:
            assume(False)
            raise

    return st.integers(1, 3).flatmap(lambda depth: values(axes, depth)).map(parsed)


def point(seed: int, count: int) -> list[list[Any]]:
    rng = np.random.default_rng(seed)
    return [[rng.normal(size=3), rng.normal(size=(3, 3)), rng.normal()] for _ in range(count)]


def close(x: Any, y: Any, scale: float = 1.0) -> bool:
    return bool(
        np.max(np.abs(np.subtract(x, y)), initial=0)
        <= 1e-9 * (scale + np.max(np.abs(y), initial=0))
    )


def same(x: Any, y: Any) -> bool:
    """Bitwise, but for the sign of nan."""
    return all(
        np.array_equal(a, b, equal_nan=True) and np.shape(a) == np.shape(b)
        for a, b in zip(x, y, strict=True)
    )


@settings(max_examples=60)
@given(st.integers(0, 2).flatmap(programs), st.integers(0, 1000))
def test_forward_and_reverse_are_transposes(program: Program, seed: int) -> None:
    at, v = point(seed, 2)
    forward, backward = pushforward(program, program.inputs), pullback(program, program.inputs)
    value, moved = compiled(forward)(*at, *v)
    w = np.random.default_rng(seed).normal(size=np.shape(value))
    again, *swept = compiled(backward)(*at, w)
    assert same([again], [value])
    scale = 1 + np.abs(moved).sum() + sum(np.abs(s).sum() for s in swept)
    assert close(inner([w], [moved]), inner(swept, v), scale)


@settings(max_examples=60)
@given(st.integers(0, 2).flatmap(programs), st.integers(0, 1000))
def test_compiled_is_interpreted_bitwise_and_the_engines_agree_with_numbers(
    program: Program, seed: int
) -> None:
    at, v = point(seed, 2)
    forward = pushforward(program, program.inputs)
    system = Arrays()
    found = compiled(forward)(*at, *v)
    assert same(found, evaluate(forward, system, [*at, *v]))
    assert same(
        found,
        (lambda d: (d.primal, 0 * d.primal if d.tangent is None else d.tangent))(
            jvp(program, system, at, v)
        ),
    )
    numbers = scalarised(program)
    flat, along = ([float(z) for a in arrays for z in np.ravel(a)] for arrays in (at, v))
    for i, (value, moved) in enumerate(zip(*map(np.ravel, found), strict=True)):
        one = jvp(only(numbers, i), Floats(), flat, along)
        assert close(value, one.primal)
        assert close(moved, one.tangent or 0.0, 1 + float(np.abs(found[1]).max()))


@settings(max_examples=40)
@given(programs(0), st.integers(0, 1000))
def test_the_hessian_is_the_jacobian_of_the_gradient(program: Program, seed: int) -> None:
    at, v, u = point(seed, 3)
    gradient = only(adjoint(program, program.inputs), 1, 2, 3)
    forward = pushforward(gradient, program.inputs)
    along_v, along_u = compiled(forward)(*at, *v)[3:], compiled(forward)(*at, *u)[3:]
    scale = 1 + sum(np.abs(a).sum() for a in (*along_v, *along_u))
    assert close(inner(along_v, u), inner(along_u, v), scale)  # symmetric
    total = [
        compiled(only(pullback(only(gradient, i), program.inputs), 1, 2, 3))(*at, v[i])
        for i in range(3)
    ]
    for i in range(3):  # tape over tape
        assert close(sum(t[i] for t in total), along_v[i], scale)


def test_derivatives_by_numbers_among_arrays() -> None:
    """Every way to first and second derivatives by numbers of a Program that has vectors too."""
    program = parse("sum(exp(s*x)*t) + norm(x)*s**2*t", ("x", "s", "t"), {"x": (3,)})
    x = np.array([0.5, -1.0, 2.0])
    s, t = 0.3, 1.5
    e = np.exp(s * x)
    ds, dss, dst = (x * e * t).sum() + np.linalg.norm(x) * 2 * s * t, 0.0, 0.0
    dss = (x * x * e * t).sum() + np.linalg.norm(x) * 2 * t
    dst = (x * e).sum() + np.linalg.norm(x) * 2 * s
    assert compiled(tangent(program, "s"))(x, s, t)[1] == pytest.approx(ds, rel=1e-14)
    assert compiled(adjoint(program, ("s",)))(x, s, t)[1] == pytest.approx(ds, rel=1e-14)
    assert compiled(hyperdual(program, "s", "t"))(x, s, t)[3] == pytest.approx(dst, rel=1e-14)
    assert compiled(second_adjoint(program, ("s", "s:t")))(x, s, t)[1:] == pytest.approx(
        (dss, dst), rel=1e-14
    )
    assert compiled(tangent_of_adjoint(program, ("s", "t"), "s"))(x, s, t)[3:] == pytest.approx(
        (dss, dst), rel=1e-14
    )


@pytest.mark.parametrize(("text", "derivative"), [
    ("sum(where(x > 0, t, 2*t))", 5.0),
    ("sum(where([1, 2, 3] > t - t + 2, t, 0*t))", 1.0),
    ("sum(t + 0*x)", 3.0),
    ("sum(t**[1, 2, 3])", 1 + 2 * 0.5 + 3 * 0.25),
    ("sum([t, t, t] @ [[1, 2], [3, 4], [5, 6]])", 21.0),
])  # fmt: skip
def test_numbers_among_arrays_keep_their_weight(text: str, derivative: float) -> None:
    program = parse(text, ("x", "t"), {"x": (3,)})
    x = np.array([1.0, -1.0, -2.0])
    assert compiled(adjoint(program, ("t",)))(x, 0.5)[1] == derivative
    assert compiled(tangent(program, "t"))(x, 0.5)[1] == derivative


def test_equal_structure_is_shared_and_different_static_is_not() -> None:
    program = parse("x[0]*x[0] + x[1]", shapes={"x": (2,)})
    assert compiled(program)(np.array([3.0, 5.0])) == 14


def test_compiled_arrays_never_raise_and_never_warn() -> None:
    program = parse("sum(log(x)/y) + 1/y", shapes={"x": (2,)})
    assert input_shapes(program) == ((2,), ())
    assert compiled(program)(np.array([0.0, -1.0]), 0.0) != 0


@pytest.mark.parametrize("text", [
    "solve(A, x)", "sum(solve(A, x)**2)", "inv(A)", "det(A)", "eigmax(A + transpose(A))", "det(A)*eigmax(A @ transpose(A)) + x @ inv(A) @ x",
])  # fmt: skip
def test_linear_algebra_on_arrays_is_linear_algebra_in_numbers(text: str) -> None:
    program = parse(text, ("x", "A"), SHAPES)
    (x, a, _), (u, b, _) = point(5, 2)
    forward, backward = pushforward(program, program.inputs), pullback(program, program.inputs)
    value, moved = compiled(forward)(x, a, u, b)
    w = np.random.default_rng(1).normal(size=np.shape(value))
    swept = compiled(backward)(x, a, w)[1:]
    assert inner([w], [moved]) == pytest.approx(inner(swept, [u, b]), rel=1e-11)
    flat, along = (
        [float(z) for part in parts for z in np.ravel(part)] for parts in ((x, a), (u, b))
    )
    numbers = scalarised(program)
    found = [jvp(only(numbers, i), Floats(), flat, along) for i in range(len(numbers.outputs))]
    np.testing.assert_allclose(np.ravel(value), [d.primal for d in found], rtol=1e-11)
    np.testing.assert_allclose(np.ravel(moved), [d.tangent for d in found], rtol=1e-10)
    if np.shape(value) == ():
        products = only(pushforward(adjoint(program, program.inputs), program.inputs), 4, 5)
        v = point(6, 1)[0][:2]
        along_v, along_u = compiled(products)(x, a, *v), compiled(products)(x, a, u, b)
        assert inner(along_v, [u, b]) == pytest.approx(inner(along_u, v), rel=1e-9)
