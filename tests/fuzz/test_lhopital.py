"""The engines that know L'Hôpital's rule are right to half of the digits at the rounded point, or
not a number, or say that they may be wrong."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Context, Decimal
from typing import Any

import pytest
from flint import arb
from hypothesis import strategies as st
from mpmath import mp, mpf

from diffcmp.arithmetic.balls import Balls, to_arb
from diffcmp.arithmetic.floats import Floats, exact, finite
from diffcmp.backends.registry import able
from diffcmp.engines.lhopital.answer import is_right
from diffcmp.errors import InputError
from diffcmp.language.parser import parse
from diffcmp.passes.expand import core
from diffcmp.point.coordinate import coordinate
from diffcmp.point.point import Point, point
from diffcmp.program.ir import Program
from diffcmp.truth.smooth import smooth
from tests.fuzz.beside import Number, Reference, reference
from tests.fuzz.judge import derivative
from tests.fuzz.reference import Unclear, Undefined, evaluate
from tests.fuzz.singular import Problem, problems
from tests.fuzz.size import CHUNKS, hold

ENGINES = ("dual-lhopital", "tape-lhopital")
NUDGES = ("", "", "", "1e-2", "-1e-3", "1e-4", "1e-5", "-1e-6", "3e-8", "1e-10", "-1e-13", "20")
EXACTLY = Context(prec=2000)
CHAINED = re.compile(r"[<>=≤≥≠][^<>=≤≥≠]*[<>=≤≥≠]")
CROSS = 30, 44  # decimal exponents of the distances of mixed differences
WORKING = 420


@dataclass(frozen=True)
class Asked:
    """A problem, and in what format by which engine it is answered; mixed: by x and by y."""

    problem: Problem
    engine: str
    dtype: str
    order: int = 1
    mixed: bool = False


def asked(dtypes: tuple[str, ...], order: int) -> st.SearchStrategy[Asked]:
    """Problems at and next to special points."""
    engines, formats = st.sampled_from(ENGINES), st.sampled_from(dtypes)
    return st.builds(
        lambda problem, nudge, engine, dtype, mixed: Asked(
            problem=_nudged(problem, nudge),
            engine=engine,
            dtype=dtype,
            order=order,
            mixed=mixed and order == 2 and {"x", "y"} <= set(problem.at),
        ),
        problems(), st.sampled_from(NUDGES), engines, formats, st.booleans(),
    )  # fmt: skip


def _nudged(problem: Problem, nudge: str) -> Problem:
    if not nudge:
        return problem
    at = dict(problem.at)
    at[problem.name] = f"{at[problem.name]}+({nudge})"
    return Problem(problem.text, at, problem.name)


def outcome(one: Asked) -> str:
    """One word: "right", "warned", "none" (not a number), "undecided" (by the reference),
    "refused", or "wrong", with what is."""
    problem, floats = one.problem, Floats(one.dtype)
    name = "x:y" if one.mixed else problem.name
    try:
        program = parse(problem.text)
        typed = point(program, problem.at)
        inputs = typed.rounded(floats)
        if not all(map(finite, inputs)):
            return "refused"
        there = Point(dict(zip(program.inputs, map(coordinate, map(_text, inputs)), strict=True)))
        prepared = able(one.engine, one.order).prepare(program, [name], one.order, one.dtype)
    except InputError:
        return "refused"
    estimate = prepared(there)
    found = estimate.derivative[name]
    if not finite(found):
        return "none"
    if prepared.doubts(estimate):
        return "warned"
    certain = certified(program, inputs, name, one.order)
    if certain is not None:
        right = is_right(found, certain, floats)
        return "right" if right else f"wrong: {found}, not {certain.str(20)}"
    at = dict(zip(program.inputs, map(_text, inputs), strict=True))
    if one.mixed:
        return _judged(found, mixed_reference(problem.text, at), floats)
    true = _true(reference(problem.text, at, problem.name, one.order), one.order)
    if isinstance(true, str) and "undefined" in true and CHAINED.search(problem.text):
        return "undecided"  # whether one part that is false decides what another has no value for
    return _judged(found, true, floats)


def certified(program: Program, inputs: Sequence[Any], name: str, order: int) -> arb | None:
    """The derivative at a point that is certainly smooth, by the truth; None elsewhere."""
    form = core(program)
    for bits in (128, 512):
        balls = Balls(bits)
        values = [balls.literal(exact(x)) for x in inputs]
        found = smooth(form, values, [name], balls, order)
        if found is not None:
            ball = to_arb(found.derivatives[0])
            if ball.is_exact() or ball.rel_accuracy_bits() > 80:
                return ball
    return None


def _text(x: Any) -> str:
    """A number of any format in full."""
    value = exact(x)
    quotient = EXACTLY.divide(Decimal(value.numerator), Decimal(value.denominator))
    return f"{quotient:f}" if abs(quotient.adjusted()) < 20 or not quotient else str(quotient)


def _true(known: Reference, order: int) -> Number | str | None:
    """The derivative; None where it is not conclusive, and in a word why there is none."""
    sides = [side for side in (known.left, known.right) if side is not None]
    if not sides:
        return None
    if any(not side.defined for side in sides):
        return "undefined on one side"
    if len(sides) < 2:
        return None
    limits = [side.limit for side in sides]
    if None not in limits:
        apart = _apart(*limits)
        at = known.at
        if at is not None and at != "undefined":
            apart = apart or _apart(limits[0], Number(at, error=mpf(10) ** -200 * (1 + abs(at))))
        if apart:
            return "jump"
    slopes = [derivative(side, 1) for side in sides]
    if order == 2:
        if None in slopes:
            return None
        if _apart(*slopes):
            return "kink of the value"
        slopes = [derivative(side, 2) for side in sides]
    if None in slopes:
        return None
    if any(slope.infinite for slope in slopes if slope is not None):
        return "infinite"
    return "kink" if _apart(*slopes) else slopes[0]


def _apart(a: Number | None, b: Number | None) -> bool:
    """Surely two numbers, in more than the fourth part of the digits of float64."""
    assert a is not None
    assert b is not None
    if a.infinite or b.infinite:
        return a.infinite != b.infinite
    gap = abs(a.value - b.value)
    return bool(gap > 1000 * (a.error + b.error) and gap > mpf(10) ** -4 * abs(a.value))


def _judged(found: Any, true: Number | str | None, floats: Floats) -> str:
    """Whether a number has half of the digits of its format."""
    if true is None:
        return "undecided"
    if isinstance(true, str):
        return f"wrong: {found} at what is {true}"
    with mp.workdps(60):
        value = exact(found)
        number = mpf(value.numerator) / value.denominator
        allowed = mpf(2) ** (-mpf(floats.precision) / 2) * abs(true.value)
        least = mpf(2) ** (floats.least_exponent - floats.precision)
        if abs(number - true.value) <= 1.01 * allowed + 10 * true.error:
            return "right"
        if true.value == 0 and abs(number) <= least:
            return "right"
        return f"wrong: {found}, not {mp.nstr(true.value, 20)}"


def mixed_reference(text: str, at: dict[str, str]) -> Number | None:
    """The mixed derivative by x and y from differences in all four quadrants, at two scales; None
    where they do not agree."""
    values = []
    with mp.workdps(WORKING):
        for scale in CROSS:
            h, k = mpf(10) ** -scale * mp.sqrt(2) / 2, mpf(10) ** -scale * mp.sqrt(3) / 2
            for a, b in ((h, k), (h, -k), (-h, k), (-h, -k)):
                try:
                    f = [_at(text, at, p, q) for p, q in ((a, b), (a, 0), (0, b), (0, 0))]
                except (Undefined, Unclear):
                    return None
                values.append((f[0] - f[1] - f[2] + f[3]) / (a * b))
        size = max(abs(v) for v in values)
        if max(values) - min(values) > mpf(10) ** -15 * size + mpf(10) ** -25:
            return None
        if size < mpf(10) ** -20:
            return Number(mpf(0), error=size)
        return Number(values[-1], error=10 * (max(values) - min(values)))


def _at(text: str, at: dict[str, str], dx: Any, dy: Any) -> Any:
    values = {name: evaluate(value, {}) for name, value in at.items()}
    values["x"] += dx
    values["y"] += dy
    return evaluate(text, values)


def honest(one: Asked) -> None:
    """The law."""
    word = outcome(one)
    assert not word.startswith("wrong"), f"{one}: {word}"


@pytest.mark.parametrize("chunk", CHUNKS)
def test_no_first_derivative_is_silently_wrong(chunk: int) -> None:
    hold(honest, asked(("float32", "float64"), 1), chunk, 60)


@pytest.mark.parametrize("chunk", CHUNKS)
def test_no_second_derivative_is_silently_wrong(chunk: int) -> None:
    hold(honest, asked(("float32", "float64"), 2), chunk, 20, share=0.1)


@pytest.mark.parametrize("order", [1, 2])
@pytest.mark.parametrize("chunk", CHUNKS)
def test_nor_in_the_other_formats(chunk: int, order: int) -> None:
    hold(honest, asked(("float16", "longdouble"), order), chunk, 10, share=0.05)


HALF = Problem("x**2", {"x": "0.5"}, "x")


@pytest.mark.parametrize(
    ("found", "true", "word"),
    [
        (1.0, Number(mpf(1), error=0), "right"),
        (1.0 + 1e-7, Number(mpf(1), error=0), "wrong"),
        (0.0, Number(mpf(10) ** -40, error=0), "wrong"),
        (1.0, None, "undecided"),
        (1.0, "kink", "wrong"),
    ],
)
def test_the_judge(found: float, true: Number | str | None, word: str) -> None:
    assert _judged(found, true, Floats()).split(":")[0] == word


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(("order", "word"), [(1, "right"), (2, "right")])
def test_the_reference_judges(engine: str, order: int, word: str) -> None:
    assert outcome(Asked(HALF, engine, "float64", order)) == word


@pytest.mark.parametrize(
    ("expr", "at", "mixed"),
    [
        ("abs(x-y)**2", {"x": "1", "y": "1"}, -2.0),
        ("sin(x*y)", {"x": "1", "y": "0"}, 1.0),
        ("abs(x)*y", {"x": "0", "y": "0"}, None),
    ],
)
def test_the_mixed_reference(expr: str, at: dict[str, str], mixed: float | None) -> None:
    known = mixed_reference(expr, at)
    assert (known is None) == (mixed is None)
    assert known is None or math.isclose(known.value, mixed or 0.0)
