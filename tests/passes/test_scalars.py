"""An array Program as one of numbers: the derivatives of reductions come through it, ties and all."""

import numpy as np
import pytest

from diffcmp.arithmetic.arrays import Arrays
from diffcmp.arithmetic.evaluate import evaluate
from diffcmp.arithmetic.floats import Floats
from diffcmp.engines.derived import adjoint
from diffcmp.language.parser import parse
from diffcmp.passes.scalars import scalarised


@pytest.mark.parametrize(
    ("text", "at", "gradient"),
    [
        ("max(x)", [1.0, 2.0, -1.0], [0, 1, 0]),
        ("max(x)", [1.0, 3.0, 3.0, 2.0, 3.0], [0, 0.25, 0.25, 0, 0.5]),
        ("min(x)", [1.0, 1.0, 1.0, 2.0], [0.25, 0.5, 0.25, 0]),
        ("softmax(x)[0]", [0.0, 0.0], [0.25, -0.25]),
        ("logsumexp(x)", [0.0, 0.0], [0.5, 0.5]),
    ],
)
def test_the_adjoint_of_a_reduction_is_a_program_of_numbers(
    text: str, at: list[float], gradient: list[float]
) -> None:
    derivative = adjoint(parse(text, shapes={"x": (len(at),)}), ("x",))
    _, *numbers = evaluate(scalarised(derivative), Floats(), at)
    whole = evaluate(derivative, Arrays(), [np.array(at)])[1]
    assert numbers == pytest.approx(gradient, abs=1e-15)
    assert whole == pytest.approx(gradient, abs=1e-15)
