"""`diffcmp explain`: what kind of point it is, why the methods do what they do there, and what to
do instead."""

from __future__ import annotations

import sys

import click

from diffcmp.cli import guard, options
from diffcmp.cli.output import form_of, show, writable
from diffcmp.cli.progress import progress

COMMON = 15  # backends and what comes after, for the progress bar


@click.command(
    "explain",
    short_help="Why do methods fail at this point, and what to do?",
    cls=options.ExpressionCommand,
)
@options.point
@click.option(
    "--wrt",
    callback=options.names,
    metavar="x,y",
    help="Differentiate with respect to these variables only.",
)
@options.method
@options.output
def command(
    expression: str,
    at: tuple[str, ...],
    wrt: list[str] | None,
    backends: list[str] | None,
    dtype: str,
    digits: int,
    form: tuple[str, ...],
    target: str | None,
) -> None:
    """Explain EXPRESSION at a point: what happens there, where digits are lost, what every method
    makes of it, what to do.

    Every suggestion was tried before it is shown.

    \b
    diffcmp explain "(1-cos(x))/x**2" --at 1e-8
    diffcmp explain "where(x == 0, 1, (exp(x)-1)/x)" --at 0
    """
    chosen = form_of(form, target)
    writable(target)
    if backends is None or "symbolic" in backends:
        from diffcmp.worker import preload

        preload()
    from diffcmp.accuracy.explain import explain
    from diffcmp.point.point import assignments

    with progress(COMMON if backends is None else len(backends) + 3) as tell:
        found = explain(
            expression,
            assignments(at),
            wrt=wrt,
            backends=backends,
            dtype=dtype,
            digits=digits,
            timeout=guard.left(),
            progress=tell,
        )
    from diffcmp.report.forms import explanation_as
    from diffcmp.report.terminal import screen

    seen = screen(sys.stdout, target)
    show(explanation_as(chosen, found, seen.width, seen.colour), target)
