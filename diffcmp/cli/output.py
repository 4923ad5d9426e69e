"""Where a result goes: to the terminal or to a file, which is written whole to a temporary name and
then renamed."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import click

from diffcmp.errors import Fault, InputError

FORMATS = {".json": "json", ".csv": "csv", ".md": "markdown"}
FIGURES: dict[str, Literal["png", "svg", "pdf"]] = {".png": "png", ".svg": "svg", ".pdf": "pdf"}


@dataclass(frozen=True, slots=True)
class Output:
    """The form of a result, the file it goes to (None for standard output) and that of its figure.

    plot: the file of the figure, where one is asked for.
    """

    form: str
    target: str | None
    plot: str | None = None

    @classmethod
    def asked(
        cls, wanted: Sequence[str], target: str | None, plot: str | None, *, arrays: bool
    ) -> Output:
        """What the options ask for; what could not be written in the end is refused here."""
        form = form_of(wanted, target, arrays=arrays)
        figure_format(plot)
        writable(target)
        return cls(form, target, plot)

    def show(self, *records: object) -> None:
        """Write a record, or several of one kind, in this form."""
        from diffcmp.report.documents import document
        from diffcmp.report.forms import rendered
        from diffcmp.report.screen import screen

        documents = [document(record) for record in records]
        show(rendered(documents, self.form, screen(sys.stdout, self.target)), self.target)

    def draw(self, record: object) -> None:
        """Write the figure of a record, where one is asked for."""
        picture = figure_format(self.plot)
        if self.plot is not None and picture is not None:
            from diffcmp.report.documents import document
            from diffcmp.report.figures import figure

            write(figure(document(record), picture), self.plot)


def form_of(wanted: Sequence[str], target: str | None, *, arrays: bool = False) -> str:
    """json, csv, markdown or text: as asked for, or as the name of the file says; npz where the
    result has `arrays`."""
    if len(set(wanted)) > 1:
        raise click.UsageError("choose one of --json, --csv and --markdown")
    if wanted:
        return wanted[0]
    suffix = Path(target or "").suffix.lower()
    if arrays and suffix == ".npz":
        return "npz"
    return FORMATS.get(suffix, "text")


def writable(target: str | None) -> None:
    """Refuse early what could not be written in the end."""
    if target is not None and (reason := _hindrance(target)):
        raise InputError(Fault.OUTPUT, path=target, reason=reason)


def _hindrance(target: str) -> str:
    path = Path(target)
    if not target:
        return "it has no name"
    if path.is_dir():
        return "it is a folder"
    if not path.parent.is_dir():
        return "there is no such folder"
    if not os.access(path.parent, os.W_OK) or (path.exists() and not os.access(path, os.W_OK)):
        return "permission denied"
    return ""


def figure_format(target: str | None) -> Literal["png", "svg", "pdf"] | None:
    """png, svg or pdf, by the name of the file."""
    if target is None:
        return None
    suffix = Path(target).suffix.lower()
    if suffix not in FIGURES:
        raise InputError(Fault.PLOT_FORMAT, given=target)
    writable(target)
    return FIGURES[suffix]


def folder(target: str | None) -> Path | None:
    """The folder for figures; it is made where its own folder exists."""
    if target is None:
        return None
    path = Path(target)
    if not path.is_dir():
        writable(target)
        try:
            path.mkdir()
        except OSError as error:
            raise _refused(target, error) from None
    return path


def write(content: str | bytes, target: str) -> None:
    """The file `target`, with this content or as it was before."""
    path = Path(target)
    data = content.encode() if isinstance(content, str) else content
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:40]}.")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
            mask = os.umask(0)
            os.umask(mask)
            os.chmod(name, 0o666 & ~mask)
            os.replace(name, path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise _refused(target, error) from None


def _refused(target: str, error: OSError) -> InputError:
    return InputError(Fault.OUTPUT, path=target, reason=error.strerror or str(error))


def show(content: str | bytes, target: str | None) -> None:
    """Write to the file, or to standard output; bytes go to a file only."""
    whole = content if isinstance(content, bytes) or content.endswith("\n") else content + "\n"
    if target is not None:
        write(whole, target)
        return
    try:
        click.echo(whole, nl=False)
    except BrokenPipeError:  # whoever read the output has gone: nothing more can be said
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise click.exceptions.Exit(0) from None
