"""The complex-step method: Im f(x + ih) / h, which subtracts nothing; for order 2, that of the
gradient on a tape."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from functools import cache
from typing import Any

from flint import acb, arb

from diffcmp.arithmetic.balls import ComplexBalls
from diffcmp.arithmetic.complexes import COMPLEX, Complexes
from diffcmp.arithmetic.evaluate import evaluate
from diffcmp.arithmetic.floats import Floats, exact, finite
from diffcmp.backends.protocol import Backend, Exact, Numeric, Outcome, Run, narrowed, on_balls
from diffcmp.engines.compiled import on_system
from diffcmp.engines.derived import adjoint, only
from diffcmp.engines.partials import ORDERS, variables
from diffcmp.notes import Note
from diffcmp.program.ir import Program

SMALLEST = {"float32": 1e-30}
SMALLEST_ELSEWHERE = 1e-290
TINY = 1e-270  # below it the step of a longdouble is beyond float64
SMALLEST_LONG = Fraction(1, 10**4900)


class ComplexStep(Backend):
    """Im f(x + ih) / h; of order 2, Im g(x + ih) / h of the compiled adjoint g = ∂f/∂x.

    Truncation error O(h²) and no cancellation, so that h may be tiny: 1e-20, or less where |x| < 1
    is the smaller scale. It fails without a sign where the derivative sits in terms of order h², as
    at a removable 0/0. Squire & Trapp, SIAM Review 40 (1998); Martins, Sturdza & Alonso, ACM TOMS
    29 (2003).
    """

    name = "complex-step"
    summary = "Im f(x+ih)/h, order 2, without cancellation"
    orders = ORDERS
    dtypes = tuple(COMPLEX)
    refusal = Note.NO_COMPLEX_TYPE
    arrays = True
    imaginary = True
    truncation_order = 2
    truncation_constant = Fraction(-1, 6)  # Im f(x + ih)/h = f′ - h²·f‴/6 + …; of g likewise
    roundoff_weight = Fraction(0)

    @property
    def rule(self) -> str:
        """How h is chosen, in words."""
        return "given" if self.h is not None else "1e-20·min(|x|, 1)"

    def step(self, x: float, floats: Floats) -> float:
        """The step size at x."""
        if self.h is not None:
            return self.h
        if floats.dtype == "longdouble" and 0 < abs(x) < TINY:
            h: float = floats.literal(max(exact(abs(x)) / 10**20, SMALLEST_LONG))
            return h
        scale = min(abs(float(x)), 1.0) or 1.0
        return max(1e-20 * scale, SMALLEST.get(floats.dtype, SMALLEST_ELSEWHERE))

    def moves(self, name: str) -> tuple[str, ...]:
        """The last variable: by the one before it, of order 2, the tape differentiates."""
        return variables(name, self.order)[-1:]

    def build(self, program: Program, wrt: tuple[str, ...], floats: Floats) -> Numeric:
        """Compile f, or its adjoint, for complex numbers of the dtype; each derivative then costs
        one evaluation."""
        system = Complexes(floats.dtype)
        on_complex = cache(lambda derived: _on_complex(derived, system))  # f serves all variables
        pairs = [stepped(program, name, self.order) for name in wrt]
        runs = [(on_complex(derived), moved) for derived, moved in pairs]
        places = {moved: program.inputs.index(moved) for _, moved in pairs}

        def compute(inputs: Sequence[Any], given: float | None = None) -> Outcome:
            steps = self.steps(inputs, places, floats, given)
            derivatives, value = [], None
            for f, moved in runs:
                h = narrowed(steps[moved], floats)
                z = imaginary_step(f, inputs, places[moved], h, system.make)
                derivatives.append(z.imag / h)
                if self.order == 1 and (value is None or not finite(value)):
                    value = z.real  # a step along another variable may have left the domain
            return Outcome(value, derivatives, len(runs), steps)

        return Numeric(program, wrt, floats, compute)

    def runs(
        self,
        program: Program,
        name: str,
        floats: Floats,
        inputs: Sequence[Any],
        steps: Mapping[str, float] | None,
    ) -> Sequence[Run]:
        """The one complex run."""
        assert steps is not None
        derived, moved = stepped(program, name, self.order)
        imaginary = {program.inputs.index(moved): narrowed(steps[moved], floats)}
        return [Run(derived, inputs, derived=True, imaginary=imaginary)]

    def exact(self, program: Program, name: str, inputs: Sequence[Fraction], bits: int) -> Exact:
        """The imaginary step on complex balls."""
        balls = ComplexBalls(bits)
        derived, moved = stepped(program, name, self.order)
        f, place = on_system(derived, balls), program.inputs.index(moved)

        def value(at: Sequence[arb], steps: Sequence[arb]) -> Any:
            return imaginary_step(f, at, place, steps[0], acb).imag / steps[0]

        return on_balls(balls, inputs, value)


def stepped(program: Program, name: str, order: int) -> tuple[Program, str]:
    """The function whose imaginary part is taken, and the variable in which it is moved: f itself,
    or its derivative by the first of two variables on a tape, moved in the second."""
    *before, moved = variables(name, order)
    return (only(adjoint(program, tuple(before)), 1) if before else program), moved


def _on_complex(program: Program, system: Complexes) -> Callable[..., Any]:
    """A Program compiled for complex numbers, or for complex arrays."""
    if program.scalar:
        return on_system(program, system)
    from diffcmp.arithmetic.arrays import ComplexArrays

    arrays = ComplexArrays()
    return lambda *inputs: evaluate(program, arrays, inputs)[0]


def imaginary_step(
    f: Callable[..., Any],
    inputs: Sequence[Any],
    place: int,
    h: Any,
    number: Callable[[Any, Any], Any],
) -> Any:
    """f with one input moved by ih; `number` makes a complex number of two real ones."""
    z = [x + 0j if getattr(x, "shape", ()) else number(x, 0.0) for x in inputs]
    z[place] = number(inputs[place], h)
    return f(*z)
