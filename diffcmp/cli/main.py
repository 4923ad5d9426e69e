"""The command group, and what becomes of errors, closed pipes and Ctrl-C: one message, and the exit
code that says which.

Exit codes: 0 an answer, 1 a computation that could not be completed, 2 bad input, 130 interrupted.
"""

from __future__ import annotations

import io
import sys
from importlib import import_module
from typing import Any

import click

from diffcmp.cli import guard
from diffcmp.errors import Breakdown, DiffcmpError, InputError
from diffcmp.spans import printable
from diffcmp.version import __version__

COMMANDS = "compare explain sweep map jacobian hessian bench study code backends completion".split()
SECOND_NAMES = {"compare": "grad", "sweep": "sweep-h"}  # kept for good: what people type

EPILOG = """\b
Examples:
  diffcmp compare "(t**2-4)/(t-2)" --at 2
  diffcmp compare "x*y + sin(x)" --at x=1,y=2 --wrt x
  diffcmp sweep "exp(x)/sqrt(sin(x)**3+cos(x)**3)" --at 1.5 --plot errors.png
  diffcmp explain "(1-cos(x))/x**2" --at 1e-8
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

        click.echo(language())
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


def main() -> None:
    """The console script: in a child process that `guard` watches, where the system has such."""
    guard.supervise()
    try:
        commands.main(prog_name="diffcmp")
    finally:  # a worker process is ended, not waited for
        if "diffcmp.worker" in sys.modules:
            sys.modules["diffcmp.worker"].close_all()


def told(error: BaseException) -> int:
    """Say in one message what ended the command; its exit code."""
    if isinstance(error, click.ClickException):
        text = io.StringIO()
        error.show(text)  # what the user typed is in it
        click.echo("\n".join(printable(line) for line in text.getvalue().splitlines()), err=True)
        return 2
    message, code = _message(error)
    click.echo(f"diffcmp: {message}", err=True)
    return code


def _message(error: BaseException) -> tuple[str, int]:
    if isinstance(error, (click.Abort, KeyboardInterrupt)):
        return Breakdown.INTERRUPTED.told(), guard.INTERRUPTED
    if isinstance(error, DiffcmpError):
        return str(error), 2 if isinstance(error, InputError) else 1
    if isinstance(error, MemoryError):
        return Breakdown.MEMORY.told(), 1
    if isinstance(error, RecursionError):
        return Breakdown.DEPTH.told(), 1
    if sys.flags.dev_mode:  # python -X dev
        raise error
    what = printable(f"{type(error).__name__}: {error}")[:200]
    return Breakdown.BUG.told(what=what), 1
