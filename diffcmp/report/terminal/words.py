"""Facts, notes, lists and sentences on a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.console import RenderableType
from rich.padding import Padding
from rich.table import Table as Grid
from rich.text import Text as Line

from diffcmp.report.document import Fact, Facts, Grade, Item, Items, Notes, Part, Text
from diffcmp.report.remarks import Group, carets, clusters
from diffcmp.report.terminal.console import plain

INDENT = 2
GAP = 2
BLOCK_INDENT = 4
STYLES: dict[Grade, str] = {"": "", "good": "green", "fair": "yellow", "bad": "red"}
STYLES |= {"name": "cyan", "quiet": "dim", "strong": "bold"}


def worded(part: Part, width: int) -> list[RenderableType]:
    """One part that is made of words."""
    if isinstance(part, Facts):
        return [indented(labelled(part.lines))] if part.lines else []
    if isinstance(part, Notes):
        return annotated(part, width)
    if isinstance(part, Items):
        return listed(part)
    assert isinstance(part, Text)
    return [plain(part.sentence, STYLES[part.grade])]


def indented(content: RenderableType, more: int = 0) -> Padding:
    """What stands under a headline."""
    return Padding(content, (0, 0, 0, INDENT + more), expand=False)


def pairs(rows: Iterable[tuple[Line, Line]], gap: int = GAP) -> Grid:
    """Lines of a mark or a label and a text, the texts aligned and folded."""
    grid = Grid.grid(padding=(0, gap, 0, 0))
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    for row in rows:
        grid.add_row(*row)
    return grid


def labelled(lines: Sequence[Fact], style: str = "cyan") -> Grid:
    """Each label and what stands beside it."""
    rows = []
    for line in lines:
        text = plain(line.text)
        if line.aside:
            text.append_text(plain(f"   ({line.aside})", "dim"))
        rows.append((plain(line.label, STYLES[line.grade] or style), text))
    return pairs(rows)


def annotated(part: Notes, width: int) -> list[RenderableType]:
    """The notes; under those about one sub-expression, the expression with carets."""
    lines: list[RenderableType] = []
    for cluster in clusters(part.groups):
        block = carets(part.text, cluster[0].span, width, BLOCK_INDENT)
        lines += [indented(note(group, is_pointed=bool(block))) for group in cluster]
        if block:
            lines.append(Line(block, style="yellow", no_wrap=True, overflow="ignore"))
    return lines


def note(group: Group, *, is_pointed: bool) -> Grid:
    """Whose note, what happened, what to do; the piece in words where no carets point at it."""
    owners = ", ".join(owner for owner in group.owners if owner)
    line = plain(f"{owners}: " if owners else "", "bold")
    piece = f", in `{group.piece}`" if group.piece and not is_pointed else ""
    line.append(group.sentence + piece, style="not bold")
    if group.advice:
        line.append(f" → {group.advice}", style="not bold dim")
    return pairs([(Line("·"), line)], 1)


def listed(part: Items) -> list[RenderableType]:
    """A list: with marks, with numbers, or with nothing before its entries."""
    lines: list[RenderableType] = []
    for i, item in enumerate(part.items, 1):
        mark = f"{i}." if part.mark == "1." else part.mark
        entry = entered(item, is_strong=part.mark == "1.")
        head: RenderableType = entry
        if mark:
            head = pairs([(plain(mark, "cyan" if part.mark == "1." else ""), entry)], 1)
        lines.append(indented(head))
        if item.lines:
            lines.append(indented(labelled(item.lines, "dim"), len(mark) + 1))
    if part.left_out:
        lines.append(indented(plain(part.left_out, "dim")))
    return lines


def entered(item: Item, *, is_strong: bool) -> Line:
    """One entry: its owner or its symbol, then its text."""
    if item.owner:
        return plain(f"{item.owner}: ", "bold").append_text(plain(item.text, "not bold"))
    symbol = f"{item.symbol} = " if item.symbol else ""
    return plain(f"{symbol}{item.text}", "bold" if is_strong else "")
