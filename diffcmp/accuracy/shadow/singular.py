"""Where the truth itself is not finite: which equation of f, or of its derivative, is singular."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from flint import fmpq

from diffcmp.accuracy.shadow.blame import named, output_of
from diffcmp.accuracy.shadow.record import Link
from diffcmp.accuracy.shadow.trace import Place, Shadow, is_zero, part_of
from diffcmp.arithmetic.balls import to_arb
from diffcmp.arithmetic.evaluate import carried_out, evaluate
from diffcmp.arithmetic.floats import finite
from diffcmp.language import rules
from diffcmp.notes import Cause, Note
from diffcmp.program.ir import Equation, Program

LARGE = 100_000  # arguments from which on a value may have no ball any more
BEYOND = "beyond 10^(1e9)"  # what has no ball any more


def singularity(f: Shadow, derived: Shadow | None) -> Link | None:
    """The equation of f whose true value does not exist, else that of the derived Program.

    f: its shadow at the point; `derived` that of the Program that a method ran, None where that is
    f itself. None where all that the result depends on exists.
    """
    taken = _taken(f)
    singular = [eq for eq in f.program.equations if eq.output in taken and _is_singular(f, eq)]
    if singular:
        if _exists(f, singular[0]):
            return _beyond(f, singular[0], f.program)
        eq = _meeting(f, singular) or singular[0]
        link = _link(f.program, eq, _form(f, eq), Cause.SINGULARITY)
        return _suspected(f, singular[0], f.program, link)
    if derived is None:
        return None
    culprit = _descended(derived)
    if culprit is not None and _exists(derived, culprit):
        return _beyond(derived, culprit, f.program)
    if culprit is None:
        return None
    return _suspected(derived, culprit, f.program, _of_derivative(f, culprit, taken))


def _of_derivative(f: Shadow, culprit: Equation, taken: set[int]) -> Link:
    """An equation of the derived Program: of a branch that is not taken, or a slope that does not
    exist."""
    program = f.program
    owners = [eq for eq in program.equations if eq.span == culprit.span and not eq.params]
    if owners and not any(eq.output in taken for eq in owners):
        return _link(program, owners[-1], Note.UNTAKEN_BRANCH, Cause.UNTAKEN_BRANCH)
    owner = owners[-1] if owners else culprit
    if any(eq.entry.of_matrix == "eigenvalue" for eq in owners):
        return _link(program, owner, Note.REPEATED_EIGENVALUE, Cause.SINGULARITY)
    return _link(program, owner, Note.INFINITE_SLOPE, Cause.SINGULARITY)


def _link(program: Program, eq: Equation, note: Note, cause: Cause, **more: object) -> Link:
    facts = {"note": note, "name": named(eq), **more}
    return Link(cause, eq.span, program.piece(eq), None, None, facts=facts)


def _beyond(shadow: Shadow, eq: Equation, program: Program) -> Link | None:
    """A number that exists, but is beyond the exponents of balls too; None where its arguments are
    not that large, so that only balls cannot tell it."""
    sizes = [abs(to_arb(part_of(shadow.true[place.slot]))) for place in shadow.arguments(eq)]
    if not any(size > LARGE for size in sizes):
        return None
    what = "this" if eq in program.equations else "a term of the derivative"
    return _link(program, eq, Note.OVERFLOW, Cause.OVERFLOW, what=what, true=BEYOND)


def _suspected(shadow: Shadow, eq: Equation, program: Program, link: Link) -> Link:
    """A link that says so where an argument cannot be told from the edge of a domain, but may be
    beside it."""
    arguments = [part_of(shadow.true[place.slot]) for place in shadow.arguments(eq)]
    inexact = [not isinstance(x, fmpq) and not x.is_exact() for x in arguments]
    if shadow.system is not shadow.real or not any(inexact):
        return link
    unsure = any(rounded and is_zero(x) for x, rounded in zip(arguments, inexact, strict=True))
    domain = rules.domain(eq.primitive)
    if domain is not None:
        with shadow.system.working():
            inside = evaluate(domain, shadow.system, [shadow.true[i] for i in eq.inputs])[0]
        unsure = unsure or not (inside == 0 or inside == 1)
    if not unsure:
        return link
    owners = [one for one in program.equations if one.span == eq.span and one.inputs]
    slot = (owners[-1] if owners else eq).inputs[0]
    argument = program.by_output.get(slot)
    piece = program.inputs[slot] if argument is None else program.piece(argument)
    return replace(link, facts={**link.facts, "suspected": True, "argument": piece})


def _exists(shadow: Shadow, eq: Equation) -> bool:
    """Whether an equation without a finite ball has a value all the same: its arguments are finite,
    and certainly inside its domain."""
    arguments = [shadow.true[i] for i in eq.inputs]
    numbers = [part_of(shadow.true[place.slot]) for place in shadow.arguments(eq)]
    if eq.entry.poles or eq.entry.structure or not all(to_arb(x).is_finite() for x in numbers):
        return False
    if shadow.system is not shadow.real or eq.entry.of_matrix:
        return False
    domain = rules.domain(eq.primitive)
    with shadow.system.working():
        return domain is None or evaluate(domain, shadow.system, arguments)[0] == 1


def _taken(shadow: Shadow) -> set[int]:
    """The slots that the output is made of; of a `where`, its condition and the branch chosen."""
    slots = set(shadow.program.outputs)
    for eq in reversed(shadow.program.equations):
        if eq.output in slots:
            chosen = eq.inputs
            if eq.entry.selects:
                chosen = (eq.inputs[0], _chosen(shadow, eq))
            slots.update(chosen)
    return slots


def _chosen(shadow: Shadow, eq: Equation) -> int:
    """The slot of the branch of a `where` that is taken, in truth where that is decided."""
    test, first, second = eq.inputs
    holds = shadow.true[test]
    return first if (shadow.computed[test] if holds is None else holds) else second


def _is_singular(shadow: Shadow, eq: Equation) -> bool:
    """Whether the true value of an equation does not exist."""
    if eq.entry.condition:
        return False
    return not to_arb(part_of(shadow.true[eq.output])).is_finite()


def _meeting(shadow: Shadow, singular: Sequence[Equation]) -> Equation | None:
    """Where infinite values meet to nan: whatever made them, that is where f is lost."""
    for eq in singular:
        if eq.entry.of_matrix == "solution":
            return eq
        numbers = [shadow.number(place) for place in shadow.arguments(eq)]
        operator = eq.entry.ring or eq.primitive == "div"
        out = shadow.number(Place(eq.output))
        if operator and out != out and all(x == x for x in numbers):
            return eq
    return None


def _descended(shadow: Shadow) -> Equation | None:
    """The first equation whose value does not exist although its arguments do, on the way from the
    output; None where the output exists."""
    by_output = shadow.program.by_output
    place: Place | None = output_of(shadow)
    eq = None
    while place is not None:
        eq = by_output.get(place.slot)
        if eq is None or not _is_singular(shadow, eq):
            return None
        if eq.entry.selects and (shadow.true[eq.inputs[0]] is not None):
            place = Place(_chosen(shadow, eq))
            continue
        broken = (i for i in eq.inputs if i in by_output and _is_singular(shadow, by_output[i]))
        slot = next(broken, None)
        place = None if slot is None else Place(slot)
    return eq


def _form(shadow: Shadow, eq: Equation) -> Note:
    """In what way the value of an equation does not exist."""
    entry = eq.entry
    arguments = [part_of(shadow.true[place.slot]) for place in shadow.arguments(eq)]
    zero = [to_arb(x).is_finite() and is_zero(x) for x in arguments]
    numbers = [shadow.number(place) for place in shadow.arguments(eq)]
    if entry.of_matrix == "solution" and zero[-1]:
        return Note.SINGULAR_MATRIX
    if entry.of_matrix == "eigenvalue" and all(map(finite, numbers)):
        return Note.REPEATED_EIGENVALUE
    if eq.primitive == "div":
        if zero[1]:
            vanishes = zero[0] or (numbers[0] == 0 and not to_arb(arguments[0]).is_finite())
            return Note.ZERO_OVER_ZERO if vanishes else Note.DIVISION_BY_ZERO
        return Note.INFINITE_QUOTIENT
    if entry.ring:
        return Note.INFINITE_DIFFERENCE if entry.additive else Note.ZERO_TIMES_INFINITY
    if not (entry.branches and zero[0]):
        return Note.OUTSIDE_DOMAIN
    others = [shadow.true[i] for i in eq.inputs[1:]]
    at_zero = carried_out(
        shadow.system, eq.primitive, [shadow.system.literal(Fraction(0)), *others]
    )
    exists = to_arb(part_of(at_zero)).is_finite()  # what is only suspected to be 0 is a ball
    return Note.INFINITE_SLOPE if exists else Note.DIVISION_BY_ZERO
