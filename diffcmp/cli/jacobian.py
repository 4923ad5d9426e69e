"""`diffcmp jacobian`: the derivative of a vector-valued function by every method, against the
truth."""

from __future__ import annotations

from typing import Any

import click

from diffcmp.cli import matrices, options


@options.command("jacobian", "The Jacobian of a vector-valued function.")
@matrices.shared
@click.option("--covector", metavar="VECTOR", help="The product of the transpose with a vector.")
@options.output(arrays=True)
def command(**given: Any) -> None:
    """The Jacobian of EXPRESSION at a point by every method, compared with the certified one.

    Only entries that may differ from 0 are computed. Columns that share no row come from one
    product.

    \b
    diffcmp jacobian "[x[0]*x[1], sin(x[0])]" --at "x=[2,3]"
    diffcmp jacobian "softmax(x)" --at "x=[1,2,3]" --plot softmax.png
    diffcmp jacobian "A @ x" --at "A=[[1,2],[3,4]],x=[1,1]" --wrt x --vector "[1,0]"
    """
    matrices.run("jacobian", **given)
