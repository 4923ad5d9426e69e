"""The table of docs/evaluations.md: how many runs of a function one gradient costs, by method and
number of variables.

    make docs-tables        writes docs/evaluations.md again

Every number is counted, and none is computed from a formula. A stencil, the complex step and the
tape report their evaluations; the products of forward mode are counted as they are called, and
those of a Hessian are the colours of its pattern.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from diffcmp.backends.registry import backend
from diffcmp.engines import products
from diffcmp.language.parser import parse
from diffcmp.point.point import located
from diffcmp.studies.numbers import power

PAGE = Path(__file__).with_name("evaluations.md")
EXPR = "sum(100*(x[1:]-x[:-1]**2)**2+(1-x[:-1])**2)"  # the extended Rosenbrock function
SIZES = (10, 100, 1000, 10_000)
SIMPLE = "sum(x**2)"  # for the largest size, where only the count matters
METHODS = {
    "forward": "forward differences",
    "central": "central differences",
    "complex-step": "the complex step",
    "dual": "dual numbers, one direction a run",
    "tape": "the tape, one sweep",
}


def counted(name: str, n: int) -> int:
    """The runs that one gradient of n variables costs."""
    expr = EXPR if n < SIZES[-1] else SIMPLE
    if name == "dual":
        return forward_runs(expr, n)
    problem = located(expr, {"x": [1.5] * n})
    return backend(name).prepare(problem.scalar, problem.scalar.inputs)(problem.at).evaluations


def forward_runs(expr: str, n: int) -> int:
    """The Jacobian-vector products of arrays that the gradient costs."""
    return products.columns(parse(expr, shapes={"x": (n,)}), True).products


def hessian_products(n: int) -> int:
    """The products that the sparse Hessian of the Rosenbrock function costs."""
    return products.symmetric(parse(EXPR, shapes={"x": (n,)})).products


def growth(counts: Sequence[int], sizes: Sequence[int] = SIZES) -> float:
    """The p of counts that grow like nᵖ."""
    return power(sizes, counts)


def counts(sizes: Sequence[int] = SIZES) -> dict[str, list[int]]:
    """The runs of every method at every size."""
    return {name: [counted(name, n) for n in sizes] for name in METHODS}


HEAD = f"""# How often a function is run for one gradient

Counted in runs of the function, or of the program made of it, for `{EXPR}`
(at n = {SIZES[-1]} of `{SIMPLE}`, which has the same counts and is over sooner). Written by
`make docs-tables` from [evaluations.py](evaluations.py). The growth is that of the counts, fitted:
nᵖ.
"""
FOOT = """
One run of the tape's program costs a small multiple of the function, whatever n is (the theory says
at most about 4 times), and one of the dual program about twice as much as the function. The values
of a sparse Hessian are found together: that of the same function is tridiagonal, and costs as many
products of dual numbers over the tape as the last row says.
"""


def page(
    runs: Mapping[str, Sequence[int]], hessians: Sequence[int], sizes: Sequence[int] = SIZES
) -> str:
    """The whole page."""
    rows = [f"| {METHODS[name]} (`{name}`) | {_cells(row, sizes)} |" for name, row in runs.items()]
    rows.append(f"| the sparse Hessian, coloured (`hessian`) | {_cells(hessians, sizes)} |")
    head = " | ".join(f"n = {n}" for n in sizes)
    rule = "|---|" + "---:|" * (len(sizes) + 1)
    return "\n".join([HEAD, f"| method | {head} | growth |", rule, *rows, FOOT])


def _cells(row: Sequence[int], sizes: Sequence[int]) -> str:
    p = growth(row, sizes)
    growing = "constant" if math.isclose(p, 0, abs_tol=0.005) else f"n^{p:.2f}"
    return " | ".join([*map(str, row), growing])


def main(
    write: Callable[[str], object] = lambda text: PAGE.write_text(text, encoding="utf-8"),
) -> None:
    """Count, and write the page."""
    write(page(counts(), [hessian_products(n) for n in SIZES]))


if __name__ == "__main__":
    main()
