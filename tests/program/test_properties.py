"""Laws that hold for every program: print and parse are inverse, emitted code is the interpreter,
dual is tape is truth."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from diffcmp import certify
from diffcmp.arithmetic.balls import Balls, to_arb
from diffcmp.arithmetic.evaluate import evaluate, trace_of
from diffcmp.arithmetic.floats import Floats
from diffcmp.engines.compiled import compiled
from diffcmp.engines.derived import adjoint, tangent
from diffcmp.engines.forward import jvp
from diffcmp.engines.reverse import vjp
from diffcmp.errors import InputError
from diffcmp.language.parser import parse
from diffcmp.passes.expand import core
from diffcmp.point.point import point
from diffcmp.program.ir import Program
from diffcmp.program.printer import expression, listing
from tests.strategies import TAME, canonical, coordinates, expressions, texts

DOUBLE = Floats()


def parsed(text: str) -> Program:
    """The Program of a random text; the few that the language refuses are no examples."""
    try:
        return parse(text, ("x", "y", "z"))
    except InputError:
        assume(False)
        raise


def same(a: Any, b: Any) -> bool:
    """Bitwise equal, or both nan."""
    return (a != a and b != b) or (a == b and math.copysign(1, a) == math.copysign(1, b))


@given(texts())
def test_parse_after_print_is_the_identity(text: str) -> None:
    program = parsed(text)
    assert canonical(parse(expression(program), program.inputs)) == canonical(program)


@given(texts())
def test_a_listing_has_a_line_for_every_equation(text: str) -> None:
    program = parsed(text)
    assert len(listing(program).splitlines()) == len(program.equations) + 2


@given(texts())
def test_spans_lie_in_the_text(text: str) -> None:
    program = parsed(text)
    for eq in program.equations:
        assert eq.span is not None
        assert 0 <= eq.span.start < eq.span.stop <= len(text)


@given(texts(), st.tuples(coordinates(), coordinates(), coordinates()))
def test_emitted_code_is_the_interpreter(text: str, at: tuple[float, float, float]) -> None:
    program = parsed(text)
    assert same(compiled(program)(*at), evaluate(program, DOUBLE, at)[0])


@given(texts(), st.tuples(coordinates(), coordinates(), coordinates()))
def test_emitted_derivatives_are_the_interpreted_ones(
    text: str, at: tuple[float, float, float]
) -> None:
    program = parsed(text)
    dual = jvp(program, DOUBLE, at, [1.0, None, None])
    value, slope = compiled(tangent(program, "x"))(*at)
    assert same(value, dual.primal)
    if math.isfinite(slope) and dual.tangent is not None and math.isfinite(dual.tangent):
        assert slope == dual.tangent
    _, cotangents = vjp(program, DOUBLE, at, [True, False, False], 1.0)
    _, swept = compiled(adjoint(program, ("x",)))(*at)
    if math.isfinite(swept) and cotangents[0] is not None and math.isfinite(cotangents[0]):
        assert swept == cotangents[0]


def size(program: Program, at: dict[str, Any]) -> float:
    """What roundoff can do, in units of u: Σ |∂(∂f/∂x)/∂v|·|v| over all values v of the tangent
    program, by balls.

    Wilkinson's first-order bound: every operation may be wrong by a few units in its last place.
    """
    balls = Balls(200)
    derived = core(Program(program.inputs, (t := tangent(program, "x")).equations, t.outputs[1:]))
    with balls.working():
        values = trace_of(derived, balls, point(program, at).enclosures(balls))
        from diffcmp.engines.reverse import Recording, Variable

        tape = Recording(balls)
        places: list[Any] = [tape.variable(v) for v in values[: len(program.inputs)]]
        places += [None] * (derived.size - len(places))
        for eq in derived.equations:
            if eq.entry.condition or eq.primitive in ("and", "or", "not"):
                places[eq.output] = values[eq.output]
                continue
            out = values[eq.output]
            partials = []
            from diffcmp.engines.forward import local_partial, product

            arguments = [values[i] for i in eq.inputs]
            for position, i in enumerate(eq.inputs):
                if isinstance(places[i], Variable) and eq.entry.partials[position]:
                    partials.append(
                        (
                            places[i].place,
                            local_partial(balls, eq.primitive, position, arguments, out),
                        )
                    )
            found = [partial for _, partial in partials]
            places[eq.output] = tape.push(
                out,
                [place for place, _ in partials],
                lambda ct, found=found: [product(balls, p, ct) for p in found],
            )
        swept = tape.sweep_back(places[derived.outputs[0]], balls.literal(Fraction(1)))
        total = sum(
            (abs(to_arb(swept[p.place]) * to_arb(v)) for p, v in zip(places, values, strict=True)
             if isinstance(p, Variable) and p.place is not None and swept[p.place] is not None), to_arb(balls.literal(Fraction(0))),
        )  # fmt: skip
        return float(total.upper()) if total.is_finite() else math.inf


@given(expressions(["x"], TAME, leaves=6), st.decimals(-3, 3, places=4, allow_nan=False))
def test_dual_is_tape_is_truth(text: str, at: object) -> None:
    try:
        program = parse(text, ("x",))
    except InputError:
        assume(False)
    truth = certify(program, str(at), timeout=0.5)
    quantity = truth.derivative("x")
    assume(truth.kind.value == "smooth" and truth.certified and quantity is not None)
    exact = quantity.exact  # type: ignore[union-attr]  # assumed just now
    assert exact is not None
    noise = size(program, {"x": str(at)})
    assume(noise < 1e12)
    rounded = point(program, str(at)).rounded(DOUBLE)
    forward = compiled(tangent(program, "x"))(*rounded)[1]
    backward = compiled(adjoint(program, ("x",)))(*rounded)[1]
    bound = 32 * DOUBLE.unit_roundoff * (noise + abs(float(exact))) + 1e-300
    for found in (forward, backward):
        if math.isfinite(found):
            assert abs(Fraction(found) - exact) <= bound, (found, float(exact), bound)


@pytest.mark.parametrize(
    "text", ["a = 3; a*x", "x if x > 0 else -x", "0 < x <= 1 and not x == 2 or x > 3"]
)
def test_some_texts_by_hand(text: str) -> None:
    body = f"where({text}, 1, 2)" if " or " in text else text
    program = parse(body)
    assert canonical(parse(expression(program), program.inputs)) == canonical(program)


@pytest.mark.parametrize("test", ["x > 0 and x < 3", "not x > 3", "x < 0 or x > 1", "0 < x < 3"])
@pytest.mark.parametrize("dtype", ["float32", "longdouble"])
def test_words_of_python_are_called_by_another_name(test: str, dtype: str) -> None:
    program = parse(f"where({test}, and_*x, x)")
    assert compiled(program, dtype)(2.0, 5.0) == 10
