"""The terminal chart: its size, its markers, and no escape sequence unasked for."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from diffcmp.report.documents.sweep import chart
from diffcmp.report.terminal.charts import curve_chart, ticks

from . import samples


@pytest.mark.parametrize("width", [40, 80, 120])
def test_it_fits_and_holds_what_it_needs(width: int) -> None:
    lines = curve_chart(chart(samples.sweep()), width, False).splitlines()
    assert len(lines) <= 24
    assert max(map(len, lines)) <= width
    assert "error of f′ of exp(x) at x = 1" in lines[0]
    text = "\n".join(lines)
    assert "\x1b" not in text
    for part in ("o forward", "x central", "+ complex-step", "step size h", "1e-"):
        assert part in text


def test_colour_changes_nothing_but_colour() -> None:
    coloured = curve_chart(chart(samples.sweep()), 80, True)
    assert "\x1b[" in coloured
    bare = re.sub(r"\x1b\[[0-9;]*m", "", coloured)
    plain = curve_chart(chart(samples.sweep()), 80, False)
    assert [line.rstrip() for line in bare.splitlines()] == plain.splitlines()


def test_nothing_to_draw_and_hostile_text() -> None:
    sweep = samples.sweep()
    rows = tuple(replace(step, total=None) for step in sweep.series[0].rows)
    hostile = replace(
        sweep, program=samples.hostile().program, series=(replace(sweep.series[0], rows=rows),)
    )
    found = curve_chart(chart(hostile), 110, False)
    assert "\x1b" not in found
    assert "[red]x[/red]" in found
    assert curve_chart(chart(replace(sweep, series=())), 80, False)


def test_ticks_are_whole_powers_of_ten() -> None:
    assert ticks(-2.5, 1.2, 10, True) == ([-2.0, -1.0, 0.0, 1.0], ["1e-2", "1e-1", "1", "1e1"])
    assert len(ticks(-20.0, 0.0, 5, True)[0]) <= 5
