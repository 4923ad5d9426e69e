"""A compiled Program of numbers as one function of numbers and of arrays, element by element."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from diffcmp.caches import remembered
from diffcmp.engines.compiled import emitted_on_numbers, guarded_names
from diffcmp.program.ir import Program


@remembered
def elementwise(program: Program) -> Callable[..., Any]:
    """A Program of numbers with one output as a method (`Emitted.dispatching`) of numbers, as
    `compiled`, or of arrays, element by element."""

    def others(*values: Any) -> Any:
        from diffcmp.engines.pointwise import at_points

        return at_points(program, partial(method, None))(*values)

    names = guarded_names(program) | {"_other": others, "_float": float}
    method = emitted_on_numbers(program).guarded().dispatching().function(names)
    return method
