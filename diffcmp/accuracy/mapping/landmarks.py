"""Where on an interval something may happen: the exact points at which a condition, a divisor or a
domain changes sign.

A grid walks past a pole or a kink that lies between two of its points. These places are looked for
in float64 and guessed as short fractions or fractions of pi; what really happens there, the
certified truth says.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import islice, pairwise
from typing import Any, TypeAlias

from diffcmp.arithmetic.evaluate import evaluate, trace_of
from diffcmp.arithmetic.floats import Floats
from diffcmp.language import rules
from diffcmp.passes.expand import core
from diffcmp.point.coordinate import Coordinate, coordinate
from diffcmp.program.ir import Equation, Program

MOST = 100
HALVINGS = 60
CLOSE = 1e-12  # relative: roundoff moves a change of sign by less
DENOMINATORS = 1000

State: TypeAlias = Callable[[Sequence[Any]], object]


def landmarks(
    program: Program, name: str, fixed: Mapping[str, Program], grid: Sequence[float]
) -> list[Coordinate]:
    """Exact points between neighbours of `grid` (float64, rising) at which the character of f may
    change; at most 100.

    `fixed` gives the other variables constant values. A place that is neither a fraction with a
    denominator of at most 1000 nor such a multiple of pi is not found, nor one at which nothing
    changes its sign.

    >>> from diffcmp.language.parser import parse
    >>> [x.text for x in landmarks(parse("tan(x) + abs(3*x - 1)"), "x", {}, [0.0, 1.0, 2.0])]
    ['(1/3)', 'pi/2']
    """
    form = core(program, fixed)
    return list(islice(_changes(form, grid), MOST))


def _changes(form: Program, grid: Sequence[float]) -> Iterator[Coordinate]:
    """Where a state changes between two neighbours of the grid."""
    floats = Floats()
    states = list(_states(form, floats))

    def values(x: float) -> list[Any]:
        with floats.quiet():
            return trace_of(form, floats, [x])

    traces = [[state(here) for state in states] for here in map(values, grid)]
    for (low, high), ends in zip(pairwise(grid), pairwise(traces), strict=True):
        between: dict[str, Coordinate] = {}
        for state, before, after in zip(states, *ends, strict=True):
            if _differ(before, after):
                near = _exact(_change(values, state, low, high), high - low)
                if near is not None:
                    between[near.text] = near
        yield from between.values()


def _differ(before: object, after: object) -> bool:
    """Whether two states are known and differ; 0 does not count, it is a point of the grid."""
    ends = before, after
    return before != after and None not in ends and 0 not in ends


def _states(form: Program, floats: Floats) -> Iterator[State]:
    """What to watch along x: functions of the values of all slots that stay constant as long as
    the character of f does not change."""
    for slot in _watched(form) - form.constant:
        yield _sign_of(slot)
    for eq in form.equations:
        if form.constant.issuperset(eq.inputs):
            continue
        if eq.entry.compares:
            yield _order_of(*eq.inputs)
        elif eq.entry.steps:
            yield _step_of(eq.output, math.inf)
        elif eq.entry.recurrence:  # poles at the integers from 0 down
            yield _step_of(eq.inputs[-1], 0.5)
        elif rules.domain(eq.primitive) is not None and eq.primitive != "div":
            yield _inside(eq, floats)


def _sign_of(slot: int) -> State:
    return lambda values: _sign(values[slot])


def _order_of(left: int, right: int) -> State:
    return lambda values: _sign(values[left] - values[right])


def _step_of(slot: int, most: float) -> State:
    """The step, as a word: 0 is no special one."""
    return lambda values: (
        str(math.floor(min(values[slot], most))) if math.isfinite(values[slot]) else None
    )


def _inside(eq: Equation, floats: Floats) -> State:
    domain = rules.domain(eq.primitive)
    assert domain is not None

    def state(values: Sequence[Any]) -> str:
        inside = evaluate(domain, floats, [values[i] for i in eq.inputs])[0]
        return "inside" if inside else "outside"

    return state


def _watched(form: Program) -> set[int]:
    """The slots whose zeros are poles or branch points, and the factors of these."""
    watched: set[int] = set()
    for eq in reversed(form.equations):
        branches = eq.primitive in ("power", "pow") and not _whole_power(form, eq)
        if eq.primitive == "div":
            watched.add(eq.inputs[1])
        elif eq.primitive == "log" or branches:
            watched.add(eq.inputs[0])
        if eq.output in watched and eq.entry.factors:
            watched.update(eq.inputs[i] for i in eq.entry.factors)
    return watched


def _whole_power(form: Program, eq: Equation) -> bool:
    """Whether nothing happens where the base vanishes: x**2."""
    exponent = form.by_output.get(eq.inputs[1])
    return exponent is not None and any(p.denominator == 1 and p >= 0 for p in exponent.params)


def _sign(x: Any) -> int | None:
    return None if math.isnan(x) else (x > 0) - (x < 0)


def _change(
    values: Callable[[float], Sequence[Any]], state: State, low: float, high: float
) -> float:
    """Where the state stops being what it is at `low`, by bisection."""
    before = state(values(low))
    for _ in range(HALVINGS):
        middle = low + (high - low) / 2
        if state(values(middle)) == before:
            low = middle
        else:
            high = middle
    return high


def _exact(root: float, width: float) -> Coordinate | None:
    """The short exact number that a root is next to."""
    if abs(root) <= CLOSE * width:
        return coordinate(Fraction(0))
    near = Fraction(root).limit_denominator(DENOMINATORS)
    if abs(near - Fraction(root)) <= CLOSE * abs(root):
        return coordinate(near)
    return _multiple_of_pi(root)


def _multiple_of_pi(root: float) -> Coordinate | None:
    turns = Fraction(root / math.pi).limit_denominator(DENOMINATORS)
    if not turns or abs(float(turns) * math.pi - root) > CLOSE * abs(root):
        return None
    times = {1: "", -1: "-"}.get(turns.numerator, f"{turns.numerator}*")
    over = f"/{turns.denominator}" if turns.denominator > 1 else ""
    return coordinate(f"{times}pi{over}")
