"""`diffcmp map`: correct digits of every method along an interval."""

from __future__ import annotations

import sys

import click

from diffcmp.cli import guard, options
from diffcmp.cli.output import figure_format, form_of, show, writable, write
from diffcmp.cli.progress import progress

COMMON = 12  # backends, for the progress bar


@click.command(
    "map", short_help="Where on an interval does each method fail?", cls=options.ExpressionCommand
)
@click.argument("expression")
@click.option(
    "--from",
    "start",
    required=True,
    metavar="A",
    help="Where to begin: -1, pi/4, 1e-3. Decimals are exact.",
)
@click.option("--to", "stop", required=True, metavar="B", help="Where to end.")
@click.option(
    "--points",
    type=int,
    default=401,
    show_default=True,
    help="How many points; 0 and special ones are added.",
)
@click.option("--log", is_flag=True, help="Points in equal ratios, not evenly spaced.")
@click.option(
    "--wrt", metavar="x", help="The variable that runs; by default the one that --at does not fix."
)
@click.option(
    "--at", multiple=True, metavar="y=2", help="The values of the other variables; repeatable."
)
@options.method
@click.option("--plot", metavar="FILE", help="Draw a figure: FILE.png, .svg or .pdf.")
@options.output
def command(
    expression: str,
    start: str,
    stop: str,
    points: int,
    log: bool,
    wrt: str | None,
    at: tuple[str, ...],
    backends: list[str] | None,
    dtype: str,
    digits: int,
    plot: str | None,
    form: tuple[str, ...],
    target: str | None,
) -> None:
    """Correct digits of every method along x, from A to B: where does each one fail, and why?

    \b
    diffcmp map "(1-cos(x))/x**2" --from 1e-12 --to 1 --log --plot map.png
    diffcmp map "x**2*y" --at y=2 --from 0 --to pi
    """
    chosen = form_of(form, target)
    writable(target)
    picture = figure_format(plot)
    if "symbolic" in (backends or ["symbolic"]):
        from diffcmp.worker import preload

        preload()
    from diffcmp.accuracy.map import map
    from diffcmp.point.point import assignments

    with progress(1 + (len(backends) if backends else COMMON)) as tell:
        found = map(
            expression,
            start,
            stop,
            at=assignments(at),
            wrt=wrt,
            points=points,
            log=log,
            backends=backends,
            dtype=dtype,
            digits=digits,
            timeout=guard.left(),
            progress=tell,
        )
    if picture is not None and plot is not None:
        from diffcmp.report.panels import map_figure

        write(map_figure(found, picture), plot)
    from diffcmp.report.forms import map_as
    from diffcmp.report.terminal import screen

    seen = screen(sys.stdout, target)
    show(map_as(chosen, found, seen.width, seen.colour), target)
