"""Programs of arrays: shapes, the functions of vectors and matrices, their texts, and the same
functions of numbers."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from diffcmp.arithmetic.evaluate import evaluate
from diffcmp.arithmetic.floats import Floats
from diffcmp.errors import Fault, InputError
from diffcmp.language.parser import parse
from diffcmp.passes.scalars import scalarised
from diffcmp.program.printer import expression, listing

SHAPES = {"x": (3,), "y": (3,), "A": (2, 3), "t": ()}
X, Y, A, T = (
    np.array([0.5, -1.25, 2.0]),
    np.array([3.0, 0.25, -1.0]),
    np.array([[1.0, 2, 3], [-4, 5, 0.5]]),
    0.75,
)

CASES: list[tuple[str, Callable[[], Any]]] = [
    ("x[0] + x[-1]", lambda: X[0] + X[-1]),
    ("x[1:]", lambda: X[1:]),
    ("x[:-1]*2", lambda: X[:-1] * 2),
    ("x[::-1]", lambda: X[::-1]),
    ("x[len(x)-1]", lambda: X[2]),
    ("A[1]", lambda: A[1]),
    ("A[1, 2]", lambda: A[1, 2]),
    ("A[:, 0]", lambda: A[:, 0]),
    ("A[0, 1:] @ A[1, 1:]", lambda: A[0, 1:] @ A[1, 1:]),
    ("[x[0], t, 2]", lambda: np.array([X[0], T, 2])),
    ("[[t, 1], [2, t]]", lambda: np.array([[T, 1], [2, T]])),
    ("A + x", lambda: A + X),
    ("t*A - x/2", lambda: T * A - X / 2),
    ("where(x > y, x, y**2)", lambda: np.where(X > Y, X, Y**2)),
    ("sum(x)", lambda: X.sum()),
    ("sum(A)", lambda: A.sum()),
    ("sum(t)", lambda: T),
    ("prod(x)", lambda: X.prod()),
    ("prod(A)", lambda: A.prod()),
    ("mean(A)", lambda: A.mean()),
    ("dot(x, y)", lambda: X @ Y),
    ("A @ x", lambda: A @ X),
    ("A @ transpose(A)", lambda: A @ A.T),
    ("x @ transpose(A)", lambda: X @ A.T),
    ("norm(x)", lambda: np.linalg.norm(X)),
    ("norm(A)", lambda: np.linalg.norm(A)),
    ("norm(x[:1])", lambda: abs(X[0])),
    ("max(x)", lambda: X.max()),
    ("min(A)", lambda: A.min()),
    ("max(x, y)", lambda: np.maximum(X, Y)),
    ("cumsum(x)", lambda: X.cumsum()),
    ("logsumexp(x)", lambda: np.log(np.exp(X).sum())),
    ("softmax(x)", lambda: np.exp(X) / np.exp(X).sum()),
    ("argmax(x) + t", lambda: 2 + T),
    ("len(A)*t", lambda: 2 * T),
    ("u = x - y; sum(u**2)", lambda: ((X - Y) ** 2).sum()),
]


@pytest.mark.parametrize(("text", "expected"), CASES, ids=[text for text, _ in CASES])
def test_the_function_of_numbers_is_that_of_numpy(text: str, expected: Callable[[], Any]) -> None:
    program = parse(text, ("x", "y", "A", "t"), SHAPES)
    wanted = np.asarray(expected())
    assert program.dims[program.outputs[0]] == wanted.shape
    numbers = [float(v) for v in (*X, *Y, *A.flat, T)]
    assert evaluate(scalarised(program), Floats(), numbers) == pytest.approx(
        list(wanted.flat), rel=1e-14
    )


@pytest.mark.parametrize("text", [text for text, _ in CASES])
def test_what_is_printed_is_read_as_the_same(text: str) -> None:
    program = parse(text, ("x", "y", "A", "t"), SHAPES)
    printed = expression(program)
    if "broadcast" not in printed:  # which only the parser makes
        again = parse(printed, ("x", "y", "A", "t"), SHAPES)
        numbers = [float(v) for v in (*X, *Y, *A.flat, T)]
        values = [evaluate(scalarised(p), Floats(), numbers) for p in (program, again)]
        assert values[0] == values[1]


def test_an_exact_number_stays_exact() -> None:
    numbers = scalarised(parse("mean([1, 2, 4])"))
    literals = [eq.params[0] for eq in numbers.equations if eq.params]
    assert sorted(literals) == [1, 2, 3, 4]
    assert all(isinstance(value, Fraction) for value in literals)


def test_spans_survive() -> None:
    numbers = scalarised(parse("sum(sin(x)/x)", shapes={"x": (2,)}))
    quotients = [eq for eq in numbers.equations if eq.primitive == "div"]
    assert [numbers.piece(eq) for eq in quotients] == ["sin(x)/x"] * 2


def test_elements_may_be_variables_of_their_own() -> None:
    """Which is how the expression of a Program of numbers is read again."""
    program = parse("x[0]*x[1] + A[0,1]", ("x[0]", "x[1]", "A[0,1]"))
    assert program.inputs == ("x[0]", "x[1]", "A[0,1]")
    assert program.scalar


def test_the_listing_shows_shapes_and_dtypes() -> None:
    lines = listing(
        parse("where(x[1:] > 0, A, 1) @ [t, 2]", ("x", "A", "t"), {"x": (3,), "A": (2, 2)})
    ).splitlines()
    assert lines[0] == "program(x: real[3], A: real[2×2], t: real)"
    types = [line.split(": ", 1)[1].split(" =")[0] for line in lines[1:-1]]
    assert types == [
        "real[2]",
        "real",
        "bool[2]",
        "real",
        "real[2×2]",
        "real",
        "real[2]",
        "real[2]",
    ]


def test_a_norm_neither_overflows_nor_underflows() -> None:
    numbers = scalarised(parse("norm(x)", shapes={"x": (3,)}))
    assert evaluate(numbers, Floats(), [3e200, 4e200, 0.0])[0] == pytest.approx(5e200)
    assert evaluate(numbers, Floats(), [3e-200, 4e-200, 0.0])[0] == pytest.approx(5e-200)
    large = scalarised(parse("logsumexp(x)", shapes={"x": (3,)}))
    assert evaluate(large, Floats(), [1000.0, 1000.0, 1000.0])[0] == pytest.approx(
        1000 + math.log(3)
    )


@pytest.mark.parametrize(("text", "fault", "piece"), [
    ("x[3] + 1", Fault.INDEX, "x[3]"), ("x[-4]", Fault.INDEX, "x[-4]"), ("A[0, 3]", Fault.INDEX, "A[0, 3]"),
    ("x[1, 1]", Fault.INDICES, "x[1, 1]"), ("t[0]", Fault.NOT_INDEXABLE, "t[0]"), ("x[t]", Fault.INDEX_KIND, "t"),
    ("x['a']", Fault.INDEX_KIND, "'a'"), ("x[True]", Fault.INDEX_KIND, "True"), ("x[::0]", Fault.INDEX_KIND, "::0"),
    ("x[2:1]", Fault.SLICE_EMPTY, "x[2:1]"), ("x[9//0]", Fault.INDEX_KIND, "9//0"),
    ("x + sin(x[1:])", Fault.SHAPES, "x + sin(x[1:])"), ("x @ A", Fault.SHAPES_OF_PRODUCT, "x @ A"), ("t @ x", Fault.SHAPES_OF_PRODUCT, "t @ x"),
    ("dot(x, x[1:])", Fault.SHAPES_OF_PRODUCT, "dot(x, x[1:])"), ("[x, x[1:]]", Fault.SHAPES, "[x, x[1:]]"), ("[t, [t]]", Fault.SHAPES, "[t, [t]]"),
    ("[A, A]", Fault.AXES, "[A, A]"), ("cumsum(A)", Fault.ARRAY_NEEDED, "A"), ("max(t)", Fault.ARGUMENTS, "max(t)"),
    ("sum(x, y)", Fault.ARGUMENTS, "sum(x, y)"), ("sum(x, axis=0)", Fault.KEYWORD, "axis=0"), ("mean + 1", Fault.FUNCTION_AS_VALUE, "mean"),
    ("x[" + "1+" * 2000 + "1]", Fault.TOO_DEEP, "x[" + "1+" * 2000 + "1]"), ("nrom(x)", Fault.UNKNOWN_FUNCTION, "nrom"),
])  # fmt: skip
def test_what_makes_no_sense_is_underlined(text: str, fault: Fault, piece: str) -> None:
    with pytest.raises(InputError) as caught:
        parse(text, ("x", "A", "t"), SHAPES)
    assert caught.value.fault is fault
    assert caught.value.span is not None
    assert caught.value.span.cut(text) == piece


def test_a_mismatch_gives_both_shapes() -> None:
    with pytest.raises(InputError, match="3 and 2 do not match"):
        parse("x + x[1:]", shapes={"x": (3,)})
