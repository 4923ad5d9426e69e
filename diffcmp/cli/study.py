"""`diffcmp study`: the experiments of the lecture, each a command of its own."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

import click

from diffcmp.cli.output import Output, apart, drawn, folder, write
from diffcmp.cli.progress import Tell, progress
from diffcmp.cli.studies import ALL, Studies
from diffcmp.studies import registry
from diffcmp.studies.pace import heard_by


def ran(
    name: str, plot: str | None, form: Sequence[str], target: str | None, **given: object
) -> None:
    """Run one study, or all, and show it."""
    output = Output.asked(form, target)
    names = list(registry.QUESTIONS) if name == ALL else [name]
    apart(target, plot)
    pictures = _pictures(folder(plot), names)
    for picture in pictures.values():
        apart(target, picture)
    reports = []
    with progress(len(names)) as tell:
        for one in names:
            tell(one)
            with heard_by(partial(_told_within, tell, one)):
                reports.append(registry.study(one, **given))
    if pictures:
        for report in reports:
            write(drawn(report, "png"), pictures[report.name])
    output.show(*reports)


def _pictures(place: Path | None, names: Sequence[str]) -> dict[str, str]:
    """The file for the figure of each study; none where no folder is asked for."""
    return {} if place is None else {name: str(place / f"{name}.png") for name in names}


def _told_within(tell: Tell, study: str, what: str, share: float) -> None:
    tell(f"{study}: {what}", share)


@click.group(
    "study", cls=Studies, invoke_without_command=True, short_help="The lecture's experiments."
)
@click.pass_context
def command(ctx: click.Context) -> None:
    """The lecture's experiments: with a name, run that one; without, list them.

    \b
    diffcmp study lhopital --plot figures
    diffcmp study all --plot figures
    """
    if ctx.invoked_subcommand is None:
        from diffcmp.report.documents.inventory import Inventory

        questions = list(registry.QUESTIONS.items())
        Output("text", None).show(Inventory(("study", "question"), questions, {}))


assert isinstance(command, Studies)
command.run = ran
