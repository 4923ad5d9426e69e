"""The first gradient in a new process: `python -m benchmarks.first FILE WORKLOAD [SIZE]`, and who starts these and times them.

The time is of the whole process as its user waits for it: Python's start, import, trace, compile, run. Memory is the highest
resident set of the process (`VmHWM`), and what of it came after the import.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from time import perf_counter

from benchmarks.agreement import median
from benchmarks.measure import Ratio, ratio
from benchmarks.rows import Row

STARTS = (
    Row("f′(1.5) of one expression", "call", "call", targets={"jax_": 0.3, "torch_": 0.2}),
    Row("Rosenbrock ∇f, n = 10²", "gradient", "rosenbrock", 10**2, targets={"jax_": 0.3, "torch_": 0.2}),
    Row("Rosenbrock ∇f, n = 10⁶", "gradient", "rosenbrock", 10**6),
)


@dataclass(frozen=True)
class Start:
    """A library's first gradient: seconds (median), MiB at the highest, MiB of these after the import."""

    seconds: float
    peak: float
    after_import: float
    diffcmp_to_it: Ratio | None = None


def peak_memory() -> float:
    """The highest resident set of this process so far, in MiB."""
    status = Path("/proc/self/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1]) / 1024


def started(index: int, files: Sequence[str], rounds: int) -> dict[str, Start]:
    """One of `STARTS` by each library, in turns; the first round warms the disk and is not counted."""
    seconds: dict[str, list[float]] = {file: [] for file in files}
    memory: dict[str, tuple[float, float]] = {}
    for _ in range(rounds + 1):
        for file in list(seconds):
            begin = perf_counter()
            command = [sys.executable, "-m", "benchmarks.first", file, str(index)]
            done = subprocess.run(command, capture_output=True, check=False)
            seconds[file].append(perf_counter() - begin)
            if done.returncode:
                del seconds[file]
            else:
                peak, after_import = json.loads(done.stdout)
                memory[file] = peak, after_import
    counted = {file: times[1:] for file, times in seconds.items()}
    return {
        file: Start(median(times), *memory[file], ratio(counted.get("diffcmp_"), times)) for file, times in counted.items()
    }  # fmt: skip


def main(file: str, index: str) -> None:
    peer = import_module(f"benchmarks.peers.{file}")
    imported = peak_memory()
    STARTS[int(index)].prepared_by(peer)()
    print(json.dumps([peak_memory(), peak_memory() - imported]))


if __name__ == "__main__":
    main(*sys.argv[1:])
