"""0/0 avoided by an ε: added to the divisor, or to the variable. What is left of the digits, and
which ε is best?"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Annotated

from diffcmp.accuracy.compare import compare
from diffcmp.derivatives.numbers import derivative
from diffcmp.engines.compiled import compiled
from diffcmp.language.parser import parse
from diffcmp.report.record import Chart, Curve, Grid, Report, Table, concluded
from diffcmp.studies.pace import each
from diffcmp.studies.registry import Bounds, question
from diffcmp.truth.asked import certify

U = 2.0**-53
FULL = 53 * math.log10(2)
DISTANCES = (0.0, 1e-6, 1e-3, 1.0)  # from the root, for an ε on the divisor
BESIDE = (
    10**0.25 * 1.001
)  # how far neighbours are: the worst of them counts, since a lucky ε is no rule


@dataclass(frozen=True, slots=True)
class Case:
    """f/g at a root; slope: (p, q) where the derivative's error is about ε**p + u/ε**q, value: the
    same of the value."""

    name: str
    f: str
    g: str
    root: float
    value: tuple[int, int]
    slope: tuple[int, int]


CASES = (
    Case("(eˣ−1)/x", "exp(x)-1", "x", 0.0, (1, 1), (1, 2)),
    Case("(1−cos x)/x²", "1-cos(x)", "x**2", 0.0, (2, 2), (1, 3)),
    Case("(√(1+x)−1)/x", "sqrt(1+x)-1", "x", 0.0, (1, 1), (1, 2)),
    Case("log(1+x)/x", "log(1+x)", "x", 0.0, (1, 1), (1, 2)),
)


def study(per_decade: Annotated[int, Bounds("values of ε a decade", 4, 60)] = 12) -> Report:
    """Errors of value and derivative against ε, at the root itself, held against the certified
    limits."""
    grid = [10.0 ** (-k / per_decade) for k in range(16 * per_decade + 1)]
    moved = {
        case.name: _errors(case, "u = x + ε; " + _of_u(f"({case.f})/({case.g})"), grid)
        for case in each(CASES, "cases")
    }
    first = CASES[0]
    added = {d: _errors(first, f"({first.f})/({first.g} + ε)", grid, d)[0] for d in DISTANCES}
    best = {case.name: _best(grid, moved[case.name][1]) for case in CASES}
    value = {case.name: _best(grid, moved[case.name][0]) for case in CASES}
    divisor = min(added[0.0])
    elsewhere = {
        a.name: {b.name: _digits(_near(grid, moved[b.name][1], best[a.name][0])) for b in CASES}
        for a in CASES
    }
    lost = {name: FULL - _digits(error) for name, (_, error) in best.items()}
    value_lost = {name: FULL - _digits(error) for name, (_, error) in value.items()}
    theory = {case.name: FULL * (1 - _share(case.slope)) for case in CASES}
    half = 8 * per_decade
    handicap = max(
        elsewhere[b.name][b.name] - elsewhere[a.name][b.name] for a in CASES for b in CASES
    )
    kept = {case.name: _engine(case) for case in CASES}
    least, most = min(lost.values()), max(lost.values())
    return Report(
        "epsilon-hack",
        f"the best ε still costs {least:.0f} to {most:.0f} of {FULL:.0f} digits of the derivative",
        question("epsilon-hack"),
        "dual numbers on the altered quotient, certify; dual-lhopital on the original",
        {"per_decade": per_decade},
        (
            Table(
                "(f/g)(x + ε) at the root: the best ε, and the digits that it leaves",
                {
                    "f/g": "text",
                    "ε for f/g": "step",
                    "left": "digits",
                    "theory": "digits",
                    "ε for (f/g)′": "step",
                    "left ": "digits",
                    "theory ": "digits",
                    "lhopital": "digits",
                },
                tuple(
                    (
                        c.name,
                        value[c.name][0],
                        _digits(value[c.name][1]),
                        FULL * _share(c.value),
                        best[c.name][0],
                        _digits(best[c.name][1]),
                        FULL * _share(c.slope),
                        kept[c.name],
                    )
                    for c in CASES
                ),
                "digits: of the absolute error; theory: ε^p + u/ε^q leaves p/(p + q) of them; lhopital: of (f/g)′.",
            ),
        ),
        (
            Chart(
                f"An ε on the variable: the V of a step size; the best leaves {FULL - most:.1f} to {FULL - least:.1f} digits",
                "ε",
                "absolute error of (f/g)′ at the root",
                tuple(Curve(n, tuple(grid), tuple(e[1])) for n, e in moved.items()),
                "xy",
                (1e-9, 1e6),
            ),
            Chart(
                f"An ε on the divisor of {first.name}: off by {divisor:.0%} at the root, and wrong beside it",
                "ε",
                "absolute error of f/(g + ε)",
                tuple(
                    Curve(f"at x = {d:g}" if d else "at the root", tuple(grid), tuple(e))
                    for d, e in added.items()
                ),
                "xy",
                (1e-16, 1e2),
            ),
            Grid(
                f"No ε serves all: up to {handicap:.1f} digits less with the best ε of another function",
                tuple(f"best for {c.name}" for c in CASES),
                tuple(c.name for c in CASES),
                tuple(tuple(elsewhere[a.name][b.name] for b in CASES) for a in CASES),
                "digits",
                (0.0, 8.0),
            ),
        ),
        (
            concluded(
                "an ε on the variable leaves at most {value_kept:.1f} digits of a value and {slope_kept:.1f} of a "
                "derivative, {least:.0%} to {most:.0%} of whose digits are lost",
                value_kept=FULL - min(value_lost.values()),
                slope_kept=FULL - least,
                least=least / FULL,
                most=most / FULL,
                lost=lost,
                value_lost=value_lost,
            ),
            concluded(
                "theory (u = {u:.1e}) says {said} digits lost, at most {off:.1f} from what is measured",
                u=U,
                said=", ".join(f"{t:.1f}" for t in theory.values()),
                theory=theory,
                off=max(abs(theory[n] - lost[n]) for n in lost),
            ),
            concluded(
                "an ε on the divisor of {name} is no help: it is off by {error:.0%} at the root whatever ε, and at x = 1 "
                "an ε of {sample:.0e} costs {bias:.1f} digits",
                name=first.name,
                error=divisor,
                divisor=divisor,
                sample=grid[half],
                bias=FULL - _digits(added[1.0][half]),
            ),
            concluded(
                "the best ε of one function costs another up to {handicap:.1f} digits",
                handicap=handicap,
            ),
            concluded(
                "dual-lhopital, without ε, has {kept:.1f} digits or more", kept=min(kept.values())
            ),
        ),
    )


def _of_u(text: str) -> str:
    """The same function of u: `exp` keeps its x."""
    return text.replace("exp(", "EXP(").replace("x", "u").replace("EXP(", "exp(")


def _errors(
    case: Case, text: str, grid: list[float], away: float = 0.0
) -> tuple[list[float], list[float]]:
    """|error| of the value and of the derivative at the root, or somewhere beside it, for every
    ε."""
    truth = certify(f"({case.f})/({case.g})", case.root + away)
    slope = truth.derivative("x")
    assert truth.value is not None
    assert slope is not None
    program = parse(text)
    names = program.inputs
    f, df = compiled(program), derivative(program, wrt="x")
    places = [dict(zip(("x", "ε"), (case.root + away, e), strict=True)) for e in grid]
    values = [f(*(place[n] for n in names)) for place in places]
    slopes = [df(*(place[n] for n in names)) for place in places]
    return (
        [_off(v, float(truth.value.text(17))) for v in values],
        [_off(v, float(slope.text(17))) for v in slopes],
    )


def _off(found: float, true: float) -> float:
    return abs(found - true) if math.isfinite(found) else math.inf


def _best(grid: list[float], errors: list[float]) -> tuple[float, float]:
    """The ε with the smallest error, and that error; of every ε the worst of its neighbours
    counts."""
    sure = [_near(grid, errors, epsilon) for epsilon in grid]
    i = sure.index(min(sure))
    return grid[i], sure[i]


def _near(grid: list[float], errors: list[float], epsilon: float) -> float:
    """The error at an ε, the worst of its neighbours."""
    return max(
        error
        for e, error in zip(grid, errors, strict=True)
        if epsilon / BESIDE < e < epsilon * BESIDE
    )


def _share(orders: tuple[int, int]) -> float:
    """The share of the digits that is left where ε**p + u/ε**q is least: ε = u**(1/(p + q))."""
    p, q = orders
    return p / (p + q)


def _digits(error: float) -> float:
    return min(max(0.0, -math.log10(error)), FULL) if error else FULL


def _engine(case: Case) -> float:
    row = compare(f"({case.f})/({case.g})", case.root, backends=["dual-lhopital"]).rows[0]
    return row.digits["x"] or 0.0
