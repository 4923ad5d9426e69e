"""A benchmark on the screen, in Markdown and in CSV: records made by hand, golden texts, no line
too wide.

`DIFFCMP_REGOLD=1 pytest tests/report` writes the golden files anew; look at the difference before
you keep it.
"""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest
from rich.cells import cell_len

from diffcmp.notes import Note, remark
from diffcmp.speed.record import Against, Bench, Change, Measurement, Spread
from tests.scripts import assert_golden

from .samples import exported, text

ROOT = Path(__file__).parents[2]
GOLDEN = Path(__file__).parent / "golden"
SCHEMA = json.loads((ROOT / "docs" / "schema.json").read_text(encoding="utf-8"))
MACHINE = {
    "diffcmp": "0.1.0",
    "Python": "3.12.1",
    "NumPy": "2.4.0",
    "system": "Linux x86_64",
    "cores": "2",
}


def row(
    suite: str,
    work: str,
    method: str,
    baseline: str,
    ratio: float,
    seconds: float,
    digits: float | None,
) -> Measurement:
    return Measurement(
        suite,
        work,
        method,
        baseline,
        Spread(ratio, 0.97 * ratio, 1.06 * ratio),
        seconds,
        31,
        digits,
    )


def plain() -> Bench:
    """Two works, all well."""
    slope, hand = "f′(1.5) of exp(x)/sqrt(sin(x)**3+cos(x)**3), one call", "by hand, math"
    return Bench(("scalar", "gradient"), True, MACHINE, (
        row("scalar", slope, hand, hand, 1.0, 5.8e-7, 15.9),
        row("scalar", slope, "symbolic", hand, 9861.3, 1.9e-3, 15.95),
        row("scalar", slope, "dual", hand, 1.257, 7.3e-7, 15.95),
        row("gradient", "∇ of Rosenbrock, n = 100", "f, NumPy", "f, NumPy", 1.0, 4e-6, None),
        row("gradient", "∇ of Rosenbrock, n = 100", "tape", "f, NumPy", 2.05, 8.4e-6, 15.9),
    ))  # fmt: skip


def compared() -> Bench:
    """The same with a wrong answer, a method that could not be measured, and changes of every
    kind."""
    run = plain()
    slope, hand = run.rows[0].work, run.rows[0].method
    wrong = remark(Note.UNTIMED, digits=0.3, enough=11.96)
    unable = remark(
        Note.UNABLE, reason="mpmath.diff needs mpmath, which is not installed", advice="Install it"
    )
    rows = (
        *run.rows[:3],
        Measurement("scalar", slope, "[bold]tape|x", hand, None, None, 0, 0.3, True, (wrong,)),
        *run.rows[3:],
        Measurement(
            "truth", "f′(0)", "mpmath.diff", "mpmath.diff", None, None, 0, None, False, (unable,)
        ),
    )
    first, second = Spread(1.0, 0.9, 1.1), Spread(2.0, 1.9, 2.1)
    changes = (
        Change(
            "scalar",
            slope,
            "symbolic",
            "same",
            Spread(9000.0, 8000.0, 9990.0),
            Spread(9861.3, 9565.5, 10453.0),
            1.0957,
        ),
        Change(
            "scalar",
            slope,
            "dual",
            "worse",
            Spread(0.8, 0.79, 0.82),
            Spread(1.257, 1.22, 1.33),
            1.571,
        ),
        Change(
            "gradient",
            "∇ of Rosenbrock, n = 100",
            "tape",
            "better",
            Spread(4.1, 4.0, 4.2),
            Spread(2.05, 1.99, 2.17),
            0.5,
        ),
        Change("scalar", slope, "born", "new", None, first, None),
        Change("scalar", slope, "gone", "missing", second, None, None),
    )
    return replace(run, rows=rows, against=Against("baseline.json", 1.3, changes))


RECORDS = {"bench": plain, "bench-against": compared}


@pytest.mark.parametrize("width", [80, 120])
@pytest.mark.parametrize("name", RECORDS)
def test_golden(name: str, width: int) -> None:
    assert_golden(GOLDEN / f"{name}-{width}.txt", text(RECORDS[name](), width))


@pytest.mark.parametrize("width", [50, 60, 70, 80, 100, 120, 200])
@pytest.mark.parametrize("name", RECORDS)
def test_no_line_is_wider_than_the_screen(name: str, width: int) -> None:
    assert max(map(cell_len, text(RECORDS[name](), width).splitlines())) <= width


def test_colour_only_where_asked_for() -> None:
    assert "\x1b" not in text(compared(), 100)
    assert "\x1b[" in text(compared(), 100, True)


@pytest.mark.parametrize("name", RECORDS)
def test_json_is_as_the_schema_says(name: str) -> None:
    jsonschema.validate(json.loads(exported(RECORDS[name](), "json")), SCHEMA)


def test_csv_has_a_line_for_each_row_and_for_what_is_missing() -> None:
    lines = list(csv.DictReader(io.StringIO(exported(compared(), "csv"))))
    assert [line["outcome"] for line in lines] == [
        "",
        "same",
        "worse",
        "",
        "",
        "better",
        "",
        "missing",
    ]
    assert lines[2]["before"] == "0.8"
    assert lines[3]["wrong"] == "True"
    assert lines[0]["seconds"] == "5.8e-07"


def test_markdown_tells_the_outcome() -> None:
    lines = exported(compared(), "markdown").splitlines()
    first = lines.index("1 of 7 methods gave no right answer: see the notes.")
    verdict = (
        "Against baseline.json, tolerance 1.3: 1 worse, 1 better, 1 the same, 1 new, 1 missing."
    )
    assert lines[first + 1] == verdict
    assert first == 0  # the outcome stands above the tables
    told = [line.removeprefix("- ").split(":")[0] for line in lines[first + 3 : first + 7]]
    assert told == ["worse", "better", "new", "missing"]
    assert "\\[bold\\]tape\\|x" in "\n".join(lines)


@pytest.mark.parametrize(("digits", "says"), [
    ([None], "No answer could be checked."), ([15.9], "The one answer that can be checked is right."),
    ([15.9, None, 9.0], "All 2 answers that can be checked are right."),
])  # fmt: skip
def test_what_could_be_checked_is_told(digits: list[float | None], says: str) -> None:
    rows = tuple(row("own", "2", f"m{i}", "m0", 1.0, 1.0, one) for i, one in enumerate(digits))
    assert says in text(Bench(("own",), False, MACHINE, rows), 100)
