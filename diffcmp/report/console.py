"""The one place where a rich console is made: its width, its colours, and text that can never act as markup.

Escape sequences are written only where colour is asked for; `screen` says when that is. What the user typed goes
through `plain` or `printable` before it gets here.
"""

from __future__ import annotations

import io
import os
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TextIO

from rich.console import Console, RenderableType
from rich.text import Text

from diffcmp.spans import printable

MIN_WIDTH = 20


@dataclass(frozen=True, slots=True)
class Screen:
    """How wide the output is and whether it may have colour."""

    width: int
    colour: bool


def screen(stream: TextIO, environ: Mapping[str, str] | None = None) -> Screen:
    """The screen behind `stream`: COLUMNS, else the terminal's width; colour on a terminal unless NO_COLOR is set."""
    environ = os.environ if environ is None else environ
    terminal = stream.isatty() and environ.get("TERM") != "dumb"
    columns = environ.get("COLUMNS", "")
    width = int(columns) if columns.isdecimal() and int(columns) else shutil.get_terminal_size((80, 24)).columns
    return Screen(max(width, MIN_WIDTH), terminal and not environ.get("NO_COLOR"))


def plain(text: str, style: str = "") -> Text:
    """Text that is shown as it is: no markup, no emoji codes, control characters as escapes."""
    return Text(printable(text), style=style, overflow="fold")


def render(parts: Iterable[RenderableType], width: int, colour: bool) -> str:
    """The renderables as text, one after another, without spaces at the ends of lines."""
    out = io.StringIO()
    console = Console(
        file=out, width=max(width, MIN_WIDTH), height=100, force_terminal=colour, no_color=not colour,
        color_system="standard" if colour else None, markup=False, emoji=False, highlight=False,
        legacy_windows=False, force_jupyter=False, soft_wrap=False,
    )  # fmt: skip
    for part in parts:
        console.print(part)
    return "\n".join(line.rstrip() for line in out.getvalue().rstrip().splitlines())
