"""The complex-step method: Im f(x + ih) / h, which subtracts nothing; of order 2, the same of the
gradient on a tape."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from diffcmp.arithmetic.complexes import COMPLEX, Complexes
from diffcmp.arithmetic.evaluate import evaluate
from diffcmp.arithmetic.floats import Floats
from diffcmp.backends.numeric import Numeric, Outcome
from diffcmp.backends.stencil import narrowed
from diffcmp.engines.compiled import on_system
from diffcmp.engines.derived import adjoint, only
from diffcmp.engines.partials import ORDERS, variables
from diffcmp.notes import Note, remark
from diffcmp.program.ir import Program

SMALLEST = 1e-290


@dataclass(frozen=True)
class ComplexStep:
    """Im f(x + ih) / h; of order 2, Im g(x + ih) / h of the compiled adjoint g = ∂f/∂x.

    Truncation error O(h²) and no cancellation, so that h may be tiny: 1e-20, or less where |x| < 1
    is the smaller scale. It fails without a sign where the derivative sits in terms of order h², as
    at a removable 0/0. Squire & Trapp, SIAM Review 40 (1998); Martins, Sturdza & Alonso, ACM TOMS
    29 (2003).
    """

    name: str = "complex-step"
    summary: str = "Im f(x+ih)/h, order 2, without cancellation"
    h: float | None = None
    order: int = 1
    truncation_order: int = 2
    orders: tuple[int, ...] = ORDERS
    arrays: bool = True

    @property
    def rule(self) -> str:
        """How h is chosen, in words."""
        return "given" if self.h is not None else "1e-20·min(|x|, 1)"

    def with_step(self, h: float | None) -> ComplexStep:
        """The same method with a given step, or with its rule for None."""
        return replace(self, h=h)

    def with_order(self, order: int) -> ComplexStep:
        """The same method for derivatives of that order."""
        return replace(self, order=order)

    def step(self, x: float, floats: Floats) -> float:
        """The step size at x."""
        if self.h is not None:
            return self.h
        scale = min(abs(float(x)), 1.0) or 1.0
        return max(1e-20 * scale, SMALLEST if floats.dtype != "float32" else 1e-30)

    def prepare(
        self, program: Program, wrt: Sequence[str], order: int = 1, dtype: str = "float64"
    ) -> Numeric | NoComplex:
        """Compile f, or its adjoint, for complex numbers of the dtype; each derivative then costs
        one evaluation."""
        if dtype not in COMPLEX:
            return NoComplex(tuple(wrt), dtype)
        system = Complexes(dtype)
        once = cache(lambda made: _on_complex(made, system))  # all variables of order 1 share f
        runs = [
            (once(made), moved) for made, moved in (stepped(program, name, order) for name in wrt)
        ]

        def run(inputs: list[Any], given: float | None = None) -> Outcome:
            steps: dict[str, float] = {}
            derivatives, value = [], None
            for f, moved in runs:
                place = program.inputs.index(moved)
                h = steps[moved] = (
                    self.step(inputs[place], system.floats) if given is None else given
                )
                z = imaginary_step(f, inputs, place, h, system)
                derivatives.append(z.imag / narrowed(h, system.floats))
                if order == 1 and (value is None or not math.isfinite(value)):
                    value = z.real  # a step along another variable may have left the domain
            return Outcome(value, derivatives, len(runs), steps)

        return Numeric(program, tuple(wrt), system.floats, run, order=order, imaginary=True)


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
    f: Callable[..., Any], inputs: list[Any], i: int, h: float, system: Complexes
) -> Any:
    """f with input i moved by ih."""
    moved = system.make(inputs[i], narrowed(h, system.floats))
    z = [
        moved if j == i else x + 0j if getattr(x, "shape", ()) else system.make(x, 0.0)
        for j, x in enumerate(inputs)
    ]
    return f(*z)


@dataclass(frozen=True)
class NoComplex:
    """Says that a dtype has no complex type."""

    wrt: tuple[str, ...]
    dtype: str

    def __call__(self, point: object) -> Any:
        from diffcmp.backends.protocol import Estimate

        nothing = dict.fromkeys(self.wrt, None)
        return Estimate(
            None, nothing, 0, None, None, (remark(Note.NO_COMPLEX_TYPE, dtype=self.dtype),)
        )
