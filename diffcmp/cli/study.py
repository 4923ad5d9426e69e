"""`diffcmp study`: the experiments of the lecture, each a command of its own."""

from __future__ import annotations

import sys

import click

from diffcmp.cli.output import folder, form_of, show, writable, write
from diffcmp.cli.progress import progress
from diffcmp.cli.studies import ALL, Studies
from diffcmp.studies import registry
from diffcmp.studies.pace import heard_by


def ran(
    name: str, plot: str | None, form: tuple[str, ...], target: str | None, **given: object
) -> None:
    """Run one study, or all, and show it."""
    chosen = form_of(form, target)
    writable(target)
    pictures = folder(plot)
    names = list(registry.QUESTIONS) if name == ALL else [name]
    reports = []
    with progress(len(names)) as tell:
        for one in names:
            tell(one)
            with heard_by(lambda what, share, one=one: tell(f"{one}: {what}", share)):  # type: ignore[misc]
                reports.append(registry.study(one, **given))
    if pictures is not None:
        from diffcmp.report.study_figure import study_figure

        for report in reports:
            write(study_figure(report, "png"), str(pictures / f"{report.name}.png"))
    from diffcmp.report.forms import studies_as
    from diffcmp.report.terminal import screen

    seen = screen(sys.stdout, target)
    show(studies_as(chosen, reports, seen.width, seen.colour), target)


@click.group(
    "study", cls=Studies, invoke_without_command=True, short_help="The lecture's experiments."
)
@click.pass_context
def command(ctx: click.Context) -> None:
    """The lecture's experiments: without a name they are listed, with one it is run.

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
