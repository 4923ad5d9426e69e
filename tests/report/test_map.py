"""The views of a Map: golden texts, the strip along x, the figure, the exports, and nothing of the
user's that acts.

`DIFFCMP_REGOLD=1 pytest tests/report` writes the golden files anew; look at the difference before
you keep it.
"""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from rich.cells import cell_len

from diffcmp.accuracy.judging.record import Map
from diffcmp.report.documents import document
from diffcmp.report.documents.map import strips
from diffcmp.report.documents.places import FEW, hidden, rows
from diffcmp.report.figures import drawn
from diffcmp.report.figures.canvas import Format, settings
from diffcmp.report.terminal.strips import bar, divided
from tests.scripts import assert_golden

from . import samples
from .samples import exported, figure, text

GOLDEN = Path(__file__).parent / "golden"
MAGIC: list[tuple[Format, bytes]] = [("png", b"\x89PNG\r\n"), ("svg", b"<?xml"), ("pdf", b"%PDF-")]


def logarithmic(sign: int = 1) -> Map:
    """The same digits over 1e-9 … 1, or over -1 … -1e-9."""
    found = samples.mapped()
    exponents = [-9 + 9 * k / 30 for k in range(31)]
    xs = [10.0**e for e in exponents] if sign > 0 else [-(10.0**e) for e in reversed(exponents)]
    points = tuple(replace(p, at=repr(x), x=x) for p, x in zip(found.points, xs, strict=True))
    return replace(found, points=points, spacing="log", start=repr(xs[0]), stop=repr(xs[-1]))


@pytest.mark.parametrize("width", [80, 120])
def test_golden(width: int) -> None:
    assert_golden(GOLDEN / f"map-{width}.txt", text(samples.mapped(), width))


@pytest.mark.parametrize("width", [40, 50, 60, 63, 64, 70, 80, 100, 120, 200])
@pytest.mark.parametrize("sample", [samples.mapped, logarithmic, samples.hostile_map])
def test_no_line_is_wider_than_the_screen(sample, width: int) -> None:  # type: ignore[no-untyped-def]
    found = text(sample(), width)
    assert max(map(cell_len, found.splitlines())) <= width
    assert "\x1b" not in found


def test_colour_changes_nothing_but_colour() -> None:
    coloured = text(samples.mapped(), 80, True)
    assert "\x1b[" in coloured
    bare = re.sub(r"\x1b\[[0-9;]*m", "", coloured)
    assert [line.rstrip() for line in bare.splitlines()] == text(samples.mapped(), 80).splitlines()


def test_markup_is_shown_and_not_obeyed() -> None:
    found = text(samples.hostile_map(), 200)
    assert samples.HOSTILE.replace("\x1b", "\\x1b") in found
    assert "[red]dual[/red]$x" in found


def chart_of(found: Map, width: int) -> str:
    """The chart at the end of what a screen shows."""
    shown = text(found, width)
    return shown[shown.index("Correct digits along") :]


def strip(found: Map, backend: str, width: int) -> str:
    """The strip of one method."""
    line = next(one for one in chart_of(found, width).splitlines() if one.startswith(backend))
    return line[max(len(track.backend) for track in found.tracks) + 2 :]


def test_a_strip_says_where_a_method_fails() -> None:
    """31 columns, one for each point: -0.5 is the first, 0 the eleventh, 0.5 the twenty-first."""
    central6 = strip(samples.mapped(), "central6", 10 + 31)
    assert len(central6) == 31
    assert central6[11] == "×"  # at 0.05
    assert central6[:11].strip() == ""  # outside, and not asked
    assert central6[-1] == bar(12.5 - 0.9, 15.95) == "▆"
    dual = strip(samples.mapped(), "dual", 10 + 31)
    assert dual == "·" * 11 + "█" * 9 + "·" + "█" * 10


@pytest.mark.parametrize(("digits", "full", "shown"), [
    (0.0, 16, "×"), (0.49, 16, "×"), (0.5, 16, "▁"), (2.0, 16, "▁"), (2.1, 16, "▂"), (8.0, 16, "▄"), (16.0, 16, "█"),
    (3.3, 3.3, "█"),
])  # fmt: skip
def test_bars(digits: float, full: float, shown: str) -> None:
    assert bar(digits, full) == shown


@pytest.mark.parametrize("cells", [1, 7, 31, 100])
@pytest.mark.parametrize("found", [samples.mapped(), logarithmic(), logarithmic(-1)])
def test_every_column_has_a_point_and_every_point_a_column(found: Map, cells: int) -> None:
    columns = divided(strips(found), cells)
    assert len(columns) == cells
    assert all(columns)
    assert {i for column in columns for i in column} == set(range(31)) or cells < 31
    assert [column[0] for column in columns] == sorted(column[0] for column in columns)


def test_special_points_stand_above_and_the_axis_below() -> None:
    lines = chart_of(samples.mapped(), 10 + 31).splitlines()
    assert lines[1][10:] == "O────────OE         K"
    assert lines[5][10:] == "┴──────────────┴──────────────┴"
    assert lines[6][10:] == "-0.5         0.25           1.0"


def test_the_place_says_why_and_methods_that_fail_alike_share_a_row() -> None:
    table = rows(samples.mapped(), FEW)
    assert [row.methods for row in table] == [("central6",), ("central6", "dual")]
    assert table[0].why[1].startswith("truncation dominates")
    assert hidden(samples.mapped(), FEW) == 2
    assert "2 more places" in text(samples.mapped(), 80)


def test_nothing_fails() -> None:
    found = samples.mapped()
    fine = replace(found, tracks=(replace(found.tracks[2], places=()),), special=())
    assert "No method has fewer digits than it should." in text(fine, 80)
    assert "Where they fail" not in text(fine, 80)


@pytest.mark.parametrize(("kind", "magic"), MAGIC)
def test_the_same_map_gives_the_same_bytes(kind: Format, magic: bytes) -> None:
    first = figure(samples.mapped(), kind)
    assert first.startswith(magic)
    assert first == figure(samples.mapped(), kind)


@pytest.mark.parametrize("found", [
    samples.hostile_map(), logarithmic(), logarithmic(-1), replace(samples.mapped(), tracks=()),
    replace(samples.mapped(), tracks=samples.mapped().tracks * 4),
])  # fmt: skip
def test_figures_of_all_sorts(found: Map) -> None:
    assert figure(found, "png")


def test_what_is_drawn() -> None:
    with settings():
        picture = drawn(document(samples.mapped()))
    panels = [axes for axes in picture.axes if axes.get_visible()]
    assert [axes.get_title(loc="left").split()[0] for axes in panels] == [
        "symbolic",
        "central6",
        "dual",
    ]
    assert [text.get_text() for text in panels[0].texts] == ["E", "K"]
    labels = [text.get_text() for legend in picture.legends for text in legend.get_texts()]
    assert "K  kink: 0.5" in labels
    assert "O  outside domain: -0.5 … -0.05" in labels


def test_json_and_csv_have_every_point() -> None:
    found = samples.mapped()
    assert json.loads(exported(found, "json"), parse_constant=pytest.fail) == json.loads(
        json.dumps(found.to_dict())
    )
    lines = list(csv.DictReader(io.StringIO(exported(found, "csv"))))
    assert len(lines) == 3 * 31
    last = [line for line in lines if line["backend"] == "central6"]
    assert (last[11]["x"], last[11]["derivative"], last[11]["digits"]) == ("0.05", "nan", "0.0")
    assert last[11]["notes"].startswith("the step reaches points where f is undefined")
    assert (last[0]["kind"], last[0]["digits"]) == ("outside domain", "")


@pytest.mark.parametrize("sample", [samples.mapped, samples.hostile_map])
def test_markdown(sample) -> None:  # type: ignore[no-untyped-def]
    text = exported(sample(), "markdown")
    assert "\x1b" not in text
    widths = [
        line.replace("\\|", "").count("|") for line in text.splitlines() if line.startswith("|")
    ]
    assert set(widths) == {6, 7}
