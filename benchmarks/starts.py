"""First gradients timed from outside: of the whole process, as its user waits for it (start,
import, trace, compile, run)."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from time import perf_counter

from benchmarks.agreement import median
from benchmarks.measure import Ratio, ratio


@dataclass(frozen=True)
class Start:
    """A library's first gradient: seconds (median), MiB at the highest, MiB of these after the
    import."""

    seconds: float
    peak: float
    after_import: float
    diffcmp_to_it: Ratio | None = None


def started(number: int, files: Sequence[str], rounds: int) -> dict[str, Start]:
    """One of `first.STARTS` by each library, in turns; the first round warms the disk, and writes
    the bytecode of what has been edited since, and is not counted."""
    environment = {
        name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"
    }
    seconds: dict[str, list[float]] = {file: [] for file in files}
    memory: dict[str, tuple[float, float]] = {}
    for _ in range(rounds + 1):
        for file in list(seconds):
            begin = perf_counter()
            command = [sys.executable, "-m", "benchmarks.first", file, str(number)]
            done = subprocess.run(command, capture_output=True, check=False, env=environment)
            seconds[file].append(perf_counter() - begin)
            if done.returncode:
                del seconds[file]
            else:
                peak, after_import = json.loads(done.stdout)
                memory[file] = peak, after_import
    counted = {file: times[1:] for file, times in seconds.items()}
    return {
        file: Start(median(times), *memory[file], ratio(counted.get("diffcmp_"), times))
        for file, times in counted.items()
    }
