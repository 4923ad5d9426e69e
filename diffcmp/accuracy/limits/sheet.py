"""The sheet on which a student works out one indeterminate expression: the quotient that it is
rewritten as, and L'Hôpital's rule until the limits of the parts settle it, or it leads nowhere.

sympy does the algebra, in the worker process. What it wrote is parsed again; the limits of its
parts are the certified ones, and it is held against the line before on balls beside the point,
derivatives against those of forward mode, so that no wrong line is shown. The rule is used only
where its hypotheses hold (Rudin, Principles of Mathematical Analysis, theorem 5.13): both parts
tend to 0, or the denominator to ±∞, and the derivative of the denominator vanishes nowhere beside
the point.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from copy import copy
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import chain
from typing import Any, TypeAlias

from flint import arb, fmpq

from diffcmp import worker
from diffcmp.accuracy.limits.forms import (
    Beside,
    Piece,
    Reading,
    divided,
    outermost,
    product,
    quotient,
    read,
    text_of,
    varies,
)
from diffcmp.accuracy.limits.lines import (
    ENDLESS,
    NO_TIME,
    NO_WORDS,
    TOO_LONG,
    Chain,
    Form,
    Move,
    Outcome,
    Step,
)
from diffcmp.accuracy.limits.peer import WORK, bare
from diffcmp.arithmetic.balls import Balls, to_arb
from diffcmp.arithmetic.evaluate import evaluate
from diffcmp.deadline import Deadline
from diffcmp.engines.derived import only, tangent
from diffcmp.errors import InputError
from diffcmp.language.parser import parse
from diffcmp.passes.expand import core
from diffcmp.program.ir import Builder, Program, constant
from diffcmp.program.printer import expression
from diffcmp.truth.limits import SideLimit
from diffcmp.truth.record import Quantity

USES = 8  # of the rule on one sheet
LINES = 24
WAYS = 3  # of rewriting that are tried
QUESTIONS = 50  # to sympy, on one sheet
SHARES = 3  # what the algebra may compute in all, in what one question may
SHOWN = 12  # digits in a sentence
ROOTS = ("sqrt", "cbrt", "hypot")
LARGEST = 10_000  # denominator of a fraction in a sentence
ATOM = re.compile(r"[\w.]+(\*\*\w+)?")
PRODUCT = re.compile(rf"-?{ATOM.pattern}(\*{ATOM.pattern})*")
BRACKETS = re.compile(r"\([^()]*\)")
NEAR = [Fraction(1, 97), Fraction(1, 1009), Fraction(1, 100_003)]
"""Distances from the point, or from 1/x at infinity, at which two lines are compared."""
BITS = 512
ORDERS = range(1, 5)  # of x - a, by which a quotient is divided
LEAST = 2  # places at which two functions must be known

Written: TypeAlias = dict[str, Any]
WRITTEN = ("steps", "quotients", "taken_off", "compared", "last", "exponent", "circle")
"""What of a sheet depends on the lines that are written."""

FINAL: tuple[Outcome, ...] = ("circle", "no limit", "hypothesis")
"""Of the rule: it comes to the same for every way to write the quotient."""
DIVIDED = "Numerator and denominator are divided by {}."
SIMPLIFIED = "The quotient is simplified."
RULE = "By L'Hôpital's rule, numerator and denominator are differentiated."
WORDS = {
    "logarithm": "The logarithms are put together into one.",
    "denominator": "The terms are brought over a common denominator.",
    "conjugate": "The difference is multiplied and divided by its conjugate, the sum.",
    "factor": "The term that grows is factored out.",
    "turned": "The quotient is turned over: f/g = (1/g)/(1/f).",
    "simplified": SIMPLIFIED,
    "exponential": "Powers are written with exp: f**g = exp(g*log(f)).",
}


def fraction(over: str, under: str) -> str:
    """A quotient in one line, whose parts are in parentheses unless they are short."""
    top = over if PRODUCT.fullmatch(_outside(over)) else f"({over})"
    bottom = under if ATOM.fullmatch(_outside(under)) else f"({under})"
    return f"{top}/{bottom}"


def _outside(text: str) -> str:
    """A text in which a letter stands for what is in parentheses."""
    while (shorter := BRACKETS.sub("_", text)) != text:
        text = shorter
    return text


def spelled(quantity: Quantity) -> str:
    """A number in a sentence: a short fraction, or its first digits; "∞" or "-∞"."""
    if quantity.infinite:
        return "∞" if quantity.infinite > 0 else "-∞"
    exact = quantity.exact if isinstance(quantity.ball, fmpq) else None
    if exact is not None and exact.denominator < LARGEST:
        return str(exact)
    return quantity.text(SHOWN)


def oscillating(side: SideLimit) -> str:
    """Between which values a function goes on and on."""
    assert side.cluster is not None
    low, high = map(spelled, side.cluster)
    return f"oscillating between {low} and {high}"


class Stuck(Exception):
    """The lines lead nowhere; why, in a sentence."""

    def __init__(self, outcome: Outcome, sentence: str) -> None:
        super().__init__(sentence)
        self.outcome, self.sentence = outcome, sentence


@dataclass(slots=True)
class Sheet:
    """One sheet of paper: the lines written so far, the quotients that the rule was used on, and
    how often.

    compared: what the next line must be equal to; last: the line before. taken_off: the factors,
    which tend to a number other than 0, without which the lines went on. exponent: what g*log(f)
    tends to, where f**g is asked. circle: the quotient that came back.
    """

    beside: Beside
    deadline: Deadline
    name: str
    steps: list[Step] = field(default_factory=list)
    quotients: list[Reading] = field(default_factory=list)
    compared: Program | None = None
    last: Program | None = None
    taken_off: list[Piece] = field(default_factory=list)
    exponent: SideLimit | None = None
    circle: Reading | None = None
    questions: int = 0

    def __repr__(self) -> str:
        return f"<sheet of {len(self.steps)} lines>"

    def chain(self, reading: Reading) -> Chain:
        """The lines that find the limit of an indeterminate expression."""
        form, side = reading.form, self.beside.limit(reading.program)
        assert form is not None
        self.write(reading, "given", f"This has the form {form.value}.")
        outcome: Outcome = "settled"
        instead: tuple[Step, ...] = ()
        try:
            self.settle(reading)
            sentence = self.end(side)
        except Stuck as stuck:
            outcome, sentence = stuck.outcome, stuck.sentence
            instead = self.instead()
            if instead:
                sentence += f" {INSTEAD[bool(side.limit)]}"
        return Chain(
            expression=text_of(reading.program),
            form=form,
            steps=tuple(self.steps),
            limit=side.limit,
            outcome=outcome,
            uses=len(self.quotients),
            sentence=sentence,
            instead=instead,
        )

    def end(self, side: SideLimit) -> str:
        """What the last line says."""
        if side.limit is not None and self.exponent is not None and self.exponent.limit is not None:
            exponent = spelled(self.exponent.limit)
            return f"So the exponent tends to {exponent}, and the power to {spelled(side.limit)}."
        if side.limit is not None and any(not factor.one for factor in self.taken_off):
            return f"With the factors that were taken off, it tends to {spelled(side.limit)}."
        if side.limit is not None:
            return f"So it tends to {spelled(side.limit)}."
        if side.cluster is not None:
            return f"So it has no limit: it keeps {oscillating(side)}."
        return "So far on paper; that limit has not been certified."

    def instead(self) -> tuple[Step, ...]:
        """Lines that settle the first quotient without the rule, or with less of it."""
        for start in (*self.quotients[:1], self.circle):
            other = Sheet(self.beside, self.deadline, self.name)
            if start is not None and other.settled_otherwise(start):
                return tuple(other.steps)
        return ()

    def settled_otherwise(self, reading: Reading) -> bool:
        """Whether a quotient is settled by what it is divided by, or as the power or the root of
        another one."""
        self.compared = self.last = reading.program
        try:
            ways = chain(self.divided(reading), self.rooted(reading))
            self.first_that_settles(ways, self.settle)
        except Stuck:
            return False
        return True

    # from line to line
    # ----------------------------------------------------------------------------------------------

    def settle(self, reading: Reading) -> None:
        """Write lines until the limits of the parts settle that of the whole.

        Raises
        ------
        Stuck: where they do not.
        """
        if reading.form is None:
            self.settle_parts(reading)
        elif reading.form.is_power:
            self.settle_power(reading)
        elif reading.form.is_quotient:
            self.settle_quotient(reading)
        else:
            self.first_that_settles(self.rewritten(reading), self.settle)

    def settle_parts(self, reading: Reading) -> None:
        """Where an expression is not indeterminate itself, the parts of it that are."""
        side = self.beside.limit(reading.program)
        if side.limit is None and side.cluster is None:
            raise Stuck("not known", "What the last line tends to is not known.")
        for part in outermost(reading.program, self.beside):
            if part.program.structure != reading.program.structure:
                self.compared = None
                self.write(part, "part", f"What remains is the limit of {text_of(part.program)}.")
            self.settle(part)

    def settle_power(self, reading: Reading) -> None:
        """f**g = exp(g·log f): the exponent decides."""
        base, power = (bare(piece.program) for piece in reading.pieces)
        over, under = self.algebra("exponent", base, power)
        self.compared = None
        said = "f**g = exp(g*log(f)), and exp is continuous: the limit of g*log(f) is enough."
        exponent = self.read(over, under)
        self.exponent = self.beside.limit(exponent.program)
        self.write(exponent, "exponent", said)
        self.settle(exponent)

    def settle_quotient(self, reading: Reading) -> None:
        """By the rule as it stands; where that leads nowhere, by another way to write it."""
        if self.quotients:
            return self.rule(reading)
        ways: Iterable[tuple[Reading, str]] = ()
        if has_roots(reading.program) and not self.beside.place.infinite:
            ways = self.rooted(reading)
        elif has_roots(reading.program) and len(self.steps) > 1:
            ways = self.divided(reading)
        return self.first_that_settles(chain(ways, self.starts(reading)), self.rule)

    def starts(self, reading: Reading) -> Iterator[tuple[Reading, str]]:
        """The ways to write a quotient before the rule is used: as it is, if the rule makes it no
        longer."""
        eases = self.algebra("eases", *parts_of(reading))
        if eases:
            yield reading, ""
        for name, over, under in self.algebra("starts", *parts_of(reading)):
            way = self.read(over, under) if name else reading
            if name and way.form is not Form.ZERO_TIMES_INFINITY:
                yield way, WORDS[name]
            elif not name and not eases:
                yield reading, ""

    def divided(self, reading: Reading) -> Iterator[tuple[Reading, str]]:
        """A quotient divided by what grows fastest, where that settles it."""
        if not self.beside.place.infinite:
            yield from self.divided_by_power(reading)
            return
        for by, over, under in self.algebra("divisions", *parts_of(reading)):
            way = self.read(over, under)
            if by != "1" and not self.is_open(way) and self.beside.limit(way.program).limit:
                yield way, DIVIDED.format(by)

    def divided_by_power(self, reading: Reading) -> Iterator[tuple[Reading, str]]:
        """A quotient divided by the power of x - a that the denominator vanishes like."""
        over, under = parts_of(reading)
        for order in ORDERS:
            power = self.distance_to(order)
            limit = self.beside.limit(divided(under, power)).limit
            if limit is None or limit.infinite:
                return
            if limit.ball != 0:
                by, top, bottom = self.algebra("divided", over, under, power)
                way = self.read(top, bottom)
                if way.form is None and varies(self.parsed(bottom)):
                    yield way, DIVIDED.format(by)
                return

    def distance_to(self, order: int) -> Program:
        """(x - a)**order."""
        builder, apart = Builder((self.name,)), 0
        if self.beside.place.rational != 0:
            (place,) = builder.appended(self.beside.place.program, [], spans=False)
            apart = builder.add("sub", [0, place])
        if order > 1:
            apart = builder.add("power", [apart, builder.literal(order)])
        return builder.program([apart])

    def rooted(self, reading: Reading) -> Iterator[tuple[Reading, str]]:
        """A quotient as the power or the root of a simpler one."""
        power = self.algebra("rooted_power", *parts_of(reading))
        if power is not None:
            top, bottom, n = power
            inside = fraction(top, bottom)
            yield self.read(f"({inside})**{n}", "1"), "It is a power of a quotient."
        for root in self.algebra("rooted", *parts_of(reading)):
            way = self.read(root, "1")
            if self.equal(way.program, reading.program):
                yield way, "It is the root of a quotient."

    def first_that_settles(
        self, ways: Iterable[tuple[Reading, str]], goes_on: Callable[[Reading], None]
    ) -> None:
        """The first way of rewriting from which it goes on to an end; where none does, the lines of
        the first one stay.

        Raises
        ------
        Stuck: where none does.
        """
        before = self.written()
        first: tuple[Stuck, Written] | None = None
        for count, (way, sentence) in enumerate(ways):
            if count == WAYS:
                break
            self.write_again(before)
            try:
                if sentence:
                    self.write(way, "rewritten", sentence)
                return goes_on(way)
            except Stuck as stuck:
                first = first or (stuck, self.written())
                if stuck.outcome in FINAL:
                    break
        if first is None:
            raise Stuck("not known", "No way was found to write it as a quotient.")
        self.write_again(first[1])
        raise first[0]

    def written(self) -> Written:
        """All that is written, to come back to."""
        return {name: copy(getattr(self, name)) for name in WRITTEN}

    def write_again(self, written: Written) -> None:
        """What was written then, and nothing since."""
        for name, value in written.items():
            setattr(self, name, copy(value))

    def rewritten(self, reading: Reading) -> Iterator[tuple[Reading, str]]:
        """The ways to write 0·∞ or ∞ - ∞ so that the rule, or algebra, can go on."""
        whole = bare(reading.program)
        if reading.form is Form.ZERO_TIMES_INFINITY:
            yield from self.conjugated(reading)
            large = bare(product([p.program for p in reading.pieces if p.infinite]))
            for over, under in self.algebra("quotients", whole, large):
                yield self.read(over, under), "A product is a quotient too: f*g = f/(1/g)."
            return
        terms = [bare(piece.program) for piece in reading.pieces]
        for name in ("logarithm", "denominator", "conjugate", "factor"):
            for over, under in self.algebra("differences", whole, terms, name):
                yield self.read(over, under), WORDS[name]

    def conjugated(self, reading: Reading) -> Iterator[tuple[Reading, str]]:
        """A product with a difference of roots in it, by the conjugate of that."""
        for piece in reading.pieces:
            inner = read(piece.program, self.beside)
            if inner.form is not Form.INFINITY_MINUS_INFINITY or not has_roots(piece.program):
                continue
            terms = [bare(term.program) for term in inner.pieces]
            factor, whole = bare(piece.program), bare(reading.program)
            for over, under in self.algebra("conjugated", whole, factor, terms):
                yield self.read(over, under), WORDS["conjugate"]

    # the rule
    # ----------------------------------------------------------------------------------------------

    def rule(self, reading: Reading) -> None:
        """L'Hôpital's rule, used until the quotient has a limit.

        Raises
        ------
        Stuck: where a hypothesis does not hold, where it goes in circles, or does not end.
        """
        while reading.form is not None and reading.form.is_quotient:
            self.check_circle(reading)
            if len(self.quotients) == USES:
                said = f"After {USES} uses of the rule the quotient still has the form"
                raise Stuck("steps", f"{said} {reading.form.value}, and that is enough for paper.")
            reading = self.split(reading)
            if reading.form is None:
                return
            self.check_pieces(reading)
            derived = self.read(*self.algebra("derived", *parts_of(reading)))
            self.quotients.append(reading)
            self.compared = derivatives(reading)
            self.write(derived, "rule", RULE)
            self.check_denominator(derived)
            reading = self.simplified(derived)
            self.check_limit(reading)
        self.settle(reading)

    def check_pieces(self, reading: Reading) -> None:
        """Both parts must be differentiable beside the point: what jumps, and what chooses between
        pieces, must come to rest."""
        form = core(reading.program)
        for eq in form.equations:
            if not (eq.entry.steps or eq.entry.compares):
                continue
            side = self.beside.limit(
                indicator(form, eq.output)
                if eq.entry.compares
                else replace(form, outputs=(eq.output,)).pruned()
            )
            if side.limit is None or side.limit.infinite:
                raise Stuck(
                    "hypothesis",
                    "The rule cannot be used: it is not known that numerator and denominator are"
                    " differentiable beside the point, as they consist of pieces.",
                )

    def simplified(self, reading: Reading) -> Reading:
        """A quotient that is still open, in a shorter form, if there is one, on a line of its
        own."""
        is_quotient = any(piece.role == "denominator" for piece in reading.pieces)
        if not is_quotient or not self.is_open(reading):
            return reading
        shorter = self.algebra("simplified", *parts_of(reading))
        if shorter is None:
            return reading
        simple = self.read(*shorter)
        self.write(simple, "simplified", SIMPLIFIED)
        return simple

    def split(self, reading: Reading) -> Reading:
        """A quotient without the factors that tend to a number other than 0, and with (x - a)**m
        for a factor that vanishes like it, on a line of its own where there are some."""
        replacements = list(self.replacements(reading))
        if not replacements:
            return reading
        pairs = [(bare(old), bare(new)) for old, new, _ in replacements]
        rest = self.read(*self.algebra("replaced", *parts_of(reading), pairs))
        if self.is_open(rest) and (rest.form is None or not rest.form.is_quotient):
            return reading
        plain = [factor for _, _, factor in replacements]
        self.compared = None
        self.taken_off += plain
        tends = ", ".join(f"{p.shown.text} tends to {spelled(p.number)}" for p in plain)
        what = "This factor is" if len(plain) == 1 else "These factors are"
        self.write(rest, "part", f"{what} taken off: {tends}.")
        return rest

    def replacements(self, reading: Reading) -> Iterator[tuple[Program, Program, Piece]]:
        """A factor, what is left of it, and what is taken off, which tends to a number other than
        0."""
        one = constant_of(1, self.name)
        for text, transcendental in self.algebra("factors", *parts_of(reading)):
            program = self.parsed(text)
            factor = Piece("factor", program, self.beside.limit(program))
            if factor.plain:
                yield program, one, factor
            elif transcendental and factor.zero and not self.beside.place.infinite:
                for order in ORDERS:
                    power = self.distance_to(order)
                    ratio = self.parsed(fraction(text, expression(power)))
                    off = Piece("factor", ratio, self.beside.limit(ratio))
                    if off.plain:
                        yield program, power, off
                        break

    def is_open(self, reading: Reading) -> bool:
        """Whether something in a line is indeterminate."""
        return reading.form is not None or bool(outermost(reading.program, self.beside))

    def check_circle(self, reading: Reading) -> None:
        """The same quotient as before, or a multiple of it, leads nowhere."""
        again = next(
            (i for i, one in enumerate(self.quotients) if self.repeats(reading, one)), None
        )
        if again is None:
            return
        self.circle, uses = self.quotients[again], len(self.quotients) - again
        said = "once" if uses == 1 else "twice" if uses == 2 else f"{uses} times"
        raise Stuck(
            "circle", f"The rule goes in circles: used {said}, it gives the same quotient again."
        )

    def repeats(self, reading: Reading, earlier: Reading) -> bool:
        """Whether two quotients are the same but for a constant factor: first by balls."""
        ratio = divided(reading.program, earlier.program)
        values = [v for v in self.values(ratio) if v.is_finite()]
        if len(values) < LEAST or not all(v.overlaps(values[0]) for v in values):
            return False
        pair = bare(reading.program), bare(earlier.program)
        return bool(self.algebra("proportional", *pair))

    def check_denominator(self, derived: Reading) -> None:
        """The derivative of the denominator must not vanish beside the point: it has a limit that
        is not 0, or its reciprocal tends to ±∞."""
        under = next((p for p in derived.pieces if p.role == "denominator"), None)
        if under is None or (under.side.limit is not None and not under.zero):
            return
        text = text_of(under.program)
        if under.side.cluster is not None:
            low, high = (to_arb(end.ball) for end in under.side.cluster if end.ball is not None)
            if low > 0 or high < 0:
                return
            raise Stuck(
                "hypothesis",
                f"The rule cannot be used: the derivative {text} of the denominator vanishes again"
                " and again on the way to the point.",
            )
        one = constant_of(1, self.name)
        inverse = self.beside.limit(divided(one, under.program)).limit
        if inverse is None or not inverse.infinite:
            raise Stuck(
                "hypothesis",
                "The rule cannot be used: it is not known that the derivative"
                f" {text} of the denominator vanishes nowhere beside the point.",
            )

    def check_limit(self, derived: Reading) -> None:
        """Where f′/g′ has no limit, the rule says nothing of f/g."""
        side = self.beside.limit(derived.program)
        if side.limit is not None or derived.form is not None:
            return
        if side.cluster is not None:
            raise Stuck(
                "no limit",
                f"The quotient of the derivatives has no limit: it keeps {oscillating(side)}."
                " So the rule says nothing here.",
            )
        raise Stuck(
            "not known",
            "Whether the quotient of the derivatives has a limit is not known, so that the rule"
            " says nothing here.",
        )

    # what is written
    # ----------------------------------------------------------------------------------------------

    def algebra(self, question: str, *arguments: object) -> Any:
        """What the worker writes.

        Raises
        ------
        Stuck: where it finds nothing that can be written, or takes too long.
        """
        self.questions += 1
        budget = self.beside.budget.computing
        target = f"{WORK}:{question}"
        if self.questions > QUESTIONS or self.beside.computed > SHARES * budget:
            raise Stuck("growth", NO_TIME)
        task = worker.shared().submit(target, *arguments, self.beside.sign, budget)
        try:
            answer, enough, seconds = task.result(self.deadline.share(2))
        except worker.WorkerError:
            answer, enough, seconds = None, False, budget
        self.beside.computed += seconds
        if not enough:
            raise Stuck("growth", NO_TIME)
        if isinstance(answer, str) and answer in (TOO_LONG, NO_WORDS):
            raise Stuck("growth", answer)
        return answer

    def parsed(self, text: str) -> Program:
        """What the worker wrote, as a Program of the variable.

        Raises
        ------
        Stuck: where the language does not know it.
        """
        try:
            return parse(text, (self.name,))
        except InputError as error:
            raise Stuck("growth", NO_WORDS) from error

    def read(self, over: str, under: str) -> Reading:
        """A quotient that the worker wrote, or an expression over 1."""
        top, bottom = self.parsed(over), self.parsed(under)
        if varies(bottom):
            return quotient(top, bottom, self.beside)
        parts = outermost(top, self.beside)
        whole = next((p for p in parts if p.program.structure == top.structure), None)
        return whole or Reading(top, (Piece("value", top, self.beside.limit(top)),))

    def write(self, reading: Reading, move: Move, sentence: str) -> None:
        """A line, if it is equal to the one before.

        Raises
        ------
        Stuck: where it is not, or where there are too many.
        """
        if len(self.steps) == LINES:
            raise Stuck("growth", ENDLESS)
        text, parts = text_of(reading.program), reading.shown
        if parts and parts[0].role == "numerator" and not reading.program.text:
            text = fraction(*(part.text for part in parts))
        if move in ("rewritten", "part") and text in (step.expression for step in self.steps):
            raise Stuck("steps", "The lines come back to an earlier one.")
        if self.compared is not None and not self.equal(reading.program, self.compared):
            raise Stuck("not known", "The algebra of the next line could not be confirmed.")
        if move in ("rule", "rewritten", "simplified") and self.contradicts(reading):
            raise Stuck("not known", "The algebra of the next line could not be confirmed.")
        self.compared, self.last = reading.program, reading.program
        self.steps.append(Step(text, parts, reading.form, move, sentence))

    def contradicts(self, reading: Reading) -> bool:
        """Whether a line certainly tends to something else than the one before."""
        if self.last is None:
            return False
        now, before = (self.beside.limit(p).limit for p in (reading.program, self.last))
        if now is None or before is None:
            return False
        if now.ball is None or before.ball is None:
            return now.infinite != before.infinite
        return not to_arb(now.ball).overlaps(to_arb(before.ball))

    def equal(self, one: Program, other: Program) -> bool:
        """Whether nothing beside the point tells the first function from the second, by balls,
        wherever the second is known."""
        values = zip(self.values(one), self.values(other), strict=True)
        return all(v.is_finite() and v.overlaps(w) for v, w in values if w.is_finite())

    def values(self, program: Program) -> list[arb]:
        """A function at some places beside the point."""
        balls, form = Balls(BITS), core(program)
        with balls.working():
            places = [self.at(balls, distance) for distance in NEAR]
            return [to_arb(evaluate(form, balls, [x])[0]) for x in places]

    def at(self, balls: Balls, distance: Fraction) -> Any:
        """A place beside the point."""
        step = fmpq(distance.numerator, distance.denominator)
        place = self.beside.place
        if place.infinite:
            return place.infinite / step
        return place.enclosure(balls) + self.beside.direction * step


INSTEAD = {True: "These lines settle it instead:", False: "These lines say more:"}


def parts_of(reading: Reading) -> tuple[Program, Program]:
    """Numerator and denominator, for the worker."""
    over, under = (bare(piece.program) for piece in reading.pieces)
    return over, under


def derivatives(reading: Reading) -> Program:
    """f′/g′ of a quotient, by forward mode."""
    name = reading.program.inputs[0]
    over, under = (only(tangent(p, name), 1) for p in parts_of(reading))
    return divided(over, under)


def constant_of(value: int, name: str) -> Program:
    """A number as a Program of one variable."""
    program = constant(Fraction(value))
    (number,) = program.equations
    return Program((name,), (replace(number, output=1),), (1,))


def indicator(program: Program, condition: int) -> Program:
    """1 where a condition of a Program holds, else 0."""
    builder = Builder(program.inputs)
    whole = replace(program, outputs=(condition,)).pruned()
    (test,) = builder.appended(whole, range(len(program.inputs)))
    values = [builder.literal(1), builder.literal(0)]
    return builder.program([builder.add("where", [test, *values])])


def has_roots(program: Program) -> bool:
    """Whether a root is taken in it."""
    powers = [eq for eq in program.equations if eq.primitive == "power"]
    exponents = [replace(program, outputs=eq.inputs[1:]).pruned() for eq in powers]
    values = [evaluate(exponent, Balls(), [arb.nan()])[0] for exponent in exponents]
    fractional = any(isinstance(v, fmpq) and v.q != 1 for v in values)
    return fractional or any(eq.primitive in ROOTS for eq in program.equations)
