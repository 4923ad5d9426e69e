"""JAX, compiled by `jit`, in float64."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp

from benchmarks.numbers import Workload

NAME, PACKAGE = "JAX jit", "jax"
Run = Callable[[], Any]
jax.config.update("jax_enable_x64", True)


def threads() -> str:
    return str(os.cpu_count())


def _of(work: Workload) -> tuple[Callable[..., Any], list[Any]]:
    data = [jnp.asarray(part) for part in work.data]
    return lambda *x: work.formula(jnp, *x, *data), [jnp.asarray(x) for x in work.values]


def call(work: Workload) -> Run:
    f, x = jax.jit(jax.grad(_of(work)[0])), work.values[0]
    return lambda: f(x).block_until_ready()


def function(work: Workload) -> Run:
    f, values = _of(work)
    compiled = jax.jit(f)
    return lambda: compiled(*values).block_until_ready()


def gradient(work: Workload) -> Run:
    f, values = _of(work)
    which = tuple(range(len(values))) if len(values) > 1 else 0
    compiled = jax.jit(jax.grad(f, which))
    return lambda: jax.block_until_ready(compiled(*values))


def hessian(work: Workload) -> Run:
    f, values = _of(work)
    compiled = jax.jit(jax.hessian(f))
    return lambda: compiled(*values).block_until_ready()


def hvp(work: Workload) -> Run:
    f, values = _of(work)
    compiled = jax.jit(lambda x, v: jax.jvp(jax.grad(f), (x,), (v,))[1])
    v = jnp.asarray(work.v)
    return lambda: compiled(*values, v).block_until_ready()
