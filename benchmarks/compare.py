"""diffcmp and other libraries on the same work, in one run: `make bench-peers`.

Tables of ratios in Markdown on the screen and in a page, all numbers as JSON, and a figure. Each
library works in a process of its own (`worker`), one at a time and in turns (`measure`); its
answers are held against those of the column it is divided by.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

from benchmarks import peers, tables
from benchmarks.first import STARTS
from benchmarks.measure import Measured, measured
from benchmarks.rows import all_rows
from benchmarks.starts import started
from benchmarks.worker import Worker

STEERING = (
    "OPENBLAS_",
    "MKL_",
    "OMP_",
)  # variables of other people's: workers are those of a plain shell


def set_aside() -> list[str]:
    """Variables that steer libraries from outside, taken out of the environment that workers
    inherit."""
    return [
        f"{name}={os.environ.pop(name)}" for name in sorted(os.environ) if name.startswith(STEERING)
    ]


def commit() -> str:
    """What is measured; "" outside of a repository."""
    asked = ["git", "describe", "--always", "--dirty"]
    done = subprocess.run(
        asked, capture_output=True, text=True, check=False, cwd=Path(__file__).parent
    )
    return done.stdout.strip()


def options(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--largest", type=int, default=10**6, help="no row of more elements")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--only", default="", help="rows whose name contains this")
    parser.add_argument(
        "--libraries", default=",".join(peers.FILES), help="files of benchmarks/peers"
    )
    parser.add_argument("--json", type=Path, help="write all numbers to this file")
    parser.add_argument("--figure", type=Path, help="draw the table")
    parser.add_argument(
        "--page", type=Path, help="put the tables into this page (`tables.replaced`)"
    )
    parser.add_argument(
        "--stored", type=Path, help="measure nothing: what an earlier run wrote by --json"
    )
    return parser.parse_args(arguments)


def processor() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else []
    return next(
        (line.split(":")[1].strip() for line in lines if line.startswith("model name")),
        platform.processor(),
    )


def all_measured(chosen: argparse.Namespace, workers: Sequence[Worker]) -> list[Measured]:
    found = []
    for row in all_rows(chosen.largest):
        if chosen.only in row.name:
            print(row.name, file=sys.stderr, flush=True)
            found.append(measured(row, workers, chosen.rounds))
    return found


def all_started(chosen: argparse.Namespace, files: Sequence[str]) -> list[dict[str, Any]]:
    found = []
    for i, row in enumerate(STARTS):
        if chosen.only in row.name and (row.size or 0) <= chosen.largest:
            print("first:", row.name, file=sys.stderr, flush=True)
            cells = started(i, files, max(3, chosen.rounds // 3))
            found.append(
                {
                    "row": asdict(row),
                    "cells": {file: asdict(start) for file, start in cells.items()},
                }
            )
    return found


def main(arguments: Sequence[str] | None = None) -> None:
    chosen = options(arguments)
    found = json.loads(chosen.stored.read_text()) if chosen.stored else all_found(chosen)
    print(tables.markdown(found))
    if chosen.json:
        chosen.json.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n")
    if chosen.page:
        chosen.page.write_text(tables.replaced(chosen.page.read_text(), found))
    if chosen.figure:
        from benchmarks import figure

        figure.draw(found, chosen.figure)


def all_found(chosen: argparse.Namespace) -> dict[str, Any]:
    """The record of a run."""
    unset, load = set_aside(), os.getloadavg()
    workers = [Worker(file) for file in chosen.libraries.split(",")]
    rows = [
        {"row": asdict(m.row), "cells": {f: asdict(c) for f, c in m.cells.items()}}
        for m in all_measured(chosen, workers)
    ]
    for worker in workers:
        worker.stop()
    first = all_started(chosen, [w.about.file for w in workers if not w.about.fault])
    return {
        "date": date.today().isoformat(),
        "machine": processor(),
        "python": platform.python_version(),
        "commit": commit(),
        "unset": unset,
        "load_before": load,
        "load": os.getloadavg(),
        "first": first,
        "libraries": [asdict(worker.about) for worker in workers],
        "rows": rows,
    }


if __name__ == "__main__":
    main()
