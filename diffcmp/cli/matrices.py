"""What `diffcmp jacobian` and `diffcmp hessian` share: their options, and where the result goes."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from diffcmp.cli import guard, options
from diffcmp.cli.output import figure_format, form_of, show, writable, write
from diffcmp.cli.progress import progress

if TYPE_CHECKING:
    from diffcmp.accuracy.matrix import MatrixComparison

F = TypeVar("F", bound=Callable[..., Any])
STAGES = 13  # for the progress bar

shared = options.decorated(
    options.point,
    click.option(
        "--wrt",
        callback=options.names,
        metavar="x,y",
        help="Differentiate with respect to these variables only.",
    ),
    click.option(
        "--vector",
        metavar="VECTOR",
        help="The product with a vector: [1,2,3], linspace(0,1,9) or @file.npy.",
    ),
    click.option(
        "--full",
        is_flag=True,
        help="Hold every entry of a large matrix against the truth, not a sample.",
    ),
    options.method,
    click.option(
        "--h",
        "step",
        type=float,
        metavar="VALUE",
        help="The step size of the methods that have one.",
    ),
    click.option(
        "--plot", metavar="FILE", help="Draw matrix and sparsity pattern: FILE.png, .svg or .pdf."
    ),
    options.output,
)


def run(
    compared: str,
    expression: str,
    at: tuple[str, ...],
    wrt: list[str] | None,
    backends: list[str] | None,
    dtype: str,
    digits: int,
    step: float | None,
    full: bool,
    plot: str | None,
    form: tuple[str, ...],
    target: str | None,
    vector: str | None,
    covector: str | None = None,
) -> None:
    """Compute the matrix, or its product with a vector, and show it; `compared` names the function
    that compares."""
    chosen, picture = form_of(form, target, arrays=True), figure_format(plot)
    writable(target)
    if vector is not None and covector is not None:
        raise click.UsageError("choose one of --vector and --covector")
    if backends is None or "symbolic" in backends:
        from diffcmp.worker import preload

        preload()
    from diffcmp.accuracy import matrix, product
    from diffcmp.point.point import assignments

    with progress(1 + (len(backends) if backends else STAGES)) as tell:
        found: MatrixComparison = getattr(matrix, compared)(
            expression,
            assignments(at),
            wrt=wrt,
            backends=backends,
            dtype=dtype,
            h=step,
            digits=digits,
            timeout=guard.left(),
            full=full,
            progress=tell,
        )
    factor = vector if covector is None else covector
    if factor is not None:
        found = product.with_vector(found, factor, transposed=covector is not None)
    from diffcmp.report.forms import matrix_as
    from diffcmp.report.terminal import screen

    if picture is not None and plot is not None:
        from diffcmp.report.matrix_figure import matrix_figure

        write(matrix_figure(found, picture), plot)
    seen = screen(sys.stdout, target)
    show(matrix_as(chosen, found, seen.width, seen.colour), target)
