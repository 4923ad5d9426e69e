"""docs/singular-points.md: its known derivatives are the certified ones, and it says what the
backends do."""

from __future__ import annotations

from pathlib import Path

import pytest

from diffcmp import certify
from diffcmp.arithmetic.balls import Balls
from diffcmp.point.coordinate import coordinate
from tests.scripts import script

DOCS = Path(__file__).parents[1] / "docs"
DIGITS = 40


TABLE = script("singular_points")
LIMITS = [limit for group in TABLE.LIMITS.values() for limit in group]
PAGE = (DOCS / "singular-points.md").read_text(encoding="utf-8")
ROWS = {
    cells[0]: cells
    for line in PAGE.splitlines()
    if line.startswith("| `")
    for cells in [line.strip("| ").split(" | ")]
}


def row(limit: object) -> list[str]:
    """The cells of the page's row about one limit."""
    return ROWS[TABLE.code(limit.expr)]  # type: ignore[attr-defined]  # a Limit of the script


@pytest.mark.parametrize("limit", LIMITS, ids=lambda limit: limit.expr)
def test_the_known_derivative_is_the_certified_one(limit: object) -> None:
    truth = certify(limit.expr, limit.at, digits=DIGITS)  # type: ignore[attr-defined]
    (name,) = truth.along
    found = truth.derivative(name)
    assert truth.certified
    assert found is not None
    known = coordinate(limit.derivative).enclosure(Balls(400))  # type: ignore[attr-defined]
    with Balls(400).working():
        exact = Balls(400).literal(found.exact)
        assert abs(exact - known) <= abs(known) / 10**DIGITS


def test_the_page_has_every_limit_and_no_other() -> None:
    assert [cells[:3] for cells in ROWS.values()] == [
        [TABLE.code(x) for x in (n.expr, n.at, n.derivative)] for n in LIMITS
    ]
    assert all(len(cells) == 3 + len(TABLE.BACKENDS) for cells in ROWS.values())
    assert f"{len(LIMITS)} limits." in PAGE


def test_no_wrong_number_of_the_page_is_without_a_note() -> None:
    assert "(no note)" not in PAGE


def verdict(cell: str) -> str:
    """What a cell of the page says: the same word as the script's."""
    return TABLE.WRONG if cell.startswith("**") else TABLE.RIGHT if cell.isdigit() else TABLE.LOUD


@pytest.mark.parametrize("expr", [
    "(t**2-4)/(t-2)", "1/x-1/sin(x)", "(1+sin(x))**(1/x)", "sqrt(x**4)", "where(x == 0, 1, (exp(x)-1)/x)", "(1+cos(x))/(x-pi)",
])  # fmt: skip
def test_the_page_is_what_the_backends_do(expr: str) -> None:
    (limit,) = [limit for limit in LIMITS if limit.expr == expr]
    found = TABLE.compared(limit)
    assert [found[name].verdict for name in TABLE.BACKENDS] == [
        verdict(cell) for cell in row(limit)[3:]
    ]
    assert all(cell.noted for cell in found.values() if cell.verdict == TABLE.WRONG)


def test_the_counts_add_up() -> None:
    lines = [line.strip("| ").split(" | ") for line in PAGE.splitlines()]
    counts = {
        cells[0]: [int(c) for c in cells[1:]] for cells in lines if cells[0] in TABLE.BACKENDS
    }
    for place, name in enumerate(TABLE.BACKENDS, 3):
        words = [verdict(cells[place]) for cells in ROWS.values()]
        assert counts[name] == [
            words.count(word) for word in (TABLE.RIGHT, TABLE.LOUD, TABLE.WRONG)
        ]


def test_a_table_of_wrong_numbers_is_seen() -> None:
    cell = TABLE.Cell(TABLE.WRONG, 0.5, 1.0, False)
    assert cell.text == "**0.5** (no note)"
    assert verdict(cell.text) == TABLE.WRONG
