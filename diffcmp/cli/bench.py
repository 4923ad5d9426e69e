"""`diffcmp bench`: speed as ratios inside one run, answers checked, against an earlier run where
there is one."""

from __future__ import annotations

from typing import Any

import click

from diffcmp.cli import options
from diffcmp.cli.output import Output
from diffcmp.cli.progress import progress

WORKS = 13  # for the progress bar
COMPARE = "Exit with 1 where a ratio got worse than in this earlier run."
STORED = "Write JSON to FILE as well, a baseline for --compare; to - instead of the table."


@options.command("bench", "Speed as ratios, answers checked; against a baseline.")
@click.argument("suites", nargs=-1, metavar="[SUITE]... [expr EXPRESSION]")
@options.other_point("POINT", "The point of the expression, as in `compare`.")
@options.backends("Use only these, in the suites that have them.")
@click.option("--quick", is_flag=True, help="Less work and fewer repeats.")
@click.option("--compare", "baseline", metavar="FILE", help=COMPARE)
@options.defaulted("--tolerance", 1.3, "The factor by which a ratio may grow.")
@options.timeout(600.0)
@click.option("--json", "stored_in", metavar="FILE", help=STORED)
@options.tables
def command(
    suites: tuple[str, ...],
    at: tuple[str, ...],
    baseline: str | None,
    stored_in: str | None,
    form: tuple[str, ...],
    target: str | None,
    **settings: Any,
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
    output = Output.asked(form, target, beside=stored_in)
    from diffcmp.point.point import assignments
    from diffcmp.speed.run import bench, sound
    from diffcmp.speed.stored import stored

    before = None if baseline is None else stored(baseline)
    point = assignments(at) if at else None
    with progress(WORKS) as tell:
        result = bench(suites, point, before=before, **settings, progress=tell)
    if stored_in is not None:
        Output("json", stored_in).show(result)
    output.show(result)
    sound(result)
