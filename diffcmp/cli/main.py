"""The command group, and what happens to errors, closed pipes and Ctrl-C: one message, and the exit
code that says which.

Exit codes: 0 an answer, 1 a computation that could not be completed, 2 bad input, 130 interrupted.
"""

from __future__ import annotations

import io
import os
import sys
from importlib import import_module

import click

from diffcmp.cli import guard
from diffcmp.errors import Breakdown, DiffcmpError, InputError
from diffcmp.spans import printable
from diffcmp.version import __version__

COMMANDS = {
    "grad": "grad",
    "explain": "explain",
    "sweep-h": "sweep_h",
    "map": "map",
    "jacobian": "jacobian",
    "hessian": "hessian",
    "bench": "bench",
    "study": "study",
    "code": "code",
    "backends": "backends",
    "completion": "completion",
}

EPILOG = """\b
Examples:
  diffcmp grad "(t**2-4)/(t-2)" --at 2
  diffcmp grad "x*y + sin(x)" --at x=1,y=2 --wrt x
  diffcmp sweep-h "exp(x)/sqrt(sin(x)**3+cos(x)**3)" --at 1.5 --plot errors.png
  diffcmp explain "(1-cos(x))/x**2" --at 1e-8
  diffcmp map "log(1+exp(x))" --from -800 --to 800
  diffcmp jacobian "[x[0]*x[1], sin(x[0])]" --at "x=[2,3]"
  diffcmp hessian "norm(x)" --at "x=[3,4]" --plot hessian.png
  diffcmp bench scalar gradient --quick
  diffcmp code "sin(x)/x" --backend tape
  diffcmp study step-size --plot figures
"""


class Commands(click.Group):
    """Commands that are imported when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        command: click.Command = import_module(f"diffcmp.cli.{COMMANDS[name]}").command
        return command


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
    """Compare ways of differentiating a function, against a certified derivative.

    For this function at this point: which method can be trusted, to how many digits, at what step
    size and what cost, and why do the others fail?
    """


def main() -> None:
    """The console script: in a child process that `guard` watches, where the system has such."""
    try:
        guard.supervise()
        commands.main(prog_name="diffcmp", standalone_mode=False)
        sys.stdout.flush()
    except click.exceptions.Exit as done:
        _leave(done.exit_code)
    except click.ClickException as error:
        said = io.StringIO()
        error.show(said)  # with what the user typed in it
        click.echo("\n".join(printable(line) for line in said.getvalue().splitlines()), err=True)
        _leave(2)
    except (click.Abort, KeyboardInterrupt):
        click.echo(f"diffcmp: {Breakdown.INTERRUPTED.told()}", err=True)
        _leave(guard.INTERRUPTED)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # nothing more can be said
        _leave(0)
    except DiffcmpError as error:
        click.echo(f"diffcmp: {error}", err=True)
        _leave(2 if isinstance(error, InputError) else 1)
    except MemoryError:
        click.echo(f"diffcmp: {Breakdown.MEMORY.told()}", err=True)
        _leave(1)
    except RecursionError:
        click.echo(f"diffcmp: {Breakdown.DEPTH.told()}", err=True)
        _leave(1)
    except Exception as error:
        if sys.flags.dev_mode:  # python -X dev
            raise
        what = printable(f"{type(error).__name__}: {error}")[:200]
        click.echo(f"diffcmp: {Breakdown.BUG.told(what=what)}", err=True)
        _leave(1)


def _leave(code: int) -> None:
    """Exit at once: a worker process is ended, not waited for."""
    if "diffcmp.worker" in sys.modules:
        sys.modules["diffcmp.worker"].close_all()
    sys.exit(code)
