"""`diffcmp bench`: speed as ratios inside one run, answers checked, against an earlier run where
there is one."""

from __future__ import annotations

import sys

import click

from diffcmp.cli import options
from diffcmp.cli.output import form_of, show, writable, write
from diffcmp.cli.progress import progress

WORKS = 13  # for the progress bar


@click.command(
    "bench",
    short_help="Speed as ratios, answers checked; against a baseline.",
    cls=options.ExpressionCommand,
)
@click.argument("suites", nargs=-1, metavar="[SUITE]... [expr EXPRESSION]")
@click.option(
    "--at", multiple=True, metavar="POINT", help="The point of the expression, as in `grad`."
)
@click.option(
    "--backend",
    "backends",
    callback=options.names,
    metavar="NAME,...",
    shell_complete=options.complete_backends,
    help="Only these, in the suites that have them.",
)
@click.option("--quick", is_flag=True, help="Less work and fewer repeats.")
@click.option(
    "--compare",
    "baseline",
    metavar="FILE",
    help="Exit with 1 where a ratio got worse than in this earlier run.",
)
@click.option(
    "--tolerance",
    type=float,
    default=1.3,
    show_default=True,
    help="The factor by which a ratio may grow.",
)
@options.timeout(600.0, "Time for the whole command.")
@click.option(
    "--json",
    "stored_in",
    metavar="FILE",
    help="Write JSON to FILE as well, a baseline for --compare.",
)
@options.tables
def command(
    suites: tuple[str, ...],
    at: tuple[str, ...],
    backends: list[str] | None,
    quick: bool,
    baseline: str | None,
    tolerance: float,
    stored_in: str | None,
    form: tuple[str, ...],
    target: str | None,
) -> None:
    """Time every method beside code written by hand, and check its answers against the certified
    derivative.

    Suites: scalar, batch, gradient, hessian, sweep, truth, startup; all by default. Ratios are
        compared, never seconds.

    \b
    diffcmp bench scalar gradient --quick
    diffcmp bench expr "exp(x)/sqrt(sin(x)**3+cos(x)**3)" --at 1.5
    diffcmp bench --json baseline.json; diffcmp bench --compare baseline.json
    """
    chosen = form_of(form, target)
    writable(target)
    writable(stored_in)
    from diffcmp.point.point import assignments
    from diffcmp.speed.run import bench, sound
    from diffcmp.speed.stored import stored

    before = None if baseline is None else stored(baseline)
    with progress(WORKS) as tell:
        found = bench(
            suites,
            assignments(at) if at else None,
            backends=backends,
            quick=quick,
            before=before,
            tolerance=tolerance,
            progress=tell,
        )
    from diffcmp.report.forms import bench_as
    from diffcmp.report.terminal import screen

    seen = screen(sys.stdout, target)
    if stored_in is not None:
        write(bench_as("json", found, seen.width, seen.colour), stored_in)
    show(bench_as(chosen, found, seen.width, seen.colour), target)
    sound(found)
