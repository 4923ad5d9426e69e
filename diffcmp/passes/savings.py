"""Small rewritings of a Program that save operations and change no number.

Each can be read, printed (`diffcmp code`) and left out by name. The results are bitwise the same
but for the sign of a zero or a nan: nothing is reassociated, except exactly, by powers of two. They
are for code that is run; the Program that is analysed stays as typed.
"""

from __future__ import annotations

import math
import operator
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from functools import reduce, wraps

from diffcmp.passes.gather import gather
from diffcmp.passes.rewriter import Rewriter, Rule, pairs, rewritten
from diffcmp.program.ir import Equation, Program


def as_pass(rule: Rule) -> Callable[[Program], Program]:
    """The pass that rewrites every equation by a rule, which gives None for what stays."""
    return wraps(rule)(lambda program: rewritten(program, rule))


def share(program: Program) -> Program:
    """Common subexpressions once."""
    slots: dict[object, int] = {}

    def rule(new: Rewriter, eq: Equation, inputs: Sequence[int]) -> int:
        key = (eq.primitive, eq.params, tuple(inputs), eq.static)
        if key not in slots:
            slots[key] = new.kept(eq, inputs)
        return slots[key]

    return rewritten(program, rule)


@as_pass
def fold(new: Rewriter, eq: Equation, inputs: Sequence[int]) -> int | None:
    """Sums and products of literals, rounded as they would be: `2*3` is 6."""
    if not eq.entry.ring or eq.shape:
        return None
    numbers = [new.number(i) for i in inputs]
    if None in numbers:
        return None
    out: float = getattr(operator, eq.primitive)(*numbers)  # add, sub, mul or neg
    return new.literal(out) if out and math.isfinite(out) else None  # no literal is -0.0


@as_pass
def square(new: Rewriter, eq: Equation, inputs: Sequence[int]) -> int | None:
    """x**2 as x*x, which is how every floating-point number system takes it."""
    if eq.primitive == "power" and new.number(inputs[1]) == 2:
        return new.add("mul", inputs[0], inputs[0])
    return None


@as_pass
def scatter(new: Rewriter, eq: Equation, inputs: Sequence[int]) -> int | None:
    """The sum of arrays that are zero but in one and the same slice, as the slice of the sum."""
    puts = [new.made[i] for i in inputs if i in new.made and new.made[i].primitive == "put"]
    if eq.primitive != "add" or len(puts) < 2 or puts[0].static != puts[1].static:
        return None
    a, b = (put.inputs[0] for put in puts)
    if new.builder.dims[a] != new.builder.dims[b]:
        return None
    return new.kept(puts[0], [new.add("add", a, b)])


def scale(program: Program) -> Program:
    """Factors of powers of two, and signs, into literals, exactly: `100*(2*x)` is 200*x."""
    uses = Counter(i for eq in program.equations for i in eq.inputs)

    def rule(new: Rewriter, eq: Equation, inputs: Sequence[int]) -> int | None:
        if eq.primitive == "neg" and uses[eq.inputs[0]] == 1:
            inner = new.scaled(inputs[0])
            return None if inner is None else new.add("mul", new.literal(-inner[0]), inner[1])
        return _one_factor(new, inputs) if eq.primitive == "mul" else None

    return rewritten(program, rule)


def _one_factor(new: Rewriter, inputs: Sequence[int]) -> int | None:
    """A literal times a product with another one, where the two can be multiplied exactly."""
    for a, b in pairs(inputs):
        outer, inner = new.number(a), new.scaled(b)
        if outer is None or inner is None or abs(outer) < 1 or not doubles(inner[0]):
            continue
        factor = outer * inner[0]
        finite = math.isfinite(factor)
        return new.add("mul", new.literal(factor), inner[1]) if finite else None
    return None


def doubles(factor: float) -> bool:
    """Whether products with it are exact or overflow: a power of two that is not below 1."""
    return abs(factor) >= 1 and abs(math.frexp(factor)[0]) == 0.5


@as_pass
def sign(new: Rewriter, eq: Equation, inputs: Sequence[int]) -> int | None:
    """Minus signs out of products, quotients and totals: a + -b is a - b, x*-y is -(x*y)."""
    name = eq.primitive
    positive = [(new.arguments(i, "neg") or (None,))[0] for i in inputs]
    if name in ("mul", "div") and positive != [None, None]:
        plain = list(inputs)
        for place, slot in enumerate(positive):
            if slot is not None:
                plain[place] = slot
        out = new.add(name, *plain)
        return new.add("neg", out) if None in positive else out
    first, second, *_ = *positive, None, None
    if name == "neg":
        return first
    if name == "sum_to" and first is not None:
        return new.add("neg", new.kept(eq, [first]))
    if name in ("add", "sub") and second is not None:
        return new.add("sub" if name == "add" else "add", inputs[0], second)
    if name == "add" and first is not None:
        return new.add("sub", inputs[1], first)
    return None


PASSES: dict[str, Callable[[Program], Program]] = {
    step.__name__: step for step in (share, fold, square, gather, scatter, scale, sign)
}


def optimised(program: Program, passes: Collection[str] = tuple(PASSES)) -> Program:
    """`program` by the passes named, in the order of `PASSES`, and without what no output needs.
    Twice, since signs that have moved may meet literals."""
    chosen = [step for name, step in PASSES.items() if name in passes]
    return reduce(lambda p, step: step(p), chosen * 2, program.pruned())
