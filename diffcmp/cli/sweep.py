"""`diffcmp sweep`, also called `diffcmp sweep-h`: truncation, roundoff and representation error
against the step size."""

from __future__ import annotations

from typing import Any

from diffcmp.cli import options
from diffcmp.cli.output import Output
from diffcmp.cli.progress import methods


@options.command("sweep", "The error of every method against the step size.")
@options.point
@options.one_variable("The variable to differentiate by (the first); at order 2, x:y is mixed.")
@options.order
@options.method
@options.defaulted("--h-min", 1e-20, "The smallest step size.")
@options.defaulted("--h-max", 1.0, "The largest step size.")
@options.defaulted("--per-decade", 4, "Step sizes in each decade.", int)
@options.plot()
@options.output()
def command(expression: str, at: tuple[str, ...], output: Output, **settings: Any) -> None:
    """Split the error of every method with a step into its parts, over a grid of step sizes.

    \b
    diffcmp sweep "sin(x)" --at 1
    diffcmp sweep "sin(x)" --at 1 --order 2
    diffcmp sweep "exp(x)/sqrt(sin(x)**3+cos(x)**3)" --at 1.5 --plot errors.png
    """
    from diffcmp.accuracy.sweep import sweep
    from diffcmp.point.point import assignments

    point = assignments(at)
    with methods(settings["backends"], order=settings["order"], stepped=True) as tell:
        result = sweep(expression, point, **settings, timeout=output.seconds(), progress=tell)
    output.draw(result)
    output.show(result)
