"""What the symbolic backend asks of the worker process, where sympy is. Never imported by the
parent, which names these functions and gets plain dictionaries of texts and decimals.

What one request has computed is kept for the next.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

import sympy
from flint import arb, fmpq

from diffcmp.arithmetic.balls import Balls
from diffcmp.arithmetic.evaluate import evaluate
from diffcmp.arithmetic.symbols import Symbols, text, variable
from diffcmp.backends.symbolic.domain import outside
from diffcmp.backends.symbolic.limits import Side
from diffcmp.backends.symbolic.numbers import Singular, decimal, form, number
from diffcmp.backends.symbolic.pieces import Pieces
from diffcmp.engines.partials import distinct, variables
from diffcmp.errors import Fault, InputError
from diffcmp.language.parser import parse
from diffcmp.program.ir import Program

Answer: TypeAlias = dict[str, Any]
Constants: TypeAlias = Mapping[str, Program]

BESIDE, BITS = fmpq(1, 10**30), 256  # where the domain is looked at on a side, and how exactly
KEPT = 256
LENGTH = 400  # characters of an expression that is shown
JOINT = "only one of the pieces that meet here"

_kept: dict[tuple[Any, ...], Any] = {}


def _once(key: tuple[Any, ...], make: Callable[[], Any]) -> Any:
    if key not in _kept:
        if len(_kept) >= KEPT:
            _kept.clear()
        _kept[key] = make()
    return _kept[key]


def _timed(work: Callable[[], Answer]) -> Answer:
    start = time.perf_counter()
    answer = work()
    return answer | {"seconds": time.perf_counter() - start}


def _function(program: Program) -> Any:
    inputs = [variable(name) for name in program.inputs]
    return _once(("f", program.structure), lambda: evaluate(program, Symbols(), inputs)[0])


def _derivative(program: Program, name: str, order: int) -> Any:
    by = [variable(one) for one in variables(name, order)]

    def differentiate() -> Any:
        # sympy's second derivative of |x| is a distribution; where a number is put in, no piece
        # meets another
        derivative = sympy.diff(_function(program), *by)
        return derivative.replace(sympy.DiracDelta, lambda *_: sympy.S.Zero)

    return _once(("d", program.structure, name, order), differentiate)


def _place(constants: Constants) -> dict[Any, Any]:
    return {variable(name): evaluate(value, Symbols(), [])[0] for name, value in constants.items()}


def differentiated(program: Program, names: Sequence[str], order: int) -> Answer:
    """Differentiate for each name, and keep the derivatives."""

    def work() -> Answer:
        for name in names:
            _derivative(program, name, order)
        return {}

    return _timed(work)


def shown(program: Program, names: Sequence[str], order: int) -> Answer:
    """The derivatives in the expression language, cut to a length that can be read; none that
    needs what the language does not have."""
    derivatives = {name: _derivative(program, name, order) for name in names}
    return {"texts": {n: elided(d) for n, d in derivatives.items() if expressible(d, program)}}


def expressible(expression: Any, program: Program) -> bool:
    """Whether the language can express it, or could if it were shorter: with no variables but those
    of the program, here under names of numbers."""
    names = {name: f"v{i}" for i, name in enumerate(program.inputs)}
    numbers = expression.xreplace({variable(n): variable(v) for n, v in names.items()})
    try:
        return set(parse(text(numbers)).inputs) <= set(names.values())
    except InputError as error:
        return error.fault in (Fault.TOO_LONG, Fault.TOO_DEEP)


def elided(expression: Any) -> str:
    """The text of an expression, or of its first terms."""
    if not expression.is_Add or len(expression.args) < 2:
        whole = text(expression)
        return whole if len(whole) <= LENGTH else f"{whole[: LENGTH - 2]} …"
    shown = ""
    for term in expression.as_ordered_terms():
        piece = text(term)
        if shown:
            piece = f" - {piece[1:]}" if piece.startswith("-") else f" + {piece}"
        if len(shown) + len(piece) > LENGTH:
            return f"{shown or piece[:LENGTH]} + …"
        shown += piece
    return shown


def substituted(program: Program, constants: Constants, name: str, order: int) -> Answer:
    """Value and derivative by substitution; a `form` where that does not lead to a number."""
    return _timed(lambda: _kept_substituted(program, constants, name, order))


def limits(
    program: Program, constants: Constants, name: str, order: int, rule: bool = False
) -> Answer | None:
    """Value and derivative at the point by limits from both sides; None at once where substitution
    was enough.

    rule: by L'Hôpital's rule alone, after sympy's `limit` has taken too long.
    """
    there = _kept_substituted(program, constants, name, order)
    if there["slope"] is not None:
        return None
    if len(distinct(name, order)) > 1:  # a limit along one coordinate says nothing of a mixed one
        return there | {"kind": "mixed"}
    return _timed(lambda: there | _limits(program, constants, name, order, there["value"], rule))


def _kept_substituted(program: Program, constants: Constants, name: str, order: int) -> Answer:
    at = tuple((n, value.structure) for n, value in constants.items())
    key = "at", program.structure, at, name, order
    return dict(_once(key, lambda: _substituted(program, constants, name, order)))


def _substituted(program: Program, constants: Constants, name: str, order: int) -> Answer:
    f = _function(program)
    derivative = _derivative(program, name, order)
    at = _place(constants)
    answer: Answer = {"value": None, "slope": None, "form": None}
    pieces = Pieces(at)
    smooth = f
    try:
        smooth = pieces.settle(f)
        answer["value"] = decimal(number(smooth, at))
        if not pieces.met:
            smooth = Pieces(at).settle(derivative)
            answer["slope"] = decimal(number(smooth, at))
    except Singular:
        answer["form"] = None if pieces.met else form(smooth, at)
    if pieces.met:
        answer["form"] = JOINT
    return answer


def _limits(
    program: Program, constants: Constants, name: str, order: int, there: str | None, rule: bool
) -> Answer:
    """The limits of f and its derivatives on both sides, and what they say of the point; `there` is
    the value at the point itself."""
    f, x, at = _function(program), variable(name), _place(constants)
    sides = [Side(at, x, direction) for direction in (-1, 1)]
    for side in sides:
        side.defined = not _leaves_domain(program, constants, name, side.side)
    limits = [_beside(side, f, order, rule) for side in sides]
    values, *lower, slopes = ([left, right] for left, right in zip(*limits, strict=True))
    # where f′ has no limit, f″ does not exist
    parted = next((pair for pair in lower if not _same(*pair)), None)
    answer: Answer = {"kind": "", "steps": max(side.steps for side in sides)}
    for word, side, value, slope in zip(
        ("left", "right"), sides, values, parted or slopes, strict=True
    ):
        answer[word] = _in_words(side, value, slope)
    if there is not None:
        values.append(number(Pieces(at).settle(f), at))
    if None in values:
        return answer
    if not all(v.is_finite for v in values):
        return answer | {"kind": "pole"}
    if not all(_same(values[0], v) for v in values[1:]):
        return answer | {"kind": "jump"}
    exists = parted is None and _same(*slopes)
    return answer | {"value": decimal(values[0]), "slope": decimal(slopes[0]) if exists else None}


def _leaves_domain(program: Program, constants: Constants, name: str, side: int) -> bool:
    """Whether f is not defined next to the point on one side."""
    balls = Balls(BITS)
    at = {n: evaluate(value, balls, [])[0] for n, value in constants.items()}
    with balls.working():
        at[name] = at[name] + side * BESIDE
    return outside(program, balls, [at[n] for n in program.inputs], arb(0)) is not None


def _beside(side: Side, f: Any, order: int, rule: bool) -> list[Any]:
    """The limits of f and of its derivatives up to `order` on one side; None for one that was not
    found."""
    if not side.defined:
        return [None] * (order + 1)
    try:
        smooth = Pieces(side.at, side.x, side.side).settle(f)
    except Singular:
        return [None] * (order + 1)
    side.look(smooth)
    derivatives = [sympy.diff(smooth, side.x, n) if n else smooth for n in range(order + 1)]
    limits = [side.limit(derivative, rule) for derivative in derivatives]
    value, slope = limits[0], limits[-1]
    if slope is None and not rule and order == 1 and value is not None and value.is_finite:
        limits[-1] = side.quotient(smooth, value)
    return limits


def _same(a: Any, b: Any) -> bool:
    if a is None or b is None or not (a.is_finite and b.is_finite):
        return False
    return bool(abs(a - b) <= sympy.Float(10) ** -35 * (1 + abs(a)))


def _in_words(side: Side, value: Any | None, slope: Any | None) -> str:
    """A one-sided limit for the reader."""
    if value is None or slope is None:
        return "not found" if side.defined else "undefined"
    if slope in (sympy.oo, -sympy.oo):
        return "∞" if slope == sympy.oo else "-∞"
    return f"{float(slope):.6g}"
