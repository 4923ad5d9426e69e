"""The command group: every command by its name, imported when it is called."""

from __future__ import annotations

import io
import sys
from importlib import import_module
from typing import Any

import click

from diffcmp.cli import guard
from diffcmp.cli.endings import told
from diffcmp.spans import printable
from diffcmp.version import __version__

COMMANDS = (
    "compare explain limit sweep map jacobian hessian bench study code backends completion".split()
)
SECOND_NAMES = {"compare": "grad", "sweep": "sweep-h"}  # kept for good: what people type

EPILOG = """\b
Examples:
  diffcmp compare "(t**2-4)/(t-2)" --at 2
  diffcmp compare "x*y + sin(x)" --at x=1,y=2 --wrt x
  diffcmp sweep "exp(x)/sqrt(sin(x)**3+cos(x)**3)" --at 1.5 --plot errors.png
  diffcmp explain "(1-cos(x))/x**2" --at 1e-8
  diffcmp limit "(1+1/x)**x" --at inf
  diffcmp map "log(1+exp(x))" --from -800 --to 800
  diffcmp jacobian "[x[0]*x[1], sin(x[0])]" --at "x=[2,3]"
  diffcmp hessian "norm(x)" --at "x=[3,4]" --plot hessian.png
  diffcmp bench scalar gradient --quick
  diffcmp code "sin(x)/x" --backend tape
  diffcmp study step-size --plot figures
"""


class Commands(click.Group):
    """Commands that are imported when they are called; some have a second name."""

    def main(self, *arguments: Any, **extra: Any) -> Any:
        """Run a command. Whatever ends it early is one message and an exit code."""
        try:
            result = super().main(*arguments, **{**extra, "standalone_mode": False})
            sys.stdout.flush()
            guard.shown()
        except click.ClickException as error:
            code = refused(error)
        except click.Abort:
            code = told(KeyboardInterrupt())
        except (Exception, KeyboardInterrupt) as error:
            code = told(error)
        else:
            return result
        sys.exit(code)

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [*COMMANDS, *SECOND_NAMES.values()]

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        first = {second: first for first, second in SECOND_NAMES.items()}.get(name, name)
        if first not in COMMANDS:
            return None
        command: click.Command = import_module(f"diffcmp.cli.{first}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List each command once, with its second name."""
        rows = []
        for name in COMMANDS:
            command = self.get_command(ctx, name)
            assert command is not None
            second = SECOND_NAMES.get(name)
            shown = name if second is None else f"{name}, {second}"
            rows.append((shown, command.get_short_help_str(100)))
        with formatter.section("Commands"):
            formatter.write_dl(rows)


def _print_functions(ctx: click.Context, _: click.Parameter, wanted: bool) -> None:
    if wanted:
        from diffcmp.cli.functions import language

        click.echo(language(), file=sys.stdout)
        ctx.exit()


@click.group(
    cls=Commands,
    epilog=EPILOG,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, prog_name="diffcmp")
@click.option(
    "--functions",
    is_flag=True,
    expose_value=False,
    is_eager=True,
    callback=_print_functions,
    help="List the functions and operators of the expression language.",
)
def commands() -> None:
    """Compare ways of differentiating a function with a certified derivative.

    For this function at this point: which method can be trusted, to how many digits, at what step
    size and what cost, and why do the others fail?
    """


def refused(error: click.ClickException) -> int:
    """Say what click does not accept; the exit code."""
    text = io.StringIO()
    error.show(text)  # what the user typed is in it
    for line in text.getvalue().splitlines():
        print(printable(line), file=sys.stderr)
    return 2
