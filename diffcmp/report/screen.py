"""How wide the output is, and whether it may have colour."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TextIO

NARROWEST = 20


@dataclass(frozen=True, slots=True)
class Screen:
    """Width in columns; whether to colour; whether a person is looking (a terminal, not a pipe or a
    file)."""

    width: int
    colour: bool
    terminal: bool


def screen(
    stream: TextIO, target: str | None = None, environ: Mapping[str, str] | None = None
) -> Screen:
    """The screen behind `stream`: COLUMNS, else the terminal's width, else 100; colour on a
    terminal unless NO_COLOR is set. A result that goes to the file `target` has neither colour nor
    a person who looks."""
    environ = os.environ if environ is None else environ
    terminal = target is None and stream.isatty() and environ.get("TERM") != "dumb"
    columns = environ.get("COLUMNS", "")
    width = (
        int(columns)
        if columns.isdecimal() and int(columns)
        else shutil.get_terminal_size((100, 24)).columns
    )
    return Screen(max(width, NARROWEST), terminal and not environ.get("NO_COLOR"), terminal)
