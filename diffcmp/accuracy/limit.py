"""`limit`: what a function and its derivative tend to on either side of a point or at infinity, and
whether the function is continuous there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from diffcmp.accuracy.judging.question import Progress, silent
from diffcmp.accuracy.limits.continuity import Continuity, continuity
from diffcmp.accuracy.limits.lines import Paper
from diffcmp.accuracy.limits.paper import paper as on_paper
from diffcmp.accuracy.limits.record import DIRECTIONS, Approach, Limit, Way
from diffcmp.accuracy.limits.together import Together, together
from diffcmp.deadline import Deadline, within_timeout
from diffcmp.engines.derived import only, tangent
from diffcmp.errors import Fault, InputError
from diffcmp.notes import Note, Remark, remark
from diffcmp.passes.expand import core, holding
from diffcmp.point.coordinate import Coordinate
from diffcmp.point.point import Point, function_at
from diffcmp.point.values import Values
from diffcmp.program.checks import chosen
from diffcmp.program.ir import Program
from diffcmp.settings import checked
from diffcmp.truth.anatomy import Leading, leading_terms
from diffcmp.truth.budget import Budget
from diffcmp.truth.certify import MAX_DIGITS, truth
from diffcmp.truth.limits import SideLimit, side_limit


@checked
@within_timeout
def limit(
    expr: str | Program,
    at: Values | Mapping[str, Values],
    *,
    side: str | None = None,
    wrt: str | None = None,
    digits: int = 30,
    paper: bool = True,
    timeout: float = 10.0,
    progress: Progress = silent,
) -> Limit:
    """The limit of a function at a point or at infinity, from both sides or from one of them.

    Parameters
    ----------
    expr: an expression, or a Program. at: where the variable tends to, as in `compare`; also `inf`
        and `-inf`. Of several variables one tends to its value, and the others are held fixed.
    side: "left" or "right"; both by default. wrt: the variable that tends to its value; by default
        the only one, or the one at infinity.
    digits: of the numbers, all of them certain. paper: whether to write the limit out as a student
        would, with L'Hôpital's rule, and to ask sympy's `limit` too, which starts a process.
    timeout: seconds for all of it; four fifths of them may be spent on waiting for sympy. progress:
        is told what is being done.

    Raises
    ------
    InputError: for an expression, point, side or name that makes no sense.

    >>> found = limit("(exp(x)-1)/x", 0, paper=False)
    >>> found.limit.text(5), found.certified, found.continuous
    ('1.0000', True, False)
    >>> [approach.value.limit.text(5) for approach in limit("1/x", 0, paper=False).sides.values()]
    ['-inf', 'inf']
    """
    if not 1 <= digits <= MAX_DIGITS:
        raise InputError(Fault.DIGITS, given=digits, limit=MAX_DIGITS)
    program, where = function_at(expr, at, infinity=True)
    name = tending(program, where, wrt)
    place = where.coordinates[name]
    ways = asked(place, side)
    deadline = Deadline.for_waiting(timeout)
    budget = Budget(deadline)
    function = holding(program, where.others(name))
    form, slope = core(function), core(only(tangent(function, name), 1))
    sides: dict[Way, Approach] = {}
    for way in ways:
        progress(f"from the {way}")
        sides[way] = _approach(form, slope, place, DIRECTIONS[way], digits, budget)
    progress("both together")
    values = {way: approach.value for way, approach in sides.items()}
    whole = together(form, place, values, budget)
    there = Continuity() if place.infinite else continuity(form, place, values, digits, budget)
    sides = {way: replace(side, continuous=there.sides.get(way)) for way, side in sides.items()}
    kind = None
    if not place.infinite:
        kind = truth(program, where, (name,), digits, deadline).along[name].kind
    progress("sub-expressions")
    written = _beside(sides)[-1 if whole.exists else 0 :] if paper else []
    return Limit(
        program=program,
        variable=name,
        place=place,
        at=where.texts(),
        sides=sides,
        exists=whole.exists,
        limit=whole.limit,
        certified=whole.certified,
        kind=kind,
        value=there.value,
        continuous=there.continuous,
        leading=_shown(leading_terms(program, where, name, digits), _beside(sides)),
        papers=_papers(function, place, written, digits, deadline, progress),
        digits=digits,
        remarks=(*whole.remarks, *_unfinished(budget, whole)),
    )


def _shown(terms: Sequence[Leading], ways: Sequence[Way]) -> tuple[Leading, ...]:
    """The leading terms on these sides, of what vanishes or blows up there."""
    kept = []
    for term in terms:
        left = term.left if "left" in ways else None
        right = term.right if "right" in ways else None
        if any(side is not None and side.moves for side in (left, right)):
            kept.append(replace(term, left=left, right=right))
    return tuple(kept)


def _papers(
    function: Program,
    place: Coordinate,
    ways: Sequence[Way],
    digits: int,
    deadline: Deadline,
    progress: Progress,
) -> dict[Way, Paper]:
    """The limit as on paper, from each of these sides on which f is defined."""
    papers: dict[Way, Paper] = {}
    for way in ways:
        progress(f"on paper, from the {way}")
        written = on_paper(function, place, DIRECTIONS[way], digits, deadline)
        if written is not None:
            papers[way] = written
    return papers


def _beside(sides: Mapping[Way, Approach]) -> list[Way]:
    """The sides on which f is defined, or may be."""
    return [way for way, approach in sides.items() if approach.value.defined is not False]


def tending(program: Program, where: Point, wrt: str | None) -> str:
    """The variable that tends to its value: the one asked for, the one at infinity, or the only
    one.

    Raises InputError where several may be meant, or another one is infinite.
    """
    names = chosen(program.inputs, None if wrt is None else [wrt])
    if wrt is None and where.infinite is not None:
        return where.infinite
    if len(names) > 1:
        raise InputError(Fault.WRT_NEEDED, names=", ".join(names))
    if where.infinite not in (None, names[0]):
        infinite = where.coordinates[where.infinite].text
        raise InputError(Fault.POINT_NOT_FINITE, piece=f"{where.infinite} = {infinite}")
    return names[0]


def asked(place: Coordinate, side: str | None) -> list[Way]:
    """The sides to look at: at infinity there is one only.

    Raises InputError for what is no side, or not one of the place.
    """
    if side not in (None, *DIRECTIONS):
        raise InputError(Fault.SIDE, given=side)
    ways: list[Way] = ["left", "right"]
    if place.infinite:
        ways = ["left" if place.infinite > 0 else "right"]
    if side is not None and side not in ways:
        raise InputError(Fault.SIDE_OF_INFINITY, given=side, at=place.text)
    return ways if side is None else [way for way in ways if way == side]


def _approach(
    form: Program, slope: Program, place: Coordinate, direction: int, digits: int, budget: Budget
) -> Approach:
    """f and its derivative on one side; where f is not defined, its derivative is not either,
    whatever its formula says."""
    value = side_limit(form, place, direction, digits, budget)
    if value.defined is False:
        return Approach(value, SideLimit(False, certified=value.certified, source=value.source))
    return Approach(value, side_limit(slope, place, direction, digits, budget))


def _unfinished(budget: Budget, whole: Together) -> tuple[Remark, ...]:
    """That sympy needed more time for what is not proven."""
    if not budget.spent or whole.certified:
        return ()
    return (remark(Note.PROOF_UNFINISHED, seconds=budget.seconds),)
