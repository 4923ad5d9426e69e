"""`diffcmp grad`: every backend at one point, against the truth."""

from __future__ import annotations

import sys

import click

from diffcmp.cli import guard, options
from diffcmp.cli.output import form_of, show, writable
from diffcmp.cli.progress import progress

COMMON = 13  # backends, for the progress bar


@click.command(
    "grad",
    short_help="Every method at one point, against the truth.",
    cls=options.ExpressionCommand,
)
@options.point
@click.option(
    "--wrt",
    callback=options.names,
    metavar="x,y",
    help="Differentiate with respect to these variables only; at order 2, x:y is the mixed derivative.",
)
@options.order
@options.method
@click.option(
    "--h", "step", type=float, metavar="VALUE", help="The step size of the methods that have one."
)
@click.option(
    "--full", is_flag=True, help="Compare every component of a large gradient by every method."
)
@options.output
def command(
    expression: str,
    at: tuple[str, ...],
    wrt: list[str] | None,
    order: int,
    backends: list[str] | None,
    dtype: str,
    digits: int,
    step: float | None,
    full: bool,
    form: tuple[str, ...],
    target: str | None,
) -> None:
    """Differentiate EXPRESSION at a point by every method, and hold each answer against the
    certified derivative.

    \b
    diffcmp grad "(t**2-4)/(t-2)" --at 2
    diffcmp grad "x**2*y" --at x=2,y=pi/4 --wrt x --backend dual,central --h 1e-5
    diffcmp grad "x**2*y" --at x=2,y=pi/4 --order 2 --wrt x,x:y
    """
    chosen = form_of(form, target, arrays=True)
    writable(target)
    if backends is None or "symbolic" in backends:
        from diffcmp.worker import preload

        preload()
    from diffcmp.accuracy.compare import compare
    from diffcmp.point.point import assignments

    with progress(1 + (len(backends) if backends else COMMON)) as tell:
        comparison = compare(
            expression,
            assignments(at),
            wrt=wrt,
            backends=backends,
            dtype=dtype,
            h=step,
            digits=digits,
            timeout=guard.left(),
            order=order,
            full=full,
            progress=tell,
        )
    from diffcmp.report.forms import comparison_as
    from diffcmp.report.terminal import screen

    seen = screen(sys.stdout, target)
    show(comparison_as(chosen, comparison, seen.width, seen.colour), target)
