"""JSON, CSV and Markdown: complete, valid, quoted, and without the libraries of the other
renderers."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys

import pytest

from diffcmp.report.markdown import code, escaped

from . import samples
from .samples import exported

COMPARISONS = [samples.removable, samples.two_variables, samples.kink, samples.hostile]


@pytest.mark.parametrize("sample", [*COMPARISONS, samples.sweep])
def test_json_reads_back(sample) -> None:  # type: ignore[no-untyped-def]  # two kinds of records
    record = sample()
    text = exported(record, "json")
    assert json.loads(text, parse_constant=pytest.fail) == json.loads(json.dumps(record.to_dict()))


def test_json_keeps_letters() -> None:
    assert "√u" in exported(samples.sweep(), "markdown")
    assert "h²" in exported(samples.removable(), "json")


@pytest.mark.parametrize("sample", COMPARISONS)
def test_csv_of_a_comparison(sample) -> None:  # type: ignore[no-untyped-def]
    record = sample()
    lines = list(csv.DictReader(io.StringIO(exported(record, "csv"))))
    assert [(line["backend"], line["variable"]) for line in lines] == [
        (row.backend, name) for row in record.rows for name in record.wrt
    ]
    assert all(line["expression"] == record.program.text for line in lines)


def test_csv_has_all_digits_and_nan() -> None:
    lines = list(csv.DictReader(io.StringIO(exported(samples.removable(), "csv"))))
    assert [line["derivative"] for line in lines[:5]] == [
        "1.0",
        "1.000000238418579",
        "0.9999999999266",
        "0.0",
        "nan",
    ]
    assert lines[4]["abs_error"] == ""
    assert lines[4]["notes"].startswith("0/0")


def test_csv_of_a_sweep() -> None:
    sweep = samples.sweep()
    lines = list(csv.DictReader(io.StringIO(exported(sweep, "csv"))))
    assert len(lines) == sum(len(series.rows) for series in sweep.series)
    assert lines[-1]["truncation"] == sweep.series[-1].rows[-1].truncation
    assert lines[0]["total"] == ""


@pytest.mark.parametrize("sample", [*COMPARISONS, samples.sweep])
def test_markdown_tables_have_one_width(sample) -> None:  # type: ignore[no-untyped-def]
    widths = set()
    for line in [*exported(sample(), "markdown").splitlines(), ""]:
        if line.startswith("|"):
            widths.add(line.replace("\\|", "").count("|"))
        else:
            assert len(widths) <= 1
            widths = set()


def test_markdown_escapes() -> None:
    text = exported(samples.hostile(), "markdown")
    assert "\x1b" not in text
    assert "\\[bold\\]dual\\[/bold\\]" in text
    assert escaped("a|b `c`_") == "a\\|b \\`c\\`\\_"
    assert code("a`b``c`") == "``` a`b``c` ```"
    assert code("x") == "`x`"


def test_exports_load_neither_rich_nor_matplotlib_nor_plotext() -> None:
    script = (
        "import sys; from diffcmp import compare; from diffcmp.report.forms import rendered;"
        "from diffcmp.report.documents import document;"
        "shown = document(compare('x', 1, backends=['dual']));"
        "[rendered([shown], form) for form in ('json', 'csv', 'markdown', 'npz')];"
        "print([m for m in ('rich', 'matplotlib', 'plotext') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
