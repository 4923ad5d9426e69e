"""Hyper-dual numbers, tape over tape, dual over tape: three ways to one second derivative, against
sympy and one another."""

from __future__ import annotations

import math

import pytest
import sympy
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from diffcmp.engines.compiled import compiled
from diffcmp.engines.derived import (
    adjoint,
    dual_over_tape,
    hyperdual,
    second_adjoint,
    tangent,
    tangent_of_adjoint,
)
from diffcmp.engines.partials import distinct, pair, partials, variables
from diffcmp.errors import InputError
from diffcmp.language.parser import parse
from diffcmp.program.ir import Program

NAMES = ("x", "y", "x:y", "y:x")
UNARY = ["sin({})", "cos({})", "exp({})", "tanh({})", "atan({})", "1/(2+{}**2)", "sqrt(1+{}**2)", "log(1+{}**2)", "{}**3", "-({})",
         "asinh({})", "sigmoid({})", "erf({})", "softplus({})", "gelu({})", "silu({})", "sinc({})"]  # fmt: skip
BINARY = [
    "({}) + ({})",
    "({}) - ({})",
    "({})*({})",
    "({})/(3+sin({}))",
    "atan2({}, 2+cos({}))",
    "hypot({}, 1+exp({}))",
    "logaddexp({}, {})",
]


def smooth_programs() -> st.SearchStrategy[str]:
    """Functions of x and y that are smooth everywhere, of a size that no power of theirs
    overflows."""
    leaf = st.sampled_from(["x", "y", "x*y", "0.5", "2"])
    return st.recursive(
        leaf,
        lambda inner: st.one_of(
            st.builds(str.format, st.sampled_from(UNARY), inner.map("({})".format)),
            st.builds(str.format, st.sampled_from(BINARY), inner, inner),
        ),
        max_leaves=6,
    )


def every_way(program: Program, *at: float) -> list[list[float]]:
    """The derivatives of `NAMES` by each engine."""
    return [
        [compiled(hyperdual(program, *pair(name)))(*at)[3] for name in NAMES],
        list(compiled(second_adjoint(program, NAMES))(*at)[1:]),
        list(compiled(dual_over_tape(program, NAMES))(*at)[1:]),
    ]


@pytest.mark.parametrize(("text", "x", "y"), [
    ("x**2*y**3", 1.5, -2.0), ("sin(x)*exp(y)", 0.3, 0.7), ("x/y", 2.0, 3.0), ("x**y", 2.0, 1.5), ("atan2(x, y)", 1.0, 2.0),
    ("log(x**2 + y)", 1.0, 2.0), ("sqrt(x*y)", 2.0, 3.0), ("exp(x*y)/hypot(x, y)", 1.0, 0.5), ("gamma(x)*y", 2.5, 1.0),
    ("erf(x)*acos(y)", 0.5, 0.25), ("tan(x)*cbrt(y)", 0.5, -2.0), ("x", 1.0, 1.0), ("3*y", 1.0, 1.0),
])  # fmt: skip
def test_against_sympy(text: str, x: float, y: float) -> None:
    symbols = {name: sympy.Symbol(name, real=True) for name in "xy"}
    f = sympy.sympify(
        text.replace("hypot(x, y)", "sqrt(x**2+y**2)").replace("cbrt(y)", "-(-y)**Rational(1,3)"),
        locals=symbols,
    )
    at = {symbols["x"]: sympy.Rational(x), symbols["y"]: sympy.Rational(y)}
    known = [
        float(sympy.diff(f, *(symbols[n] for n in pair(name))).subs(at).evalf(30)) for name in NAMES
    ]
    program = parse(f"{text} + 0*x + 0*y")
    values = [{"x": x, "y": y}[name] for name in program.inputs]
    for found in every_way(program, *values):
        assert found == pytest.approx(known, rel=1e-14, abs=1e-300)


@settings(max_examples=60)
@given(smooth_programs(), st.floats(-1.5, 1.5), st.floats(-1.5, 1.5))
def test_all_three_engines_agree(text: str, x: float, y: float) -> None:
    """To roundoff, relative to the largest second derivative, as one of them may vanish by
    cancellation."""
    program = parse(f"0*x + 0*y + {text}")
    ways = every_way(program, x, y)
    assume(all(math.isfinite(d) for found in ways for d in found))
    size = max(1.0, *(abs(d) for found in ways for d in found))
    for found in ways[1:]:
        assert found == pytest.approx(ways[0], rel=1e-11, abs=1e-11 * size)
    for found in ways:
        assert found[2] == pytest.approx(
            found[3], rel=1e-11, abs=1e-11 * size
        )  # mixed derivatives are symmetric


def test_what_the_programs_give() -> None:
    program = parse("x**2*y**3")
    assert compiled(hyperdual(program, "x", "y"))(2.0, 3.0) == (108.0, 108.0, 108.0, 108.0)
    assert compiled(second_adjoint(program, ("y", "x")))(2.0, 3.0) == (108.0, 72.0, 54.0)
    assert compiled(tangent_of_adjoint(program, ("x", "y"), "x"))(2.0, 3.0) == (
        108.0,
        108.0,
        108.0,
        54.0,
        108.0,
    )
    assert compiled(dual_over_tape(program, ()))(2.0, 3.0) == 108.0
    assert hyperdual(program, "x", "y") is hyperdual(program, "x", "y")


def test_first_derivatives_are_those_of_the_plain_engines() -> None:
    program = parse("exp(x*y)/(1+x**2) + sin(y)")
    found = compiled(hyperdual(program, "x", "y"))(0.3, 0.9)
    first = [compiled(tangent(program, name))(0.3, 0.9)[1] for name in "xy"]
    assert found[1:3] == pytest.approx(tuple(first), rel=1e-15)
    column = compiled(tangent_of_adjoint(program, ("x", "y"), "y"))(0.3, 0.9)
    assert column[1:3] == compiled(adjoint(program, ("x", "y")))(0.3, 0.9)[1:]


def test_names_of_derivatives() -> None:
    program = parse("x*y")
    assert partials(program, None, 2) == ("x", "y")
    assert partials(program, ["y : x", "x:x", "x", "x:y"], 2) == ("y:x", "x", "x:y")
    assert (variables("x:y", 2), distinct("x", 2)) == (("x", "y"), ("x",))


@pytest.mark.parametrize(
    ("wrt", "order"), [("z", 2), ("x:z", 2), ("x:y:x", 2), ("x:y", 1), (":", 2), ("", 2)]
)
def test_names_that_are_none(wrt: str, order: int) -> None:
    with pytest.raises(InputError, match="cannot differentiate with respect to"):
        partials(parse("x*y"), [wrt], order)
