"""The blocks that the terminal views share: the heading with the truth, and the notes. Rich
renderables."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from rich.console import RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from diffcmp.program.ir import Program
from diffcmp.report.console import plain
from diffcmp.report.headings import point, truth_facts
from diffcmp.report.remarks import Group, carets, clusters, grouped
from diffcmp.truth.record import Truth

CAPACITY = {"float16": 3.3, "float32": 7.2, "float64": 15.9, "longdouble": 19.2}
INDENT = 2
GAP = 2
BLOCK_INDENT = 4


def heading(
    program: Program, at: dict[str, str], dtype: str, truth: Truth, wrt: Sequence[str], width: int
) -> list[RenderableType]:
    """The function, the point, and what is certain there."""
    title = plain(program.text, "bold").append_text(plain(f"   at {point(at)}  in {dtype}", "dim"))
    lines = []
    for fact in truth_facts(truth, wrt, program.inputs):
        text = plain(fact.text)
        lines.append(
            (fact.label, text.append(f"   ({fact.aside})", style="dim") if fact.aside else text)
        )
    said = grouped([("", truth.remarks)])
    return [title, "", labelled(lines), *annotated(said, program.text, width)]


def labelled(lines: Iterable[tuple[str, Text]]) -> Padding:
    """Lines of label and text, the texts aligned."""
    grid = Table.grid(padding=(0, GAP, 0, 0))
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    for label, text in lines:
        grid.add_row(plain(label, "cyan"), text)
    return Padding(grid, (0, 0, 0, INDENT), expand=False)


def notes(
    groups: Sequence[Group], text: str, width: int, title: str = "Notes"
) -> list[RenderableType]:
    """Each distinct note once, under a headline; nothing where there are none."""
    return ["", plain(title, "bold"), *annotated(groups, text, width)] if groups else []


def annotated(groups: Sequence[Group], text: str, width: int) -> list[RenderableType]:
    """The notes; under those about one sub-expression, the expression with carets."""
    parts: list[RenderableType] = []
    for cluster in clusters(groups):
        block = carets(text, cluster[0].span, width, BLOCK_INDENT)
        parts += [_bullet(group, pointed=bool(block)) for group in cluster]
        if block:
            parts.append(Text(block, style="yellow", no_wrap=True, overflow="ignore"))
    return parts


def _bullet(group: Group, *, pointed: bool) -> Padding:
    """Whose note, what happened, what to do; the sub-expression in words where no carets point at
    it."""
    owners = ", ".join(owner for owner in group.owners if owner)
    line = plain(f"{owners}: " if owners else "", "bold")
    sentence = (
        group.sentence if pointed or not group.piece else f"{group.sentence}, in `{group.piece}`"
    )
    line.append(sentence, style="not bold")
    if group.advice:
        line.append(f" → {group.advice}", style="not bold dim")
    grid = Table.grid(padding=(0, 1, 0, 0))
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    grid.add_row("·", line)
    return Padding(grid, (0, 0, 0, INDENT), expand=False)


def failed(derivative: object) -> bool:
    """Whether a method gave no finite number."""
    return derivative is None or (
        hasattr(derivative, "__float__") and not math.isfinite(float(derivative))
    )


def quality(digits: float | None, dtype: str) -> str:
    """The colour of a number of correct digits: green near all that the dtype holds, red for less
    than a third."""
    if digits is None:
        return ""
    share = digits / CAPACITY.get(dtype, CAPACITY["float64"])
    return "green" if share > 0.85 else "yellow" if share > 1 / 3 else "red"
