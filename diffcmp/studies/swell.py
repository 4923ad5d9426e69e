"""The iterated logistic map: size and time of f′ as a formula, as dual numbers, on the tape."""

from __future__ import annotations

import time
import timeit
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import Annotated, Any

import numpy as np

from diffcmp.accuracy.compare import compare
from diffcmp.arithmetic.evaluate import evaluate
from diffcmp.derivatives.numbers import derivative
from diffcmp.engines.derived import adjoint, tangent
from diffcmp.language.parser import parse
from diffcmp.program.ir import Program
from diffcmp.report.record import Report
from diffcmp.studies.layout import Axes, chart, conclusions, curve, table
from diffcmp.studies.numbers import power
from diffcmp.studies.pace import each
from diffcmp.studies.registry import Bounds

POINT = "0.2"
EXACT = 1e-9
MEASURED = 3  # times of one call: the least of so many


@dataclass(frozen=True, slots=True)
class Size:
    """Operations of a derivative, and seconds until it is known at a point for the first time."""

    operations: int
    seconds: float


def study(
    iterations: Annotated[int, Bounds("of the map, for the formula", 6, 10)] = 8,
    chain: Annotated[int, Bounds("of the map, for dual numbers and the tape", 32, 512)] = 64,
) -> Report:
    """Operations of the derivative, and seconds until it is known at a point for the first time."""
    counts = list(range(1, iterations + 1))
    depths = [*counts, *(2**k for k in range(3, chain.bit_length()) if 2**k > iterations)]
    symbolic(1)  # the first call of sympy is slow, whatever it is about
    formula = {n: symbolic(n) for n in each(counts, "formulas")}
    dual = {n: Size(operations(tangent(program(n), "x")), first_answer(n, "dual")) for n in depths}
    tape = {
        n: Size(operations(adjoint(program(n), ("x",))), first_answer(n, "tape")) for n in depths
    }
    sizes = {n: size.operations for n, size in formula.items()}
    powers = {"dual": late_power(dual), "tape": late_power(tape)}
    last = counts[-1]
    factor = sizes[last] / sizes[last - 1]
    law, off = quadratic({n: sizes[n] / 2**n for n in counts[1:]})
    growth = "n²·2ⁿ" if off < EXACT else f"{factor:.1f}-fold with every iteration"
    slower = formula[last].seconds / dual[last].seconds
    rows = compare(logistic(last), POINT, backends=["dual", "tape"]).rows
    facts: dict[str, Any] = {"size": sizes[last], "last": last, "factor": factor, "sizes": sizes}
    facts |= {"law": spelled(law), "off": off}
    facts |= {"dual": dual[last].operations, "tape": tape[last].operations}
    facts |= {"a": powers["dual"], "b": powers["tape"], "powers": powers}
    facts |= {"digits": min(row.digits["x"] or 0.0 for row in rows)}
    measured = table(
        "Operations of the derivative of n iterations, and seconds until the first answer",
        depths,
        ("n", "count", lambda n: n),
        ("formula", "count", lambda n: sizes.get(n)),
        ("dual", "count", lambda n: dual[n].operations),
        ("tape", "count", lambda n: tape[n].operations),
        ("formula's time", "seconds", lambda n: formula[n].seconds if n in formula else None),
        ("dual's", "seconds", lambda n: dual[n].seconds),
        ("tape's", "seconds", lambda n: tape[n].seconds),
        note="formula: as sympy leaves it after differentiation.",
    )
    ways = {"formula": formula, "dual": dual, "tape": tape}
    theory = [2**n * law(n) for n in counts[1:]]
    by_size = chart(
        f"Operations: {growth} for the formula, n^{powers['dual']:.2f} for the others",
        Axes("iterations n", "operations of f′", "xy"),
        *(
            curve(name, way, [size.operations for size in way.values()])
            for name, way in ways.items()
        ),
        curve(spelled(law), counts[1:], theory, "theory"),
    )
    by_time = chart(
        f"Time: the formula's is {slower:.0f} times that of dual after {last} iterations",
        Axes("iterations n", "seconds until the first answer", "xy"),
        *(curve(name, way, [size.seconds for size in way.values()]) for name, way in ways.items()),
    )
    return Report(
        title=f"the formula grows like {growth}, dual numbers and the tape like "
        f"n^{powers['dual']:.2f}",
        method="sympy, dual, tape; f itself has 3 operations an iteration",
        tables=(measured,),
        charts=(by_size, by_time),
        conclusions=conclusions(
            facts,
            "the formula has {size} operations after {last} iterations, {factor:.2f} times those "
            "of one less; from 2 on they are {law} to {off:.0e}",
            "dual numbers need {dual} and the tape {tape} at {last}, growing like n^{a:.2f} and "
            "n^{b:.2f}",
            "dual numbers and the tape have {digits:.1f} correct digits or more at {last} "
            "iterations",
        ),
    )


def logistic(n: int) -> str:
    """n iterations, each in a statement of its own.

    >>> logistic(2)
    'a = 4*x*(1 - x); 4*a*(1 - a)'
    """
    names = ["x", *("a" if k == 1 else f"a{k}" for k in range(1, n))]
    steps = [f"{after} = 4*{before}*(1 - {before})" for before, after in pairwise(names)]
    return "; ".join([*steps, f"4*{names[-1]}*(1 - {names[-1]})"])


def program(n: int) -> Program:
    """The program of n iterations."""
    return parse(logistic(n))


def symbolic(n: int) -> Size:
    """The derivative as sympy leaves it: once differentiated, and the point put in."""
    import sympy

    from diffcmp.arithmetic.symbols import Symbols

    x = sympy.Symbol("x")
    start = time.perf_counter()
    slope = evaluate(program(n), Symbols(), [x])[0].diff(x)
    slope.subs(x, sympy.Float(POINT))
    return Size(int(sympy.count_ops(slope)), time.perf_counter() - start)


def operations(derived: Program) -> int:
    """The operations of a program, without the constants."""
    return sum(not equation.params for equation in derived.equations)


def first_answer(n: int, backend: str) -> float:
    """Seconds to parse, compile and run once; a new parameter in the text defeats the caches."""
    texts = [logistic(n).replace("4*x", f"{4 - k / 2**40}*x", 1) for k in range(1, MEASURED + 1)]
    return min(timeit.timeit(partial(answer, text, backend), number=1) for text in texts)


def answer(text: str, backend: str) -> float:
    """The derivative at the point."""
    return float(derivative(text, backend)(float(POINT)))


def quadratic(sizes: dict[int, float]) -> tuple[np.poly1d, float]:
    """The quadratic in n that the sizes follow, and the largest relative distance from it."""
    n, y = np.array(list(sizes)), np.array(list(sizes.values()))
    law = np.poly1d(np.polyfit(n, y, 2))
    return law, float(abs(law(n) / y - 1).max())


def spelled(law: np.poly1d) -> str:
    """The quadratic times 2ⁿ, in words."""
    a, b, c = (f"{'+' if k >= 0 else '−'} {abs(k):.4g}" for k in law.coeffs)
    return f"({a.removeprefix('+ ')}n² {b}n {c})·2ⁿ"


def late_power(sizes: dict[int, Size]) -> float:
    """The power of n that the operations follow, over the longer half."""
    half = len(sizes) // 2
    return power([*sizes][half:], [size.operations for size in sizes.values()][half:])
