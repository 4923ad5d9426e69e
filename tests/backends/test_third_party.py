"""The package of examples/third_party_backend, installed as a third party's: whatever diffcmp does
with its own methods it does with this one, and all of it by the public protocol."""

from __future__ import annotations

import ast
import math
import subprocess
import sys
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

import diffcmp
from diffcmp.accuracy.judging.record import Row
from diffcmp.backends.registry import backend, names
from diffcmp.notes import Note
from tests.accuracy.test_sweep import sums

PACKAGE = Path(__file__).parents[2] / "examples" / "third_party_backend"
MODULE = "diffcmp_one_sided"
NAME = "one-sided"
PIP = "-m pip install --quiet --disable-pip-version-check --no-index --no-deps --no-build-isolation"


@pytest.fixture(scope="module", autouse=True)
def _installed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The package beside diffcmp, for this module only."""
    place = str(tmp_path_factory.mktemp("installed"))
    command = [sys.executable, *PIP.split(), "--target", place, str(PACKAGE)]
    subprocess.run(command, check=True, capture_output=True)
    assert NAME not in names()
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(place)
        yield
    sys.modules.pop(MODULE)


def row(expr: str, at: object, **options: object) -> Row:
    """What the method makes of a function at a point."""
    (only,) = diffcmp.compare(expr, at, backends=[NAME], **options).rows  # type: ignore[arg-type]
    return only


def noted(expr: str, at: object, **options: object) -> set[Note]:
    return {remark.note for remark in row(expr, at, **options).remarks}


def test_it_imports_the_public_protocol_and_nothing_else_of_diffcmp() -> None:
    tree = ast.parse((PACKAGE / f"{MODULE}.py").read_text(encoding="utf-8"))
    modules = [node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.Import)]
    assert [m for m in modules if m.startswith("diffcmp")] == ["diffcmp.backends.protocol"]


def test_what_it_states_is_what_its_formula_does() -> None:
    """On t**k at 0 with h = 1: exact up to its order, then the constant times k!; the weights are
    what it makes of a function that is 1 at one node."""
    method, zero, one = backend(NAME), Fraction(0), Fraction(1)
    powers = [method.formula(lambda t, k=k: t**k, zero, one) for k in range(6)]
    assert method.truncation_order == 4
    assert powers[:5] == [0, 1, 0, 0, 0]
    assert powers[5] == method.truncation_constant * math.factorial(5)
    weights = [method.formula(lambda t, k=k: Fraction(t == k), zero, one) for k in range(5)]
    assert sum(map(abs, weights)) == method.roundoff_weight


def test_it_is_compared_like_the_others() -> None:
    comparison = diffcmp.compare("exp(x)*y", {"x": 1, "y": 2}, h=None)
    assert [r.backend for r in comparison.rows][-1] == NAME
    found = comparison.rows[-1]
    assert min(digits or 0.0 for digits in found.digits.values()) > 11
    assert (found.evaluations, found.rule, found.remarks) == (10, "u^(1/5)·max(|x|, 1)", ())
    assert found.h == {"x": 2.0**-11, "y": 2.0**-10}
    given = row("exp(x)", 1, h=0.25)
    assert (given.h, given.rule) == ({"x": 0.25}, "given")


@pytest.mark.parametrize(("dtype", "h_min"), [
    ("float16", 1e-3), ("float32", 1e-8), ("float64", 1e-12), ("longdouble", 1e-12),
])  # fmt: skip
def test_its_error_is_split_exactly(dtype: str, h_min: float) -> None:
    """For steps that the format holds to full precision."""
    sweep = diffcmp.sweep("exp(x)", "0.7", backends=[NAME], dtype=dtype, h_min=h_min)
    (series,) = sweep.series
    known = [step for step in series.rows if step.truncation and step.roundoff]
    assert len(known) > 10
    assert all(sums(step) for step in known)
    assert series.fitted_order == pytest.approx(4, abs=0.05)


def test_theory_predicts_its_best_step() -> None:
    """h that minimises 1/5·h⁴·e + 32/3·ε/h, where f and f⁽⁵⁾ are both e, and ε, the roundoff of f,
    is about u·e."""
    (series,) = diffcmp.sweep("exp(x)", 1, backends=[NAME]).series
    predicted = (Fraction(32, 3) * 5 / 4) ** 0.2 * 2**-10.6
    assert series.predicted_h == pytest.approx(predicted, rel=0.2)
    assert predicted / 10 < (series.best_h or 0.0) < predicted * 10
    assert series.roundoff_slope == pytest.approx(-1, abs=0.2)


def test_it_is_swept_with_all_methods_that_have_a_step() -> None:
    every = [s.backend for s in diffcmp.sweep("exp(x)", 1, h_min=0.1).series]
    assert every[-1] == NAME
    second = [s.backend for s in diffcmp.sweep("exp(x)", 1, h_min=0.1, order=2).series]
    assert second == every[:-1]  # it states no second derivatives


@pytest.mark.parametrize(("expr", "at", "options", "note"), [
    ("sin(50*x)", 1, {"h": 0.1}, Note.TRUNCATION),
    ("sin(50*x)", 1, {"h": 1e-14}, Note.ROUNDOFF),
    ("abs(x)", 0, {}, Note.KINK),
    ("floor(x)", 1, {}, Note.JUMP),
    ("1/x", 0, {}, Note.DIVISION_BY_ZERO),
    ("sin(x)/x", 0, {}, Note.ZERO_OVER_ZERO),
    ("sqrt(1-x)", "0.9999", {}, Note.STENCIL_LEAVES_DOMAIN),
    ("log(x)", -1, {}, Note.OUTSIDE_DOMAIN),
    ("exp(x)", 1, {}, None),
])  # fmt: skip
def test_it_is_judged_with_the_right_note(
    expr: str, at: object, options: dict[str, object], note: Note | None
) -> None:
    assert noted(expr, at, **options) == (set() if note is None else {note})


def test_it_is_mapped() -> None:
    found = diffcmp.map("abs(x)", -1, 1, points=11, backends=[NAME])
    (track,) = found.tracks
    assert track.backend == NAME
    assert track.expected == pytest.approx(15.95 * 4 / 5 / 2, abs=0.01)
    at_kink = [found.points[place.at].at for place in track.places]
    assert at_kink == ["0"]


def test_explain_suggests_a_better_step() -> None:
    explanation = diffcmp.explain("sin(200*x)", 1, backends=[NAME])
    one = explanation.instead[NAME]
    assert (one.kind, one.backend) == ("step", NAME)
    assert (one.derivative.digits_after or 0.0) > (one.derivative.digits_before or 0.0)


def test_a_large_gradient_is_compared_along_directions() -> None:
    at = {"x": [0.01 * k for k in range(80)]}
    (only,) = diffcmp.compare("sum(sin(x)**2)", at, backends=[NAME]).rows
    assert {remark.note for remark in only.remarks} == {Note.DIRECTIONAL}
    assert min(digits or 0.0 for digits in only.digits.values()) > 9


def test_it_serves_the_functions_of_the_package() -> None:
    assert diffcmp.grad("x**2*y", {"x": 2, "y": 3}, NAME)["x"] == pytest.approx(12, rel=1e-10)
    assert diffcmp.derivative("x**3", NAME)(2.0) == pytest.approx(12, rel=1e-10)
    gradient = diffcmp.gradient("sum(x**2)", backend=NAME)
    assert gradient([1.0, 2.0]) == pytest.approx([2, 4], rel=1e-10)
    matrix = diffcmp.jacobian("[x[0]*x[1], x[0]**2]", backend=NAME)([2.0, 3.0])
    assert matrix == pytest.approx(np.array([[3, 2], [4, 0]]), rel=1e-10, abs=1e-10)


def test_it_is_benchmarked() -> None:
    from tests.cli.runner import run

    done = run("bench", "expr", "exp(x)", "--at", "1", "--quick", "--backend", NAME)
    assert (done.returncode, done.stderr) == (0, "")
    assert f"\n{NAME} " in done.stdout
    assert "right" in done.stdout


def test_it_is_listed() -> None:
    from tests.cli.runner import run

    assert "five points from x to the right, order 4" in run("backends").stdout
