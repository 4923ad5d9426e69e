"""`diffcmp study`: the experiments of the lecture, each a command of its own."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from functools import partial

import click

from diffcmp.cli.output import Output, folder, show, write
from diffcmp.cli.progress import Tell, progress
from diffcmp.cli.studies import ALL, Studies
from diffcmp.studies import registry
from diffcmp.studies.pace import heard_by


def ran(
    name: str, plot: str | None, form: Sequence[str], target: str | None, **given: object
) -> None:
    """Run one study, or all, and show it."""
    output = Output.asked(form, target, None, arrays=False)
    pictures = folder(plot)
    names = list(registry.QUESTIONS) if name == ALL else [name]
    reports = []
    with progress(len(names)) as tell:
        for one in names:
            tell(one)
            with heard_by(partial(_told_within, tell, one)):
                reports.append(registry.study(one, **given))
    if pictures is not None:
        from diffcmp.report.study_figure import study_figure

        for report in reports:
            write(study_figure(report, "png"), str(pictures / f"{report.name}.png"))
    from diffcmp.report.forms import studies_as

    output.show(studies_as, reports)


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
        from diffcmp.report.inventory import questions_text
        from diffcmp.report.terminal import screen

        seen = screen(sys.stdout)
        show(questions_text(registry.QUESTIONS, seen.width, seen.colour), None)


assert isinstance(command, Studies)
command.run = ran
