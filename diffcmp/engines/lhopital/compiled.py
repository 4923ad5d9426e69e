"""The compiled derivative that knows L'Hôpital's rule: plain code with an alarm beside it, and what
`answer` finds where that is raised."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from diffcmp.arithmetic.floats import ERRORS, KERNEL, Floats, finite
from diffcmp.caches import remembered
from diffcmp.engines.compiled import compiled, emitted_on_numbers
from diffcmp.engines.derived import adjoint, only, tangent
from diffcmp.engines.elementwise import elementwise
from diffcmp.engines.lhopital.alarms import RAISING, alarmed, tested
from diffcmp.errors import warn_of_precision
from diffcmp.program.ir import Program

SHADOWED = ("float16", "float32")


@remembered
def careful(program: Program, name: str, mode: str = "dual") -> Callable[..., float]:
    """A method f′ (`Emitted.dispatching`) of float64 numbers or arrays: the plain compiled engine,
    "dual" or "tape", and what `answer` finds where that is not to be trusted. What may be wrong
    comes with a PrecisionWarning."""
    floats = Floats()
    plain = tangent(program, name) if mode == "dual" else adjoint(program, (name,))
    whole = tested(program, plain, floats.dtype, RAISING)
    guarded = only(whole, *range(1, len(whole.outputs)))
    fallback = compiled(only(plain, 1))

    def found(*inputs: float) -> tuple[float, list[str]]:
        """The derivative, and what to warn of."""
        from diffcmp.engines.lhopital.answer import answer

        number = fallback(*inputs)
        if not all(map(math.isfinite, inputs)):
            return float(number), []
        best = answer(program, (name,), inputs, number, floats)
        return float(best.derivative), [str(doubt) for doubt in best.doubts]

    def in_doubt(*inputs: float) -> float:
        number, doubts = found(*inputs)
        warn_of_precision(doubts)
        return number

    @cache
    def anywhere() -> Callable[..., Any]:
        from diffcmp.engines.pointwise import repaired

        alarm = only(alarmed(program, plain), 1, 2)
        return repaired(alarm, lambda *at: slope_at(None, *at), found)

    def others(*values: Any) -> Any:
        return anywhere()(*values)

    if len(guarded.outputs) == 1:
        return elementwise(guarded)
    names = {"_errors": ERRORS, "_fallback": in_doubt, "_careful": in_doubt}
    code = emitted_on_numbers(guarded).careful().guarded().dispatching()
    slope_at: Callable[..., Any]
    slope_at = code.function({**KERNEL, **names, "_other": others, "_float": float})
    return slope_at


def watched(program: Program, derived: Program, dtype: str) -> Callable[..., Sequence[Any]]:
    """The outputs of a derived Program in a format, f and derivatives, and whether one of these is
    in doubt: not finite, or, by a proof that costs little, perhaps wrong in more than half of its
    digits. The formats below float64 are held against that; its own digits are proven."""
    if dtype not in SHADOWED:
        run = compiled(alarmed(program, derived, dtype), dtype)

        def alone(*inputs: Any) -> Sequence[Any]:
            *numbers, alarm = run(*inputs)
            return *numbers, alarm or not all(map(finite, numbers))

        return alone
    plain, wide = compiled(derived, dtype), compiled(alarmed(program, derived))
    allowed = 0.5 * math.sqrt(Floats(dtype).unit_roundoff)

    def beside(*inputs: Any) -> Sequence[Any]:
        numbers = plain(*inputs)
        *true, alarm = wide(*map(float, inputs))
        for number, best in zip(numbers[1:], true[1:], strict=True):
            alarm = alarm or not abs(float(number) - best) <= allowed * abs(best)
        return *numbers, alarm or not all(map(finite, numbers))

    return beside
