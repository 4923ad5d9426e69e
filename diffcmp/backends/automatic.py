"""Automatic differentiation as it is: forward mode on dual numbers, reverse mode on a tape, both compiled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from diffcmp.arithmetic.floats import Floats
from diffcmp.backends.numeric import Numeric, Outcome
from diffcmp.engines.compiled import adjoint, compiled, tangent
from diffcmp.program.ir import Program


@dataclass(frozen=True)
class DualNumbers:
    """Forward mode: every value carries its derivative along one variable.

    Exact but for roundoff; one run of about twice the cost of f for each variable. At 0/0 it says nan, at a kink it follows
    the branch taken. Griewank & Walther, Evaluating Derivatives (2008), chapter 3.
    """

    name: str = "dual"
    summary: str = "forward mode on dual numbers, compiled"

    def prepare(self, program: Program, wrt: Sequence[str], order: int = 1, dtype: str = "float64") -> Numeric:
        """Write and compile one tangent program for each variable."""
        runs = [compiled(tangent(program, name), dtype) for name in wrt]

        def run(inputs: list[Any]) -> Outcome:
            pairs = [f(*inputs) for f in runs]
            return Outcome(pairs[0][0] if pairs else None, [d for _, d in pairs], len(pairs))

        return Numeric(program, tuple(wrt), Floats(dtype), run)


@dataclass(frozen=True)
class Tape:
    """Reverse mode: record every operation with its partials, then sweep back once for all variables.

    Exact but for roundoff; the gradient costs at most about 4 times f, whatever the number of variables. At 0/0 it says nan,
    and so it does where a branch that is not taken is singular. Griewank & Walther (2008), chapter 4.
    """

    name: str = "tape"
    summary: str = "reverse mode on a tape, compiled"

    def prepare(self, program: Program, wrt: Sequence[str], order: int = 1, dtype: str = "float64") -> Numeric:
        """Write and compile the adjoint program."""
        f = compiled(adjoint(program, tuple(wrt)), dtype)

        def run(inputs: list[Any]) -> Outcome:
            value, *derivatives = f(*inputs)
            return Outcome(value, derivatives, 1)

        return Numeric(program, tuple(wrt), Floats(dtype), run, reverse=True)
