"""Automatic differentiation as it is: forward mode on dual numbers, reverse mode on a tape, one
over the other; compiled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from diffcmp.arithmetic.floats import Floats
from diffcmp.backends.numeric import Numeric, Outcome
from diffcmp.engines.compiled import compiled
from diffcmp.engines.derived import dual_over_tape, forward_programs, reverse_program
from diffcmp.engines.partials import ORDERS
from diffcmp.program.ir import Program


@dataclass(frozen=True)
class DualNumbers:
    """Forward mode: every value carries its derivative along one variable; of order 2, hyper-dual
    numbers.

    Exact but for roundoff; one run of about twice the cost of f for each variable, at order 2 of
    about four times for each pair. At 0/0 it says nan, at a kink it follows the branch taken.
    Griewank & Walther, Evaluating Derivatives (2008), chapter 3; Fike & Alonso, AIAA 2011-886.
    """

    name: str = "dual"
    summary: str = "forward mode on dual numbers, compiled; of order 2 on hyper-dual numbers"
    orders: tuple[int, ...] = ORDERS
    arrays: bool = True

    def prepare(
        self, program: Program, wrt: Sequence[str], order: int = 1, dtype: str = "float64"
    ) -> Numeric:
        """Write and compile one program for each derivative."""
        runs = [compiled(made, dtype) for made in forward_programs(program, wrt, order)]

        def run(inputs: list[Any]) -> Outcome:
            pairs = [f(*inputs) for f in runs]
            return Outcome(pairs[0][0] if pairs else None, [d for _, d in pairs], len(pairs))

        return Numeric(program, tuple(wrt), Floats(dtype), run, order=order)


@dataclass(frozen=True)
class Tape:
    """Reverse mode: record every operation with its partials, then sweep back once for all
    variables; of order 2, the sweep itself is recorded and swept back, once a variable.

    Exact but for roundoff; the gradient costs at most about 4 times f, whatever the number of
    variables. At 0/0 it says nan, and so it does where a branch that is not taken is singular.
    Griewank & Walther (2008), chapter 4.
    """

    name: str = "tape"
    summary: str = "reverse mode on a tape, compiled; of order 2 tape over tape"
    orders: tuple[int, ...] = ORDERS
    arrays: bool = True

    def prepare(
        self, program: Program, wrt: Sequence[str], order: int = 1, dtype: str = "float64"
    ) -> Numeric:
        """Write and compile the adjoint program."""
        return swept(program, wrt, reverse_program(program, wrt, order), order, dtype)


@dataclass(frozen=True)
class DualOverTape:
    """Dual numbers run over the tape: the tangent of the gradient along one variable is a column of
    the Hessian.

    Exact but for roundoff; a column costs about twice the gradient, so that this is how Hessians
    and their products with vectors are computed. Fails where `tape` fails. Pearlmutter, Neural
    Computation 6 (1994); Griewank & Walther (2008), 5.
    """

    name: str = "dual-over-tape"
    summary: str = "forward over reverse, compiled: for order 2 only"
    orders: tuple[int, ...] = (2,)

    def prepare(
        self, program: Program, wrt: Sequence[str], order: int = 2, dtype: str = "float64"
    ) -> Numeric:
        """Write and compile the tangents of the adjoint program."""
        return swept(program, wrt, dual_over_tape(program, tuple(wrt)), order, dtype)


def swept(
    program: Program, wrt: Sequence[str], derived: Program, order: int, dtype: str
) -> Numeric:
    """One compiled program that gives f and all derivatives."""
    f = compiled(derived, dtype)

    def run(inputs: list[Any]) -> Outcome:
        value, *derivatives = f(*inputs)
        return Outcome(value, derivatives, 1)

    return Numeric(program, tuple(wrt), Floats(dtype), run, reverse=True, order=order)
