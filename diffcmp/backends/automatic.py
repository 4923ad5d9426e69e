"""Automatic differentiation as it is: forward mode on dual numbers, reverse mode on a tape, one
over the other; compiled."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from diffcmp.arithmetic.floats import Floats
from diffcmp.backends.protocol import Backend, Numeric, Outcome, Run
from diffcmp.engines.compiled import compiled
from diffcmp.engines.derived import dual_over_tape, forward_programs, reverse_program
from diffcmp.engines.partials import ORDERS
from diffcmp.program.ir import Program


class Derived(Backend):
    """What all of automatic differentiation has in common: a derivative is an output of a Program
    that is derived from f."""

    def derived(self, program: Program, name: str) -> Program:
        """The Program whose last output is one partial derivative."""
        raise NotImplementedError

    def runs(
        self,
        program: Program,
        name: str,
        floats: Floats,
        inputs: Sequence[Any],
        steps: Mapping[str, float] | None,
    ) -> Sequence[Run]:
        """The derived Program, once."""
        return [Run(self.derived(program, name), inputs, derived=True)]


class Automatic(Derived):
    """Plain automatic differentiation."""

    automatic = True


class DualNumbers(Automatic):
    """Forward mode: every value carries its derivative along one variable; of order 2, hyper-dual
    numbers.

    Exact but for roundoff; one run of about twice the cost of f for each variable, at order 2 of
    about four times for each pair. At 0/0 it says nan, at a kink it follows the branch taken.
    Griewank & Walther, Evaluating Derivatives (2008), chapter 3; Fike & Alonso, AIAA 2011-886.
    """

    name = "dual"
    summary = "forward mode on dual numbers, compiled; of order 2 on hyper-dual numbers"
    orders = ORDERS
    arrays = True

    def derived(self, program: Program, name: str) -> Program:
        """The tangent Program, or the hyper-dual one."""
        return forward_programs(program, (name,), self.order)[0]

    def build(self, program: Program, wrt: tuple[str, ...], floats: Floats) -> Numeric:
        """Write and compile one program for each derivative."""
        derived = forward_programs(program, wrt, self.order)
        runs = [compiled(one, floats.dtype) for one in derived]

        def compute(inputs: Sequence[Any]) -> Outcome:
            pairs = [f(*inputs) for f in runs]
            return Outcome(pairs[0][0] if pairs else None, [d for _, d in pairs], len(pairs))

        return Numeric(program, wrt, floats, compute)


class Tape(Automatic):
    """Reverse mode: record every operation with its partials, then sweep back once for all
    variables; of order 2, the sweep itself is recorded and swept back, once a variable.

    Exact but for roundoff; the gradient costs at most about 4 times f, whatever the number of
    variables. At 0/0 it says nan, and so it does where a branch that is not taken is singular.
    Griewank & Walther (2008), chapter 4.
    """

    name = "tape"
    summary = "reverse mode on a tape, compiled; of order 2 tape over tape"
    orders = ORDERS
    arrays = True
    reverse = True

    def derived(self, program: Program, name: str) -> Program:
        """The adjoint Program."""
        return reverse_program(program, (name,), self.order)

    def build(self, program: Program, wrt: tuple[str, ...], floats: Floats) -> Numeric:
        """Write and compile the adjoint program."""
        return swept(self, program, wrt, reverse_program(program, wrt, self.order), floats)

    def gradient(self, program: Program) -> Callable[..., Sequence[Any]]:
        """One sweep on arrays."""
        from diffcmp.engines import products

        return products.gradient(program, program.inputs)


class DualOverTape(Automatic):
    """Dual numbers run over the tape: the tangent of the gradient along one variable is a column of
    the Hessian.

    Exact but for roundoff; a column costs about twice the gradient, so that this is how Hessians
    and their products with vectors are computed. Fails where `tape` fails. Pearlmutter, Neural
    Computation 6 (1994); Griewank & Walther (2008), 5.
    """

    name = "dual-over-tape"
    summary = "forward over reverse, compiled: for order 2 only"
    orders = (2,)
    reverse = True

    def derived(self, program: Program, name: str) -> Program:
        """The tangent of the adjoint Program."""
        return dual_over_tape(program, (name,))

    def build(self, program: Program, wrt: tuple[str, ...], floats: Floats) -> Numeric:
        """Write and compile the tangents of the adjoint program."""
        return swept(self, program, wrt, dual_over_tape(program, wrt), floats)


def swept(
    method: Backend, program: Program, wrt: tuple[str, ...], derived: Program, floats: Floats
) -> Numeric:
    """One compiled program that gives f and all derivatives."""
    f = compiled(derived, floats.dtype)

    def compute(inputs: Sequence[Any]) -> Outcome:
        value, *derivatives = f(*inputs)
        return Outcome(value, derivatives, 1)

    return Numeric(program, wrt, floats, compute)
