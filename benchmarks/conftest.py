"""Speed as ratios inside one run: every group has a baseline, and the summary divides by it."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import pytest


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    session = getattr(config, "_benchmarksession", None)
    if session is None or not session.benchmarks:
        return
    groups: dict[str, list[Any]] = defaultdict(list)
    for bench in session.benchmarks:
        groups[bench.group].append(bench)
    terminalreporter.write_sep("-", "medians as ratios to each group's baseline")
    for group, rows in groups.items():
        base = next((row.stats.median for row in rows if row.extra_info.get("baseline")), None)
        for row in sorted(rows, key=lambda r: r.stats.median):
            ratio = f"{row.stats.median / base:8.2f}" if base else "        "
            target = row.extra_info.get("target", "")
            terminalreporter.write_line(
                f"{group:<44}{row.name:<34}{ratio}  {row.stats.median * 1e3:10.4f} ms  {target}"
            )
