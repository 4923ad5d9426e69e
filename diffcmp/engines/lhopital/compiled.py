"""The compiled derivative that knows L'Hôpital's rule: plain code, and series where needed."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import Any

from diffcmp.arithmetic.floats import ERRORS, KERNEL, Floats
from diffcmp.caches import remembered
from diffcmp.engines.compiled import compiled, emitted_on_numbers
from diffcmp.engines.derived import adjoint, only, tangent
from diffcmp.engines.lhopital.alarms import alarmed
from diffcmp.engines.lhopital.resolve import resolved
from diffcmp.program.ir import Program


@remembered
def careful(program: Program, name: str, mode: str = "dual") -> Callable[..., float]:
    """A method f′ (`Emitted.dispatching`) of float64 numbers or arrays: the plain compiled engine,
    "dual" or "tape", and series only where that is not to be trusted."""
    plain = tangent(program, name) if mode == "dual" else adjoint(program, (name,))
    watched = only(alarmed(program, plain), 1, 2)
    fallback = compiled(only(plain, 1))
    floats = Floats()

    def by_series(*inputs: float) -> float:
        slope = None
        if all(map(math.isfinite, inputs)):
            slope = resolved(program, inputs, {name: 1}, floats).slope
        return float(fallback(*inputs) if slope is None else slope)

    def others(*values: Any) -> Any:
        from diffcmp.engines.pointwise import repaired

        return repaired(watched, partial(slope_at, None))(*values)

    names = {"_errors": ERRORS, "_fallback": by_series, "_careful": by_series}
    code = emitted_on_numbers(watched).careful().guarded().dispatching()
    slope_at: Callable[..., Any]
    slope_at = code.function({**KERNEL, **names, "_other": others, "_float": float})
    return slope_at
