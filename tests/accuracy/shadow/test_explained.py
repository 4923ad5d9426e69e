"""`explain` does not contradict itself: where automatic differentiation fails, no section says that
no digit is lost, and a passage or a singularity says why."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from diffcmp import explain
from diffcmp.accuracy.judging.record import Row
from diffcmp.arithmetic.floats import Floats, finite
from diffcmp.backends.registry import backend
from diffcmp.notes import Cause
from diffcmp.truth import symbolic

DATA = Path(__file__).parents[2] / "data"
FILES = {"reports": 1, "removable": 12, "kinks": 12, "published": 8, "points": 8, "fpbench": 30}
CASES = [
    json.loads(line)
    for name, step in FILES.items()
    for line in (DATA / f"{name}.jsonl").read_text().splitlines()[::step]
]
METHODS = ["dual", "tape"]
UNSPANNED = {Cause.REPRESENTATION, Cause.UNDERFLOW, Cause.SINGULARITY, Cause.TOUCHING_CONDITION, Cause.UNTAKEN_BRANCH}  # fmt: skip


def fails(row: Row, dtype: str) -> list[str]:
    """The variables along which a method is wrong, or not a number."""
    due = backend(row.backend).expected_digits(Floats(dtype))
    wrong = []
    for name, value in row.derivative.items():
        digits = row.digits[name]
        if not finite(value) or (digits is not None and digits < due):
            wrong.append(name)
    return wrong


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_no_section_contradicts_a_row(
    case: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(symbolic, "symbolic_side", lambda *_: None)
    dtype = case.get("dtype", "float64")
    told = explain(case["expr"], case["at"], backends=METHODS, dtype=dtype, digits=20)
    for row in told.comparison.rows:
        wrong = fails(row, dtype)
        assert not any(told.conditioning[name].lossless for name in wrong), row.backend
        if wrong:
            passage = any(row.backend in one.backends for one in told.passages)
            causes = {remark.cause for remark in row.remarks}
            assert passage or causes & UNSPANNED, (row.backend, row.remarks)
