"""Every study as a command: its question is the help, and its options come from the signature of
its function."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial

import click

from diffcmp.cli import options
from diffcmp.studies import registry

ALL, EVERY = "all", "All of them, one after another."
SECONDS = 300.0


@click.command()
@options.plot("Draw the figure as DIR/NAME.png; the folder is made if there is none.", "DIR")
@options.timeout(SECONDS)
@options.json
@options.tables
def shared(**_: object) -> None:
    """What every study has."""


class Studies(click.Group):
    """The studies as commands; `all` runs every one of them.

    run: is called with the name of the study and its options, and those of `shared`.
    """

    run: Callable[..., None]

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [*registry.QUESTIONS, ALL]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Studies"):
            formatter.write_dl([*registry.QUESTIONS.items(), (ALL, EVERY)])

    def get_command(self, ctx: click.Context, name: str) -> click.Command:
        asked = EVERY if name == ALL else registry.question(name)
        own = [] if name == ALL else [_option(option) for option in registry.options(name)]
        return click.Command(
            name, params=[*own, *shared.params], callback=partial(self.run, name), help=asked
        )


def _option(option: registry.Option) -> click.Option:
    least, most = option.bounds.least, option.bounds.most
    within = f", {least:g} to {most:g}" if math.isfinite(least) and math.isfinite(most) else ""
    kind = click.Choice(option.choices) if option.choices else option.kind
    flag = f"--{option.name.replace('_', '-')}"
    meaning = f"{option.bounds.meaning}{within}."
    return click.Option(
        [flag, option.name], type=kind, default=option.default, show_default=True, help=meaning
    )
