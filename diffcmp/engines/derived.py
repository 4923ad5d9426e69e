"""The tangent and the adjoint Program, written by the engines when they run on tracers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

from diffcmp.arithmetic.evaluate import evaluate
from diffcmp.arithmetic.tracing import Tracer, Tracing
from diffcmp.caches import remembered
from diffcmp.engines.forward import Dual, Duals, jvp
from diffcmp.engines.linear import zeros
from diffcmp.engines.partials import pair
from diffcmp.engines.reverse import vjp
from diffcmp.primitives.shapes import Shape
from diffcmp.program.checks import differentiated
from diffcmp.program.ir import Builder, Program


def _tracing(program: Program) -> Tracing:
    """Tracers for the inputs of a Program."""
    return Tracing(Builder(program.inputs, program.shapes), program.text)


def _seeds(program: Program, name: str, tracing: Tracing) -> list[Tracer | None]:
    """1 for the input of that name, and None, which is exactly zero, for every other."""
    one = tracing.literal(Fraction(1))
    return [one if given == name else None for given in program.inputs]


@remembered
def tangent(program: Program, wrt: str) -> Program:
    """The Program of the value and its derivative by one input, by forward mode on tracers."""
    tracing = _tracing(program)
    out = jvp(program, tracing, tracing.inputs(), _seeds(program, wrt, tracing))
    return tracing.program(out.primal, out.tangent)


@remembered
def adjoint(program: Program, wrt: tuple[str, ...]) -> Program:
    """The Program of the value and of all derivatives asked for, by reverse mode on tracers."""
    tracing = _tracing(program)
    return _swept(program, wrt, tracing, tracing.literal(Fraction(1)))


@remembered
def pullback(program: Program, wrt: tuple[str, ...]) -> Program:
    """The Program of the value and of the vector-Jacobian products with respect to the inputs
    named, by reverse mode; the cotangent of the value, of its shape, is a further input."""
    inputs = (*program.inputs, primed("out", program.inputs))
    shapes = (*input_shapes(program), program.dims[program.outputs[0]])
    tracing = Tracing(Builder(inputs, shapes), program.text)
    return _swept(program, wrt, tracing, tracing.inputs()[-1])


def _swept(program: Program, wrt: tuple[str, ...], tracing: Tracing, seed: Any) -> Program:
    """The Program of the value and of the cotangents of the inputs named."""
    varying = [name in wrt for name in program.inputs]
    value, cotangents = vjp(program, tracing, tracing.inputs()[: len(varying)], varying, seed)
    places = {name: i for i, name in enumerate(program.inputs)}
    asked = [places[name] for name in wrt]
    derivatives = [_array(tracing, cotangents[i], program.dims[i]) for i in asked]
    return tracing.program(value, *derivatives)


def _array(tracing: Tracing, derivative: Any | None, shape: Shape) -> Any:
    """A derivative, where None is an array of zeros."""
    return zeros(tracing, shape) if derivative is None else derivative


@remembered
def pushforward(program: Program, wrt: tuple[str, ...]) -> Program:
    """The Program of all values and of their Jacobian-vector products, by forward mode; the
    directions of the inputs named, of their shapes, are further inputs. Of an adjoint Program:
    products of the Hessian (Pearlmutter, Neural Computation 6, 1994)."""
    inputs = list(program.inputs)
    for name in wrt:
        inputs.append(primed(name, inputs))
    shapes = *input_shapes(program), *input_shapes(program, wrt)
    tracing = Tracing(Builder(tuple(inputs), shapes), program.text)
    slots, n = tracing.inputs(), len(program.inputs)
    along = dict(zip(wrt, slots[n:], strict=True))
    directions = map(along.get, program.inputs)
    duals = list(map(Dual, slots[:n], directions))
    outs: list[Dual] = evaluate(program, Duals(tracing), duals)
    primals = [out.primal for out in outs]
    tangents = []
    for out in outs:
        tangents.append(_array(tracing, out.tangent, tracing.shape(out.primal)))
    return tracing.program(*primals, *tangents)


def input_shapes(program: Program, names: Sequence[str] | None = None) -> tuple[Shape, ...]:
    """The shapes of the inputs named, by default of all."""
    shapes = {name: program.dims[i] for i, name in enumerate(program.inputs)}
    return tuple(shapes.values() if names is None else (shapes[name] for name in names))


def primed(name: str, taken: Sequence[str]) -> str:
    """A name that no variable has, and no name in `taken`."""
    name += "'"
    return primed(name, taken) if name in taken else name


@remembered
def hyperdual(program: Program, x: str, y: str) -> Program:
    """The Program of f, ∂f/∂x, ∂f/∂y and ∂²f/∂x∂y by hyper-dual numbers, which are dual numbers of
    dual numbers.

    Fike & Alonso, "The development of hyper-dual numbers for exact second-derivative calculations",
    AIAA 2011-886.
    """
    tracing = _tracing(program)
    inner = list(map(Dual, tracing.inputs(), _seeds(program, x, tracing)))
    outer = [None if seed is None else Dual(seed) for seed in _seeds(program, y, tracing)]
    out = jvp(program, Duals(tracing), inner, outer)
    along = Dual(None) if out.tangent is None else out.tangent
    return tracing.program(out.primal.primal, out.primal.tangent, along.primal, along.tangent)


@remembered
def second_adjoint(program: Program, wrt: tuple[str, ...]) -> Program:
    """The Program of f and of the second derivatives named in `wrt` (`x`, `x:y`), by tape over
    tape.

    Each first derivative of the adjoint Program is swept back in its turn; what these sweeps share
    is traced once.
    """
    tracing = _tracing(program)
    one, zero = tracing.literal(Fraction(1)), tracing.literal(Fraction(0))
    pairs = [pair(name) for name in wrt]
    rows = tuple(dict.fromkeys(x for x, _ in pairs))
    columns = {y for _, y in pairs}
    varying = [name in columns for name in program.inputs]
    gradient = adjoint(program, rows)
    value = evaluate(only(gradient, 0), tracing, tracing.inputs())[0]
    entries: dict[tuple[str, str], Any] = {}
    for place, x in enumerate(rows, 1):
        _, cotangents = vjp(only(gradient, place), tracing, tracing.inputs(), varying, one)
        for y, cotangent in zip(program.inputs, cotangents, strict=True):
            entries[x, y] = zero if cotangent is None else cotangent
    return tracing.program(value, *(entries[xy] for xy in pairs))


@remembered
def tangent_of_adjoint(program: Program, wrt: tuple[str, ...], direction: str) -> Program:
    """The Program of f, its derivatives ∂f/∂x, and their derivatives along one variable, by dual
    numbers over the tape.

    With all variables in `wrt`, these last are a column of the Hessian (Pearlmutter, Neural
    Computation 6, 1994).
    """
    tracing = _tracing(program)
    duals = list(map(Dual, tracing.inputs(), _seeds(program, direction, tracing)))
    outs: list[Dual] = evaluate(adjoint(program, wrt), Duals(tracing), duals)
    return tracing.program(*(out.primal for out in outs), *(out.tangent for out in outs[1:]))


@remembered
def dual_over_tape(program: Program, wrt: tuple[str, ...]) -> Program:
    """The Program of f and the second derivatives `wrt` (`x`, `x:y`), by dual numbers over tape."""
    builder = Builder(program.inputs, program.shapes)
    inputs = range(len(program.inputs))
    if not wrt:
        return builder.program(builder.appended(program, inputs)[:1], program.text).pruned()
    pairs = [pair(name) for name in wrt]
    slots: dict[tuple[str, str], int] = {}
    columns: dict[str, list[str]] = {}
    for x, y in dict.fromkeys(pairs):
        columns.setdefault(y, []).append(x)
    for y, rows in columns.items():
        column = tangent_of_adjoint(program, tuple(rows), y)
        value, *parts = builder.appended(column, inputs)
        second = parts[len(rows) :]
        names = [(x, y) for x in rows]
        slots |= dict(zip(names, second, strict=True))
    outputs = [slots[xy] for xy in pairs]
    return builder.program([value, *outputs], program.text).pruned()


def forward_programs(program: Program, wrt: Sequence[str], order: int) -> list[Program]:
    """For each partial derivative the Program of f and of it, by forward mode."""
    if order == 1:
        return [tangent(program, name) for name in wrt]
    return [only(hyperdual(program, *pair(name)), 0, 3) for name in wrt]


def reverse_program(program: Program, wrt: Sequence[str], order: int) -> Program:
    """The Program of f and of all partial derivatives, by reverse mode."""
    return adjoint(program, tuple(wrt)) if order == 1 else second_adjoint(program, tuple(wrt))


def derivative_program(program: Program, mode: str, wrt: Sequence[str] | None = None) -> Program:
    """The Program of value and derivatives by "dual" (forward mode, variable by variable) or
    "tape". Of arrays, forward mode gives the derivative along a direction, a further input each."""
    if not program.scalar and mode == "dual":
        return pushforward(program, differentiated(program, wrt))
    names = differentiated(program, wrt)
    if mode == "tape":
        return adjoint(program, names)
    if len(names) == 1:
        return tangent(program, names[0])
    builder = Builder(program.inputs, program.shapes)
    inputs = range(len(program.inputs))
    parts = [builder.appended(tangent(program, name), inputs) for name in names]
    return builder.program([parts[0][0], *(d for _, d in parts)], program.text)


def only(program: Program, *outputs: int) -> Program:
    """`program` with some of its outputs, and what these need."""
    return replace(program, outputs=tuple(program.outputs[i] for i in outputs)).pruned()
