"""The one place where a rich console is made: its width, its colours, and text that can never act
as markup.

Escape sequences are written only where colour is asked for; `screen` says when that is. What the
user typed goes through `plain` or `printable` before it gets here.
"""

from __future__ import annotations

import io
from collections.abc import Iterable

from rich.console import Console, RenderableType
from rich.text import Text

from diffcmp.report.screen import NARROWEST
from diffcmp.spans import printable


def plain(text: str, style: str = "") -> Text:
    """Text that is shown as it is: no markup, no emoji codes, control characters as escapes."""
    return Text(printable(text), style=style, overflow="fold")


def render(parts: Iterable[RenderableType], width: int, colour: bool) -> str:
    """The renderables as text, one after another, without spaces at the ends of lines."""
    out = io.StringIO()
    console = Console(
        file=out,
        width=max(width, NARROWEST),
        height=100,
        force_terminal=colour,
        no_color=not colour,
        color_system="standard" if colour else None,
        markup=False,
        emoji=False,
        highlight=False,
        legacy_windows=False,
        force_jupyter=False,
        soft_wrap=False,
    )
    for part in parts:
        console.print(part)
    return "\n".join(line.rstrip() for line in out.getvalue().rstrip().splitlines())
