"""The part of the symbolic backend that runs inside the worker process, where sympy is. Never
imported by the parent.

The parent names these functions and gets plain dictionaries of texts and decimals; how an
expression becomes a number is in `symbolic_point`. What one request has found is kept for the next.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

import sympy

from diffcmp.arithmetic.evaluate import evaluate
from diffcmp.arithmetic.symbols import Symbols, text, variable
from diffcmp.backends.symbolic_point import Pieces, Side, Singular, decimal, form, number
from diffcmp.engines.partials import distinct, variables
from diffcmp.program.ir import Program

Answer: TypeAlias = dict[str, Any]
Constants: TypeAlias = Mapping[str, Program]

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
    found = work()
    return found | {"seconds": time.perf_counter() - start}


def _function(program: Program) -> Any:
    inputs = [variable(name) for name in program.inputs]
    return _once(("f", program.structure), lambda: evaluate(program, Symbols(), inputs)[0])


def _derivative(program: Program, name: str, order: int) -> Any:
    by = [variable(one) for one in variables(name, order)]

    def made() -> Any:
        # sympy's second derivative of |x| is a distribution; where a number is put in, no piece
        # meets another
        return sympy.diff(_function(program), *by).replace(
            sympy.DiracDelta, lambda *_: sympy.S.Zero
        )

    return _once(("d", program.structure, name, order), made)


def _place(constants: Constants) -> dict[Any, Any]:
    return {variable(name): evaluate(value, Symbols(), [])[0] for name, value in constants.items()}


# what the parent asks for
# ---------------------------------------------------------------------------------------------


def differentiated(program: Program, names: Sequence[str], order: int) -> Answer:
    """Differentiate for each name, and keep the derivatives."""

    def work() -> Answer:
        for name in names:
            _derivative(program, name, order)
        return {}

    return _timed(work)


def shown(program: Program, names: Sequence[str], order: int) -> dict[str, str]:
    """The derivatives in the expression language, cut to a length that can be read."""
    return {name: elided(_derivative(program, name, order)) for name in names}


def elided(expression: Any) -> str:
    """The text of an expression, or of its first terms."""
    if not expression.is_Add or len(expression.args) < 2:
        whole = text(expression)
        return whole if len(whole) <= LENGTH else f"{whole[: LENGTH - 2]} …"
    shown = ""
    for i, term in enumerate(expression.as_ordered_terms()):
        piece = text(term)
        joined = piece if not i else f" - {piece[1:]}" if piece.startswith("-") else f" + {piece}"
        if len(shown) + len(joined) > LENGTH:
            return f"{shown or joined[:LENGTH]} + …"
        shown += joined
    return shown


def substituted(program: Program, constants: Constants, name: str, order: int) -> Answer:
    """Value and derivative at the point by substitution; a `form` where that does not lead to a
    number."""
    return _timed(lambda: _kept_substituted(program, constants, name, order))


def _substituted(program: Program, constants: Constants, name: str, order: int) -> Answer:
    f, derivative, at = _function(program), _derivative(program, name, order), _place(constants)
    found: Answer = {"value": None, "slope": None, "form": None}
    pieces = Pieces(at)
    smooth = f
    try:
        smooth = pieces.settle(f)
        found["value"] = decimal(number(smooth, at))
        if not pieces.met:
            smooth = Pieces(at).settle(derivative)
            found["slope"] = decimal(number(smooth, at))
    except Singular:
        found["form"] = JOINT if pieces.met else form(smooth, at)
    if pieces.met:
        found["form"] = JOINT
    return found


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
    return _timed(lambda: _limits(program, constants, name, order, there, rule))


def _kept_substituted(program: Program, constants: Constants, name: str, order: int) -> Answer:
    key = (
        "at",
        program.structure,
        tuple((n, c.structure) for n, c in constants.items()),
        name,
        order,
    )
    return dict(_once(key, lambda: _substituted(program, constants, name, order)))


def _limits(
    program: Program, constants: Constants, name: str, order: int, there: Answer, rule: bool
) -> Answer:
    if (
        len(distinct(name, order)) > 1
    ):  # a limit along one coordinate says nothing of a mixed derivative
        return {"value": there["value"], "slope": None, "form": there["form"], "kind": "mixed"}
    f, x, at = _function(program), variable(name), _place(constants)
    sides = [Side(at, x, direction) for direction in (-1, 1)]
    found = [_beside(side, f, order, rule) for side in sides]
    values, *lower, slopes = ([left, right] for left, right in zip(*found, strict=True))
    parted = next(
        (pair for pair in lower if not _same(*pair)), None
    )  # where f′ has no limit, f″ does not exist
    if there["value"] is not None:
        values.append(number(Pieces(at).settle(f), at))
    left, right = (
        _told(side, side_values[0], slope)
        for side, side_values, slope in zip(sides, found, parted or slopes, strict=True)
    )
    answer: Answer = {
        "value": there["value"],
        "slope": None,
        "form": there["form"],
        "steps": max(side.steps for side in sides),
        "left": left,
        "right": right,
        "kind": "",
    }
    if None in values:
        return answer
    if not all(v.is_finite for v in values):
        return answer | {"kind": "pole"}
    if not all(_same(values[0], v) for v in values[1:]):
        return answer | {"kind": "jump"}
    exists = parted is None and _same(*slopes)
    return answer | {"value": decimal(values[0]), "slope": decimal(slopes[0]) if exists else None}


def _beside(side: Side, f: Any, order: int, rule: bool = False) -> list[Any]:
    """The limits of f and of its derivatives up to `order` on one side; None for one that was not
    found."""
    try:
        smooth = Pieces(side.at, side.x, side.side).settle(f)
    except Singular:
        return [None] * (order + 1)
    side.look(smooth)
    found = [
        side.limit(sympy.diff(smooth, side.x, n) if n else smooth, rule) for n in range(order + 1)
    ]
    value, *_, derivative = found
    if derivative is None and not rule and order == 1 and value is not None and value.is_finite:
        found[-1] = side.quotient(smooth, value)
    return found


def _same(a: Any, b: Any) -> bool:
    if a is None or b is None or not (a.is_finite and b.is_finite):
        return False
    return bool(abs(a - b) <= sympy.Float(10) ** -35 * (1 + abs(a)))


def _told(side: Side, value: Any | None, slope: Any | None) -> str:
    """A one-sided limit for the reader."""
    if value is None or slope is None:
        return "not found" if side.defined else "undefined"
    if slope in (sympy.oo, -sympy.oo):
        return "∞" if slope == sympy.oo else "-∞"
    return f"{float(slope):.6g}"
