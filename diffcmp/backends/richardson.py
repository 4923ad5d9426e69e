"""Central differences extrapolated to h = 0, with an estimate of the error that says when to
stop."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any, TypeAlias

from diffcmp.arithmetic.floats import Floats, finite
from diffcmp.backends.numeric import power_of_two
from diffcmp.backends.protocol import STEP_SHARE, Backend, Numeric, Outcome, Run, narrowed
from diffcmp.engines.compiled import compiled
from diffcmp.engines.partials import ORDERS, variables
from diffcmp.notes import Note
from diffcmp.program.ir import Program

ROWS = 10
SAFE = 2.0  # stop when the error has grown by this factor


class Richardson(Backend):
    """Ridders' method: Neville's tableau over central differences, or second ones, with h, h/2, h/4
    …

    Each column removes one more even power of h from the truncation error; the entry with the
    smallest estimated error is the answer, so that no h need be chosen. 2 evaluations a row, at
    order 2 three, or four where mixed; at most 10 rows. The h that is reported is the smallest one
    in the answer. Fails where f is not smooth within the first h. Ridders, "Accurate computation of
    F′(x) and F′(x)F″(x)", Advances in Engineering Software 4 (1982).
    """

    name = "richardson"
    summary = "central differences extrapolated to h = 0 (Ridders)"
    orders = ORDERS
    arrays = True
    shortfall = Note.EXTRAPOLATION

    @property
    def rule(self) -> str:
        """How the first h is chosen, in words."""
        return "from the given h" if self.h is not None else "from max(|x|, 1)/4"

    def step(self, x: float, floats: Floats) -> float:
        """The first step at x."""
        if self.h is not None:
            return self.h
        h: float = power_of_two(0.25, x, floats)
        return h

    def expected_digits(self, floats: Floats) -> float:
        """Half of the digits of the format, whatever the step."""
        return floats.precision * math.log10(2) * STEP_SHARE

    def build(self, program: Program, wrt: tuple[str, ...], floats: Floats) -> Numeric:
        """Compile f once."""
        f = compiled(program, floats.dtype)

        def compute(inputs: Sequence[Any]) -> Outcome:
            derivatives, runs = [], 0
            steps: dict[str, float] = {}
            for name in wrt:
                by = variables(name, self.order)
                places = [program.inputs.index(along) for along in by]
                first = [self.step(inputs[place], floats) for place in places]
                difference, evaluations = central(f, inputs, places)
                derivative, scale, rows = ridders(difference, first, floats)
                derivatives.append(derivative)
                runs += evaluations * rows
                for along, h in zip(by, first, strict=True):
                    steps[along] = scale * h
            return Outcome(None, derivatives, runs, steps)

        return Numeric(program, wrt, floats, compute)

    def runs(
        self,
        program: Program,
        name: str,
        floats: Floats,
        inputs: Sequence[Any],
        steps: Mapping[str, float] | None,
    ) -> Sequence[Run]:
        """f at the nodes of the first difference, and of the last one in the answer."""
        assert steps is not None
        points: list[Sequence[Any]] = []
        f = compiled(program, floats.dtype)

        def recorded(*at: Any) -> Any:
            points.append(at)
            return f(*at)

        by = variables(name, self.order)
        places = [program.inputs.index(along) for along in by]
        difference, _ = central(recorded, inputs, places)
        first = [self.step(inputs[place], floats) for place in places]
        with floats.quiet():
            for each in (first, [steps[along] for along in by]):
                difference([narrowed(h, floats) for h in each])
        return [Run(program, at) for at in points]


Difference: TypeAlias = Callable[[Sequence[Any]], Any]


def central(
    f: Callable[..., Any], inputs: Sequence[Any], places: Sequence[int]
) -> tuple[Difference, int]:
    """The central difference for the derivative by the inputs at `places`, of one step for each,
    and its evaluations.

    Its error is a series in even powers of a common factor of the steps.
    """

    def moved(*by: Any) -> Any:
        at = list(inputs)
        for i, step in zip(places, by, strict=True):
            at[i] = at[i] + step
        return f(*at)

    def first(h: Sequence[Any]) -> Any:
        return (moved(h[0]) - moved(-h[0])) / (h[0] + h[0])

    def second(h: Sequence[Any]) -> Any:
        zero = h[0] - h[0]
        middle = moved(zero, zero)
        return ((moved(h[0], zero) - middle) - (middle - moved(-h[0], zero))) / h[0] / h[0]

    def mixed(h: Sequence[Any]) -> Any:
        rows = [moved(x, h[1]) - moved(x, -h[1]) for x in (h[0], -h[0])]
        return (rows[0] - rows[1]) / (h[0] + h[0]) / (h[1] + h[1])

    if len(places) == 1:
        return first, 2
    return (second, 3) if places[0] == places[1] else (mixed, 4)


def ridders(
    difference: Difference, first: Sequence[float], floats: Floats
) -> tuple[Any, float, int]:
    """(derivative, how far the first steps were halved for it, rows). A row that is not finite is
    dropped, and all steps halved."""
    nan = floats.literal(Fraction(0)) * math.nan
    one = floats.literal(Fraction(1))
    error: Any = math.inf
    best, best_scale = nan, 1.0
    previous: list[Any] = []
    for rows in range(1, ROWS + 1):
        scale = 2.0 ** (1 - rows)
        steps = [narrowed(scale * h, floats) for h in first]
        row = [difference(steps) if all(steps) else nan]
        for j, above in enumerate(previous):
            factor = floats.literal(Fraction(4 ** (j + 1)))
            entry = (factor * row[j] - above) / (factor - one)
            row.append(entry)
            change = max(abs(entry - row[j]), abs(entry - above))
            if change <= error:
                best, best_scale, error = entry, scale, change
        if previous and finite(error) and abs(row[-1] - previous[-1]) >= SAFE * error:
            break
        previous = row if finite(row[0]) else []
    return best, best_scale, rows
