"""`diffcmp map`: correct digits of every method along an interval."""

from __future__ import annotations

from typing import Any

import click

from diffcmp.cli import options
from diffcmp.cli.output import Output
from diffcmp.cli.progress import methods

START = "Where to begin: -1, pi/4, 1e-3. Decimals are exact."


@options.command("map", "Where on an interval does each method fail?")
@click.argument("expression")
@click.option("--from", "start", required=True, metavar="A", help=START)
@click.option("--to", "stop", required=True, metavar="B", help="Where to end.")
@options.defaulted("--points", 401, "How many points; 0 and special ones are added.", int)
@click.option("--log", is_flag=True, help="Points in equal ratios, not evenly spaced.")
@options.one_variable("The variable that runs; by default the one that --at does not fix.")
@options.other_point("y=2", "The values of the other variables; repeatable.")
@options.method
@options.plot()
@options.output()
def command(
    expression: str, start: str, stop: str, at: tuple[str, ...], output: Output, **settings: Any
) -> None:
    """Correct digits of every method along x, from A to B: where does each one fail, and why?

    \b
    diffcmp map "(1-cos(x))/x**2" --from 1e-12 --to 1 --log --plot map.png
    diffcmp map "x**2*y" --at y=2 --from 0 --to pi
    """
    options.preload(settings["backends"])
    from diffcmp.accuracy.map import map
    from diffcmp.point.point import assignments

    settings["at"] = assignments(at)
    with methods(settings["backends"]) as tell:
        result = map(expression, start, stop, **settings, timeout=output.seconds(), progress=tell)
    output.draw(result)
    output.show(result)
