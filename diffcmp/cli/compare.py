"""`diffcmp compare`, also called `diffcmp grad`: every method at one point, against the truth."""

from __future__ import annotations

from typing import Any

import click

from diffcmp.cli import options
from diffcmp.cli.output import Output
from diffcmp.cli.progress import methods


@options.command("compare", "Every method at one point, against the truth.")
@options.point
@options.wrt("; at order 2, x:y is the mixed derivative")
@options.order
@options.method
@options.step
@click.option("--full", is_flag=True, help="Compare every component of a large gradient.")
@options.output(arrays=True)
def command(expression: str, at: tuple[str, ...], output: Output, **settings: Any) -> None:
    """Differentiate EXPRESSION at a point by every method, and compare each answer with the
    certified derivative.

    \b
    diffcmp compare "(t**2-4)/(t-2)" --at 2
    diffcmp compare "x**2*y" --at x=2,y=pi/4 --wrt x --backend dual,central --h 1e-5
    diffcmp compare "x**2*y" --at x=2,y=pi/4 --order 2 --wrt x,x:y
    diffcmp compare "sqrt(x**2+x)" --at -inf
    """
    options.preload(settings["backends"])
    from diffcmp.accuracy.compare import compare
    from diffcmp.point.point import assignments

    point = assignments(at)
    with methods(settings["backends"], order=settings["order"]) as tell:
        comparison = compare(expression, point, **settings, timeout=output.seconds(), progress=tell)
    output.show(comparison)
