"""A limit as a student writes it on paper: the form of the indeterminacy, the quotient that it is
rewritten as, and L'Hôpital's rule until the parts have limits that settle it.

Every number on a line is the certified limit of what stands there. sympy does the algebra, in the
worker process; what it wrote is parsed again, and a line whose limit is certainly not that of the
line before is not shown. The rule is used only where its hypotheses hold (Rudin, Principles of
Mathematical Analysis, theorem 5.13): both parts tend to 0, or the denominator to ±∞, and the
derivative of the denominator vanishes nowhere beside the point.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from flint import fmpq

from diffcmp import worker
from diffcmp.accuracy.limits.forms import (
    Beside,
    Reading,
    joined,
    outermost,
    product,
    quotient,
    text_of,
    varies,
)
from diffcmp.accuracy.limits.lines import Chain, Form, Move, Outcome, Paper, Step
from diffcmp.accuracy.limits.peer import WORK, bare, peer
from diffcmp.deadline import Deadline
from diffcmp.errors import InputError
from diffcmp.language.parser import parse
from diffcmp.point.coordinate import Coordinate
from diffcmp.program.ir import Program
from diffcmp.truth.budget import Budget
from diffcmp.truth.limits import SideLimit
from diffcmp.truth.record import Quantity

USES = 8  # of the rule in one chain of lines
WAYS = 3  # of rewriting that are tried
CHAINS = 4  # parts of f that are worked out
ALGEBRA = 2.0  # seconds of computing for one line
SHOWN = 12  # digits in a sentence
LARGEST = 10_000  # denominator of a fraction in a sentence

SIMPLIFIED = "The quotient is simplified."
WORDS = {
    "logarithm": "The logarithms are one logarithm of a quotient.",
    "denominator": "The terms are brought over a common denominator.",
    "conjugate": "The difference is multiplied and divided by its conjugate, the sum.",
    "factor": "The term that grows is factored out.",
    "turned": "The quotient is turned over: f/g = (1/g)/(1/f).",
    "simplified": SIMPLIFIED,
}


def paper(
    program: Program, place: Coordinate, direction: int, digits: int, deadline: Deadline
) -> Paper | None:
    """The limit of a Program of one variable on one side of a place, as on paper, and sympy's
    answer beside it; None where f is not defined there, or not known to be.

    direction: -1 from the left, 1 from the right; at infinity there is one side only. The algebra
    may take some seconds of computing, and all of it ends by the deadline.
    """
    budget = Budget(deadline)
    beside = Beside(place, direction, digits, budget)
    whole = beside.limit(program)
    if whole.defined is False:
        return None
    readings = outermost(program, beside)
    chains = tuple(_Sheet(beside, deadline).chain(reading) for reading in readings[:CHAINS])
    first = readings[0] if readings else None
    is_whole = first is not None and first.program.structure == program.structure
    return Paper(
        form=None if first is None else first.form,
        part="" if first is None or is_whole else text_of(first.program),
        chains=chains,
        value=whole.limit,
        digits=digits,
        sentence=_kind_of_limit(readings, is_whole),
        conclusion=_conclusion(whole),
        peer=peer(program, place, direction, whole, deadline),
    )


def _kind_of_limit(readings: Sequence[Reading], is_whole: bool) -> str:
    """Whether f, or a part of it, is indeterminate."""
    if not readings:
        return "There is no indeterminate form: the limit follows from the limits of the parts."
    form = readings[0].form
    assert form is not None
    if is_whole:
        return f"The limit has the form {form.value}."
    return f"The part {text_of(readings[0].program)} has the form {form.value}."


def _conclusion(whole: SideLimit) -> str:
    if whole.limit is not None:
        return f"So f tends to {spelled(whole.limit)}."
    if whole.cluster is not None:
        return f"So f has no limit: it keeps {oscillating(whole)}."
    return "What f tends to is not known."


def oscillating(side: SideLimit) -> str:
    """Between which values a function goes on and on."""
    assert side.cluster is not None
    low, high = (spelled(end) for end in side.cluster)
    return f"oscillating between {low} and {high}"


ATOM = re.compile(r"[\w.]+|\w+\([^()]*\)")


def enclosed(text: str) -> str:
    """A text in parentheses, where it is more than one name, number or call."""
    return text if ATOM.fullmatch(text) else f"({text})"


def spelled(quantity: Quantity) -> str:
    """A number in a sentence: a short fraction, or the first digits; ∞ in words."""
    exact = quantity.exact if isinstance(quantity.ball, fmpq) else None
    if exact is not None and exact.denominator < LARGEST:
        return str(exact)
    return quantity.text(SHOWN).replace("inf", "∞")


class _Stuck(Exception):
    """The lines lead nowhere; why, in a sentence."""

    def __init__(self, outcome: Outcome, sentence: str) -> None:
        super().__init__(sentence)
        self.outcome, self.sentence = outcome, sentence


@dataclass(slots=True)
class _Sheet:
    """One sheet of paper: the lines written so far, and how often the rule was used."""

    beside: Beside
    deadline: Deadline
    steps: list[Step] = field(default_factory=list)
    quotients: list[tuple[Program, Program]] = field(default_factory=list)
    uses: int = 0

    def chain(self, reading: Reading) -> Chain:
        """The lines that find the limit of an indeterminate expression."""
        form = reading.form
        assert form is not None
        self.write(reading, "given", f"This has the form {form.value}.")
        side = self.beside.limit(reading.program)
        outcome: Outcome = "settled"
        try:
            self.settle(reading)
            sentence = "So it tends to "
            sentence += spelled(side.limit) + "." if side.limit else "a limit."
            if side.limit is None:
                outcome, sentence = "not known", "That limit could not be certified."
        except _Stuck as stuck:
            outcome, sentence = stuck.outcome, stuck.sentence
        return Chain(
            expression=text_of(reading.program),
            form=form,
            steps=tuple(self.steps),
            limit=side.limit,
            outcome=outcome,
            uses=self.uses,
            sentence=sentence,
        )

    def settle(self, reading: Reading) -> None:
        """Write lines until the limits of the parts settle that of the whole.

        Raises
        ------
        _Stuck: where they do not.
        """
        if reading.form is None:
            return self.settle_parts(reading)
        if reading.form.is_power:
            return self.settle_power(reading)
        if reading.form.is_quotient:
            return self.settle_quotient(reading)
        return self.first_that_settles(reading, self.rewritten(reading))

    def settle_parts(self, reading: Reading) -> None:
        """Where an expression is not indeterminate itself, the parts of it that are."""
        for part in outermost(reading.program, self.beside):
            if part.program.structure != reading.program.structure:
                self.write(part, "part", f"What remains is the limit of {text_of(part.program)}.")
            self.settle(part)

    def settle_power(self, reading: Reading) -> None:
        """f**g = exp(g·log f): the exponent decides."""
        base, power = (piece.program for piece in reading.pieces)
        over, under = self.algebra("exponent", bare(base), bare(power))
        exponent = self.read(over, under)
        said = "f**g = exp(g*log(f)), and exp is continuous: the limit of g*log(f) is enough."
        self.write(exponent, "exponent", said)
        self.settle(exponent)

    def settle_quotient(self, reading: Reading) -> None:
        """By the rule as it stands; where that leads nowhere, by another way to write it."""
        before = self.mark()
        try:
            return self.rule(reading)
        except _Stuck as stuck:
            if self.quotients[1:] and before[0] > 1:
                raise
            failed = stuck
        over, under = (bare(piece.program) for piece in reading.pieces)
        ways = self.algebra("starts", over, under)
        written = list(self.steps), list(self.quotients), self.uses
        for name in ("simplified", "turned"):
            if ways[name] is None:
                continue
            self.back(before)
            other = self.read(*ways[name])
            if other.form is None or not other.form.is_quotient:
                continue
            self.write(other, "rewritten", WORDS[name])
            try:
                return self.rule(other)
            except _Stuck:
                continue
        self.steps, self.quotients, self.uses = written
        raise failed

    def first_that_settles(self, reading: Reading, ways: Sequence[tuple[Reading, str]]) -> None:
        """The first way of rewriting whose lines come to an end."""
        before, failed, written = self.mark(), None, None
        for rewritten, sentence in ways[:WAYS]:
            self.back(before)
            self.write(rewritten, "rewritten", sentence)
            try:
                return self.settle(rewritten)
            except _Stuck as stuck:
                if failed is None:
                    failed, written = stuck, (list(self.steps), list(self.quotients), self.uses)
        if failed is None or written is None:
            raise _Stuck("not known", "No way was found to write it as a quotient.")
        self.steps, self.quotients, self.uses = written
        raise failed

    def rewritten(self, reading: Reading) -> list[tuple[Reading, str]]:
        """The ways to write 0·∞ or ∞ - ∞ so that the rule, or algebra, can go on."""
        if reading.form is Form.ZERO_TIMES_INFINITY:
            large = [p.program for p in reading.pieces if p.infinite]
            texts = self.algebra("quotients", bare(reading.program), bare(product(large)))
            said = "A product is a quotient too: f*g = f/(1/g)."
            return [(self.read(*pair), said) for pair in texts]
        terms = [bare(piece.program) for piece in reading.pieces]
        ways = self.algebra("differences", bare(reading.program), terms)
        return [(self.read(over, under), WORDS[name]) for name, over, under in ways]

    def rule(self, reading: Reading) -> None:
        """L'Hôpital's rule, used until the quotient has a limit.

        Raises
        ------
        _Stuck: where a hypothesis does not hold, where it goes in circles, or does not end.
        """
        while reading.form is not None and reading.form.is_quotient:
            if self.uses == USES:
                said = f"After {USES} uses of the rule the quotient still has the form "
                raise _Stuck("steps", f"{said}{reading.form.value}; the leading terms settle it.")
            over, under = (piece.program for piece in reading.pieces)
            self.check_repeated(over, under)
            self.quotients.append((bare(over), bare(under)))
            answer = self.algebra("used", bare(over), bare(under), self.quotients)
            self.uses += 1
            derived = self.read(*answer["rule"])
            self.check_denominator(derived)
            said = "By L'Hôpital's rule numerator and denominator are differentiated."
            self.write(derived, "rule", said)
            if answer["simplified"] is not None:
                derived = self.read(*answer["simplified"])
                self.write(derived, "simplified", SIMPLIFIED)
            self.check_circle(answer)
            self.check_limit(derived)
            reading = derived
        self.settle(reading)

    def check_denominator(self, derived: Reading) -> None:
        """The derivative of the denominator must not vanish beside the point."""
        under = derived.pieces[1] if len(derived.pieces) > 1 else None
        if under is None or under.role != "denominator" or not under.zero:
            known = under is None or under.role != "denominator" or under.side.limit is not None
            if known:
                return
        assert under is not None
        if self.beside.limit(
            joined("div", [parse("1", derived.program.inputs), under.program])
        ).limit:
            return
        raise _Stuck(
            "hypothesis",
            f"The rule cannot be used: it is not known that the derivative {text_of(under.program)}"
            " of the denominator vanishes nowhere beside the point.",
        )

    def check_repeated(self, over: Program, under: Program) -> None:
        """A quotient that was there before, under other lines."""
        now = over.structure, under.structure
        seen = [(top.structure, bottom.structure) for top, bottom in self.quotients]
        if now in seen:
            self.check_circle({"again": seen.index(now)})

    def check_circle(self, answer: dict[str, Any]) -> None:
        """The same quotient as before, or the reciprocal of itself, leads nowhere."""
        if answer["again"] is not None:
            uses = len(self.quotients) - answer["again"]
            said = "once" if uses == 1 else f"{uses} times"
            raise _Stuck(
                "circle",
                f"The rule goes in circles: used {said}, it gives the same quotient again."
                " The leading terms settle the limit.",
            )

    def check_limit(self, derived: Reading) -> None:
        """Where f′/g′ has no limit, the rule says nothing of f/g."""
        side = self.beside.limit(derived.program)
        if side.limit is not None:
            return
        if side.cluster is not None:
            raise _Stuck(
                "no limit",
                f"f'/g' has no limit (it keeps {oscillating(side)}), so the rule says nothing of"
                " f/g, which may have one.",
            )
        raise _Stuck("not known", "Whether f'/g' has a limit is not known: the rule says nothing.")

    def algebra(self, question: str, *arguments: object) -> Any:
        """What the worker writes.

        Raises
        ------
        _Stuck: where it finds nothing that can be written, or takes too long.
        """
        budget = min(ALGEBRA, self.beside.budget.computing)
        target = f"{WORK}:{question}"
        task = worker.shared().submit(target, *arguments, self.beside.sign, budget)
        try:
            answer, enough = task.result(self.deadline.share(2))
        except worker.WorkerError:
            answer, enough = None, False
        if answer is not None:
            return answer
        if enough:
            raise _Stuck("growth", "The expressions grow too long for paper.")
        raise _Stuck("growth", "The algebra takes too long for paper.")

    def read(self, over: str, under: str) -> Reading:
        """A quotient that the worker wrote, or an expression over 1."""
        names = (self.name,)
        try:
            top, bottom = parse(over, names), parse(under, names)
        except InputError as error:
            raise _Stuck("growth", "The language has no words for the next line.") from error
        if varies(bottom):
            return quotient(top, bottom, self.beside)
        parts = outermost(top, self.beside)
        whole = next((p for p in parts if p.program.structure == top.structure), None)
        return Reading(top, ()) if whole is None else whole

    @property
    def name(self) -> str:
        """The variable."""
        return self.quotients[0][0].inputs[0] if self.quotients else self.variable

    variable: str = "x"

    def write(self, reading: Reading, move: Move, sentence: str) -> None:
        """A line."""
        self.variable = reading.program.inputs[0]
        text = text_of(reading.program)
        if [part.role for part in reading.shown] == ["numerator", "denominator"]:
            text = "/".join(enclosed(part.text) for part in reading.shown)
        self.steps.append(Step(text, reading.shown, reading.form, move, sentence))

    def mark(self) -> tuple[int, int, int]:
        """How much is written."""
        return len(self.steps), len(self.quotients), self.uses

    def back(self, mark: tuple[int, int, int]) -> None:
        """Cross out what was written since."""
        lines, quotients, self.uses = mark
        del self.steps[lines:], self.quotients[quotients:]
