"""Options that several commands share, and a command that takes an expression which begins with a
minus sign."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any, TypeVar

import click

from diffcmp.cli import guard
from diffcmp.spans import Piece, pieces

LONGEST = 10**6  # seconds

F = TypeVar("F", bound=Callable[..., Any])


class ExpressionCommand(click.Command):
    """`diffcmp grad "-x**2" --at 1`: an argument such as -x**2 is an expression, not an option."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        known = {name: p for p in self.get_params(ctx) for name in p.opts}
        front: list[str] = []
        expressions: list[str] = []
        rest = iter(args)
        for arg in rest:
            option = known.get(arg.split("=")[0])
            if arg == "--":
                expressions += rest
            elif option is not None:
                front.append(arg)
                takes_value = (
                    isinstance(option, click.Option) and not option.is_flag and not option.count
                )
                if takes_value and "=" not in arg:
                    value = next(rest, None)
                    if value is None:  # click says which
                        return super().parse_args(ctx, front)
                    front.append(value)
            elif re.match(r"-[^-]", arg) or not arg.startswith("-"):
                expressions.append(arg)
            else:
                front.append(arg)
        return super().parse_args(ctx, [*front, "--", *expressions])


def names(_: click.Context, __: click.Parameter, value: str | None) -> list[str] | None:
    """`a,b` as a list; the comma of `A[0,1]` separates nothing."""
    if value is None:
        return None
    found = [name.strip() for name in pieces(Piece(value, 0, len(value))) if name.strip()]
    if not found:
        raise click.BadParameter("at least one name is needed")
    return found


def decorated(*decorators: Callable[[F], F]) -> Callable[[F], F]:
    """One decorator of several, outermost first."""

    def apply(function: F) -> F:
        for decorator in reversed(decorators):
            function = decorator(function)
        return function

    return apply


def complete_backends(_: click.Context, __: click.Parameter, incomplete: str) -> list[str]:
    """The names of backends, for the shell."""
    from diffcmp.backends.registry import names as known

    *before, last = incomplete.split(",")
    return [",".join([*before, name]) for name in known() if name.startswith(last)]


def allowed(_: click.Context, __: click.Parameter, value: float) -> None:
    """Bound the whole command from here on."""
    if math.isnan(value):
        raise click.BadParameter("not a number")
    guard.allow(value)


def timeout(default: float, help: str) -> Callable[[F], F]:
    """The option for the time of a whole command."""
    return click.option(
        "--timeout",
        type=click.FloatRange(0, LONGEST, min_open=True),
        default=default,
        show_default=True,
        metavar="SECONDS",
        callback=allowed,
        expose_value=False,
        help=help,
    )


point = decorated(
    click.argument("expression"),
    click.option(
        "--at",
        multiple=True,
        required=True,
        metavar="POINT",
        help="2, pi/4, x=2,y=3, x=[1,2,3], x=linspace(0,1,9) or x=@data.npy (.csv, .txt); repeatable. "
        "Decimals are exact.",
    ),
)
order = click.option(
    "--order", type=click.IntRange(1, 2), default=1, show_default=True, help="Of the derivative."
)
method = decorated(
    click.option(
        "--backend",
        "backends",
        callback=names,
        metavar="NAME,...",
        shell_complete=complete_backends,
        help="Only these; `diffcmp backends` lists them.",
    ),
    click.option(
        "--dtype",
        type=click.Choice(["float16", "float32", "float64", "longdouble"]),
        default="float64",
        show_default=True,
        help="The format of floating point.",
    ),
    click.option(
        "--digits", type=int, default=30, show_default=True, help="Certified digits of the truth."
    ),
    timeout(10.0, "Time for the whole command. What sympy has not answered by then is noted."),
)
tables = decorated(
    click.option("--csv", "form", flag_value="csv", multiple=True, help="CSV instead of a table."),
    click.option(
        "--markdown",
        "form",
        flag_value="markdown",
        multiple=True,
        help="Markdown instead of a table.",
    ),
    click.option(
        "-o", "--output", "target", metavar="FILE", help="Write to FILE, whole or not at all."
    ),
)
output = decorated(
    click.option(
        "--json", "form", flag_value="json", multiple=True, help="JSON instead of a table."
    ),
    tables,
)
