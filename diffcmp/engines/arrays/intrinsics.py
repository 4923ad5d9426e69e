"""What loops call that numba compiles: instructions of the processor that Python has no name for,
and what is made of these."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from diffcmp.engines.arrays.elementary_loops import Fma, Function, functions_by
from diffcmp.engines.arrays.whole_powers import power_by


def functions(
    fma: Fma, power_of_two: Function, compiled: Callable[[Any], Any]
) -> Mapping[str, Callable[..., Any]]:
    """exp, sin and cos (`elementary_loops`) and whole powers (`whole_powers`) by name."""
    return {**functions_by(fma, power_of_two, compiled), "power": compiled(power_by(fma))}


@cache
def compiled_functions() -> Mapping[str, Callable[..., Any]]:
    """These functions compiled by numba. Where a processor has no fused multiply-add, the C
    library's is called: right, and slow."""
    from llvmlite import ir
    from numba import njit, types
    from numba.extending import intrinsic

    double, whole = types.float64, ir.IntType(64)

    @intrinsic  # type: ignore[untyped-decorator]  # numba has no types
    def fma(context: Any, x: Any, y: Any, z: Any) -> Any:
        def code(_context: Any, builder: Any, _signature: Any, values: Any) -> Any:
            return builder.fma(*values)

        return double(double, double, double), code

    @intrinsic  # type: ignore[untyped-decorator]
    def power_of_two(context: Any, n: Any) -> Any:
        def code(_context: Any, builder: Any, _signature: Any, values: Any) -> Any:
            """The exponent, with its bias, comes to stand in the last bits of a number that is
            large enough."""
            large = ir.Constant(ir.DoubleType(), 1.5 * 2.0**52 + 1023)
            bits = builder.bitcast(builder.fadd(values[0], large), whole)
            return builder.bitcast(builder.shl(bits, ir.Constant(whole, 52)), ir.DoubleType())

        return double(double), code

    return functions(fma, power_of_two, njit(error_model="numpy"))
