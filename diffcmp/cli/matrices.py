"""What `diffcmp jacobian` and `diffcmp hessian` share: their options, and how they are answered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from diffcmp.cli import options
from diffcmp.cli.output import Output
from diffcmp.cli.progress import methods

if TYPE_CHECKING:
    from diffcmp.accuracy.matrices.record import What

VECTOR = "The product with a vector: [1,2,3], linspace(0,1,9) or @file.npy."

shared = options.decorated(
    options.point,
    options.wrt(),
    click.option("--vector", metavar="VECTOR", help=VECTOR),
    click.option("--full", is_flag=True, help="Check every entry of a large matrix, not a sample."),
    options.method,
    options.step,
    options.plot("Draw matrix and sparsity pattern: FILE.png, .svg or .pdf."),
)


def run(
    what: What,
    expression: str,
    at: tuple[str, ...],
    output: Output,
    vector: str | None,
    covector: str | None = None,
    **settings: Any,
) -> None:
    """Compute the matrix, or its product with a vector, and show it."""
    if vector is not None and covector is not None:
        raise click.UsageError("choose one of --vector and --covector")
    options.preload(settings["backends"])
    from diffcmp.accuracy.matrices.product import with_vector
    from diffcmp.accuracy.matrix import matrix
    from diffcmp.point.point import assignments

    point = assignments(at)
    with methods(settings["backends"]) as tell:
        comparison = matrix(
            what, expression, point, **settings, timeout=output.seconds(), progress=tell
        )
    factor = vector if covector is None else covector
    if factor is not None:
        comparison = with_vector(comparison, factor, transposed=covector is not None)
    output.draw(comparison)
    output.show(comparison)
