"""The rows of the table: what is differentiated, how, held against which column, and what diffcmp
aims at."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from benchmarks import numbers

METHODS = ("forward", "backward", "central", "complex-step")
COMPARED = (
    "forward",
    "backward",
    "central",
    "central4",
    "central6",
    "complex-step",
    "richardson",
    "dual",
    "tape",
    "dual-lhopital",
    "tape-lhopital",
)
SIZES = tuple(10**k for k in range(2, 7))


@dataclass(frozen=True)
class Row:
    """One line of the table.

    kind: the function of a peer's file that prepares it. workload: a maker of `numbers`, or of
    `workloads` with its size; where it is "", the peer is called with `arguments`. base: the file
    of the column that the others are divided by. targets: file to the largest ratio of diffcmp to
    it. jit_targets: the same of diffcmp with jit.
    """

    name: str
    kind: str
    workload: str = ""
    size: int | None = None
    arguments: tuple[Any, ...] = ()
    base: str = "hand"
    targets: Mapping[str, float] = field(default_factory=dict)
    jit_targets: Mapping[str, float] = field(default_factory=dict)

    def prepared_by(self, peer: Any) -> Callable[[], Any]:
        """The work of one call, by a peer's file.

        Raises
        ------
        NotImplementedError: where the peer does not offer it.
        """
        prepare = getattr(peer, self.kind, None)
        if prepare is None:
            raise NotImplementedError
        if not self.workload:
            return prepare(*self.arguments)
        if self.workload in numbers.MAKERS:
            return prepare(numbers.MAKERS[self.workload]())
        from benchmarks import workloads

        maker = workloads.MAKERS[self.workload]
        return prepare(maker() if self.size is None else maker(self.size))


def power(n: int) -> str:
    return "10" + str(len(str(n)) - 1).translate(str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹"))


def all_rows(largest: int) -> list[Row]:
    """Every row whose size is at most `largest`."""
    every = 0.1
    peers = dict.fromkeys(("jax_", "torch_", "torch_single", "casadi_", "autograd_"), every)
    rows = [
        Row("f′(1.5), one call", "call", "call", targets={"hand": 2.0, **peers}),
        Row(
            "f′ at 10⁶ points",
            "gradient",
            "points",
            10**6,
            targets={"hand": 0.6, "autograd_": 0.3, **_torch(0.7)},
            jit_targets={"jax_": 1.0},
        ),
        *(Row(f"Rosenbrock, n = {power(n)}: f", "function", "rosenbrock", n) for n in SIZES),
        *(
            Row(
                f"Rosenbrock, n = {power(n)}: ∇f",
                "gradient",
                "rosenbrock",
                n,
                targets=_targets(n),
                jit_targets={"jax_": 1.5} if n == 10**6 else {},
            )
            for n in SIZES
        ),
        Row(
            "Rosenbrock, n = 200: ∇²f, dense",
            "hessian",
            "rosenbrock",
            200,
            targets={"autograd_": 1.0, **_torch(1.0)},
        ),
        Row("Rosenbrock, n = 10⁵: ∇²f, sparse", "sparse", "rosenbrock", 10**5),
        Row("Rosenbrock, n = 10⁴: ∇²f·v", "hvp", "rosenbrock", 10**4),
        Row("GradBench hello", "call", "hello"),
        *(Row(f"GradBench {name}", "gradient", name) for name in ("llsq", "lse", "ode", "gmm")),
        Row(
            "f′(1.5) to 30 digits",
            "truth",
            arguments=(numbers.SLOPE, "1.5", 30),
            base="mpmath_",
            targets={"mpmath_": 0.2},
        ),
        Row(
            "the same, the text parsed before",
            "parsed_truth",
            arguments=(numbers.SLOPE, "1.5", 30),
            base="mpmath_",
        ),
        Row(
            "f′(1.5) with its error",
            "estimate",
            arguments=(numbers.SLOPE, "1.5"),
            base="numdifftools_",
        ),
        Row(
            "401 steps × 4 methods, errors split",
            "sweep",
            arguments=(numbers.LOGISTIC, "0.2", METHODS, 20),
            base="mpmath_",
        ),
        Row(
            "11 backends against the truth",
            "compare",
            arguments=(numbers.SLOPE, "1.5", COMPARED),
            base="diffcmp_",
        ),
    ]
    return [row for row in rows if row.size is None or row.size <= largest]


def _torch(limit: float) -> dict[str, float]:
    return {"torch_": limit, "torch_single": limit}


def _targets(n: int) -> dict[str, float]:
    return {10**2: {"hand": 1.5}, 10**6: {"hand": 1.0}}.get(n, {})
