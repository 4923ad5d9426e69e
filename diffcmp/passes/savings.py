"""Small rewritings of a Program that save operations and change no number: passes from Program to
Program.

Each can be read, printed (`diffcmp code`) and left out by name. The results are bitwise those of
the Program as it was, but for the sign of a zero or a nan: nothing is reassociated, but where a
factor is a power of two and the product therefore exact. They are for code that is run and not for
the Program that is analysed, which stays as typed.
"""

from __future__ import annotations

import math
import operator
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from functools import reduce

from diffcmp.passes.gather import gather
from diffcmp.passes.rewriter import Rewriter, pairs, rewritten
from diffcmp.program.ir import Equation, Program


def share(program: Program) -> Program:
    """Common subexpressions once."""
    slots: dict[object, int] = {}

    def rule(new: Rewriter, eq: Equation, inputs: Sequence[int]) -> int:
        key = (eq.primitive, eq.params, tuple(inputs), eq.static)
        if key not in slots:
            slots[key] = new.kept(eq, inputs)
        return slots[key]

    return rewritten(program, rule)


def fold(program: Program) -> Program:
    """Sums and products of literals, rounded as they would be: `2*3` is 6."""

    def rule(new: Rewriter, eq: Equation, inputs: Sequence[int]) -> int | None:
        if not eq.entry.ring or eq.shape:
            return None
        numbers = [new.number(i) for i in inputs]
        if None in numbers:
            return None
        out: float = getattr(operator, eq.primitive)(*numbers)  # add, sub, mul or neg
        return new.literal(out) if out and math.isfinite(out) else None  # no literal is -0.0

    return rewritten(program, rule)


def square(program: Program) -> Program:
    """x**2 as x*x, which is how every floating-point number system takes it."""

    def rule(new: Rewriter, eq: Equation, inputs: Sequence[int]) -> int | None:
        if eq.primitive == "power" and new.number(inputs[1]) == 2:
            return new.add("mul", inputs[0], inputs[0])
        return None

    return rewritten(program, rule)


def scatter(program: Program) -> Program:
    """The sum of arrays that are zero but in one and the same slice, as the slice of the sum."""

    def rule(new: Rewriter, eq: Equation, inputs: Sequence[int]) -> int | None:
        puts = [new.made[i] for i in inputs if i in new.made and new.made[i].primitive == "put"]
        if eq.primitive != "add" or len(puts) < 2 or puts[0].static != puts[1].static:
            return None
        a, b = (put.inputs[0] for put in puts)
        if new.builder.dims[a] != new.builder.dims[b]:
            return None
        return new.kept(puts[0], [new.add("add", a, b)])

    return rewritten(program, rule)


def scale(program: Program) -> Program:
    """Factors of powers of two, and signs, into literals, exactly: `100*(2*x)` is 200*x."""
    uses = Counter(i for eq in program.equations for i in eq.inputs)

    def rule(new: Rewriter, eq: Equation, inputs: Sequence[int]) -> int | None:
        if eq.primitive == "neg" and uses[eq.inputs[0]] == 1:
            inner = new.scaled(inputs[0])
            return None if inner is None else new.add("mul", new.literal(-inner[0]), inner[1])
        if eq.primitive != "mul":
            return None
        for a, b in pairs(inputs):
            outer, inner = new.number(a), new.scaled(b)
            if outer is None or inner is None or abs(outer) < 1 or not doubles(inner[0]):
                continue
            factor = outer * inner[0]
            if not math.isfinite(factor):
                return None
            return new.add("mul", new.literal(factor), inner[1])
        return None

    return rewritten(program, rule)


def doubles(factor: float) -> bool:
    """Whether products with it are exact or overflow: a power of two that is not below 1."""
    return abs(factor) >= 1 and abs(math.frexp(factor)[0]) == 0.5


def sign(program: Program) -> Program:
    """Minus signs out of products, quotients and totals: a + -b is a - b, x*-y is -(x*y)."""

    def rule(new: Rewriter, eq: Equation, inputs: Sequence[int]) -> int | None:
        turned = [new.arguments(i, "neg") for i in inputs]
        if eq.primitive == "neg" and turned[0]:
            return turned[0][0]
        if eq.primitive == "sum_to" and turned[0]:
            return new.add("neg", new.kept(eq, turned[0]))
        if eq.primitive in ("add", "sub") and turned[1]:
            return new.add("sub" if eq.primitive == "add" else "add", inputs[0], turned[1][0])
        if eq.primitive == "add" and turned[0]:
            return new.add("sub", inputs[1], turned[0][0])
        if eq.primitive not in ("mul", "div") or not any(turned):
            return None
        plain = [t[0] if t else i for t, i in zip(turned, inputs, strict=True)]
        out = new.add(eq.primitive, *plain)
        return out if all(turned) else new.add("neg", out)

    return rewritten(program, rule)


PASSES: dict[str, Callable[[Program], Program]] = {
    step.__name__: step for step in (share, fold, square, gather, scatter, scale, sign)
}


def optimised(program: Program, passes: Collection[str] = tuple(PASSES)) -> Program:
    """`program` by the passes named, in the order of `PASSES`, and without what no output needs.
    Twice, since signs that have moved may meet literals."""
    chosen = [step for name, step in PASSES.items() if name in passes]
    return reduce(lambda p, step: step(p), chosen * 2, program.pruned())
