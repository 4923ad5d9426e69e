"""`diffcmp completion`: the script that makes a shell complete commands, options and backends."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from diffcmp.cli.output import show


@click.command("completion", short_help="The completion script of a shell.")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def command(shell: str) -> None:
    """Print the completion script of SHELL.

    \b
    eval "$(diffcmp completion bash)"
    """
    from diffcmp.cli.commands import commands

    completion = get_completion_class(shell)
    assert completion is not None
    show(completion(commands, {}, "diffcmp", "_DIFFCMP_COMPLETE").source(), None)
