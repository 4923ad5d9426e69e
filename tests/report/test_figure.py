"""The printed figure: its bytes, its range, and the user's text, that is never read as
mathematics."""

from __future__ import annotations

from dataclasses import replace

import matplotlib
import pytest

from diffcmp.report.documents import document
from diffcmp.report.documents.sweep import vertical
from diffcmp.report.figures import drawn
from diffcmp.report.figures.canvas import Format, settings
from diffcmp.report.figures.charts import runs
from diffcmp.report.record import Chart, Curve

from . import samples
from .samples import figure

MAGIC: list[tuple[Format, bytes]] = [("png", b"\x89PNG\r\n"), ("svg", b"<?xml"), ("pdf", b"%PDF-")]


@pytest.mark.parametrize(("kind", "magic"), MAGIC)
def test_the_same_sweep_gives_the_same_bytes(kind: Format, magic: bytes) -> None:
    first = figure(samples.sweep(), kind)
    assert first.startswith(magic)
    assert first == figure(samples.sweep(), kind)


def test_the_users_settings_neither_count_nor_change() -> None:
    before = figure(samples.sweep(), "svg")
    with matplotlib.rc_context({"font.size": 30.0, "text.color": "red"}):
        assert figure(samples.sweep(), "svg") == before
        assert matplotlib.rcParams["font.size"] == 30.0


@pytest.mark.parametrize("text", ["$", "$x_1$ + $", "$\\frac{1$", samples.HOSTILE, "日本 + x" * 40])
@pytest.mark.parametrize("kind", ["png", "svg", "pdf"])
def test_mathtext_is_harmless(kind: Format, text: str) -> None:
    sweep = samples.sweep()
    object.__setattr__(sweep.program, "text", text)
    named = replace(sweep.series[0], backend=f"_{text}")
    assert figure(replace(sweep, at={"x": text}, series=(named,)), kind)


def test_what_is_drawn() -> None:
    with settings():
        picture = drawn(document(samples.sweep()))
    (axes,) = picture.axes
    assert axes.get_xlabel() == "step size h"
    assert axes.get_ylabel() == "absolute error of f′"
    assert picture.get_suptitle() == "f = exp(x)\nat x = 1  in float64"
    labels = [text.get_text() for legend in picture.legends for text in legend.get_texts()]
    assert labels == [
        "forward, order 1.00", "central, order 2.00", "complex-step, order 2.00",
        "total", "truncation", "roundoff", "best h by theory",
    ]  # fmt: skip
    assert len({line.get_color() for line in picture.legends[0].get_lines()}) == 3


def test_a_tiny_truncation_does_not_squash_the_rest() -> None:
    lowest, highest = vertical(samples.sweep())
    assert -22 < lowest < -15
    assert 0 < highest < 4


def test_a_zero_breaks_the_line() -> None:
    curve = Curve("f", (1e-3, 1e-2, 0.1, 1.0), (0.1, None, 0.0, 1e9))
    chart = Chart("title", "x", "y", (curve,), "xy")
    assert runs(chart, curve) == [[(1e-3, 0.1)], [(1.0, 1e9)]]


def test_nothing_to_draw() -> None:
    sweep = samples.sweep()
    none = tuple(
        replace(step, total=None, truncation=None, roundoff="0") for step in sweep.series[0].rows
    )
    assert figure(replace(sweep, series=(replace(sweep.series[0], rows=none),)), "png")
    assert figure(replace(sweep, series=()), "png")
