"""`diffcmp limit`: what a function tends to, from either side or at infinity."""

from __future__ import annotations

from typing import Any

import click

from diffcmp.cli import options
from diffcmp.cli.output import Output
from diffcmp.cli.progress import progress

POINT = "2, pi/4, inf, -inf, or x=2,y=3 where the others are held fixed; repeatable."
STAGES = 3
PAPER = "Whether to write it out with L'Hôpital's rule, and to ask sympy too."


@options.command("limit", "What does the function tend to, from either side or at infinity?")
@click.argument("expression")
@click.option("--at", multiple=True, required=True, metavar="POINT", help=POINT)
@click.option("--from", "side", type=click.Choice(["left", "right"]), help="Look at one side only.")
@options.one_variable("Of several variables the one that tends to its value.")
@options.defaulted("--digits", 30, "Certified digits of the limits.", int)
@click.option("--paper/--no-paper", default=True, show_default=True, help=PAPER)
@options.timeout(
    10.0, "Time for the whole command. A note says where sympy has not answered by then."
)
@options.output()
def command(expression: str, at: tuple[str, ...], output: Output, **settings: Any) -> None:
    """The limit of EXPRESSION at a point or at infinity: from both sides, how it is known, whether
    the function is continuous there, and what its derivative tends to.

    \b
    diffcmp limit "(exp(x)-1-x)/x**2" --at 0
    diffcmp limit "1/x" --at 0 --from right
    diffcmp limit "exp(x)/x**100" --at inf
    """
    if settings["paper"]:
        options.preload(None)
    from diffcmp.accuracy.limit import limit
    from diffcmp.point.point import assignments

    settings["at"] = assignments(at)
    with progress(STAGES) as tell:
        found = limit(expression, **settings, timeout=output.seconds(), progress=tell)
    output.show(found)
