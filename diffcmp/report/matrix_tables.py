"""The terminal view of a Jacobian or Hessian: what is certain, the matrix or its structure, one row
a method, the notes."""

from __future__ import annotations

from rich.console import RenderableType
from rich.padding import Padding

from diffcmp.accuracy.matrix import MatrixComparison, MatrixRow
from diffcmp.report import numbers
from diffcmp.report.blocks import INDENT, annotated, failed, labelled, notes, quality
from diffcmp.report.console import plain, render
from diffcmp.report.headings import listed, point
from diffcmp.report.layout import Cell, Columns, hidden_note, table
from diffcmp.report.matrix_export import FIGURES, certain, matrix_facts
from diffcmp.report.remarks import grouped

MOST_ROWS, MOST_COLUMNS = 8, 6  # of a matrix that is shown in numbers
PICTURE = (24, 48)  # rows and columns of characters
LAYOUTS: tuple[tuple[tuple[str, ...], int | None], ...] = (
    ((), None),
    (("evals",), None),
    (("evals",), 12),
    (("evals", "time"), 10),
    (("evals", "time", "digits"), 8),
)
LEGEND = "error: the largest of all, over the largest entry; worst: the entry that has it."


def matrix_text(found: MatrixComparison, width: int, colour: bool) -> str:
    """A MatrixComparison for a terminal of `width` columns, with escape sequences where `colour`
    asks for them."""
    title = plain(found.text, "bold").append_text(
        plain(f"   at {point(found.at)}  in {found.dtype}", "dim")
    )
    facts = [
        (fact.label, plain(f"{fact.text}   ({fact.aside})" if fact.aside else fact.text))
        for fact in matrix_facts(found)
    ]
    parts: list[RenderableType] = [
        title,
        "",
        labelled(facts),
        *annotated(grouped([("", found.remarks)]), found.text, width),
    ]
    parts += ["", *body(found, width)]
    if found.places:  # else there is nothing that a method could be right or wrong about
        parts += ["", *methods(found, width)]
    parts += notes(grouped((row.backend, row.remarks) for row in found.results), found.text, width)
    return render(parts, width, colour)


def body(found: MatrixComparison, width: int) -> list[RenderableType]:
    """The certified matrix in numbers where it is small, else where its entries are."""
    if (
        len(found.rows) <= MOST_ROWS and len(found.columns) <= MOST_COLUMNS
    ) or found.vector is not None:
        return [*entries(found, width)]
    lines = picture(found)
    said = plain(
        f"where the {found.what} may differ from 0, {len(found.rows)} rows by {len(found.columns)} columns",
        "dim",
    )
    return [*(Padding(plain(line), (0, 0, 0, INDENT)) for line in lines), said]


def entries(found: MatrixComparison, width: int) -> list[RenderableType]:
    """The certified entries as a table; a dot where the structure makes one 0."""
    texts = {
        place: certain(quantity, FIGURES)
        for place, quantity in zip(found.places, found.truth, strict=True)
    }
    rows = [
        (Cell(name, "cyan"), *(Cell(texts.get((i, j), "·")) for j in range(len(found.columns))))
        for i, name in (
            (int(k), found.rows[int(k)])
            for k in listed(list(map(str, range(len(found.rows)))))
            if k is not None
        )
    ]
    headers = ("", *(found.columns if found.vector is None else ("product",)))
    return [table(Columns(headers, tuple(rows), frozenset({""})))]


def picture(found: MatrixComparison) -> list[str]:
    """The structure in characters, each for a block of entries: full, partly or not at all
    nonzero."""
    m, n = len(found.rows), len(found.columns)
    height, breadth = min(m, PICTURE[0]), min(n, PICTURE[1])
    cells = [[0] * breadth for _ in range(height)]
    for i, j in found.places:
        cells[i * height // m][j * breadth // n] += 1
    return ["".join("•" if count else "·" for count in row) for row in cells]


def methods(found: MatrixComparison, width: int) -> list[RenderableType]:
    """One row a backend: the error of the whole matrix, and the entry that is farthest off."""
    for hidden, figures in LAYOUTS:
        columns = Columns(
            ("method", "error", "worst", "derivative", "digits", "evals", "time"),
            tuple(method(found, row, figures) for row in found.results),
            frozenset({"method", "worst"}),
        ).without(hidden)
        if columns.width <= width:
            break
    return [table(columns), plain(LEGEND, "dim"), *hidden_note(hidden, figures)]


def method(found: MatrixComparison, row: MatrixRow, figures: int | None) -> tuple[Cell, ...]:
    """One backend."""
    value = digits = None
    if row.worst is not None:
        value, digits = row.values[row.worst], row.digits[row.worst]
    style = "red" if row.worst is not None and failed(value) else quality(digits, found.dtype)
    return (
        Cell(row.backend, "bold"),
        Cell(numbers.magnitude(row.norm_error), style),
        Cell("" if row.worst is None else found.name(row.worst), "cyan"),
        Cell(numbers.estimate(value, figures), style),
        Cell(numbers.digits(digits), style),
        Cell(str(row.evaluations)),
        Cell(numbers.seconds(row.seconds)),
    )
