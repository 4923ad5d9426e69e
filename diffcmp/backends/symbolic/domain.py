"""Where a Program is not defined. Only balls see that: sympy goes on with complex numbers, and
takes exp(log(x)) for x."""

from __future__ import annotations

from collections.abc import Sequence

from flint import arb

from diffcmp.arithmetic.balls import Ball, Balls, to_arb
from diffcmp.arithmetic.evaluate import evaluate, trace_of
from diffcmp.language import rules
from diffcmp.passes.expand import branchless
from diffcmp.program.ir import Equation, Program


def outside(program: Program, balls: Balls, inputs: Sequence[Ball], near: arb) -> Equation | None:
    """The first function that is not defined where its argument is, or within `near` of it; None
    where all are, or the balls cannot tell."""
    with balls.working():
        values = trace_of(program, balls, inputs)
        conditions = [eq.inputs[0] for eq in program.equations if eq.entry.selects]
        decisions = {slot: values[slot] for slot in conditions if values[slot] is not None}
        for eq in branchless(program, decisions).equations:
            domain = rules.domain(eq.primitive)
            if domain is None:
                continue
            around = [to_arb(values[i]) + near for i in eq.inputs]
            inside = evaluate(domain, balls, around)[0]
            if inside == 0:  # None where the balls cannot tell
                return eq
    return None
