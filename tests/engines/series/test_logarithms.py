"""Series in 1/log(1/τ): their coefficients are those of Taylor's series, which mpmath finds by
differences."""

from __future__ import annotations

import mpmath
import pytest
from flint import fmpq
from mpmath import mp, mpf

from diffcmp.arithmetic.balls import to_arb
from diffcmp.engines.series.expansion import expansion
from diffcmp.engines.series.laurent import Series
from diffcmp.language.parser import parse
from diffcmp.passes.expand import core
from diffcmp.truth.zero import BallField

TERMS = 6
FUNCTIONS = "sin cos tan sinh cosh tanh asin acos atan asinh exp expm1 log sqrt erf erfc".split()


@pytest.mark.parametrize("outer", FUNCTIONS)
@pytest.mark.parametrize("inner", ["", "sin", "cosh"])
def test_coefficients(outer: str, inner: str) -> None:
    """Of outer(inner(1/3 - 2 l + l²)), l = 1/log(x): sin and cos, which ask for each other, as well
    as exp."""
    argument = f"{inner}(1/3 - 2/log(x) + 1/log(x)**2)"
    argument = f"{argument}/2" if inner else argument
    field = BallField(300)
    with field.system.working():
        out = expansion(core(parse(f"{outer}({argument})")), fmpq(0), 1, field, 8).out
        assert isinstance(out, Series)
        found = [mpf(to_arb(out[0][k]).str(30, radius=False)) for k in range(TERMS)]

    def function(t: mpf) -> mpf:
        x = mpf(1) / 3 + 2 * t + t**2  # l is -1/log(1/x)
        return getattr(mpmath, outer)(getattr(mpmath, inner)(x) / 2 if inner else x)

    with mp.workdps(60):
        for c, known in zip(found, mpmath.taylor(function, 0, TERMS - 1), strict=True):
            assert abs(c - known) < mpf(10) ** -12 * (1 + abs(known))
