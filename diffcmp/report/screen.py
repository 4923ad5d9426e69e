"""How wide the output is, whether it may have colour, and whether it has every sign."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TextIO

NARROWEST = 20
WIDEST = 1000  # what COLUMNS asks for beyond is not laid out


@dataclass(frozen=True, slots=True)
class Screen:
    """Width in columns; whether to colour; whether a person is looking (a terminal, not a pipe or a
    file); whether the encoding has every sign."""

    width: int
    colour: bool
    terminal: bool
    unicode: bool = True


def screen(
    stream: TextIO, target: str | None = None, environ: Mapping[str, str] | None = None
) -> Screen:
    """The screen behind `stream`: COLUMNS, else the terminal's width, else 100; colour on a
    terminal unless NO_COLOR is set. A result that goes to the file `target` has neither colour nor
    a person who looks, and is written in UTF-8."""
    environ = os.environ if environ is None else environ
    terminal = target is None and stream.isatty() and environ.get("TERM") != "dumb"
    return Screen(
        width=min(max(_columns(environ), NARROWEST), WIDEST),
        colour=terminal and not environ.get("NO_COLOR"),
        terminal=terminal,
        unicode=target is not None or (stream.encoding or "utf").lower().startswith("utf"),
    )


def _columns(environ: Mapping[str, str]) -> int:
    columns = environ.get("COLUMNS", "").lstrip("0")
    if not columns.isdecimal():
        return shutil.get_terminal_size((100, 24)).columns
    return int(columns) if len(columns) <= len(str(WIDEST)) else WIDEST
