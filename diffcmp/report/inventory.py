"""The backends and the versions of the libraries, as a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from diffcmp.report.console import render


def inventory_text(backends: Sequence[tuple[str, str, str]], versions: Mapping[str, str], width: int, colour: bool) -> str:
    """`backends` as (name, what it does, rule for h); `versions` by the name of the library."""
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for heading in ("backend", "what it does", "step size by default"):
        table.add_column(heading)
    for row in backends:
        table.add_row(*(Text(cell) for cell in row))
    libraries = ", ".join(f"{name} {version}" for name, version in versions.items())
    return render([table, Text(""), Text(libraries)], width, colour)
