"""Names as they are typed for other libraries."""

from __future__ import annotations

import pytest

from diffcmp import certify
from diffcmp.errors import Fault, InputError
from diffcmp.language.parser import parse
from diffcmp.primitives.shapes import Shape

VECTOR: dict[str, Shape] = {"x": (3,)}
MATRIX: dict[str, Shape] = {"A": (2, 2), "x": (2,)}


@pytest.mark.parametrize(("typed", "here", "shapes"), [
    ("np.sin(x)*math.pi", "sin(x)*pi", {}), ("numpy.exp(-x)", "exp(-x)", {}), ("jax.numpy.tanh(x)", "tanh(x)", {}),
    ("torch.clamp(x, 0, 1)", "clip(x, 0, 1)", {}), ("np.maximum(x, 0)", "max(x, 0)", {}), ("np.minimum(x, 0)", "min(x, 0)", {}),
    ("np.absolute(x)", "abs(x)", {}), ("np.arctan(x)", "atan(x)", {}), ("scipy.special.gammaln(x)", "lgamma(x)", {}),
    ("torch.nn.functional.softplus(x)", "softplus(x)", {}), ("np.e**x", "e**x", {}), ("sp.erf(np.sqrt(x))", "erf(sqrt(x))", {}),
    ("np.sinc(x)", "sinc(pi*x)", {}), ("sinc(x)", "sinc(x)", {}), ("math.log(2)*np.where(x > 0, x, 0)", "log(2)*where(x > 0, x, 0)", {}),
    ("x.sum()*2", "sum(x)*2", VECTOR), ("x.dot(x)", "dot(x, x)", VECTOR), ("x.max() + np.max(x)", "max(x) + max(x)", VECTOR),
    ("np.linalg.norm(x)", "norm(x)", VECTOR), ("(A.T @ x).sum()", "sum(transpose(A) @ x)", MATRIX), ("(x*x).mean().sum()", "sum(mean(x*x))", VECTOR),
])  # fmt: skip
def test_the_same_function(typed: str, here: str, shapes: dict[str, Shape]) -> None:
    one, other = parse(typed, shapes=shapes), parse(here, shapes=shapes)
    assert one.inputs == other.inputs
    assert [(eq.primitive, eq.inputs, eq.params) for eq in one.equations] == [
        (eq.primitive, eq.inputs, eq.params) for eq in other.equations
    ]


def test_the_span_is_what_was_typed() -> None:
    text = "1 + np.sin(x)"
    spans = [eq.span for eq in parse(text).equations if eq.primitive == "sin"]
    assert [span.cut(text) for span in spans if span is not None] == ["np.sin(x)"]


@pytest.mark.parametrize(("text", "fault"), [
    ("np.load(x)", Fault.UNKNOWN_FUNCTION), ("os.system(x)", Fault.NOT_IN_LANGUAGE), ("x.__class__", Fault.NOT_IN_LANGUAGE), ("x.real", Fault.NOT_IN_LANGUAGE),
    ("np.sin.x(y)", Fault.FUNCTION_AS_VALUE), ("jax.nn.gelu(x)", Fault.NOT_IN_LANGUAGE), ("().__class__.__mro__", Fault.NOT_IN_LANGUAGE),
])  # fmt: skip
def test_what_stays_foreign(text: str, fault: Fault) -> None:
    """jax.nn.gelu is an approximation by tanh: another function under the same name."""
    with pytest.raises(InputError) as error:
        parse(text)
    assert error.value.fault is fault


def test_numpys_sinc_has_its_zeros_at_whole_numbers() -> None:
    slope = certify("np.sinc(x)", 1).derivative("x")
    assert slope is not None
    assert float(slope.text(20)) == pytest.approx(-1.0, rel=1e-15)
