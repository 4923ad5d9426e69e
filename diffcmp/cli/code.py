"""`diffcmp code`: the Program of an expression, and the Python that a backend makes of it."""

from __future__ import annotations

import click

from diffcmp.cli import options
from diffcmp.cli.output import show

ENGINES = click.Choice(["dual", "tape"])
LEFT_OUT = "Leave these optimisations of array code out."


@options.command("code", "The program of an expression, and the Python made of it.")
@click.argument("expression")
@options.other_point("POINT", "Which variables are vectors, as in `compare`.")
@click.option("--backend", type=ENGINES, help="The derivative by this engine, not f itself.")
@options.wrt()
@click.option("--without", callback=options.names, metavar="share,blocks", help=LEFT_OUT)
def command(
    expression: str,
    at: tuple[str, ...],
    backend: str | None,
    wrt: list[str] | None,
    without: list[str] | None,
) -> None:
    """Print the Program of EXPRESSION and the straight-line Python made of it.

    \b
    diffcmp code "exp(x)/sqrt(sin(x)**3+cos(x)**3)" --backend dual
    diffcmp code "sum(x**2)*y" --at "x=[1,2,3],y=1" --backend tape
    diffcmp code "sum(x[1:]*x[:-1])" --at "x=[1,2,3]" --backend tape --without scatter,recycle
    """
    from diffcmp.engines.compiled import emitted, remaining
    from diffcmp.engines.derived import derivative_program
    from diffcmp.language.parser import parse
    from diffcmp.point.point import assignments, located
    from diffcmp.report.code import code_text

    program = located(expression, assignments(at)).program if at else parse(expression)
    derived = program if backend is None else derivative_program(program, backend, wrt)
    name = "f" if backend is None else f"{backend}_f"
    python = emitted(derived, name, remaining(without or ()))
    show(code_text(program, derived, python, backend), None)
