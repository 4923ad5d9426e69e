"""The first gradient in a new process: `python -m benchmarks.first FILE NUMBER`, NUMBER that of one
of `STARTS`.

It imports as little as it can beside the library, prints the highest resident set (`VmHWM`) in MiB,
and what of it came after the import. Who starts and times these processes is `starts`.
"""

from __future__ import annotations

import json
import sys
from importlib import import_module
from pathlib import Path

from benchmarks.rows import Row

STARTS = (
    Row("f′(1.5) of one expression", "call", "call", targets={"jax_": 0.3, "torch_": 0.2}),
    Row(
        "Rosenbrock ∇f, n = 10²",
        "gradient",
        "rosenbrock",
        10**2,
        targets={"jax_": 0.3, "torch_": 0.2},
    ),
    Row("Rosenbrock ∇f, n = 10⁶", "gradient", "rosenbrock", 10**6),
)


def peak_memory() -> float:
    """The highest resident set of this process so far, in MiB."""
    status = Path("/proc/self/status").read_text()
    return (
        int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1])
        / 1024
    )


def main(file: str, number: str) -> None:
    peer = import_module(f"benchmarks.peers.{file}")
    imported = peak_memory()
    STARTS[int(number)].prepared_by(peer)()
    print(json.dumps([peak_memory(), peak_memory() - imported]))


if __name__ == "__main__":
    main(*sys.argv[1:])
