"""Programs of many scalars, as vector programs are lowered to: inputs `x[0]`, `x[1]`, …"""

from __future__ import annotations

from fractions import Fraction

from diffcmp.program.ir import Builder, Program


def names(n: int) -> tuple[str, ...]:
    return tuple(f"x[{i}]" for i in range(n))


def rosenbrock(n: int) -> Program:
    """The extended Rosenbrock function, sum(100*(x[1:] - x[:-1]**2)**2 + (1 - x[:-1])**2)."""
    builder = Builder(names(n))
    one, two, hundred = (builder.literal(Fraction(v)) for v in (1, 2, 100))
    total = -1
    for i in range(n - 1):
        valley = builder.add(
            "power", [builder.add("sub", [i + 1, builder.add("power", [i, two])]), two]
        )
        floor = builder.add("power", [builder.add("sub", [one, i]), two])
        term = builder.add("add", [builder.add("mul", [hundred, valley]), floor])
        total = term if total < 0 else builder.add("add", [total, term])
    return builder.program([total])


def running_sums(n: int) -> tuple[Builder, list[int]]:
    """A builder with the slots of x[0], x[0] + x[1], …"""
    builder = Builder(names(n))
    slots = [0]
    for i in range(1, n):
        slots.append(builder.add("add", [slots[-1], i]))
    return builder, slots
