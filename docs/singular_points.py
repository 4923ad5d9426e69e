"""The table of docs/singular-points.md: textbook limits, and what every backend makes of them.

    make docs-tables        writes docs/singular-points.md again

The derivative of each limit's continuous extension is typed here from its series, as a textbook has
it; a test holds it against the certified truth. Everything else in the page is computed.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import diffcmp
from diffcmp.accuracy.judging.errors import full_digits
from diffcmp.accuracy.judging.record import Comparison, Row
from diffcmp.arithmetic.floats import Floats
from diffcmp.backends.registry import BUILT_IN, backend
from diffcmp.report.markdown import code, escaped

PAGE = Path(__file__).with_name("singular-points.md")
INSTALLED = [name for name, place in BUILT_IN.items() if ".peers" not in place]  # always
BACKENDS = tuple(name for name in INSTALLED if 1 in backend(name).orders)
SECONDS = 60.0  # for sympy, so that a slow machine writes the same page
RIGHT, LOUD, WRONG = "right", "nan or inf", "silently wrong"


@dataclass(frozen=True, slots=True)
class Limit:
    """A function at a point where a method may fail, the derivative there as exact text, and why it
    is that."""

    expr: str
    at: str
    derivative: str
    why: str


# fmt: off
# ruff: noqa: E501 - a table: one aligned line a limit
LIMITS: dict[str, list[Limit]] = {
    "0/0, L'Hôpital's rule once": [
        #     expression                              at      derivative        why: the function
        # beside the point, t the distance from it
        Limit("(t**2-4)/(t-2)",                       "2",    "1",              "t + 2"),
        Limit("(x**3-8)/(x-2)",                       "2",    "6",              "x² + 2x + 4"),
        Limit("sin(x)/x",                             "0",    "0",              "1 - x²/6 + …"),
        Limit("(exp(x)-1)/x",                         "0",    "1/2",            "1 + x/2 + x²/6 + …"),
        Limit("log(1+x)/x",                           "0",    "-1/2",           "1 - x/2 + x²/3 - …"),
        Limit("(1-cos(x))/x",                         "0",    "1/2",            "x/2 - x³/24 + …"),
        Limit("(2**x-1)/x",                           "0",    "log(2)**2/2",    "log 2 + (log 2)²·x/2 + …"),
        Limit("(sqrt(x)-2)/(x-4)",                    "4",    "-1/64",          "1/(√x + 2)"),
        Limit("log(x)/(x-1)",                         "1",    "-1/2",           "1 - t/2 + t²/3 - …"),
    ],
    "0/0, twice": [
        Limit("(1-cos(x))/x**2",                      "0",    "0",              "1/2 - x²/24 + …"),
        Limit("(exp(x)-1-x)/x**2",                    "0",    "1/6",            "1/2 + x/6 + x²/24 + …"),
        Limit("(x-log(1+x))/x**2",                    "0",    "-1/3",           "1/2 - x/3 + x²/4 - …"),
    ],
    "0/0, three times": [
        Limit("(x-sin(x))/x**3",                      "0",    "0",              "1/6 - x²/120 + …"),
        Limit("(tan(x)-sin(x))/x**3",                 "0",    "0",              "1/2 + x²/8 + …"),
        Limit("(exp(x)-1-x-x**2/2)/x**3",             "0",    "1/24",           "1/6 + x/24 + …"),
        Limit("(log(1+x)-x+x**2/2)/x**3",             "0",    "-1/4",           "1/3 - x/4 + …"),
    ],
    "∞ - ∞": [
        Limit("1/x-1/sin(x)",                         "0",    "-1/6",           "-x/6 - 7x³/360 - …"),
        Limit("1/x-1/(exp(x)-1)",                     "0",    "-1/12",          "1/2 - x/12 + …, the Bernoulli numbers"),
        Limit("1/log(1+x)-1/x",                       "0",    "-1/12",          "1/2 - x/12 + …, the Gregory coefficients"),
        Limit("1/sin(x)**2-1/x**2",                   "0",    "0",              "1/3 + x²/15 + …"),
    ],
    "1^∞": [
        Limit("(1+x)**(1/x)",                         "0",    "-e/2",           "e·(1 - x/2 + 11x²/24 - …)"),
        Limit("(1+sin(x))**(1/x)",                    "0",    "-e/2",           "log(1 + sin x)/x = 1 - x/2 + …"),
        Limit("cos(x)**(1/x)",                        "0",    "-1/2",           "log(cos x)/x = -x/2 - …"),
        Limit("cos(x)**(1/x**2)",                     "0",    "0",              "log(cos x)/x² = -1/2 - x²/12 - …"),
        Limit("x**(1/(x-1))",                         "1",    "-e/2",           "log(x)/(x - 1) = 1 - t/2 + …"),
    ],
    "0·∞ and 0⁰": [
        Limit("(exp(x)-1)*(1/x)",                     "0",    "1/2",            "1 + x/2 + …"),
        Limit("x*(1/tan(x))",                         "0",    "0",              "1 - x²/3 - …"),
        Limit("(x-1)*(1/log(x))",                     "1",    "1/2",            "1 + t/2 - t²/12 + …"),
        Limit("(x**2)**(x**2)",                       "0",    "0",              "1 + 2x²·log|x| + …, whose slope 4x·log|x| + … vanishes"),
    ],
    "A zero of even order under a root": [
        Limit("sqrt(x**4)",                           "0",    "0",              "x²"),
        Limit("sqrt(x**4+x**6)",                      "0",    "0",              "x²·√(1 + x²)"),
        Limit("(x**4)**0.75",                         "0",    "0",              "|x|³"),
    ],
    "Guards, and branches that are not taken": [
        Limit("where(x == 0, 1, (exp(x)-1)/x)",       "0",    "1/2",            "1 + x/2 + …; the constant fills the hole"),
        Limit("where(x == 0, 1, (exp(x)-1)/where(x == 0, 1, x))", "0", "1/2",   "the same, by the “double where”"),
        Limit("where(x != 2, (x**2-4)/(x-2), 4)",     "2",    "1",              "x + 2"),
        Limit("where(x < 1, x, sqrt(x))",             "0",    "1",              "x; the root is not taken"),
        Limit("where(x > 0, x*sqrt(x), 0)",           "0",    "0",              "x^1.5 from the right, 0 from the left"),
    ],
    "Overflow on the way": [
        Limit("log(1+exp(x))",                        "800",  "1/(1+exp(-800))", "the sigmoid of x"),
        Limit("log(cosh(x))",                         "800",  "tanh(800)",      "tanh x"),
        Limit("(1-exp(-x))/(1+exp(-x))",              "-720", "2*exp(-720)/(1+exp(-720))**2", "tanh(x/2), flat there: 4.1e-313"),
        Limit("sqrt(1+x**2)",                         "1e200", "1/sqrt(1+1e-400)", "|x|·√(1 + 1/x²)"),
    ],
    "At π, which no float is": [
        Limit("sin(x)/(x-pi)",                        "pi",   "0",              "-sin(t)/t"),
        Limit("(1+cos(x))/(x-pi)",                    "pi",   "1/2",            "(1 - cos t)/t = t/2 - …"),
        Limit("(exp(sin(x))-1)/(x-pi)",               "pi",   "1/2",            "-1 + t/2 + …"),
        Limit("sin(2*x)/sin(x)",                      "pi",   "0",              "2·cos x"),
    ],
}
# fmt: on


@dataclass(frozen=True, slots=True)
class Cell:
    """What one backend makes of one limit: the verdict, the value, its correct digits, and whether
    it carries a note."""

    verdict: str
    value: Any
    digits: float
    noted: bool

    @property
    def text(self) -> str:
        """The digits, where they are right; else the value, in bold where it is finite."""
        if self.verdict == RIGHT:
            return f"{self.digits:.0f}"
        shown = escaped(f"{float(self.value):.3g}")
        if self.verdict == LOUD:
            return shown
        return f"**{shown}**" if self.noted else f"**{shown}** (no note)"


def cells(comparison: Comparison) -> dict[str, Cell]:
    """The cell of every backend."""
    return {row.backend: _cell(row, comparison.wrt[0]) for row in comparison.rows}


def _cell(row: Row, name: str) -> Cell:
    value, digits = row.derivative.get(name), row.digits.get(name) or 0.0
    noted = bool(row.remarks)
    if value is None or not math.isfinite(value):
        return Cell(LOUD, math.nan if value is None else value, 0.0, noted)
    verdict = RIGHT if digits >= needed(row.backend) else WRONG
    return Cell(verdict, value, digits, noted)


def needed(name: str) -> float:
    """Half of the digits that the method can give: float64's, times p/(p + 1) for a stencil of
    order p."""
    method = backend(name)
    p = method.truncation_order
    reach = 1.0 if p is None or method.roundoff_weight == 0 else p / (p + 1)
    return full_digits(Floats("float64")) * reach / 2


def compared(limit: Limit) -> dict[str, Cell]:
    """The limit in float64, by every backend of the package."""
    return cells(diffcmp.compare(limit.expr, limit.at, backends=BACKENDS, timeout=SECONDS))


HEAD = """# Textbook limits, by every backend

At each of these points something in the expression as typed is 0/0, ∞ - ∞, overflows, or sits in a branch, and yet the function has a
derivative there. This is what each backend of diffcmp answers in float64, with its own rule for the step size. Written by
`make docs-tables` from [singular_points.py](singular_points.py), which also says why each derivative is what it is.

- A number such as 16 is **right**: that many correct digits. A method is right with at least half of the digits that it can give.
- nan and inf are **loud**: wrong, and nobody will mistake them.
- **0.5** in bold is **silently wrong**: a finite number with fewer digits than that, which the method gives without any sign
  of doubt. It is diffcmp that puts a note beside it.
"""


Rows = Sequence[tuple[Limit, dict[str, Cell]]]


def page(groups: Sequence[tuple[str, Rows]]) -> str:
    """The whole page."""
    parts, answers = [HEAD], []
    for group, rows in groups:
        parts += [f"## {group}", "", *_table(rows), ""]
        answers += [by_backend for _, by_backend in rows]
    return "\n".join([*parts, *_reading(answers)]) + "\n"


def _table(rows: Rows) -> Iterable[str]:
    yield f"| f | at | f′ | {' | '.join(BACKENDS)} |"
    yield f"| :-- | :-- | :-- | {' | '.join('--:' for _ in BACKENDS)} |"
    for limit, by_backend in rows:
        about = (code(limit.expr), code(limit.at), code(limit.derivative))
        yield f"| {' | '.join([*about, *(by_backend[name].text for name in BACKENDS)])} |"


def _reading(rows: Sequence[dict[str, Cell]]) -> Iterable[str]:
    """What the tables say, counted."""
    counts = {name: Counter(row[name].verdict for row in rows) for name in BACKENDS}
    yield from ["## Read from the tables", "", f"{len(rows)} limits.", ""]
    yield f"| backend | {RIGHT} | {LOUD} | {WRONG} |"
    yield "| :-- | --: | --: | --: |"
    for name, of in counts.items():
        yield f"| {name} | {of[RIGHT]} | {of[LOUD]} | {of[WRONG]} |"
    wrong = [row[name] for row in rows for name in BACKENDS if row[name].verdict == WRONG]
    everywhere = [name for name in BACKENDS if counts[name][RIGHT] == len(rows)]
    never = [name for name in BACKENDS if not counts[name][WRONG]]
    noted = sum(cell.noted for cell in wrong)
    most = max(BACKENDS, key=lambda name: counts[name][WRONG])
    yield ""
    yield f"- Right at all of them: {', '.join(everywhere) or 'none'}."
    yield f"- Never silently wrong: {', '.join(never) or 'none'}."
    yield f"- Most often silently wrong: {most}, {counts[most][WRONG]} times."
    everything = len(rows) * len(BACKENDS)
    yield f"- Silently wrong numbers: {len(wrong)} of {everything}; diffcmp puts a note beside {noted} of them."


def main() -> None:
    """Write the page."""
    groups = []
    for group, limits in LIMITS.items():
        groups.append((group, [(limit, compared(limit)) for limit in limits]))
    PAGE.write_text(page(groups), encoding="utf-8")


if __name__ == "__main__":
    main()
