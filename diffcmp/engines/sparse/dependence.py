"""What depends on what: which inputs each value of a Program varies with, to first and to second
order.

All of it follows from the table of primitives. An argument whose partial derivative is written as 0
(`sign`), or not at all (a condition), has no influence; a partial that varies with no argument
(add, a product with a constant) has no curvature. The answers hold at every point and are
conservative: a derivative may happen to vanish, but never the other way round.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import cache

from diffcmp.language import rules
from diffcmp.primitives import TABLE
from diffcmp.program.ir import Equation, Program

NOBODY, SHARED = -1, -2


@cache
def influences(name: str) -> tuple[bool, ...]:
    """For each argument of a primitive, whether the derivative with respect to it is ever other
    than 0. Raises NotImplementedError for a primitive without partial derivatives, which works on
    arrays: lower these to scalars first.
    """
    entry = TABLE[name]
    if entry.partials and not any(entry.partials) and not entry.condition:
        raise NotImplementedError(f"{name} works on arrays; lower the Program to scalars first")
    partials = [rules.partial(name, position) for position in range(len(entry.parameters))]
    return tuple(rule is not None and rule.literal(rule.outputs[0]) != 0 for rule in partials)


@cache
def curvature(name: str) -> tuple[tuple[int, int], ...]:
    """The pairs of arguments of a primitive whose mixed second derivative is ever other than 0; the
    smaller position first.

    ∂²f/∂a∂b is ∂p/∂b + ∂p/∂out·∂f/∂b, with p the table's rule for ∂f/∂a.

    >>> curvature("add"), curvature("mul"), curvature("div"), curvature("max")
    ((), ((0, 1),), ((0, 1), (1, 1)), ())
    """
    positions = [position for position, moves in enumerate(influences(name)) if moves]
    pairs = set()
    for position in positions:
        rule = rules.partial(name, position)
        assert rule is not None
        met = reached(rule)
        out = len(rule.inputs) - 1
        others = positions if out in met else [other for other in positions if other in met]
        pairs |= {(min(position, other), max(position, other)) for other in others}
    return tuple(sorted(pairs))


def moving(eq: Equation) -> list[int]:
    """The slots that an equation varies with, to first order."""
    return [slot for slot, moves in zip(eq.inputs, influences(eq.primitive), strict=True) if moves]


def reached(program: Program) -> set[int]:
    """The slots, inputs among them, that the outputs vary with."""
    slots = set(program.outputs)
    for eq in reversed(program.equations):
        if eq.output in slots:
            slots.update(moving(eq))
    return slots


def varying(program: Program, inputs: Collection[int]) -> set[int]:
    """The slots that vary with some of `inputs`."""
    slots = set(inputs)
    for eq in program.equations:
        if not slots.isdisjoint(moving(eq)):
            slots.add(eq.output)
    return slots


def supports(
    program: Program, columns: Mapping[int, int], wanted: Collection[int]
) -> dict[int, frozenset[int]]:
    """For each slot in `wanted` the columns of the inputs that it varies with; `columns` numbers
    the inputs that vary.

    Sets are formed for the slots in `wanted`, and for those where the ways back from two of these
    meet; all else is walked over once. So the n partial sums of a sum of n terms need no sets of
    their own, which would be n²/2 numbers. Equal sets are one object.
    """
    owner = _owners(program, wanted)
    sets: dict[int, frozenset[int]] = {
        slot: frozenset((column,)) for slot, column in columns.items()
    }
    distinct = {s: s for s in sets.values()}
    for eq in program.equations:
        if owner[eq.output] == eq.output:
            union = _union(program, eq, sets)
            sets[eq.output] = distinct.setdefault(union, union)
    return {slot: sets.get(slot, frozenset()) for slot in wanted}


def _owners(program: Program, wanted: Collection[int]) -> list[int]:
    """For each slot the one whose set is formed by walking over it; itself if it has a set."""
    owner = [NOBODY] * program.size
    for slot in wanted:
        owner[slot] = slot
    for eq in reversed(program.equations):
        out = eq.output
        if owner[out] == NOBODY:
            continue
        if owner[out] == SHARED:
            owner[out] = out
        for slot in moving(eq):
            if owner[slot] != slot:
                owner[slot] = owner[out] if owner[slot] in (NOBODY, owner[out]) else SHARED
    return owner


def _union(program: Program, eq: Equation, sets: Mapping[int, frozenset[int]]) -> frozenset[int]:
    """The union of the sets that are met first on all ways back from `eq`."""
    stack, seen, parts = moving(eq), set[int](), []
    while stack:
        slot = stack.pop()
        if slot in seen:
            continue
        seen.add(slot)
        if slot in sets:
            parts.append(sets[slot])
        elif slot in program.by_output:
            stack += moving(program.by_output[slot])
    return parts[0] if len(parts) == 1 else frozenset[int]().union(*parts)
