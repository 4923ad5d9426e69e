"""Where a result goes: to standard output, or to a file that is written whole or not at all."""

from __future__ import annotations

import errno
import os
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Literal, TypeAlias

import click

from diffcmp import files
from diffcmp.cli import guard
from diffcmp.errors import Breakdown, ComputationError, DiffcmpError, Fault, InputError
from diffcmp.spans import shortened

STANDARD_OUTPUT = "-"
STREAMS = {
    STANDARD_OUTPUT: "stdout",
    "/dev/stdout": "stdout",
    "/dev/fd/1": "stdout",
    "/dev/stderr": "stderr",
    "/dev/fd/2": "stderr",
}
USED_FOR = 3  # times as long as their import: measured, matplotlib 2.2, rich 1
FORMATS = {".json": "json", ".csv": "csv", ".md": "markdown"}
WRONG_NAMES = {
    errno.ENOENT,
    errno.ENOTDIR,
    errno.EISDIR,
    errno.EACCES,
    errno.EPERM,
    errno.ENAMETOOLONG,
    errno.EINVAL,
    errno.ENXIO,  # a socket
}
"""Another name is the remedy, and the caller can know that beforehand."""
ELSEWHERE = "name a file elsewhere"
NO_SPACE = f"free some space there, or {ELSEWHERE}"
TOO_MANY = "close some files, or raise the limit of open files"
ADVICE = {
    errno.ENOSPC: NO_SPACE,
    errno.EDQUOT: NO_SPACE,
    errno.EFBIG: f"raise the limit of the size of files, or {ELSEWHERE}",
    errno.EROFS: f"make the file system writable, or {ELSEWHERE}",
    errno.EIO: f"check the device, or {ELSEWHERE}",
    errno.ELOOP: f"repair the symbolic links, or {ELSEWHERE}",
    errno.ETXTBSY: f"end the program that is stored there, or {ELSEWHERE}",
    errno.EMFILE: TOO_MANY,
    errno.ENFILE: TOO_MANY,
}
Picture: TypeAlias = Literal["png", "svg", "pdf"]
FIGURES: dict[str, Picture] = {".png": "png", ".svg": "svg", ".pdf": "pdf"}


@dataclass(frozen=True, slots=True)
class Output:
    """The form of a result, the file it goes to (None for standard output) and that of its figure.

    plot: the file of the figure, where one is asked for. shown: False where something else takes
        standard output, so that only a file can have the result.
    """

    form: str
    target: str | None
    plot: str | None = None
    shown: bool = True

    @classmethod
    def asked(
        cls,
        wanted: Sequence[str],
        target: str | None,
        plot: str | None = None,
        *,
        arrays: bool = False,
        beside: str | None = None,
    ) -> Output:
        """What the options ask for; what could not be written in the end is refused here.

        beside: another file that the command writes.
        """
        form = form_of(wanted, target, arrays=arrays)
        figure_format(plot)
        writable(target)
        writable(beside)
        for other in (plot, beside):
            apart(target, other)
        taken = is_standard(plot) or is_standard(beside)
        return cls(form, target, plot, shown=target is not None or not taken)

    def seconds(self) -> float:
        """Seconds for the answer: what is left of the time of the command, without what it takes to
        show the answer.

        That is measured: what shows it is imported, and used for some times as long, whatever the
        machine is and whatever else it does.
        """
        begun = time.monotonic()
        for renderer in self._renderers():
            import_module(renderer)
        report = USED_FOR * (time.monotonic() - begun)
        left = guard.left()
        return left - min(report, left / 2)

    def _renderers(self) -> list[str]:
        """The modules that will show the result, as it is asked for."""
        from diffcmp.report.forms import RENDERERS

        shown = [f"diffcmp.report.{RENDERERS[self.form]}"] if self.shown else []
        if self.plot is None:
            return shown
        _silence_matplotlib()
        return [*shown, "diffcmp.report.figures"]

    def show(self, *records: object) -> None:
        """Write a record, or several of one kind, in this form."""
        guard.showing()
        if not self.shown:
            return
        from diffcmp.report.documents import document
        from diffcmp.report.forms import rendered
        from diffcmp.report.screen import screen

        documents = [document(record) for record in records]
        target = None if is_standard(self.target) else self.target
        show(rendered(documents, self.form, screen(sys.stdout, target)), target)

    def draw(self, record: object) -> None:
        """Write the figure of a record, where one is asked for."""
        guard.showing()
        picture = figure_format(self.plot)
        if self.plot is not None and picture is not None:
            write(drawn(record, picture), self.plot)


def drawn(record: object, picture: Picture) -> bytes:
    """The figure of a record."""
    _silence_matplotlib()
    from diffcmp.report.documents import document
    from diffcmp.report.figures import figure

    return figure(document(record), picture)


def _silence_matplotlib() -> None:
    """Before it is imported: it warns of folders for its own files."""
    import logging

    logging.getLogger("matplotlib").setLevel(logging.ERROR)


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


def is_standard(target: str | None) -> bool:
    """Whether a name is one of standard output's."""
    return target is not None and STREAMS.get(target) == "stdout"


def writable(target: str | None) -> None:
    """Refuse early what could not be written in the end."""
    if target is None or target in STREAMS:
        return
    obstacle = files.obstacle(target)
    if obstacle is not None:
        raise _refused(target, obstacle)


def apart(one: str | None, other: str | None) -> None:
    """Refuse two results that would be written to one place."""
    if one is None or other is None:
        return
    streams = STREAMS.get(one), STREAMS.get(other)
    if streams[0] == streams[1] and (streams[0] is not None or files.same(one, other)):
        raise InputError(Fault.ONE_OUTPUT, path=other)


def figure_format(target: str | None) -> Picture | None:
    """png, svg or pdf, by the name of the file; png for a stream."""
    if target is None:
        return None
    if target in STREAMS:
        return "png"
    suffix = Path(target).suffix.lower()
    if suffix not in FIGURES:
        raise InputError(Fault.PLOT_FORMAT, given=target)
    writable(target)
    return FIGURES[suffix]


def folder(target: str | None) -> Path | None:
    """The folder for figures; it is made where its own folder exists."""
    if target is None:
        return None
    if target in STREAMS:
        raise InputError(Fault.OUTPUT, path=target, reason="it is no folder")
    if not os.path.isdir(target):
        writable(target)
        try:
            os.mkdir(target)
        except OSError as error:
            raise _refused(target, error) from None
    return Path(target)


def write(content: str | bytes, target: str) -> None:
    """Give the file `target`, or the stream of that name, this content."""
    data = content.encode() if isinstance(content, str) else content
    try:
        if target in STREAMS:
            click.echo(data, file=getattr(sys, STREAMS[target]), nl=False)
        else:
            files.write(data, target)
    except OSError as error:
        raise _refused(target, error) from None


def _refused(target: str, error: OSError) -> DiffcmpError:
    """What is raised where the name is no file to write to, or where the system fails to write."""
    reason = error.strerror or str(error)
    if error.errno in WRONG_NAMES:
        return InputError(Fault.OUTPUT, path=target, reason=reason)
    advice = ADVICE.get(error.errno or 0, ELSEWHERE)
    return ComputationError(Breakdown.FILE, path=shortened(target), reason=reason, advice=advice)


def show(content: str | bytes, target: str | None) -> None:
    """Write to the file, or to standard output."""
    whole = content if isinstance(content, bytes) or content.endswith("\n") else content + "\n"
    if target is None:
        click.echo(whole, file=sys.stdout, nl=False)  # click's own choice of a file ignores ASCII
    else:
        write(whole, target)
