"""The options that several commands share, each declared once, and a command whose expression may
begin with a minus sign."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any, TypeVar

import click

from diffcmp.cli import guard
from diffcmp.cli.output import Output
from diffcmp.spans import Piece, pieces

UNLIMITED = 1e9  # seconds, for `inf`: 31 years

F = TypeVar("F", bound=Callable[..., Any])


class ExpressionCommand(click.Command):
    """A command such as `diffcmp compare "-x**2" --at 1`, where -x**2 is no option."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        declared = {name: p for p in self.get_params(ctx) for name in p.opts}
        front: list[str] = []
        expressions: list[str] = []
        rest = iter(args)
        for arg in rest:
            option = declared.get(arg.split("=")[0])
            if arg == "--":
                expressions += rest
            elif option is not None:
                front.append(arg)
                if _takes_value(option) and "=" not in arg:
                    value = next(rest, None)
                    if value is None:  # click says which
                        return super().parse_args(ctx, front)
                    front.append(value)
            elif re.match(r"-[^-]", arg) or not arg.startswith("-"):
                expressions.append(arg)
            else:
                front.append(arg)
        return super().parse_args(ctx, [*front, "--", *expressions])


def _takes_value(option: click.Parameter) -> bool:
    return isinstance(option, click.Option) and not option.is_flag and not option.count


def command(name: str, summary: str) -> Callable[[Callable[..., Any]], click.Command]:
    """A command that takes an expression; `summary` is its line in the list of commands."""
    return click.command(name, short_help=summary, cls=ExpressionCommand)


def decorated(*decorators: Callable[[F], F]) -> Callable[[F], F]:
    """One decorator of several, outermost first."""

    def apply(function: F) -> F:
        for decorator in reversed(decorators):
            function = decorator(function)
        return function

    return apply


def names(_: click.Context, __: click.Parameter, value: str | None) -> list[str] | None:
    """`a,b` as a list; the comma of `A[0,1]` separates nothing."""
    if value is None:
        return None
    listed = [name.strip() for name in pieces(Piece(value, 0, len(value))) if name.strip()]
    if not listed:
        raise click.BadParameter("at least one name is needed")
    return listed


def complete_backends(_: click.Context, __: click.Parameter, incomplete: str) -> list[str]:
    """The names of backends, for the shell."""
    from diffcmp.backends.registry import names as registered

    *before, last = incomplete.split(",")
    return [",".join([*before, name]) for name in registered() if name.startswith(last)]


def preload(backends: Sequence[str] | None) -> None:
    """Start the process that imports sympy, where it will be asked, before anything else."""
    if backends is None or "symbolic" in backends:
        from diffcmp import worker

        worker.preload()


# what is differentiated, and how
# --------------------------------------------------------------------------------------------------

POINT = (
    "2, pi/4, x=2,y=3, x=[1,2,3], x=linspace(0,1,9) or x=@data.npy (.csv, .txt); repeatable. "
    "Decimals are exact."
)
point = decorated(
    click.argument("expression"),
    click.option("--at", multiple=True, required=True, metavar="POINT", help=POINT),
)


def other_point(metavar: str, help: str) -> Callable[[F], F]:
    """--at where it may be left out."""
    return click.option("--at", multiple=True, metavar=metavar, help=help)


def wrt(more: str = "") -> Callable[[F], F]:
    """--wrt as a list of variables; `more` is added to its help."""
    help = f"Differentiate with respect to these variables only{more}."
    return click.option("--wrt", callback=names, metavar="x,y", help=help)


def one_variable(help: str) -> Callable[[F], F]:
    """--wrt as one variable."""
    return click.option("--wrt", metavar="x", help=help)


def backends(help: str) -> Callable[[F], F]:
    """--backend as a list of names."""
    return click.option(
        "--backend",
        "backends",
        callback=names,
        metavar="NAME,...",
        shell_complete=complete_backends,
        help=help,
    )


def allowed(_: click.Context, __: click.Parameter, value: float) -> None:
    """Bound the whole command from here on."""
    if math.isnan(value):
        raise click.BadParameter("not a number")
    guard.allow(min(value, UNLIMITED))


def timeout(default: float, help: str = "Time for the whole command.") -> Callable[[F], F]:
    """The time of a whole command."""
    return click.option(
        "--timeout",
        type=click.FloatRange(0, min_open=True),
        default=default,
        show_default=True,
        metavar="SECONDS",
        callback=allowed,
        expose_value=False,
        help=help,
    )


def defaulted(
    flag: str, default: Any, help: str, kind: click.ParamType[Any] | type = float
) -> Callable[[F], F]:
    """An option with a default that the help shows."""
    return click.option(flag, type=kind, default=default, show_default=True, help=help)


DTYPES = click.Choice(["float16", "float32", "float64", "longdouble"])
order = defaulted("--order", 1, "The order of the derivative.", click.IntRange(1, 2))
step = click.option(
    "--h", type=float, metavar="VALUE", help="The step size of the methods that have one."
)
method = decorated(
    backends("Use only these; `diffcmp backends` lists them."),
    defaulted("--dtype", "float64", "The floating-point format.", DTYPES),
    defaulted("--digits", 30, "Certified digits of the truth.", int),
    timeout(10.0, "Time for the whole command. A note says where sympy has not answered by then."),
)

# where the result goes
# --------------------------------------------------------------------------------------------------


def _form(name: str, title: str) -> Callable[[F], F]:
    help = f"{title} instead of a table."
    return click.option(f"--{name}", "form", flag_value=name, multiple=True, help=help)


TARGET = "Write to FILE, whole or not at all; - is standard output."
json = _form("json", "JSON")
tables = decorated(
    _form("csv", "CSV"),
    _form("markdown", "Markdown"),
    click.option("-o", "--output", "target", metavar="FILE", help=TARGET),
)
FIGURE = "Draw a figure: FILE.png, .svg or .pdf; - for a PNG instead of the table."


def plot(help: str = FIGURE, metavar: str = "FILE") -> Callable[[F], F]:
    """The file, or the folder, of a figure."""
    return click.option("--plot", metavar=metavar, help=help)


def output(*, arrays: bool = False) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """The options of the form and the file of the result; the command gets an `Output` of them.

    arrays: whether the result can be written as .npz.
    """

    def apply(command: Callable[..., None]) -> Callable[..., None]:
        @wraps(command)
        def with_output(
            *, form: Sequence[str], target: str | None, plot: str | None = None, **given: Any
        ) -> None:
            command(output=Output.asked(form, target, plot, arrays=arrays), **given)

        return decorated(json, tables)(with_output)

    return apply
