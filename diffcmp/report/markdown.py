"""Documents as Markdown, as GitHub has it: every row of every table, notes as lists."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from diffcmp.report import document as doc
from diffcmp.report.document import Block, Column, Document, Facts, Items, Notes, Section, Table
from diffcmp.report.numbers import is_words, shown
from diffcmp.report.record import Grid
from diffcmp.report.remarks import Group
from diffcmp.report.screen import Screen
from diffcmp.spans import printable

_SPECIAL = str.maketrans({c: f"\\{c}" for c in "\\`*_{}[]<>#|~$"})


def escaped(text: str) -> str:
    """`text` that Markdown shows as it is, in a table too."""
    return printable(text).translate(_SPECIAL)


def code(text: str) -> str:
    """`text` as a code span, fenced by more backticks than it has in a row."""
    text = printable(text)
    fence = "`"
    while fence in text:
        fence += "`"
    pad = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{pad}{text}{pad}{fence}"


def prose(text: str) -> str:
    """A sentence in which what stands between backticks is code."""
    pieces = text.split("`")
    if len(pieces) % 2 == 0:
        return escaped(text)
    return "".join(code(piece) if i % 2 else escaped(piece) for i, piece in enumerate(pieces))


def show(documents: Sequence[Document], screen: Screen | None = None, *, picture: str = "") -> str:
    """The documents one after another; `picture` is the file of the figure of the only one."""
    return "\n".join(page(document, picture) for document in documents)


def page(document: Document, picture: str = "") -> str:
    """One document."""
    lines = heading(document)
    if picture:
        lines += [f"![{escaped(document.heading)}]({picture})", ""]
    for part in sorted(document.parts(), key=place):
        block = list(written(part))
        lines += [*block, ""] if block else []
    return "\n".join(lines).rstrip() + "\n"


def place(part: doc.Part) -> int:
    """Facts come first, then what leads, then the rest in its order."""
    if isinstance(part, Facts):
        return 0
    return 1 if isinstance(part, Section) and part.leads else 2


def heading(document: Document) -> list[str]:
    """The expression and the point, or the sentence that a study found."""
    if not document.heading:
        return []
    if not document.lead:
        return [f"# {escaped(document.heading)}", ""]
    lead, _, joint = document.lead.partition(" ")
    return [f"**{lead}** {joint} {code(document.heading)} {escaped(document.where)}", ""]


def written(part: doc.Part) -> Iterator[str]:
    """The lines of one part; charts are for figures."""
    writers: dict[type, Callable[[Any], Iterable[str]]] = {
        Facts: facts,
        doc.Text: sentence,
        Notes: notes,
        Items: items,
        Table: table,
        Grid: grid,
        Section: section,
    }
    if type(part) in writers:
        yield from writers[type(part)](part)


def sentence(part: doc.Text) -> Iterator[str]:
    """A sentence of its own; a strong one in bold."""
    mark = "**" if part.grade == "strong" else ""
    yield f"{mark}{prose(part.sentence)}{mark}"


def section(part: Section) -> Iterator[str]:
    """A headline and what stands under it."""
    if part.title and not part.parts:
        yield escaped(part.title)
    elif part.title:
        yield from (f"{escaped(part.title)}:", "")
    before: doc.Part | None = None
    for one in part.parts:
        runs_on = isinstance(before, doc.Text) and isinstance(one, doc.Text)
        yield from [] if before is None or runs_on else [""]
        yield from written(one)
        before = one


def facts(part: Facts) -> Iterator[str]:
    """A line for each; one without a label has that of the line before."""
    label = ""
    for line in part.lines:
        label = line.label or label
        yield f"- {fact(replace(line, label=label))}"


def fact(line: doc.Fact) -> str:
    """A label and its text."""
    aside = f" ({escaped(line.aside)})" if line.aside else ""
    label = f"{escaped(line.label)}: " if line.label else ""
    return f"{label}{escaped(line.text)}{aside}"


def notes(part: Notes) -> Iterator[str]:
    """Whose note, what happened, where, and what to do."""
    for group in part.groups:
        yield f"- {note(group)}"


def note(group: Group) -> str:
    """One note."""
    owners = ", ".join(owner for owner in group.owners if owner)
    lead = f"**{escaped(owners)}**: " if owners else ""
    piece = f", in {code(group.piece)}" if group.piece else ""
    advice = f" → {prose(group.advice)}" if group.advice else ""
    return f"{lead}{prose(group.sentence)}{piece}{advice}"


def items(part: Items) -> Iterator[str]:
    """A list, with the labelled lines of an entry under it."""
    for i, item in enumerate(part.items, 1):
        mark = f"{i}." if part.mark == "1." else "-"
        lead = f"**{escaped(item.owner)}**: " if item.owner else ""
        symbol = f"{escaped(item.symbol)} = " if item.symbol else ""
        yield f"{mark} {lead}{symbol}{code(item.text) if item.code else prose(item.text)}"
        yield from (f"   - {fact(line)}" for line in item.lines)
    if part.left_out:
        yield f"- {escaped(part.left_out)}"


def table(part: Table) -> Iterator[str]:
    """All rows of all blocks, and below them what the columns hold."""
    yield from (f"**{escaped(part.title)}**", "") if part.title else ()
    for i, block in enumerate(part.blocks):
        yield from [""] if i else []
        yield from rows(part.columns, block)
    below = [part.meanings(column.header for column in part.columns), *part.notes]
    if any(below):
        yield from ("", prose(" ".join(filter(None, below))))


def rows(columns: Sequence[Column], block: Block) -> Iterator[str]:
    """One block: numbers to the right, words to the left."""
    if block.title:
        aside = f": {code(block.aside)}" if block.aside else ""
        yield from (f"**{escaped(block.title)}**{aside}", "")
    marks = [":--" if is_words(column.measure) else "--:" for column in columns]
    yield line(escaped(column.header) for column in columns)
    yield line(marks)
    for row in block.rows:
        yield line(cell(value, column) for value, column in zip(row, columns, strict=True))


def cell(value: Any, column: Column) -> str:
    """One cell."""
    bare = value.value if isinstance(value, doc.Graded) else value
    return escaped(shown(bare, column.measure))


def line(cells: Iterable[str]) -> str:
    """One line of a table."""
    return f"| {' | '.join(cells)} |"


def grid(part: Grid) -> Iterator[str]:
    """A grid of numbers as a table."""
    columns = [Column("", "text"), *(Column(name, part.measure) for name in part.columns)]
    cells = [[name, *row] for name, row in zip(part.rows, part.cells, strict=True)]
    below = [part.note] if part.note else []
    yield from table(Table(columns, [Block(cells)], title=part.title, notes=below))
