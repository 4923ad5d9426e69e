"""Central differences extrapolated to h = 0, with an estimate of the error that says when to stop."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from diffcmp.arithmetic.floats import Floats
from diffcmp.backends.numeric import Numeric, Outcome
from diffcmp.backends.stencil import narrowed
from diffcmp.engines.compiled import compiled
from diffcmp.program.ir import Program

ROWS = 10
SAFE = 2.0  # stop when the error has grown by this factor


@dataclass(frozen=True)
class Richardson:
    """Ridders' method: Neville's tableau over central differences with h, h/2, h/4 …

    Each column removes one more even power of h from the truncation error; the entry with the smallest estimated error is
    the answer, so that no h need be chosen. 2 evaluations a row, at most 10 rows; the h that is reported is the smallest
    one in the answer. Fails where f is not smooth within the first h.
    Ridders, "Accurate computation of F′(x) and F′(x)F″(x)", Advances in Engineering Software 4 (1982).
    """

    name: str = "richardson"
    summary: str = "central differences extrapolated to h = 0 (Ridders)"
    h: float | None = None

    @property
    def rule(self) -> str:
        """How the first h is chosen, in words."""
        return "from the given h" if self.h is not None else "from max(|x|, 1)/4"

    def with_step(self, h: float | None) -> Richardson:
        """The same method with a given first step, or with its rule for None."""
        return replace(self, h=h)

    def prepare(self, program: Program, wrt: Sequence[str], order: int = 1, dtype: str = "float64") -> Numeric:
        """Compile f once."""
        floats = Floats(dtype)
        f = compiled(program, dtype)
        places = [program.inputs.index(name) for name in wrt]

        def run(inputs: list[Any]) -> Outcome:
            found = []
            for i in places:
                start = self.h if self.h is not None else 2.0 ** round(math.log2(max(abs(float(inputs[i])), 1.0))) / 4
                found.append(ridders(along(f, inputs, i), inputs[i], start, floats))
            count = sum(evaluations for _, _, evaluations in found)
            return Outcome(None, [d for d, _, _ in found], count, [h for _, h, _ in found])

        return Numeric(program, tuple(wrt), floats, run)


def along(f: Callable[..., Any], inputs: Sequence[Any], i: int) -> Callable[[Any], Any]:
    """f as a function of input i alone."""
    return lambda x: f(*inputs[:i], x, *inputs[i + 1 :])


def ridders(f: Callable[[Any], Any], x: Any, start: float, floats: Floats) -> tuple[Any, float, int]:
    """(derivative, smallest step in it, evaluations). A row that is not finite is dropped and h halved."""
    best, best_h, error, count = floats.literal(Fraction(0)) * math.nan, start, math.inf, 0
    previous: list[Any] = []
    h = start
    for _ in range(ROWS):
        step = narrowed(h, floats)
        row = [(f(x + step) - f(x - step)) / (step + step) if step else best * math.nan]
        count += 2
        for j, above in enumerate(previous):
            factor = floats.literal(Fraction(4 ** (j + 1)))
            row.append((factor * row[j] - above) / (factor - floats.literal(Fraction(1))))
            estimated = max(abs(float(row[j + 1] - row[j])), abs(float(row[j + 1] - above)))
            if estimated <= error:
                best, best_h, error = row[j + 1], h, estimated
        if previous and math.isfinite(error) and abs(float(row[-1] - previous[-1])) >= SAFE * error:
            break
        previous = row if math.isfinite(row[0]) else []
        h /= 2
    return best, best_h, count
