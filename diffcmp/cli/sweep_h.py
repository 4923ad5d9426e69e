"""`diffcmp sweep-h`: truncation, roundoff and representation error against the step size."""

from __future__ import annotations

import sys

import click

from diffcmp.cli import guard, options
from diffcmp.cli.output import figure_format, form_of, show, writable, write
from diffcmp.cli.progress import progress

COMMON = 6  # methods, for the progress bar


@click.command(
    "sweep-h",
    short_help="The error of every method against the step size.",
    cls=options.ExpressionCommand,
)
@options.point
@click.option(
    "--wrt",
    metavar="x",
    help="The variable to differentiate with respect to (the first); at order 2, x:y is mixed.",
)
@options.order
@options.method
@click.option(
    "--h-min", type=float, default=1e-20, show_default=True, help="The smallest step size."
)
@click.option("--h-max", type=float, default=1.0, show_default=True, help="The largest step size.")
@click.option(
    "--per-decade", type=int, default=4, show_default=True, help="Step sizes in each decade."
)
@click.option("--plot", metavar="FILE", help="Draw a figure: FILE.png, .svg or .pdf.")
@options.output
def command(
    expression: str,
    at: tuple[str, ...],
    wrt: str | None,
    order: int,
    backends: list[str] | None,
    dtype: str,
    digits: int,
    h_min: float,
    h_max: float,
    per_decade: int,
    plot: str | None,
    form: tuple[str, ...],
    target: str | None,
) -> None:
    """Split the error of every method with a step into its parts, over a grid of step sizes.

    \b
    diffcmp sweep-h "sin(x)" --at 1
    diffcmp sweep-h "sin(x)" --at 1 --order 2
    diffcmp sweep-h "exp(x)/sqrt(sin(x)**3+cos(x)**3)" --at 1.5 --plot errors.png
    """
    chosen = form_of(form, target)
    writable(target)
    picture = figure_format(plot)
    from diffcmp.accuracy.sweep import sweep
    from diffcmp.point.point import assignments

    with progress(1 + (len(backends) if backends else COMMON)) as tell:
        result = sweep(
            expression,
            assignments(at),
            wrt=wrt,
            backends=backends,
            dtype=dtype,
            h_min=h_min,
            h_max=h_max,
            per_decade=per_decade,
            digits=digits,
            timeout=guard.left(),
            order=order,
            progress=tell,
        )
    from diffcmp.report.forms import sweep_as
    from diffcmp.report.terminal import screen

    if picture is not None and plot is not None:
        from diffcmp.report.figure import sweep_figure

        write(sweep_figure(result, picture), plot)
    seen = screen(sys.stdout, target)
    show(sweep_as(chosen, result, seen.width, seen.colour, chart=seen.terminal), target)
