"""The iterated logistic map 4x(1 - x): the size and the time of its derivative as a formula, as
dual numbers, on the tape."""

from __future__ import annotations

import math
import time
import timeit
from functools import partial
from itertools import pairwise
from typing import Annotated

import numpy as np

from diffcmp.accuracy.compare import compare
from diffcmp.accuracy.sweep import slope
from diffcmp.arithmetic.evaluate import evaluate
from diffcmp.derivatives.numbers import derivative
from diffcmp.engines.derived import adjoint, tangent
from diffcmp.language.parser import parse
from diffcmp.program.ir import Program
from diffcmp.report.record import Chart, Curve, Report, Table, concluded
from diffcmp.studies.pace import each
from diffcmp.studies.registry import Bounds, question

POINT = "0.2"
EXACT = 1e-9
MEASURED = 3  # times of one call: the least of so many


def study(
    iterations: Annotated[int, Bounds("of the map, for the formula", 6, 10)] = 8,
    chain: Annotated[int, Bounds("of the map, for dual numbers and the tape", 32, 512)] = 64,
) -> Report:
    """Operations of the derivative, and seconds until it is known at one point for the first
    time."""
    counts = list(range(1, iterations + 1))
    _formula(1)  # the first call of sympy is slow, whatever it is about
    formulas = {n: _formula(n) for n in each(counts, "formulas")}
    sizes = {n: size for n, (size, _) in formulas.items()}
    times = {n: seconds for n, (_, seconds) in formulas.items()}
    depths = [*counts, *(2**k for k in range(3, chain.bit_length()) if 2**k > iterations)]
    programs = {n: parse(logistic(n)) for n in depths}
    dual = {n: _size(tangent(program, "x")) for n, program in programs.items()}
    tape = {n: _size(adjoint(program, ("x",))) for n, program in programs.items()}
    fast = {m: {n: _first_answer(n, m) for n in depths} for m in ("dual", "tape")}
    powers = {"dual": _power(dual), "tape": _power(tape)}
    last = counts[-1]
    factor = sizes[last] / sizes[last - 1]
    law, off = _quadratic({n: sizes[n] / 2**n for n in counts[1:]})
    growth = "n²·2ⁿ" if off < EXACT else f"{factor:.1f}-fold with every iteration"
    return Report(
        "swell",
        f"the formula grows like {growth}, dual numbers and the tape like n^{powers['dual']:.2f}",
        question("swell"),
        "sympy, dual, tape; f itself has 3 operations an iteration",
        {"iterations": iterations, "chain": chain},
        (
            Table(
                "Operations of the derivative of n iterations, and seconds until the first answer",
                {
                    "n": "count",
                    "formula": "count",
                    "dual": "count",
                    "tape": "count",
                    "formula's time": "seconds",
                    "dual's": "seconds",
                    "tape's": "seconds",
                },
                tuple(
                    (
                        n,
                        sizes.get(n),
                        dual[n],
                        tape[n],
                        times.get(n),
                        fast["dual"][n],
                        fast["tape"][n],
                    )
                    for n in depths
                ),
                "formula: as sympy leaves it after differentiation.",
            ),
        ),
        (
            Chart(
                f"Operations: {growth} for the formula, n^{powers['dual']:.2f} for the others",
                "iterations n",
                "operations of f′",
                (
                    Curve(
                        "formula", tuple(map(float, counts)), tuple(float(sizes[n]) for n in counts)
                    ),
                    Curve("dual", tuple(map(float, depths)), tuple(float(dual[n]) for n in depths)),
                    Curve("tape", tuple(map(float, depths)), tuple(float(tape[n]) for n in depths)),
                    Curve(
                        _spelled(law),
                        tuple(map(float, counts[1:])),
                        tuple(2**n * law(n) for n in counts[1:]),
                        "theory",
                    ),
                ),
                "xy",
            ),
            Chart(
                f"Time: the formula's is {times[last] / fast['dual'][last]:.0f} times that of dual after {last} iterations",
                "iterations n",
                "seconds until the first answer",
                (
                    Curve("formula", tuple(map(float, counts)), tuple(times[n] for n in counts)),
                    *(
                        Curve(m, tuple(map(float, depths)), tuple(fast[m][n] for n in depths))
                        for m in fast
                    ),
                ),
                "xy",
            ),
        ),
        (
            concluded(
                "the formula has {size} operations after {last} iterations, {factor:.2f} times those of one less; from "
                "2 on they are {law} to {off:.0e}",
                size=sizes[last],
                last=last,
                factor=factor,
                sizes=sizes,
                law=_spelled(law),
                off=off,
            ),
            concluded(
                "dual numbers need {dual} and the tape {tape} at {last}, growing like n^{a:.2f} and n^{b:.2f}",
                dual=dual[last],
                tape=tape[last],
                last=last,
                a=powers["dual"],
                b=powers["tape"],
                powers=powers,
            ),
            concluded(
                "the same number: {digits:.1f} digits by each at {last} iterations",
                last=last,
                digits=min(
                    r.digits["x"] or 0.0
                    for r in compare(logistic(last), POINT, backends=["dual", "tape"]).rows
                ),
            ),
        ),
    )


def logistic(n: int) -> str:
    """n iterations, each in a statement of its own.

    >>> logistic(2)
    'a = 4*x*(1 - x); 4*a*(1 - a)'
    """
    names = ["x", *(_name(k) for k in range(1, n))]
    steps = [f"{after} = 4*{before}*(1 - {before})" for before, after in pairwise(names)]
    return "; ".join([*steps, f"4*{names[-1]}*(1 - {names[-1]})"])


def _name(k: int) -> str:
    return "a" if k == 1 else f"a{k}"


def _formula(n: int) -> tuple[int, float]:
    """Operations of the derivative as sympy leaves it, and seconds to differentiate and to put the
    point in, once."""
    import sympy

    from diffcmp.arithmetic.symbols import Symbols

    x = sympy.Symbol("x")
    start = time.perf_counter()
    derivative = evaluate(parse(logistic(n)), Symbols(), [x])[0].diff(x)
    derivative.subs(x, sympy.Float(POINT))
    return int(sympy.count_ops(derivative)), time.perf_counter() - start


def _size(program: Program) -> int:
    """Operations, without the constants."""
    return sum(not equation.params for equation in program.equations)


def _first_answer(n: int, backend: str) -> float:
    """Parse, differentiate, compile and run once; the parameter in the text keeps it from being
    remembered."""
    texts = [logistic(n).replace("4*x", f"{4 - k / 2**40}*x", 1) for k in range(1, MEASURED + 1)]
    return min(timeit.timeit(partial(_answer, text, backend), number=1) for text in texts)


def _answer(text: str, backend: str) -> float:
    return float(derivative(text, backend)(float(POINT)))


def _quadratic(sizes: dict[int, float]) -> tuple[np.poly1d, float]:
    """The quadratic in n that the sizes follow, and the largest relative distance from it."""
    n, y = np.array(list(sizes)), np.array(list(sizes.values()))
    law = np.poly1d(np.polyfit(n, y, 2))
    return law, float(abs(law(n) / y - 1).max())


def _spelled(law: np.poly1d) -> str:
    a, b, c = (f"{'+' if k >= 0 else '−'} {abs(k):.4g}" for k in law.coeffs)
    return f"({a.removeprefix('+ ')}n² {b}n {c})·2ⁿ"


def _power(sizes: dict[int, int]) -> float:
    """The power of n that the size follows, over the longer half."""
    points = [(math.log(n), math.log(size)) for n, size in sizes.items()]
    found = slope(points[len(points) // 2 :])
    assert found is not None
    return found
