"""Where a result goes: to the terminal or to a file, which is written whole to a temporary name and
then renamed."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import click

from diffcmp.errors import Fault, InputError

FORMATS = {".json": "json", ".csv": "csv", ".md": "markdown"}
FIGURES: dict[str, Literal["png", "svg", "pdf"]] = {".png": "png", ".svg": "svg", ".pdf": "pdf"}


def form_of(wanted: Sequence[str], target: str | None, *, arrays: bool = False) -> str:
    """json, csv, markdown or text: as asked for, or as the name of the file says; npz where the
    result has `arrays`."""
    if len(set(wanted)) > 1:
        raise click.UsageError("choose one of --json, --csv and --markdown")
    if arrays and not wanted and Path(target or "").suffix.lower() == ".npz":
        return "npz"
    return wanted[0] if wanted else FORMATS.get(Path(target or "").suffix.lower(), "text")


def writable(target: str | None) -> None:
    """Refuse early what could not be written in the end."""
    if target is None:
        return
    path = Path(target)
    reason = ""
    if not target or path.is_dir():
        reason = "it is a folder" if target else "it has no name"
    elif not path.parent.is_dir():
        reason = "there is no such folder"
    elif not os.access(path.parent, os.W_OK) or (path.exists() and not os.access(path, os.W_OK)):
        reason = "permission denied"
    if reason:
        raise InputError(Fault.OUTPUT, path=target, reason=reason)


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
            raise InputError(
                Fault.OUTPUT, path=target, reason=error.strerror or str(error)
            ) from None
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
        raise InputError(Fault.OUTPUT, path=target, reason=error.strerror or str(error)) from None


def show(content: str | bytes, target: str | None) -> None:
    """To the file, or to standard output; bytes only to a file."""
    whole = content if isinstance(content, bytes) or content.endswith("\n") else content + "\n"
    if target is not None:
        write(whole, target)
    else:
        click.echo(whole, nl=False)
