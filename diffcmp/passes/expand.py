"""Program to Program: in core primitives, along a line, without the branches that are not taken."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from functools import cache

from diffcmp.caches import remembered
from diffcmp.language import rules
from diffcmp.program.ir import Builder, Equation, Program
from diffcmp.spans import Span


def core(program: Program, fixed: Mapping[str, Program] | None = None) -> Program:
    """`program` with every primitive that has a definition replaced by it, down to the basic ones.

    `fixed` gives some inputs a constant value (a Program without inputs); they are inputs no
    longer. Every equation of a definition carries the span of the call it came from. An exponent
    that has become constant turns `pow` into `power`.
    """
    return core_with_places(program, fixed)[0] if fixed else _core(program)


@remembered
def _core(program: Program) -> Program:
    return core_with_places(program)[0]


@remembered
def analytic(program: Program) -> Program:
    """`core`, in which primitives stay whole that are analytic where pieces of their definition
    meet: what the proof that a function is smooth looks at."""
    return core_with_places(program, whole=True)[0]


def core_with_places(
    program: Program, fixed: Mapping[str, Program] | None = None, whole: bool = False
) -> tuple[Program, dict[int, int]]:
    """`core`, and for every slot of `program` the slot of the same value there; `whole` as in
    `analytic`."""
    fixed = fixed or {}
    builder = Builder(tuple(name for name in program.inputs if name not in fixed))
    places = {name: i for i, name in enumerate(builder.inputs)}
    slots: dict[int, int] = {}
    for i, name in enumerate(program.inputs):
        if name in places:
            slots[i] = places[name]
        else:
            slots[i] = _inlined(builder, fixed[name], [], None, whole)
    for eq in program.equations:
        inputs = [slots[i] for i in eq.inputs]
        slots[eq.output] = _added(builder, eq, inputs, eq.span, whole)
    outputs = [slots[i] for i in program.outputs]
    return builder.program(outputs, program.text), slots


def _added(
    builder: Builder, eq: Equation, inputs: list[int], span: Span | None, whole: bool
) -> int:
    """The slot of an equation, or of the definition that it stands for."""
    name = eq.primitive
    if name == "pow" and not builder.varying[inputs[1]]:
        name = "power"
    kept = eq.params or (whole and eq.entry.analytic)
    body = None if kept else rules.definition(name)
    if body is None:
        return builder.add(name, inputs, eq.params, span)
    return _inlined(builder, body, inputs, span, whole)


def _inlined(
    builder: Builder, body: Program, arguments: list[int], span: Span | None, whole: bool
) -> int:
    slots = dict(enumerate(arguments))
    for eq in body.equations:
        slots[eq.output] = _added(builder, eq, [slots[i] for i in eq.inputs], span, whole)
    return slots[body.outputs[0]]


def line(program: Program, point: Mapping[str, Program], direction: Mapping[str, int]) -> Program:
    """t -> f(x + t·direction) for a point of constant Programs, and a direction of whole numbers;
    what that does not name is held fixed."""
    builder = Builder(("t",))
    places = []
    for name in program.inputs:
        place = builder.appended(point[name], [], spans=False)[0]
        if direction.get(name):
            step = builder.add("mul", [builder.literal(direction[name]), 0])
            place = builder.add("add", [place, step])
        places.append(place)
    return builder.program(builder.appended(program, places), program.text)


def holding(program: Program, fixed: Mapping[str, Program]) -> Program:
    """The Program with constant Programs in place of some of its inputs."""
    if not fixed:
        return program
    builder = Builder(tuple(name for name in program.inputs if name not in fixed))
    places = {name: i for i, name in enumerate(builder.inputs)}
    for name, value in fixed.items():
        places[name] = builder.appended(value, [], spans=False)[0]
    arguments = [places[name] for name in program.inputs]
    return builder.program(builder.appended(program, arguments), program.text)


def at_infinity(program: Program, sign: int) -> Program:
    """t -> f(sign/t), of one variable: as t tends to 0 from above, f at ±∞."""
    return at_infinity_with_places(program, sign)[0]


def at_infinity_with_places(program: Program, sign: int) -> tuple[Program, dict[int, int]]:
    """`at_infinity`, and for every slot of `program` the slot of the same value there."""
    builder = Builder(("t",))
    slots = {0: builder.add("div", [builder.literal(sign), 0])}
    for eq in program.equations:
        slots[eq.output] = builder.copied(eq, [slots[i] for i in eq.inputs])
    outputs = [slots[i] for i in program.outputs]
    return builder.program(outputs, program.text), slots


def difference(
    program: Program, point: Mapping[str, Program], name: str, one: int, other: int
) -> Program:
    """t -> f(x + one·t) - f(x + other·t) along the input `name`, from a point of constant Programs.
    With 1 and -1 it tends to the right limit less the left one; with ±1 and 0 to that of the side
    less the value.
    """
    builder = Builder(("t",))
    ends = [builder.appended(line(program, point, {name: step}), [0])[0] for step in (one, other)]
    return builder.program([builder.add("sub", ends)], program.text)


def varying_part(program: Program, names: Collection[str]) -> Program:
    """f less the addends that none of the inputs `names` is in: a function with the same
    derivatives along these.

    >>> from diffcmp.language.parser import parse
    >>> [eq.primitive for eq in varying_part(parse("sin(x) + exp(y) - x*y"), ["x"]).equations]
    ['sin', 'mul', 'sub']
    """
    active = program.active(names)
    addends, others = {program.outputs[0]}, set[int]()  # of the output; used by something else too
    for eq in reversed(program.equations):
        summed = eq.entry.additive and eq.output in addends and eq.output not in others
        (addends if summed else others).update(eq.inputs)
    slots = list(range(program.size))
    kept = []
    for eq in program.equations:
        inputs = tuple(slots[i] for i in eq.inputs)
        varying = [i in active for i in eq.inputs]
        if eq.primitive not in ("add", "sub") or eq.output in others or eq.output not in addends:
            kept.append(replace(eq, inputs=inputs))
        elif varying == [True, False]:
            slots[eq.output] = inputs[0]
        elif varying == [False, True] and eq.primitive == "add":
            slots[eq.output] = inputs[1]
        elif varying == [False, True]:
            kept.append(replace(eq, primitive="neg", inputs=inputs[1:]))
        else:
            kept.append(replace(eq, inputs=inputs))
    return replace(program, equations=tuple(kept), outputs=(slots[program.outputs[0]],)).pruned()


def used(program: Program) -> list[str]:
    """The inputs that an output depends on."""
    return [name for i, name in enumerate(program.inputs) if i in program.live]


def restricted(program: Program, names: Sequence[str]) -> Program:
    """The Program as one of the inputs `names`, in that order, which hold all that it needs."""
    builder = Builder(tuple(names))
    places = {name: i for i, name in enumerate(names)}
    arguments = [places.get(name, -1) for name in program.inputs]
    return builder.program(builder.appended(program, arguments), program.text)


@cache
def compared(name: str) -> Program | None:
    """The pairs of values that a primitive compares with each other by its definition, as outputs
    two by two; None for one that compares nothing, or is a comparison itself."""
    body = rules.definition(name)
    if body is None:
        return None
    form = core(body)
    sides = [i for eq in form.equations if eq.entry.compares for i in eq.inputs]
    return replace(form, outputs=tuple(sides)).pruned() if sides else None


def branchless(program: Program, decisions: Mapping[int, bool]) -> Program:
    """`program` with every `where` whose condition is decided replaced by the branch taken, and
    what is dead dropped.

    `decisions` maps slots of conditions to their value.
    """
    slots = list(range(program.size))
    kept = []
    for eq in program.equations:
        inputs = tuple(slots[i] for i in eq.inputs)
        if eq.primitive == "where" and inputs[0] in decisions:
            slots[eq.output] = inputs[1] if decisions[inputs[0]] else inputs[2]
        else:
            kept.append(replace(eq, inputs=inputs))
    outputs = tuple(slots[i] for i in program.outputs)
    return Program(program.inputs, tuple(kept), outputs, program.text).pruned()


@remembered
def guards(program: Program) -> dict[int, tuple[int, bool]]:
    """The slots that nothing but one branch of a `where` needs, and that come after its condition:
    that condition, and what it has to be for the branch to be taken. A condition within such a
    branch has a guard itself."""
    order = {eq.output: n for n, eq in enumerate(program.equations)}
    needed: dict[int, set[tuple[int, bool] | None]] = {i: {None} for i in program.outputs}
    found: dict[int, tuple[int, bool]] = {}
    for eq in reversed(program.equations):
        ways = needed.get(eq.output, {None})
        own = next(iter(ways)) if len(ways) == 1 else None
        if own is not None and order.get(own[0], -1) > order[eq.output]:
            own = None
        if own is not None:
            found[eq.output] = own
        branching = eq.primitive == "where"
        for position, i in enumerate(eq.inputs):
            way = (eq.inputs[0], position == 1) if branching and position else own
            needed.setdefault(i, set()).add(way)
    return found
