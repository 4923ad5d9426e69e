"""What there is: the backends and the versions of the libraries, the studies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from diffcmp.report.console import plain, render


def inventory_text(
    backends: Sequence[tuple[str, str, str]], versions: Mapping[str, str], width: int, colour: bool
) -> str:
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


def questions_text(questions: Mapping[str, str], width: int, colour: bool) -> str:
    """The studies, each with what it asks."""
    from rich.table import Table

    table = Table.grid(padding=(0, 2, 0, 0))
    for name, asked in questions.items():
        table.add_row(plain(name, "bold"), plain(asked))
    return render([table], width, colour)
