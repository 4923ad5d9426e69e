"""A limit as a student writes it on paper: what form it has, the lines that find it, and sympy's
answer beside it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from diffcmp.accuracy.limits.desk import Desk
from diffcmp.accuracy.limits.forms import Beside, Piece, Reading, outermost, read, text_of, varies
from diffcmp.accuracy.limits.lines import Paper
from diffcmp.accuracy.limits.peer import peer
from diffcmp.accuracy.limits.phrases import oscillating
from diffcmp.accuracy.limits.sheet import Sheet
from diffcmp.arithmetic.balls import Balls
from diffcmp.deadline import Deadline
from diffcmp.passes.expand import core
from diffcmp.point.coordinate import Coordinate
from diffcmp.program.ir import Program
from diffcmp.truth.budget import Budget
from diffcmp.truth.record import SideLimit, spelled
from diffcmp.truth.smooth import smooth

UNPROVEN = "Not every limit on these lines is proven."
CHAINS = 4  # parts of f that are worked out
BITS = 256
WORKING = 0.6  # of the time left: the rest is for sympy's own answer


def paper(
    program: Program, place: Coordinate, direction: int, digits: int, deadline: Deadline
) -> Paper | None:
    """The limit of a Program of one variable on one side of a place, as on paper, and sympy's
    answer beside it; None where f is not defined there.

    direction: -1 from the left, 1 from the right; at infinity there is one side only. The algebra
    may take some seconds of computing, and all of it ends by the deadline.
    """
    beside = Beside(place, direction, digits, Budget(deadline))
    whole = beside.limit(program)
    if whole.defined is False:
        return None
    readings = outermost(program, beside)
    until = Deadline.after(WORKING * deadline.left())
    sheets = [Sheet(Desk(beside, until, program.inputs[0])) for _ in readings[:CHAINS]]
    chains = [sheet.chain(reading) for sheet, reading in zip(sheets, readings, strict=False)]
    first = readings[0] if readings else None
    is_whole = first is not None and first.program.structure == program.structure
    parts = read(program, beside).shown
    sentence = _form_in_words(readings, is_whole) if readings else _settled(program, beside)
    return Paper(
        form=None if first is None else first.form,
        part="" if first is None or is_whole else text_of(first.program),
        parts=parts,
        chains=tuple(chains),
        value=whole.limit,
        certified=beside.certified,
        digits=digits,
        sentence=sentence if beside.certified else f"{sentence} {UNPROVEN}",
        conclusion=_conclusion(whole),
        peer=peer(program, place, direction, whole, deadline),
    )


def _form_in_words(readings: Sequence[Reading], is_whole: bool) -> str:
    """Whether f, or which part of it, is indeterminate."""
    forms = [reading.form.value for reading in readings if reading.form is not None]
    if is_whole:
        return f"The limit has the form {forms[0]}."
    named = [f"{text_of(r.program)} has the form {f}" for r, f in zip(readings, forms, strict=True)]
    if len(named) == 1:
        return f"The part {named[0]}; the rest of f follows from it."
    return f"Parts of f are indeterminate: {', and '.join(named)}."


def _settled(program: Program, beside: Beside) -> str:
    """Why there is no indeterminate form."""
    if not varies(program):
        return "There is no indeterminate form: f is constant."
    if _is_continuous(program, beside.place):
        return "There is no indeterminate form: f is continuous there, its limit is its value."
    whole = beside.limit(program)
    if whole.cluster is not None:
        return f"There is no indeterminate form and no limit: f keeps {oscillating(whole)}."
    unknown = next(_unknown(program, beside), None)
    if unknown is not None:
        return f"Which form it has is not known, as it is not known what {unknown} tends to."
    pieces = read(program, beside).pieces
    swinging = [piece for piece in pieces if piece.side.cluster is not None]
    if swinging:
        return _squeezed(pieces, swinging[0])
    top, *rest = pieces or (None,)
    if whole.limit is None:
        return "There is no indeterminate form."
    if whole.limit.infinite and top is not None and top.role == "numerator" and rest[0].zero:
        return (
            "There is no indeterminate form: the denominator tends to 0, the numerator does not,"
            " and the quotient grows beyond all bounds."
        )
    return "There is no indeterminate form: the limit follows from what the parts do there."


def _squeezed(pieces: Sequence[Piece], swinging: Piece) -> str:
    """What becomes of a part that keeps oscillating."""
    said = f"{swinging.shown.text} has no limit, it keeps {oscillating(swinging.side)}"
    if swinging.role == "factor" and any(piece.zero for piece in pieces):
        return f"There is no indeterminate form: {said}, and the other factor squeezes it to 0."
    if swinging.role == "numerator" and pieces[1].infinite:
        return f"There is no indeterminate form: {said}, and the denominator squeezes it to 0."
    return f"There is no indeterminate form: {said}."


def _unknown(program: Program, beside: Beside) -> Iterator[str]:
    """The innermost parts of which it is not known what they do."""
    for piece in read(program, beside).pieces:
        if piece.side.limit is None and piece.side.cluster is None:
            yield from _unknown(piece.program, beside)
            yield piece.shown.text


def _is_continuous(program: Program, place: Coordinate) -> bool:
    """Whether f is certainly analytic at the place."""
    if place.infinite:
        return False
    balls = Balls(BITS)
    return smooth(core(program), [place.enclosure(balls)], program.inputs, balls) is not None


def _conclusion(whole: SideLimit) -> str:
    if whole.limit is not None:
        return f"So f tends to {spelled(whole.limit)}."
    if whole.cluster is not None:
        return f"So f has no limit: it keeps {oscillating(whole)}."
    return "What f tends to is not known."
