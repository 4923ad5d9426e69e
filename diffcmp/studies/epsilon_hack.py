"""0/0 avoided by an ε on the divisor or on the variable: which ε is best, and what is left?"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Annotated, Any

from diffcmp.accuracy.compare import compare
from diffcmp.derivatives.numbers import derivative
from diffcmp.engines.compiled import compiled
from diffcmp.language.parser import parse
from diffcmp.report.record import Chart, Grid, Report
from diffcmp.studies.layout import Axes, chart, conclusions, curve, listed, table
from diffcmp.studies.numbers import nearest
from diffcmp.studies.pace import each
from diffcmp.studies.registry import Bounds
from diffcmp.truth.certify import certify
from diffcmp.truth.record import Quantity

U = 2.0**-53
FULL = 53 * math.log10(2)
DISTANCES = (0.0, 1e-6, 1e-3, 1.0)  # from the root, for an ε on the divisor
BESIDE = 10**0.25 * 1.001  # how far away a neighbour may be


@dataclass(frozen=True, slots=True)
class Case:
    """f/g at a root. value, slope: the (p, q) with which the error of f/g, or of its derivative, is
    about ε**p + u/ε**q."""

    name: str
    f: str
    g: str
    root: float
    value: tuple[int, int]
    slope: tuple[int, int]

    @property
    def quotient(self) -> str:
        return f"({self.f})/({self.g})"

    @property
    def moved(self) -> str:
        """The quotient at u = x + ε; `exp` keeps its x."""
        of_u = self.quotient.replace("exp(", "EXP(").replace("x", "u").replace("EXP(", "exp(")
        return f"u = x + ε; {of_u}"


CASES = (
    Case("(eˣ−1)/x", "exp(x)-1", "x", 0.0, (1, 1), (1, 2)),
    Case("(1−cos x)/x²", "1-cos(x)", "x**2", 0.0, (2, 2), (1, 3)),
    Case("(√(1+x)−1)/x", "sqrt(1+x)-1", "x", 0.0, (1, 1), (1, 2)),
    Case("log(1+x)/x", "log(1+x)", "x", 0.0, (1, 1), (1, 2)),
)


@dataclass(frozen=True, slots=True)
class Errors:
    """The size of the error for every ε of a grid."""

    grid: list[float]
    sizes: list[float]

    def near(self, epsilon: float) -> float:
        """The largest error beside an ε: a lucky ε is no rule."""
        pairs = zip(self.grid, self.sizes, strict=True)
        return max(size for e, size in pairs if epsilon / BESIDE < e < epsilon * BESIDE)

    @property
    def best(self) -> float:
        """The ε beside which the error is smallest."""
        return min(self.grid, key=self.near)

    @property
    def kept(self) -> float:
        """The digits that the best ε leaves."""
        return digits(self.near(self.best))


def errors(case: Case, text: str, grid: list[float], away: float = 0.0) -> tuple[Errors, Errors]:
    """The errors of the value and of the derivative at the root, or somewhere beside it."""
    x = case.root + away
    truth, program = certify(case.quotient, x), parse(text)
    f, slope = compiled(program), derivative(program, wrt="x")
    arguments = [[{"x": x, "ε": e}[name] for name in program.inputs] for e in grid]
    values = [off(f(*given), truth.value) for given in arguments]
    slopes = [off(slope(*given), truth.derivative("x")) for given in arguments]
    return Errors(grid, values), Errors(grid, slopes)


def off(number: float, true: Quantity | None) -> float:
    """The size of an error; what is not finite is infinitely far off."""
    return abs(number - nearest(true)) if math.isfinite(number) else math.inf


def digits(error: float) -> float:
    """The digits that an absolute error leaves of a number of size 1."""
    return min(max(0.0, -math.log10(error)), FULL) if error else FULL


def share(orders: tuple[int, int]) -> float:
    """The share of the digits that is left where ε**p + u/ε**q is least: ε = u**(1/(p + q))."""
    p, q = orders
    return p / (p + q)


def lhopital(case: Case) -> float:
    """The digits of the engine that knows L'Hôpital's rule."""
    row = compare(case.quotient, case.root, backends=["dual-lhopital"]).rows[0]
    return row.digits["x"] or 0.0


def with_epsilon(epsilon: float, slopes: dict[str, Errors]) -> dict[str, float]:
    """The digits that one ε leaves of every derivative."""
    return {name: digits(slope.near(epsilon)) for name, slope in slopes.items()}


def drawn(title: str, axes: Axes, named: dict[str, Errors]) -> Chart:
    """Errors against ε."""
    return chart(title, axes, *(curve(name, e.grid, e.sizes) for name, e in named.items()))


def study(per_decade: Annotated[int, Bounds("values of ε a decade", 4, 60)] = 12) -> Report:
    """Errors of value and derivative at the root against ε, by the certified limits."""
    grid = [10.0 ** (-k / per_decade) for k in range(16 * per_decade + 1)]
    moved = {case.name: errors(case, case.moved, grid) for case in each(CASES, "cases")}
    values = {name: value for name, (value, _) in moved.items()}
    slopes = {name: slope for name, (_, slope) in moved.items()}
    first = CASES[0]
    added = {d: errors(first, f"({first.f})/({first.g} + ε)", grid, d)[0] for d in DISTANCES}
    divisor = min(added[0.0].sizes)
    elsewhere = {name: with_epsilon(slope.best, slopes) for name, slope in slopes.items()}
    handicap = max(elsewhere[b][b] - elsewhere[a][b] for a in slopes for b in slopes)
    engine = {case.name: lhopital(case) for case in CASES}
    lost = {name: FULL - slope.kept for name, slope in slopes.items()}
    value_lost = {name: FULL - value.kept for name, value in values.items()}
    expected = {case.name: FULL * (1 - share(case.slope)) for case in CASES}
    least, most = min(lost.values()), max(lost.values())
    half = 8 * per_decade
    facts: dict[str, Any] = {"value_kept": FULL - min(value_lost.values())}
    facts |= {"slope_kept": FULL - least, "least": least / FULL, "most": most / FULL}
    facts |= {"lost": lost, "value_lost": value_lost}
    facts |= {"u": U, "said": listed(expected.values(), ".1f"), "theory": expected}
    facts |= {"off": max(abs(expected[name] - lost[name]) for name in lost)}
    facts |= {"name": first.name, "error": divisor, "divisor": divisor, "sample": grid[half]}
    facts |= {"bias": FULL - digits(added[1.0].sizes[half]), "handicap": handicap}
    facts |= {"kept": min(engine.values())}
    best = table(
        "(f/g)(x + ε) at the root: the best ε, and the digits that it leaves",
        CASES,
        ("f/g", "text", "name"),
        ("ε for f/g", "step", lambda case: values[case.name].best),
        ("left", "digits", lambda case: values[case.name].kept),
        ("theory", "digits", lambda case: FULL * share(case.value)),
        ("ε for (f/g)′", "step", lambda case: slopes[case.name].best),
        ("left ", "digits", lambda case: slopes[case.name].kept),
        ("theory ", "digits", lambda case: FULL * share(case.slope)),
        ("lhopital", "digits", lambda case: engine[case.name]),
        note="digits: of the absolute error; theory: ε^p + u/ε^q leaves p/(p + q) of them; "
        "lhopital: of (f/g)′.",
    )
    on_variable = drawn(
        f"An ε on the variable has a V as a step size has; the best leaves {FULL - most:.1f} to "
        f"{FULL - least:.1f} digits",
        Axes("ε", "absolute error of (f/g)′ at the root", "xy", (1e-9, 1e6)),
        slopes,
    )
    on_divisor = drawn(
        f"An ε on the divisor of {first.name}: off by {divisor:.0%} at the root, and wrong beside "
        "it",
        Axes("ε", "absolute error of f/(g + ε)", "xy", (1e-16, 1e2)),
        {f"at x = {d:g}" if d else "at the root": e for d, e in added.items()},
    )
    exchanged = Grid(
        f"No ε serves all: up to {handicap:.1f} digits less with the best ε of another function",
        rows=tuple(f"best for {name}" for name in slopes),
        columns=tuple(slopes),
        cells=tuple(tuple(row.values()) for row in elsewhere.values()),
        measure="digits",
        span=(0.0, 8.0),
    )
    return Report(
        title=f"the best ε still costs {least:.0f} to {most:.0f} of {FULL:.0f} digits of the "
        "derivative",
        method="dual numbers on the altered quotient, certify; dual-lhopital on the original",
        tables=(best,),
        charts=(on_variable, on_divisor, exchanged),
        conclusions=conclusions(
            facts,
            "an ε on the variable leaves at most {value_kept:.1f} digits of a value and "
            "{slope_kept:.1f} of a derivative, {least:.0%} to {most:.0%} of whose digits are lost",
            "theory (u = {u:.1e}) says {said} digits lost, at most {off:.1f} from what is measured",
            "an ε on the divisor of {name} is no help: it is off by {error:.0%} at the root "
            "whatever ε, and at x = 1 an ε of {sample:.0e} costs {bias:.1f} digits",
            "the best ε of one function costs another up to {handicap:.1f} digits",
            "dual-lhopital, without ε, has {kept:.1f} digits or more",
        ),
    )
