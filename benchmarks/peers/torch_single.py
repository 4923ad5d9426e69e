"""PyTorch again, on one thread: on a machine that others use too, its threads wait for each
other."""

from __future__ import annotations

import torch

from benchmarks.peers.torch_ import PACKAGE, call, function, gradient, hessian, hvp, threads

NAME = "PyTorch, 1 thread"
torch.set_num_threads(1)

__all__ = ["NAME", "PACKAGE", "call", "function", "gradient", "hessian", "hvp", "threads"]
