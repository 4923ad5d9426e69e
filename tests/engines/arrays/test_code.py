"""Emitted NumPy code against the interpreter: the same numbers, whichever optimisations are made,
in one piece and in blocks."""

from __future__ import annotations

import os
import threading
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diffcmp.arithmetic.arrays import Arrays
from diffcmp.arithmetic.evaluate import evaluate
from diffcmp.engines.arrays import blocks
from diffcmp.engines.compiled import OPTIMISATIONS, emitted, on_arrays
from diffcmp.engines.derived import adjoint, pushforward
from diffcmp.language.parser import parse
from diffcmp.program.ir import Builder, Program

ROSENBROCK = "sum(100*(x[1:]-x[:-1]**2)**2+(1-x[:-1])**2)"
N = 700


@pytest.fixture(autouse=True)
def short_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Blocks so short that vectors of a few hundred elements have several."""
    monkeypatch.setattr(blocks, "SIZE", 128)
    monkeypatch.setattr(blocks, "LONG", 200)


def interpreted(program: Program, inputs: list[Any]) -> list[Any]:
    return evaluate(program, Arrays(), inputs)


def run(program: Program, inputs: list[Any], optimise: Any = OPTIMISATIONS) -> list[Any]:
    found = on_arrays(program, optimise)(*inputs)
    return list(found) if len(program.outputs) > 1 else [found]


def assert_same(found: list[Any], expected: list[Any]) -> None:
    """Bitwise, but for the sign of a zero or a nan."""
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_array_equal(one, other)


UNARY = ["neg", "sin", "exp", "abs", "sqrt", "tanh", "log"]
BINARY = ["add", "sub", "mul", "div", "max", "hypot", "add", "mul"]


@st.composite
def programs(draw: st.DrawFn, n: int = N) -> Program:
    """Programs of vectors, slices of them, sums, and what is made from sums."""
    builder = Builder(("x", "y", "s"), ((n,), (n - draw(st.integers(0, 3)),), ()))
    slots = [0, 1, 2, builder.literal(Fraction(draw(st.sampled_from([2, -4, 3, Fraction(1, 3)]))))]
    for _ in range(draw(st.integers(3, 14))):
        slots.append(
            draw(
                st.sampled_from(
                    [
                        _unary,
                        _binary,
                        _binary,
                        _squared,
                        _slice,
                        _slice,
                        _put,
                        _put_and_add,
                        _summed,
                    ]
                )
            )(draw, builder, slots)
        )
    outputs = draw(st.lists(st.sampled_from(slots[3:]), min_size=1, max_size=3))
    return builder.program([*outputs, slots[-1]])


def _vector(draw: st.DrawFn, builder: Builder, slots: list[int]) -> int:
    return draw(st.sampled_from([i for i in slots if builder.dims[i]]))


def _unary(draw: st.DrawFn, builder: Builder, slots: list[int]) -> int:
    return builder.add(draw(st.sampled_from(UNARY)), [draw(st.sampled_from(slots))])


def _binary(draw: st.DrawFn, builder: Builder, slots: list[int]) -> int:
    a = draw(st.sampled_from(slots))
    fitting = [i for i in slots if builder.dims[i] in ((), builder.dims[a]) or not builder.dims[a]]
    pair = [a, draw(st.sampled_from(fitting))]
    return builder.add(draw(st.sampled_from(BINARY)), draw(st.permutations(pair)))


def _squared(draw: st.DrawFn, builder: Builder, slots: list[int]) -> int:
    exponent = builder.literal(draw(st.sampled_from([Fraction(2), Fraction(3), Fraction(-1)])))
    return builder.add("power", [draw(st.sampled_from(slots)), exponent])


def _slice(draw: st.DrawFn, builder: Builder, slots: list[int]) -> int:
    a = _vector(draw, builder, slots)
    n = builder.dims[a][0]
    start = min(n - 1, draw(st.sampled_from([0, 1, 2, 5, n // 2])))
    stop = max(start + 1, n - draw(st.sampled_from([0, 1, 3])))
    step = draw(st.sampled_from([1, 1, 1, 1, 2]))
    return builder.add("take", [a], static=(((start, stop, step),),))


def _put(draw: st.DrawFn, builder: Builder, slots: list[int]) -> int:
    a = _vector(draw, builder, slots)
    n = builder.dims[a][0]
    start, rest = draw(st.sampled_from([0, 1, 2, 9, 100])), draw(st.sampled_from([0, 1, 4, 70]))
    return builder.add("put", [a], static=(((start, start + n, 1),), (start + n + rest,)))


def _put_and_add(draw: st.DrawFn, builder: Builder, slots: list[int]) -> int:
    """A sum of slices, as reverse mode writes it."""
    a = _vector(draw, builder, slots)
    n = builder.dims[a][0]
    parts = [
        builder.add("put", [a], static=(((k, k + n, 1),), (n + 2,)))
        for k in draw(st.lists(st.integers(0, 2), min_size=1, max_size=3))
    ]
    total = parts[0]
    for part in parts[1:]:
        total = builder.add("add", [total, part])
    return total


def _summed(draw: st.DrawFn, builder: Builder, slots: list[int]) -> int:
    return builder.add("sum_to", [_vector(draw, builder, slots)], static=((),))


@settings(max_examples=150, deadline=None)
@given(programs(), st.integers(0, 2**20), st.sets(st.sampled_from(OPTIMISATIONS)))
def test_random_programs_have_the_numbers_of_the_interpreter(
    program: Program, seed: int, left_out: set[str]
) -> None:
    random = np.random.default_rng(seed)
    inputs = [
        random.uniform(-2, 2, shape) if shape else float(random.uniform(-2, 2))
        for shape in program.shapes
    ]
    kept = [np.array(x) for x in inputs]
    for optimise in (OPTIMISATIONS, tuple(o for o in OPTIMISATIONS if o not in left_out), ()):
        assert_same(run(program, inputs, optimise), interpreted(program, inputs))
    assert_same(inputs, kept)


@pytest.mark.parametrize("text", ["sum(sin(x)**3*x**2)", "sum(x**(4/2)*sin(x)**3)"])
@pytest.mark.parametrize("left_out", [(), ("square",), OPTIMISATIONS])
def test_two_forms_of_one_primitive_have_names_of_their_own(
    text: str, left_out: tuple[str, ...]
) -> None:
    """A square is a product and has no memory to write to; it once took the name of NumPy's
    `power`, which has."""
    program = parse(text, (), {"x": (50,)})
    x = np.linspace(-1, 1, 50)
    optimise = [name for name in OPTIMISATIONS if name not in left_out]
    assert_same(run(program, [x], optimise), interpreted(program, [x]))


@pytest.mark.parametrize("text", [
    ROSENBROCK, "sum(exp(x)/sum(exp(x))*x)", "norm(x)*max(x)", "sum(where(x > 0, x, -x)*cumsum(x))", "x[1:]@x[:-1]", "logsumexp(3*x)",
    "mean((x-mean(x))**2)", "sum(x[::2]*x[1::2])", "sum(erf(x))",
])  # fmt: skip
@pytest.mark.parametrize("n", [200, 601, 1024])
def test_derivatives(text: str, n: int) -> None:
    n -= n % 2
    f = parse(text, (), {"x": (n,)})
    random = np.random.default_rng(n)
    x, v = random.normal(size=n), random.normal(size=n)
    for program, inputs in (
        (f, [x]),
        (adjoint(f, ("x",)), [x]),
        (pushforward(adjoint(f, ("x",)), ("x",)), [x, v]),
    ):
        assert_same(run(program, inputs), interpreted(program, inputs))


@pytest.mark.parametrize("n", [1, 7, 8, 127, 128, 129, 255, 1000, 1025, 4097, 100_003])
@pytest.mark.parametrize("size", [128, 1000])
def test_a_sum_in_blocks_is_that_of_numpy(
    n: int, size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(blocks, "SIZE", size)
    x = np.random.default_rng(n).normal(size=n)
    (found,) = blocks.in_blocks(lambda i, j, a: (np.add.reduce(a[i:j]),), n, n, x)
    assert found == np.sum(x)


def test_the_gradient_writes_slices_into_one_array() -> None:
    code = emitted(adjoint(parse(ROSENBROCK, (), {"x": (50,)}), ("x",))).source
    assert code.count("empty") == 1
    assert "+=" in code
    assert "put" not in code


def test_what_is_long_runs_in_blocks_unless_told_otherwise() -> None:
    program = adjoint(parse(ROSENBROCK, (), {"x": (N,)}), ("x",))
    assert "in_blocks" in emitted(program).source
    assert (
        "in_blocks"
        not in emitted(program, optimise=[o for o in OPTIMISATIONS if o != "blocks"]).source
    )
    assert "+=" not in emitted(program, optimise=()).source


def test_names_of_the_code_are_no_names_of_the_user() -> None:
    f = parse(
        "u = i*multiply; sum(u*j0[1:]+u*empty*sin(add))",
        (),
        dict.fromkeys(["i", "multiply", "empty", "add"], (N,)) | {"j0": (N + 1,)},
    )
    inputs = [np.random.default_rng(k).normal(size=shape) for k, shape in enumerate(f.shapes)]
    program = adjoint(f, f.inputs)
    assert_same(run(program, inputs), interpreted(program, inputs))


def test_a_constant_that_is_returned_cannot_be_written_to() -> None:
    made = on_arrays(adjoint(parse("x[0]+2*x[1]", (), {"x": (3,)}), ("x",)))
    gradient = made(np.zeros(3))[1]
    assert not gradient.flags.writeable


def test_threads_share_one_function() -> None:
    made = on_arrays(adjoint(parse(ROSENBROCK, (), {"x": (N,)}), ("x",)))
    points = [np.random.default_rng(k).normal(size=N) for k in range(16)]
    alone = [made(x) for x in points]
    barrier = threading.Barrier(4)

    def work(x: np.ndarray[Any, Any]) -> Any:
        barrier.wait()
        return [made(x) for _ in range(20)][-1]

    with ThreadPoolExecutor(4) as pool:
        for found, expected in zip(pool.map(work, points), alone, strict=True):
            assert_same(list(found), list(expected))


def test_an_error_in_a_block_is_raised() -> None:
    def broken(i: int, j: int) -> tuple[Any, ...]:
        raise MemoryError

    with pytest.raises(MemoryError):
        blocks.in_blocks(broken, 1000, 1000)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_a_forked_process_has_threads_of_its_own() -> None:
    x = np.arange(1000.0)
    total = blocks.in_blocks(lambda i, j, a: (np.add.reduce(a[i:j]),), 1000, 1000, x)
    child = os.fork()
    if not child:
        again = blocks.in_blocks(lambda i, j, a: (np.add.reduce(a[i:j]),), 1000, 1000, x)
        os._exit(0 if again == total else 1)
    assert os.waitpid(child, 0)[1] == 0
