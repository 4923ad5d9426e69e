"""The tangent and the adjoint Program: the engines of `forward` and `reverse`, run on tracers,
write them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from functools import lru_cache
from typing import Any

from diffcmp.arithmetic.evaluate import evaluate
from diffcmp.arithmetic.tracing import Tracing
from diffcmp.engines.forward import Dual, Duals, jvp
from diffcmp.engines.linear import zeros
from diffcmp.engines.partials import pair
from diffcmp.engines.reverse import vjp
from diffcmp.primitives.shapes import Shape
from diffcmp.program.checks import differentiated
from diffcmp.program.ir import Builder, Program


@lru_cache(maxsize=256)
def tangent(program: Program, wrt: str) -> Program:
    """The Program of the value and of its derivative with respect to one input, by forward mode on
    tracers."""
    tracing = Tracing(Builder(program.inputs, program.shapes))
    one = tracing.literal(Fraction(1))
    out = jvp(
        program,
        tracing,
        tracing.inputs(),
        [one if name == wrt else None for name in program.inputs],
    )
    derivative = tracing.literal(Fraction(0)) if out.tangent is None else out.tangent
    return tracing.builder.program([tracing.slot(out.primal), tracing.slot(derivative)]).pruned()


@lru_cache(maxsize=256)
def adjoint(program: Program, wrt: tuple[str, ...]) -> Program:
    """The Program of the value and of all derivatives asked for, by reverse mode on tracers."""
    tracing = Tracing(Builder(program.inputs, program.shapes))
    return _swept(program, wrt, tracing, tracing.literal(Fraction(1)))


@lru_cache(maxsize=256)
def pullback(program: Program, wrt: tuple[str, ...]) -> Program:
    """The Program of the value and of the vector-Jacobian products with respect to the inputs
    named, by reverse mode; the cotangent of the value, of its shape, is a further input."""
    shape = program.dims[program.outputs[0]]
    inputs, shapes = (
        (*program.inputs, primed("out", program.inputs)),
        (*input_shapes(program), shape),
    )
    tracing = Tracing(Builder(inputs, shapes))
    return _swept(program, wrt, tracing, tracing.inputs()[-1])


def _swept(program: Program, wrt: tuple[str, ...], tracing: Tracing, seed: Any) -> Program:
    varying = [name in wrt for name in program.inputs]
    value, cotangents = vjp(program, tracing, tracing.inputs()[: len(varying)], varying, seed)
    found = dict(zip(program.inputs, cotangents, strict=True))
    shapes = dict(zip(program.inputs, input_shapes(program), strict=True))
    derivatives = [
        zeros(tracing, shapes[name]) if found[name] is None else found[name] for name in wrt
    ]
    return tracing.builder.program(
        [tracing.slot(value), *(tracing.slot(d) for d in derivatives)]
    ).pruned()


@lru_cache(maxsize=256)
def pushforward(program: Program, wrt: tuple[str, ...]) -> Program:
    """The Program of all values and of their Jacobian-vector products, by forward mode; the
    directions of the inputs named, of their shapes, are further inputs. Of an adjoint Program:
    products of the Hessian (Pearlmutter, Neural Computation 6, 1994)."""
    shapes = dict(zip(program.inputs, input_shapes(program), strict=True))
    inputs = list(program.inputs)
    for name in wrt:
        inputs.append(primed(name, inputs))
    tracing = Tracing(Builder(tuple(inputs), (*shapes.values(), *(shapes[name] for name in wrt))))
    slots = tracing.inputs()
    along = dict(zip(wrt, slots[len(shapes) :], strict=True))
    duals = [Dual(slot, along.get(name)) for name, slot in zip(program.inputs, slots, strict=False)]
    out: list[Dual] = evaluate(program, Duals(tracing), duals)
    tangents = [
        zeros(tracing, tracing.shape(d.primal)) if d.tangent is None else d.tangent for d in out
    ]
    return tracing.builder.program(
        [tracing.slot(part) for part in (*(d.primal for d in out), *tangents)]
    ).pruned()


def input_shapes(program: Program) -> tuple[Shape, ...]:
    """The shape of every input."""
    return tuple(program.dims[i] for i in range(len(program.inputs)))


def primed(name: str, taken: Sequence[str]) -> str:
    """A name that no variable has, and no name in `taken`."""
    name += "'"
    return primed(name, taken) if name in taken else name


@lru_cache(maxsize=256)
def hyperdual(program: Program, x: str, y: str) -> Program:
    """The Program of f, ∂f/∂x, ∂f/∂y and ∂²f/∂x∂y by hyper-dual numbers, which are dual numbers of
    dual numbers.

    Fike & Alonso, "The development of hyper-dual numbers for exact second-derivative calculations",
    AIAA 2011-886.
    """
    tracing = Tracing(Builder(program.inputs, program.shapes))
    one, zero = tracing.literal(Fraction(1)), tracing.literal(Fraction(0))
    inner = [
        Dual(slot, one if name == x else None)
        for name, slot in zip(program.inputs, tracing.inputs(), strict=True)
    ]
    out = jvp(
        program,
        Duals(tracing),
        inner,
        [Dual(one) if name == y else None for name in program.inputs],
    )
    along = Dual(zero) if out.tangent is None else out.tangent
    parts = out.primal.primal, out.primal.tangent, along.primal, along.tangent
    return tracing.builder.program(
        [tracing.slot(zero if part is None else part) for part in parts]
    ).pruned()


@lru_cache(maxsize=256)
def second_adjoint(program: Program, wrt: tuple[str, ...]) -> Program:
    """The Program of f and of the second derivatives named in `wrt` (`x`, `x:y`), by tape over
    tape.

    Each first derivative of the adjoint Program is swept back in its turn; what these sweeps share
    is traced once.
    """
    tracing = Tracing(Builder(program.inputs, program.shapes))
    one, zero = tracing.literal(Fraction(1)), tracing.literal(Fraction(0))
    pairs = [pair(name) for name in wrt]
    rows = tuple(dict.fromkeys(x for x, _ in pairs))
    varying = [any(name == y for _, y in pairs) for name in program.inputs]
    gradient = adjoint(program, rows)
    value = evaluate(only(gradient, 0), tracing, tracing.inputs())[0]
    found: dict[tuple[str, str], Any] = {}
    for place, x in enumerate(rows, 1):
        _, cotangents = vjp(only(gradient, place), tracing, tracing.inputs(), varying, one)
        found |= {
            (x, y): cotangent for y, cotangent in zip(program.inputs, cotangents, strict=True)
        }
    derivatives = [zero if found[xy] is None else found[xy] for xy in pairs]
    slots = [tracing.slot(value), *(tracing.slot(d) for d in derivatives)]
    return tracing.builder.program(slots).pruned()


@lru_cache(maxsize=256)
def tangent_of_adjoint(program: Program, wrt: tuple[str, ...], direction: str) -> Program:
    """The Program of f, its derivatives ∂f/∂x, and their derivatives along one variable, by dual
    numbers over the tape.

    With all variables in `wrt`, these last are a column of the Hessian (Pearlmutter, Neural
    Computation 6, 1994).
    """
    tracing = Tracing(Builder(program.inputs, program.shapes))
    one, zero = tracing.literal(Fraction(1)), tracing.literal(Fraction(0))
    duals = [
        Dual(slot, one if name == direction else None)
        for name, slot in zip(program.inputs, tracing.inputs(), strict=True)
    ]
    out = evaluate(adjoint(program, wrt), Duals(tracing), duals)
    column = [zero if d.tangent is None else d.tangent for d in out[1:]]
    return tracing.builder.program(
        [tracing.slot(part) for part in (*(d.primal for d in out), *column)]
    ).pruned()


@lru_cache(maxsize=256)
def dual_over_tape(program: Program, wrt: tuple[str, ...]) -> Program:
    """The Program of f and of the second derivatives named in `wrt` (`x`, `x:y`), by dual numbers
    over the tape."""
    builder = Builder(program.inputs, program.shapes)
    inputs = range(len(program.inputs))
    pairs = [pair(name) for name in wrt]
    slots: dict[tuple[str, str], int] = {}
    value = builder.inline(program, inputs, None)[0] if not pairs else 0
    for y in dict.fromkeys(y for _, y in pairs):
        rows = tuple(dict.fromkeys(x for x, other in pairs if other == y))
        value, *parts = builder.inline(tangent_of_adjoint(program, rows, y), inputs, None)
        slots |= {(x, y): slot for x, slot in zip(rows, parts[len(rows) :], strict=True)}
    return builder.program([value, *(slots[xy] for xy in pairs)]).pruned()


def forward_programs(program: Program, wrt: Sequence[str], order: int) -> list[Program]:
    """For each partial derivative the Program of f and of it, by forward mode."""
    if order == 1:
        return [tangent(program, name) for name in wrt]
    return [only(hyperdual(program, *pair(name)), 0, 3) for name in wrt]


def reverse_program(program: Program, wrt: Sequence[str], order: int) -> Program:
    """The Program of f and of all partial derivatives, by reverse mode."""
    return adjoint(program, tuple(wrt)) if order == 1 else second_adjoint(program, tuple(wrt))


def derivative_program(program: Program, mode: str, wrt: Sequence[str] | None = None) -> Program:
    """The Program of value and derivatives by "dual" (forward mode, one variable after the other)
    or "tape". Of arrays, forward mode gives the derivative along a direction, which is a further
    input for each variable."""
    if not program.scalar and mode == "dual":
        return pushforward(program, differentiated(program, wrt))
    names = differentiated(program, wrt)
    if mode == "tape":
        return adjoint(program, names)
    if len(names) == 1:
        return tangent(program, names[0])
    builder = Builder(program.inputs, program.shapes)
    parts = [builder.inline(tangent(program, n), range(len(program.inputs)), None) for n in names]
    return builder.program([parts[0][0], *(d for _, d in parts)])


def only(program: Program, *outputs: int) -> Program:
    """`program` with some of its outputs, and what these need."""
    return replace(program, outputs=tuple(program.outputs[i] for i in outputs)).pruned()
