"""`diffcmp hessian`: the second derivatives of a function by every method, against the truth."""

from __future__ import annotations

from typing import Any

from diffcmp.cli import matrices, options


@options.command("hessian", "The Hessian, its structure and its products.")
@matrices.shared
@options.output(arrays=True)
def command(**given: Any) -> None:
    """The Hessian of EXPRESSION at a point by every method, compared with the certified one.

    Only entries that may differ from 0 are computed. A star colouring gets them all from a few
    products with vectors.

    \b
    diffcmp hessian "x**2*y" --at x=2,y=3
    diffcmp hessian "sum((x[1:]-x[:-1]**2)**2)" --at "x=linspace(-1,1,12)" --plot hessian.png
    diffcmp hessian "norm(x)" --at "x=[3,4]" --vector "[1,0]"
    """
    matrices.run("hessian", **given)
