"""An earlier run: what is worse, better, new and missing; what is no earlier run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from diffcmp import InputError
from diffcmp.errors import ComputationError, Fault
from diffcmp.speed.record import Bench, Measurement, Spread
from diffcmp.speed.run import sound
from diffcmp.speed.stored import Stored, held, outcome, sensible, stored


def row(
    method: str, median: float, *, suite: str = "scalar", wrong: bool = False, seconds: float = 1.0
) -> Measurement:
    ratio = None if wrong else Spread(median, 0.95 * median, 1.05 * median)
    return Measurement(
        suite,
        "work",
        method,
        "by hand",
        ratio,
        None if wrong else seconds,
        9,
        0.0 if wrong else 15.9,
        wrong,
    )


def a_run(*rows: Measurement, suites: tuple[str, ...] = ("scalar",)) -> Bench:
    return Bench(suites, True, {}, rows)


@pytest.mark.parametrize(("before", "now", "found"), [
    ((1.0, 0.9, 1.1), (1.0, 0.9, 1.1), "same"),
    ((1.0, 0.9, 1.1), (1.29, 1.2, 1.4), "same"),      # within the tolerance
    ((1.0, 0.9, 1.1), (1.31, 1.2, 1.4), "worse"),
    ((1.0, 0.9, 1.1), (9.0, 1.0, 9.9), "same"),       # beyond it, but within the spread
    ((1.0, 0.9, 5.0), (4.0, 3.9, 4.1), "same"),       # the same, the spread being that of the earlier run
    ((4.0, 3.9, 4.1), (3.0, 2.9, 3.1), "better"),
    ((4.0, 2.9, 4.1), (3.0, 2.9, 3.1), "same"),
    ((4.0, 3.9, 4.1), (3.2, 3.1, 3.3), "same"),
    (None, (1.0, 0.9, 1.1), "new"),
    ((1.0, 0.9, 1.1), None, "missing"),
])  # fmt: skip
def test_outcomes(before: Any, now: Any, found: str) -> None:
    one, two = (None if s is None else Spread(*s) for s in (before, now))
    assert outcome(one, two, 1.3) == found


def test_a_larger_tolerance_forgives() -> None:
    assert outcome(Spread(1.0, 1.0, 1.0), Spread(1.9, 1.9, 1.9), 2.0) == "same"


def written(tmp_path: Path, bench: Bench) -> Stored:
    path = tmp_path / "baseline.json"
    path.write_text(json.dumps(bench.to_dict()))
    return stored(str(path))


def test_a_run_against_one_that_was_stored(tmp_path: Path) -> None:
    before = a_run(
        row("by hand", 1.0),
        row("dual", 1.0),
        row("tape", 1.0),
        row("gone", 1.0),
        row("dual", 1.0, suite="batch"),
    )
    now = a_run(row("by hand", 1.0), row("dual", 1.5), row("tape", 1.1), row("born", 1.0))
    found = held(now, written(tmp_path, before), 1.3).against
    assert found is not None
    assert {change.method: change.outcome for change in found.changes} == {
        "dual": "worse", "tape": "same", "born": "new", "gone": "missing",
    }  # fmt: skip
    assert found.count("worse") == 1


@pytest.mark.parametrize(("rows", "says"), [
    ([row("by hand", 1.0), row("dual", 1.0)], None),
    ([row("by hand", 1.0), row("dual", 1.0, seconds=1e6)], None),  # seconds fail nothing
    ([row("by hand", 1.0), row("born", 9.0)], None),
    ([row("by hand", 1.0), row("dual", 1.4)], "1 ratio got worse"),
    ([row("by hand", 1.0), row("dual", 1.4), row("tape", 1.4)], "2 ratios got worse"),
    ([row("by hand", 1.0), row("dual", 1.0, wrong=True)], "1 method gave no right answer"),
    ([row("by hand", 1.0), row("dual", 1.4), row("tape", 1.0, wrong=True)], "1 method gave no right answer, 1 ratio got worse"),
])  # fmt: skip
def test_what_does_not_pass(tmp_path: Path, rows: list[Measurement], says: str | None) -> None:
    before = written(tmp_path, a_run(row("by hand", 1.0), row("dual", 1.0), row("tape", 1.0)))
    found = held(a_run(*rows), before)
    if says is None:
        sound(found)
    else:
        with pytest.raises(ComputationError, match=says):
            sound(found)


GOOD = {"suite": "a", "work": "b", "method": "c", "ratio": {"median": 1, "low": 1, "high": 1}}


@pytest.mark.parametrize(("text", "fault", "says"), [
    ("{", Fault.STORED_FILE, "it is not JSON"),
    ("\xff", Fault.STORED_FILE, "it is not JSON"),
    ("[]", Fault.STORED_SCHEMA, "it has no suites and rows"),
    ({"schema": 2, "expression": "x"}, Fault.STORED_SCHEMA, "it has no suites and rows"),
    ({"schema": 2, "suites": [], "rows": 3}, Fault.STORED_SCHEMA, "it has no suites and rows"),
    ({"schema": 1, "suites": [], "rows": []}, Fault.STORED_SCHEMA, "its schema is 1"),
    ({"schema": 2, "suites": [], "rows": [3]}, Fault.STORED_SCHEMA, "a row lacks"),
    ({"schema": 2, "suites": [], "rows": [{"suite": "a"}]}, Fault.STORED_SCHEMA, "a row lacks"),
    ({"schema": 2, "suites": [], "rows": [GOOD | {"ratio": 1.0}]}, Fault.STORED_SCHEMA, "a row lacks"),
    ({"schema": 2, "suites": [], "rows": [GOOD | {"ratio": {"median": 0, "low": 0, "high": 0}}]}, Fault.STORED_SCHEMA, "no median"),
    ({"schema": 2, "suites": [], "rows": [GOOD | {"ratio": {"median": 3, "low": 1, "high": 2}}]}, Fault.STORED_SCHEMA, "no median"),
])  # fmt: skip
def test_what_is_no_earlier_run(tmp_path: Path, text: Any, fault: Fault, says: str) -> None:
    path = tmp_path / "baseline.json"
    path.write_text(text if isinstance(text, str) else json.dumps(text), encoding="latin-1")
    with pytest.raises(InputError, match=says) as refused:
        stored(str(path))
    assert refused.value.fault is fault


def test_a_row_without_a_ratio_is_none_to_compare_with(tmp_path: Path) -> None:
    assert written(tmp_path, a_run(row("dual", 1.0, wrong=True))).ratios == {}


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="Is a directory"):
        stored(str(tmp_path))


@pytest.mark.parametrize("tolerance", [0.99, 0.0, -1.0, float("nan"), float("inf")])
def test_a_senseless_tolerance(tolerance: float) -> None:
    with pytest.raises(InputError, match="at least 1"):
        sensible(tolerance)
