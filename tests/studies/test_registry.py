"""What holds for every study: its options, its forms, its figure, and that the list costs
nothing."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg

from diffcmp import Report
from diffcmp.cli.study import command
from diffcmp.report import markdown
from diffcmp.report.documents import document
from diffcmp.report.figures import drawn, figure
from diffcmp.report.figures.canvas import settings
from diffcmp.report.forms import rendered
from diffcmp.report.record import Chart, Curve
from diffcmp.report.screen import Screen
from diffcmp.report.terminal.charts import curve_chart
from diffcmp.studies import registry
from diffcmp.studies.registry import QUESTIONS, options, study
from tests.cli.runner import run
from tests.cli.test_commands import SCHEMA


def shown(report: Report, width: int) -> str:
    """A study on a screen of that width."""
    return str(rendered([document(report)], "text", Screen(width, False, False)))


DOCS = Path(__file__).parents[2] / "docs" / "studies"


@pytest.mark.parametrize("name", QUESTIONS)
def test_every_form(report: Callable[[str], Report], name: str) -> None:
    found = report(name)
    assert (found.name, found.question) == (name, QUESTIONS[name])
    assert found.conclusions
    jsonschema.validate(json.loads(str(rendered([document(found)], "json"))), SCHEMA)
    assert set(found.options) == {option.name for option in options(name)}
    assert len(list(csv.DictReader(io.StringIO(str(rendered([document(found)], "csv")))))) > 5
    page = markdown.show([document(found)], picture=f"{name}.png")
    assert page.count(f"({name}.png)") == 1
    assert page.index("question") < page.index("What follows") < page.index("\n| ")
    for chart in found.charts:
        for curve in chart.curves if isinstance(chart, Chart) else ():
            assert len(curve.x) == len(curve.y)


@pytest.mark.parametrize("name", QUESTIONS)
@pytest.mark.parametrize("width", [40, 80, 120])
def test_the_text_fits(report: Callable[[str], Report], name: str, width: int) -> None:
    lines = shown(report(name), width).splitlines()
    assert max(map(len, lines)) <= width
    assert not any("\x1b" in line for line in lines)


@pytest.mark.parametrize("name", QUESTIONS)
def test_no_text_of_the_figure_is_cut(report: Callable[[str], Report], name: str) -> None:
    with settings():
        picture = drawn(document(report(name)))
        canvas = FigureCanvasAgg(picture)
        canvas.draw()
        drawing = picture.get_tightbbox(canvas.get_renderer())
    width, height = picture.get_size_inches()
    assert min(drawing.x0, drawing.y0) >= 0
    assert drawing.x1 <= width
    assert drawing.y1 <= height


def test_a_text_that_is_cut_is_seen(report: Callable[[str], Report]) -> None:
    wide = replace(report("layers").charts[0], title="W" * 300)
    with pytest.raises(AssertionError):
        test_no_text_of_the_figure_is_cut(
            lambda name: replace(report(name), charts=(wide,)), "layers"
        )


def test_the_figure_is_the_same_each_time(report: Callable[[str], Report]) -> None:
    assert figure(document(report("lhopital")), "png") == figure(
        document(report("lhopital")), "png"
    )


@pytest.mark.parametrize("name", QUESTIONS)
def test_the_page_is_there(name: str) -> None:
    assert f"({name}.png)" in (DOCS / f"{name}.md").read_text(encoding="utf-8")
    assert (DOCS / f"{name}.png").exists()


def test_the_command_lists_runs_and_refuses(tmp_path: Path) -> None:
    listed = run("study").stdout
    assert all(name in listed for name in QUESTIONS)
    done = run("study", "lhopital", "--points", "9", "--plot", "figures", "--json", cwd=tmp_path)
    assert json.loads(done.stdout)["options"] == {"points": 9}
    assert (tmp_path / "figures" / "lhopital.png").read_bytes().startswith(b"\x89PNG")
    for wrong in (
        ["lhopitl"],
        ["lhopital", "--points", "1"],
        ["lhopital", "--plot", "no/such/folder"],
    ):
        done = run("study", *wrong, cwd=tmp_path)
        assert done.returncode == 2
        assert "Traceback" not in done.stderr
    assert QUESTIONS["lhopital"][:20] in run("study", "lhopital", "--help").stdout


def test_the_list_imports_no_study() -> None:
    studies = [f"diffcmp.studies.{name.replace('-', '_')}" for name in QUESTIONS]
    script = (
        "import sys; sys.argv = ['diffcmp', 'study']; from diffcmp.cli.commands import commands;"
        "commands.main(['study'], standalone_mode=False);"
        f"print([m for m in [*{studies}, 'numpy', 'sympy', 'matplotlib'] if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "[]"


ENDS = [
    ("vanishing", {"large": 10.0, "depth": 64}), ("vanishing", {"weight": 0.001, "depth": 16}), ("swell", {"iterations": 6, "chain": 32}),
    ("roundoff", {"depth": 16, "seeds": 2}), ("step-size", {"functions": 3, "per_decade": 1}), ("epsilon-hack", {"per_decade": 4}),
    ("smoothness", {"points": 11}), ("known-derivatives", {"points": 11}), ("lhopital", {"points": 5}),
]  # fmt: skip


@pytest.mark.parametrize(("name", "given"), ENDS)
def test_the_ends_of_the_options(name: str, given: dict[str, float]) -> None:
    found = study(name, **given)
    assert set(given.items()) <= set(found.options.items())
    assert shown(found, 80)


def test_a_line_of_two_points_is_drawn_and_no_name_is_broken() -> None:
    ends = Curve("a line of two points", (0.0, 1.0), (0.0, 1.0))
    chart = Chart(
        "1e-05 is 1e-5",
        "x",
        "y",
        (ends, Curve("another that is long enough", (0.0, 1.0), (0.0, 0.0), "points")),
    )
    drawing = curve_chart(chart, 50, False)
    assert drawing.startswith(
        "1e-5 is 1e-5\no a line of two points\nx another that is long enough\n"
    )
    assert drawing.count("o") > 20 + 5, "more than two marks, beside the letters of the names"


def test_all_of_them_run_one_after_another(
    report: Callable[[str], Report],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(
        registry, "QUESTIONS", {name: QUESTIONS[name] for name in ("layers", "vanishing")}
    )
    monkeypatch.setattr(registry, "study", report)
    command.main(["all", "--plot", str(tmp_path / "figures"), "--json"], standalone_mode=False)
    assert [found["study"] for found in json.loads(capsys.readouterr().out)] == [
        "layers",
        "vanishing",
    ]
    assert {file.name for file in (tmp_path / "figures").iterdir()} == {
        "layers.png",
        "vanishing.png",
    }
