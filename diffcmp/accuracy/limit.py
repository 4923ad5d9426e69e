"""`limit`: what a function and its derivative tend to on either side of a point or at infinity, and
whether the function is continuous there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from diffcmp.accuracy.judging.question import Progress, silent
from diffcmp.accuracy.limits.continuity import Continuity, continuity
from diffcmp.accuracy.limits.lines import Paper
from diffcmp.accuracy.limits.paper import paper as on_paper
from diffcmp.accuracy.limits.question import Question, beside, sides_of, tending
from diffcmp.accuracy.limits.record import DIRECTIONS, Approach, Limit, Way
from diffcmp.accuracy.limits.together import Together, together
from diffcmp.deadline import Deadline, within_timeout
from diffcmp.errors import Fault, InputError
from diffcmp.notes import Note, Remark, remark
from diffcmp.passes.expand import holding
from diffcmp.point.point import function_at
from diffcmp.point.values import Values
from diffcmp.program.ir import Program
from diffcmp.settings import checked
from diffcmp.truth.anatomy import leading_terms
from diffcmp.truth.budget import Budget
from diffcmp.truth.certify import MAX_DIGITS, truth
from diffcmp.truth.leading import Leading
from diffcmp.truth.record import Coordinatewise, Kind, Side, Truth


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
    place, budget = where.coordinates[name], Budget(Deadline.for_waiting(timeout))
    function = holding(program, where.others(name))
    question = Question(function, place, sides_of(place, side), digits, budget)
    progress("both sides")
    sides = question.approaches()
    values = {way: approach.value for way, approach in sides.items()}
    whole, there = together(question, values), continuity(question, values)
    known = truth(program, where, (name,), digits, budget.deadline)
    along = known.along[name]
    progress("sub-expressions")
    ways = tuple(beside(values))
    leading = _shown(leading_terms(program, where, name, digits), ways)
    progress("on paper")
    papers = _papers(question, ways[-1:] if whole.exists else ways) if paper else {}
    return Limit(
        program=program,
        variable=name,
        place=place,
        at=where.texts(),
        sides=_sides(sides, there, along),
        exists=whole.exists,
        limit=whole.limit,
        certified=whole.certified,
        kind=along.kind,
        value=there.value,
        continuous=there.continuous,
        derivative=None if place.infinite else along.derivative,
        asymptote=None if known.infinity is None else known.infinity.asymptote,
        leading=leading,
        papers=papers,
        digits=digits,
        remarks=tuple(dict.fromkeys([*whole.remarks, *_unproven(budget, whole, known, along)])),
    )


def _sides(
    sides: Mapping[Way, Approach], there: Continuity, along: Coordinatewise
) -> dict[Way, Approach]:
    """Each side, with what is known of the point itself from there."""
    left, right = along.sides or (Side(True, slope=along.left), Side(True, slope=along.right))
    itself = {"left": left, "right": right}
    return {
        way: replace(
            side,
            slope=itself[way].slope,
            quotient=None if itself[way].limit is None else itself[way].oscillation,
            continuous=there.sides.get(way),
        )
        for way, side in sides.items()
    }


def _shown(terms: Iterable[Leading], ways: Iterable[Way]) -> tuple[Leading, ...]:
    """The leading terms on these sides, of what vanishes or blows up there."""
    kept = []
    for term in terms:
        left = term.left if "left" in ways else None
        right = term.right if "right" in ways else None
        if any(side is not None and side.moves for side in (left, right)):
            kept.append(replace(term, left=left, right=right))
    return tuple(kept)


def _papers(question: Question, ways: Iterable[Way]) -> Mapping[Way, Paper]:
    """The limit as on paper from these sides, where f is defined."""
    papers: dict[Way, Paper] = {}
    deadline = question.budget.deadline
    for way in ways:
        asked = question.function, question.place, DIRECTIONS[way]
        paper = on_paper(*asked, question.digits, deadline)
        if paper is not None:
            papers[way] = paper
    return papers


def _unproven(
    budget: Budget, whole: Together, known: Truth, along: Coordinatewise
) -> Iterator[Remark]:
    """What the kind of the point rests on where that is no proof, and where sympy needed more
    time."""
    if not known.certified and along.kind not in (Kind.UNDECIDED, Kind.INFINITY):
        yield from known.remarks
    if not whole.certified and budget.spent:
        yield remark(Note.PROOF_UNFINISHED, seconds=budget.seconds)
