"""`diffcmp hessian`: the second derivatives of a function by every method, against the truth."""

from __future__ import annotations

from typing import Any

import click

from diffcmp.cli import matrices, options


@click.command(
    "hessian",
    short_help="The Hessian, its structure and its products.",
    cls=options.ExpressionCommand,
)
@matrices.shared
def command(**given: Any) -> None:
    """The Hessian of EXPRESSION at a point by every method, each held against the certified one.

    Only entries that may differ from 0 are looked at; by a star colouring few products with vectors
    give them all.

    \b
    diffcmp hessian "x**2*y" --at x=2,y=3
    diffcmp hessian "sum(100*(x[1:]-x[:-1]**2)**2+(1-x[:-1])**2)" --at "x=linspace(-1,1,12)" --plot hessian.png
    diffcmp hessian "norm(x)" --at "x=[3,4]" --vector "[1,0]"
    """
    matrices.run("hessian_comparison", **given)
