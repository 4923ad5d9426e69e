"""The terminal views: golden texts, no escape sequence unasked for, nothing of the user's that
acts.

`DIFFCMP_REGOLD=1 pytest tests/report` writes the golden files anew; look at the difference before
you keep it.
"""

from __future__ import annotations

import io
import re
from dataclasses import replace
from pathlib import Path

import pytest
from rich.cells import cell_len

from diffcmp import compare
from diffcmp.report.documents.sweep import thinned
from diffcmp.report.screen import screen
from tests.scripts import assert_golden

from . import samples
from .samples import text

GOLDEN = Path(__file__).parent / "golden"
RECORDS = {
    "removable": samples.removable, "two_variables": samples.two_variables, "kink": samples.kink,
    "jump": samples.jump, "infinity": samples.infinity,
    "hostile": samples.hostile, "sweep": samples.sweep, "second_order": samples.second_order,
}  # fmt: skip


@pytest.mark.parametrize("width", [80, 120])
@pytest.mark.parametrize("name", RECORDS)
def test_golden(name: str, width: int) -> None:
    assert_golden(GOLDEN / f"{name}-{width}.txt", text(RECORDS[name](), width))


@pytest.mark.parametrize("width", [40, 50, 60, 70, 80, 100, 120, 200])
@pytest.mark.parametrize("name", RECORDS)
def test_no_line_is_wider_than_the_screen(name: str, width: int) -> None:
    found = text(RECORDS[name](), width)
    assert max(map(cell_len, found.splitlines())) <= width
    assert "\x1b" not in found
    if name != "hostile":
        assert "…" not in found


@pytest.mark.parametrize("name", RECORDS)
def test_colour_changes_nothing_but_colour(name: str) -> None:
    coloured = text(RECORDS[name](), 80, colour=True)
    assert "\x1b[" in coloured
    bare = re.sub(r"\x1b\[[0-9;]*m", "", coloured)
    assert [line.rstrip() for line in bare.splitlines()] == text(RECORDS[name](), 80).splitlines()


def test_the_environment_does_not_reach_the_renderer(monkeypatch: pytest.MonkeyPatch) -> None:
    before = text(samples.removable(), 80), text(samples.removable(), 80, colour=True)
    for name, value in {
        "NO_COLOR": "1",
        "COLUMNS": "33",
        "FORCE_COLOR": "1",
        "TERM": "dumb",
    }.items():
        monkeypatch.setenv(name, value)
    assert (text(samples.removable(), 80), text(samples.removable(), 80, colour=True)) == before


def test_markup_is_shown_and_not_obeyed() -> None:
    found = text(samples.hostile(), 120)
    assert samples.HOSTILE.replace("\x1b", "\\x1b") in found
    assert "[bold]dual[/bold]" in found


def test_a_note_of_many_stands_once() -> None:
    found = text(samples.removable(), 120)
    assert found.count("0/0 gives nan") == 1
    assert found.count("^" * 14) == 1
    assert "dual, tape: 0/0" in found


def test_a_narrow_screen_says_what_it_leaves_out() -> None:
    found = " ".join(text(samples.removable(), 40).split())
    assert "derivatives rounded to 8 digits; not shown: evals, time, h, error." in found
    assert "not shown" not in text(samples.removable(), 80)


def test_one_sided_derivatives_stand_where_they_matter() -> None:
    assert "left" not in text(samples.removable(), 80).replace("left and right", "")
    found = text(samples.kink(), 80)
    assert re.search(r"f′ left\s+-2\n", found)
    assert re.search(r"f′ right\s+4\n", found)
    assert "not certified" in found


@pytest.mark.parametrize(("expr", "lines", "columns"), [
    ("heaviside(x)", ["f left 0 (the limit from the left)", "f right 1 (the limit from the right)", "f′ left 0 (towards that limit)"], ",,,0,1.0000"),
    ("log(x)", ["f left not defined", "f right -∞ (the limit from the right)", "f′ does not exist"], ",,,undefined,-inf"),
    ("sqrt(x)", ["f 0", "f left not defined", "f right 0 (the limit from the right)", "f′ left none", "f′ right ∞"], ",,inf,undefined,0"),
])  # fmt: skip
def test_limits_of_both_sides_stand_where_f_is_not_continuous(
    expr: str, lines: list[str], columns: str
) -> None:
    record = compare(expr, 0, digits=5, backends=["dual"])
    shown = [" ".join(line.split()) for line in text(record, 80).splitlines()]
    assert set(lines) <= set(shown)
    assert samples.exported(record, "csv").splitlines()[1].endswith(columns)


def test_a_method_is_named_once_for_all_its_variables() -> None:
    assert len(re.findall(r"^(?:forward|tape)\b", text(samples.two_variables(), 80), re.M)) == 2


def test_rows_are_thinned_to_one_a_decade_and_said_so() -> None:
    sweep = samples.sweep()
    for series in sweep.series:
        kept = thinned(series)
        assert len(kept) <= 22
        assert series.best_h in [step.h for step in kept]
    assert "65 of 244 step sizes are shown" in text(sweep, 80)
    assert len(samples.exported(sweep, "markdown").splitlines()) > 244


def test_a_sweep_with_no_derivative_to_compare_with() -> None:
    sweep = samples.sweep()
    rows = tuple(replace(step, total=None) for step in sweep.series[0].rows)
    lost = replace(sweep.series[0], best_h=None, fitted_order=None, best_digits=None, rows=rows)
    assert "–" in text(replace(sweep, series=(lost,)), 80)
    assert text(replace(sweep, series=()), 80)


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("stream", "environ", "colour"), [
    (Terminal(), {}, True), (Terminal(), {"NO_COLOR": "1"}, False), (Terminal(), {"NO_COLOR": ""}, True),
    (Terminal(), {"TERM": "dumb"}, False), (io.StringIO(), {}, False),
])  # fmt: skip
def test_screen_colour(stream: io.StringIO, environ: dict[str, str], colour: bool) -> None:
    assert screen(stream, environ=environ).colour is colour


def test_screen_width() -> None:
    assert screen(io.StringIO(), environ={"COLUMNS": "132"}).width == 132
    assert screen(io.StringIO(), environ={"COLUMNS": "3"}).width == 20
    assert screen(io.StringIO(), environ={"COLUMNS": "x"}).width >= 20
