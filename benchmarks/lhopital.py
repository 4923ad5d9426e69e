"""What it costs that an engine never lies: a call of `dual-lhopital` against one of `dual`, and of
`tape-lhopital` against `tape`, at the smooth points of the tables of known answers.

    python -m benchmarks.lhopital

Each pair is timed in turns, so that a busy machine slows both; a ratio is that of the fastest
rounds. Where the alarm is not raised, the plain number is proven; where it is, balls are asked.
"""

from __future__ import annotations

import json
import math
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from diffcmp.derivatives.numbers import derivative
from diffcmp.engines.compiled import compiled
from diffcmp.engines.derived import adjoint, tangent
from diffcmp.engines.lhopital.alarms import alarmed
from diffcmp.language.parser import parse

DATA = Path(__file__).parents[1] / "tests" / "data"
ROUNDS, CALLS = 9, 200


@dataclass(frozen=True)
class Cost:
    """One point: the expression, the ratio of the two calls, and whether the alarm is raised."""

    expr: str
    ratio: float
    alarm: bool


def points() -> Iterator[tuple[str, list[float]]]:
    """The smooth points of functions of numbers: an expression, and a number for each variable."""
    for path in sorted(DATA.glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            row: dict[str, Any] = json.loads(line)
            if row.get("grad") and row.get("kind", "smooth") in ("smooth", ["smooth"]):
                yield from _numbers(row)


def _numbers(row: dict[str, Any]) -> Iterator[tuple[str, list[float]]]:
    at = row["at"]
    texts = at if isinstance(at, dict) else {"": at}
    if not any("[" in str(text) for text in texts.values()):
        names = parse(row["expr"]).inputs
        yield row["expr"], [float(texts.get(name, at)) for name in names]


def fastest(calls: Sequence[Callable[..., Any]], at: Sequence[float]) -> list[float]:
    """Seconds of a call of each, in the fastest of several rounds that they take in turns."""
    best = [math.inf] * len(calls)
    for _ in range(ROUNDS):
        for i, call in enumerate(calls):
            start = time.perf_counter()
            for _ in range(CALLS):
                call(*at)
            best[i] = min(best[i], (time.perf_counter() - start) / CALLS)
    return best


def costs(mode: str) -> list[Cost]:
    """The cost of one engine, "dual" or "tape", by the first variable of each function."""
    found = []
    for expr, at in points():
        program = parse(expr)
        name = program.inputs[0]
        plain, careful = (derivative(program, m, name) for m in (mode, f"{mode}-lhopital"))
        derived = tangent(program, name) if mode == "dual" else adjoint(program, (name,))
        *numbers, alarm = compiled(alarmed(program, derived))(*at)
        one, other = fastest([plain, careful], at)
        found.append(Cost(expr, other / one, bool(alarm) or not math.isfinite(numbers[1])))
    return sorted(found, key=lambda cost: cost.ratio)


def told(title: str, found: Sequence[Cost]) -> None:
    """Print the median, the ninth decile and the worst of some ratios."""
    ratios = [cost.ratio for cost in found]
    ninth = quantiles(ratios, n=10)[-1] if len(ratios) > 1 else ratios[0]
    worst = found[-1]
    print(
        f"{title}: {len(found)} points, median {median(ratios):.2f}, 90 % below {ninth:.2f}, ",
        end="",
    )
    print(f"worst {worst.ratio:.1f} for {worst.expr[:60]}")


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    for engine in ("dual", "tape"):
        every = costs(engine)
        told(f"{engine}-lhopital over {engine}", every)
        told("  quiet", [cost for cost in every if not cost.alarm])
        told("  in doubt", [cost for cost in every if cost.alarm])
