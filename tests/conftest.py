"""One profile of hypothesis for all tests, and the shared tables of known answers."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

CASES = Path(__file__).resolve().parents[2] / "shared" / "cases"

settings.register_profile(
    "diffcmp", derandomize=True, deadline=None, max_examples=80, database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
)  # fmt: skip
settings.load_profile("diffcmp")


@pytest.fixture(scope="session")
def cases() -> Callable[[str], list[dict[str, Any]]]:
    """The rows of one file of ../shared/cases; the test is skipped where there is none."""

    def rows(name: str) -> list[dict[str, Any]]:
        path = CASES / f"{name}.jsonl"
        if not path.exists():
            pytest.skip(f"no table {path}")
        return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]

    return rows
