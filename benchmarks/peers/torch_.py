"""PyTorch on the CPU, eager, in float64."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from benchmarks.numbers import Workload

NAME, PACKAGE = "PyTorch", "torch"
Run = Callable[[], Any]


def threads() -> str:
    return str(torch.get_num_threads())


def _tensor(x: Any, differentiated: bool = False) -> torch.Tensor:
    return torch.tensor(x, dtype=torch.float64, requires_grad=differentiated)


def _of(work: Workload) -> Callable[..., Any]:
    data = [_tensor(part) for part in work.data]
    return lambda *x: work.formula(torch, *x, *data)


def call(work: Workload) -> Run:
    f, x = _of(work), work.values[0]

    def run() -> float:
        t = _tensor(x, True)
        return torch.autograd.grad(f(t), t)[0].item()

    return run


def function(work: Workload) -> Run:
    f, values = _of(work), [_tensor(x) for x in work.values]
    return lambda: f(*values).item()


def gradient(work: Workload) -> Run:
    f, values = _of(work), [_tensor(x, True) for x in work.values]
    if len(values) == 1:
        return lambda: torch.autograd.grad(f(*values), values)[0]
    return lambda: torch.autograd.grad(f(*values), values)


def hessian(work: Workload) -> Run:
    f, x = torch.func.hessian(_of(work)), _tensor(work.values[0])
    return lambda: f(x)


def hvp(work: Workload) -> Run:
    f, x, v = _of(work), _tensor(work.values[0], True), _tensor(work.v)

    def run() -> Any:
        (g,) = torch.autograd.grad(f(x), x, create_graph=True)
        return torch.autograd.grad(g, x, v)[0]

    return run
