"""The forms for growing arguments, against mpmath."""

from __future__ import annotations

from typing import Any

import mpmath
import pytest

from diffcmp.language import rules
from diffcmp.primitives.asymptotics import GROWTH, OSCILLATIONS
from diffcmp.program.ir import Program

KNOWN: dict[str, Any] = {
    "sinh": mpmath.sinh, "cosh": mpmath.cosh, "asinh": mpmath.asinh, "acosh": mpmath.acosh,
    "atan": mpmath.atan, "erf": mpmath.erf, "erfc": mpmath.erfc, "gamma": mpmath.gamma,
    "lgamma": mpmath.loggamma, "digamma": mpmath.digamma, "polygamma": mpmath.polygamma,
}  # fmt: skip
FUNCTIONS: dict[str, Any] = {
    **KNOWN, "add": lambda x, y: x + y, "sub": lambda x, y: x - y, "mul": lambda x, y: x * y,
    "div": lambda x, y: x / y, "neg": lambda x: -x, "power": lambda x, y: x**y,
    "pow": lambda x, y: x**y, "sqrt": mpmath.sqrt, "log": mpmath.log, "exp": mpmath.exp,
    "pi": lambda: +mpmath.pi, "floor": mpmath.floor, "sin": mpmath.sin, "cos": mpmath.cos,
}  # fmt: skip


def value(program: Program, inputs: list[Any]) -> Any:
    """A Program on mpmath's numbers."""
    values = [*inputs, *([None] * (program.size - len(inputs)))]
    for eq in program.equations:
        arguments = [values[i] for i in eq.inputs]
        exact = eq.params[0] if eq.params else None
        values[eq.output] = (
            mpmath.mpf(exact.numerator) / exact.denominator
            if exact is not None
            else FUNCTIONS[eq.primitive](*arguments)
        )
    return values[program.outputs[0]]


def test_every_form_is_held_against_a_function() -> None:
    assert set(GROWTH) == set(KNOWN)


@pytest.mark.parametrize("before", [(), (1,), (2,), (3,), (6,)])
@pytest.mark.parametrize("x", ["-60", "60", "61.5"])
@pytest.mark.parametrize("name", GROWTH)
def test_a_form_is_the_function_far_out(name: str, x: str, before: tuple[int, ...]) -> None:
    """An identity to all digits; an expansion, of which some terms are added, to as many as these
    leave: the first term that is left out bounds the error of an enveloping series."""
    if bool(before) != (name == "polygamma"):
        return
    with mpmath.workdps(60):
        at = [*map(mpmath.mpf, before), mpmath.mpf(x)]
        form, small = rules.growth(name, 1 if at[-1] > 0 else -1)
        if form is None:
            return
        y = value(small, at)
        terms = [mpmath.mpf(c.numerator) / c.denominator * y**k for k in range(20) if (c := GROWTH[name].coefficient(k, *before)) is not None]  # fmt: skip
        s = mpmath.fsum(terms)
        left_out = abs(terms[-1] / s) if s else 0
        assert mpmath.almosteq(value(form, [*at, s]), KNOWN[name](*at), rel_eps=left_out + mpmath.mpf(10) ** -50)  # fmt: skip
        assert left_out < 1e-30


@pytest.mark.parametrize("name", OSCILLATIONS)
def test_the_addition_theorem(name: str) -> None:
    with mpmath.workdps(40):
        large, x = mpmath.mpf("12345.678"), mpmath.mpf("0.3")
        found = value(rules.oscillation(name), [x, mpmath.sin(large), mpmath.cos(large)])
        known = getattr(mpmath, name)(large + x)
        assert mpmath.almosteq(found, known, rel_eps=mpmath.mpf(10) ** -35)
        assert OSCILLATIONS[name].low < found < OSCILLATIONS[name].high
