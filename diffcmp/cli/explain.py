"""`diffcmp explain`: what kind of point it is, why the methods do what they do there, and what to
do instead."""

from __future__ import annotations

from typing import Any

from diffcmp.cli import options
from diffcmp.cli.output import Output
from diffcmp.cli.progress import methods


@options.command("explain", "Why do methods fail at this point, and what to do?")
@options.point
@options.wrt()
@options.method
@options.output()
def command(expression: str, at: tuple[str, ...], output: Output, **settings: Any) -> None:
    """Explain EXPRESSION at a point: what happens there, where digits are lost, what every method
    makes of it, and what to do.

    Every suggestion was tried before it is shown.

    \b
    diffcmp explain "(1-cos(x))/x**2" --at 1e-8
    diffcmp explain "where(x == 0, 1, (exp(x)-1)/x)" --at 0
    diffcmp explain "x*exp(1/x)" --at inf
    """
    options.preload(settings["backends"])
    from diffcmp.accuracy.explain import explain
    from diffcmp.point.point import assignments

    point = assignments(at)
    with methods(settings["backends"], after=2) as tell:
        explanation = explain(
            expression, point, **settings, timeout=output.seconds(), progress=tell
        )
    output.show(explanation)
