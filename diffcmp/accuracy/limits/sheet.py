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

from collections.abc import Callable, Iterable, Iterator
from copy import copy
from dataclasses import dataclass, field, replace
from itertools import chain, islice
from typing import Any, TypeAlias

from diffcmp.accuracy.limits.desk import (
    Desk,
    Stuck,
    derivatives,
    has_roots,
    indicator,
    logarithm_of,
    parts_of,
)
from diffcmp.accuracy.limits.forms import (
    Piece,
    Reading,
    divided,
    outermost,
    product,
    read,
    text_of,
    varies,
)
from diffcmp.accuracy.limits.lines import ENDLESS, Chain, Form, Move, Outcome, Part, Step
from diffcmp.accuracy.limits.peer import bare
from diffcmp.accuracy.limits.phrases import (
    BACK,
    DIVIDED,
    LATER,
    MAY_VANISH,
    NO_LIMIT,
    NO_WAY,
    OF_A_POWER,
    OF_A_ROOT,
    PIECES,
    POWER,
    PRODUCT_AS_QUOTIENT,
    REMAINS,
    RULE,
    SIMPLIFIED,
    UNCONFIRMED,
    UNKNOWN,
    UNKNOWN_LIMIT,
    VANISHES,
    WAYS,
    fraction,
    oscillating,
)
from diffcmp.arithmetic.balls import to_arb
from diffcmp.passes.expand import core
from diffcmp.program.ir import Program
from diffcmp.program.printer import expression
from diffcmp.truth.record import Quantity, SideLimit, spelled

USES = 8  # of the rule on one sheet
LINES = 24
TRIED = 3  # ways of rewriting
ORDERS = range(1, 5)  # of x - a, by which a quotient is divided

Written: TypeAlias = dict[str, Any]
WRITTEN = (
    "steps",
    "quotients",
    "taken_off",
    "compared",
    "last",
    "exponent",
    "circle",
    "open",
    "trail",
)
"""What of a sheet depends on the lines that are written."""

FINAL: tuple[Outcome, ...] = ("circle", "no limit", "hypothesis")
"""Of the rule: it comes to the same for every way to write the quotient."""


@dataclass(slots=True)
class Sheet:
    """One sheet of paper: the lines written so far, the quotients that the rule was used on, and
    how often.

    compared: what the next line must be equal to; last: the line before. taken_off: the factors,
    which tend to a number other than 0, without which the lines went on. exponent: what g*log(f)
    tends to, where f**g is asked. circle: the quotient that came back. open, trail: the
    quotients and lines whose limit is still being sought.
    """

    desk: Desk
    steps: list[Step] = field(default_factory=list)
    quotients: list[Reading] = field(default_factory=list)
    compared: Program | None = None
    last: Program | None = None
    taken_off: list[Piece] = field(default_factory=list)
    exponent: SideLimit | None = None
    circle: Reading | None = None
    open: list[Reading] = field(default_factory=list)
    trail: list[str] = field(default_factory=list)

    def __repr__(self) -> str:
        return f"<sheet of {len(self.steps)} lines>"

    def chain(self, reading: Reading) -> Chain:
        """The lines that find the limit of an indeterminate expression."""
        form, side = reading.form, self.desk.beside.limit(reading.program)
        assert form is not None
        self.write(reading, "given", f"This has the form {form.value}.")
        outcome: Outcome = "settled"
        instead: tuple[Step, ...] = ()
        try:
            self.settle(reading)
            sentence = self.end(form, side)
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

    def end(self, form: Form, side: SideLimit) -> str:
        """What the last line says."""
        exponent = self.exponent.limit if self.exponent is not None else None
        if form.is_power and side.limit is not None and exponent is not None:
            tends = spelled(side.limit)
            return f"So the exponent tends to {spelled(exponent)}, and the power to {tends}."
        if side.limit is not None and any(not factor.one for factor in self.taken_off):
            return f"With the factors that were taken off, it tends to {spelled(side.limit)}."
        if side.limit is not None:
            return f"So it tends to {spelled(side.limit)}."
        if side.cluster is not None:
            return f"So it has no limit: it keeps {oscillating(side)}."
        return "So far on paper; that limit has not been certified."

    def instead(self) -> tuple[Step, ...]:
        """Lines that settle one of the first quotients without the rule, or with less of it."""
        for start in (*self.quotients[:TRIED], self.circle):
            other = Sheet(replace(self.desk, questions=0))
            if start is not None and start is not self.quotients[0]:
                other.write(start, "given", LATER)
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
        side = self.desk.beside.limit(reading.program)
        if side.limit is None and side.cluster is None:
            raise Stuck("not known", UNKNOWN)
        for part in outermost(reading.program, self.desk.beside):
            if part.program.structure != reading.program.structure:
                self.compared = None
                self.write(part, "part", REMAINS.format(text_of(part.program)))
            is_open, trail = len(self.open), len(self.trail)
            self.settle(part)
            del self.open[is_open:], self.trail[trail:]  # no circle leads through what is settled

    def settle_power(self, reading: Reading) -> None:
        """f**g = exp(g·log f): the exponent decides."""
        base, power = (bare(piece.program) for piece in reading.pieces)
        over, under = self.desk.algebra("exponent", base, power)
        self.compared = self.last = product([power, logarithm_of(base)])
        exponent = self.desk.read(over, under)
        self.exponent = self.exponent or self.desk.beside.limit(exponent.program)
        self.write(exponent, "exponent", POWER)
        self.settle(exponent)

    def settle_quotient(self, reading: Reading) -> None:
        """By the rule as it stands; where that leads nowhere, by another way to write it."""
        if self.quotients:
            return self.rule(reading)
        ways: Iterable[tuple[Reading, str]] = ()
        if has_roots(reading.program) and not self.desk.beside.place.infinite:
            ways = self.rooted(reading)
        elif has_roots(reading.program) and len(self.steps) > 1:
            ways = self.divided(reading)
        return self.first_that_settles(chain(ways, self.starts(reading)), self.rule)

    def starts(self, reading: Reading) -> Iterator[tuple[Reading, str]]:
        """The ways to write a quotient before the rule is used: as it is, if the rule makes it no
        longer."""
        eases = self.desk.algebra("eases", *parts_of(reading))
        if eases:
            yield reading, ""
        for name, over, under in self.desk.algebra("starts", *parts_of(reading)):
            way = self.desk.read(over, under) if name else reading
            if name and way.form is not Form.ZERO_TIMES_INFINITY:
                yield way, WAYS[name]
            elif not name and not eases:
                yield reading, ""

    def divided(self, reading: Reading) -> Iterator[tuple[Reading, str]]:
        """A quotient divided by what grows fastest, where that settles it."""
        if reading.form is Form.ZERO_OVER_ZERO and not self.desk.beside.place.infinite:
            yield from self.divided_by_power(reading)
            return
        for by, over, under in self.desk.algebra("divisions", *parts_of(reading)):
            way = self.desk.read(over, under)
            if (
                by != "1"
                and not self.desk.is_open(way)
                and self.desk.beside.limit(way.program).limit
            ):
                yield way, DIVIDED.format(by)

    def divided_by_power(self, reading: Reading) -> Iterator[tuple[Reading, str]]:
        """A quotient divided by the power of x - a that the denominator vanishes like."""
        over, under = parts_of(reading)
        for order in ORDERS:
            power = self.desk.distance_to(order)
            limit = self.desk.beside.limit(divided(under, power)).limit
            if limit is None or limit.infinite:
                return
            if limit.ball != 0:
                by, top, bottom = self.desk.algebra("divided", over, under, power)
                way = self.desk.read(top, bottom)
                if way.form is None and varies(self.desk.parsed(bottom)):
                    yield way, DIVIDED.format(by)
                return

    def rooted(self, reading: Reading) -> Iterator[tuple[Reading, str]]:
        """A quotient as the power or the root of a simpler one."""
        power = self.desk.algebra("rooted_power", *parts_of(reading))
        if power is not None:
            top, bottom, n = power
            inside = fraction(top, bottom)
            yield self.desk.read(f"({inside})**{n}", "1"), OF_A_POWER
        for root in self.desk.algebra("rooted", *parts_of(reading)):
            way = self.desk.read(root, "1")
            if self.desk.equal(way.program, reading.program):
                yield way, OF_A_ROOT

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
        iterator = islice(ways, TRIED)
        while first is None or first[0].outcome not in FINAL:
            self.write_again(before)
            try:
                way, sentence = next(iterator)
                if sentence:
                    self.write(way, "rewritten", sentence)
                return goes_on(way)
            except StopIteration:
                break
            except Stuck as stuck:
                first = first or (stuck, self.written())
        if first is None:
            raise Stuck("not known", NO_WAY)
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
            for over, under in self.desk.algebra("quotients", whole, large):
                yield self.desk.read(over, under), PRODUCT_AS_QUOTIENT
            return
        terms = [bare(piece.program) for piece in reading.pieces]
        for name in ("logarithm", "denominator", "conjugate", "factor"):
            for over, under in self.desk.algebra("differences", whole, terms, name):
                yield self.desk.read(over, under), WAYS[name]

    def conjugated(self, reading: Reading) -> Iterator[tuple[Reading, str]]:
        """A product with a difference of roots in it, by the conjugate of that."""
        for piece in reading.pieces:
            inner = read(piece.program, self.desk.beside)
            if inner.form is not Form.INFINITY_MINUS_INFINITY or not has_roots(piece.program):
                continue
            terms = [bare(term.program) for term in inner.pieces]
            factor, whole = bare(piece.program), bare(reading.program)
            for over, under in self.desk.algebra("conjugated", whole, factor, terms):
                yield self.desk.read(over, under), WAYS["conjugate"]

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
                break
            self.check_pieces(reading)
            derived = self.desk.read(*self.desk.algebra("derived", *parts_of(reading)))
            self.quotients.append(reading)
            self.open.append(reading)
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
            side = self.desk.beside.limit(
                indicator(form, eq.output)
                if eq.entry.compares
                else replace(form, outputs=(eq.output,)).pruned()
            )
            if side.limit is None or side.limit.infinite:
                raise Stuck("hypothesis", PIECES)

    def simplified(self, reading: Reading) -> Reading:
        """A quotient that is still open, in a shorter form, if there is one, on a line of its
        own."""
        is_quotient = any(piece.role == "denominator" for piece in reading.pieces)
        if not is_quotient or not self.desk.is_open(reading):
            return reading
        shorter = self.desk.algebra("simplified", *parts_of(reading))
        if shorter is None:
            return reading
        simple = self.desk.read(*shorter)
        self.write(simple, "simplified", SIMPLIFIED)
        return simple

    def split(self, reading: Reading) -> Reading:
        """A quotient without the factors that tend to a number other than 0, and with (x - a)**m
        for a factor that vanishes like it, on a line of its own where there are some."""
        replacements = list(self.replacements(reading))
        if not replacements:
            return reading
        pairs = [(bare(old), bare(new)) for old, new, _ in replacements]
        rest = self.desk.read(*self.desk.algebra("replaced", *parts_of(reading), pairs))
        if self.desk.is_open(rest) and (rest.form is None or not rest.form.is_quotient):
            return reading
        if not Piece(
            "factor", off := divided(reading.program, rest.program), self.desk.beside.limit(off)
        ).plain:
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
        one = self.desk.number(1)
        for text, transcendental in self.desk.algebra("factors", *parts_of(reading)):
            program = self.desk.parsed(text)
            factor = Piece("factor", program, self.desk.beside.limit(program))
            if factor.plain:
                yield program, one, factor
            elif transcendental and factor.zero and not self.desk.beside.place.infinite:
                for order in ORDERS:
                    power = self.desk.distance_to(order)
                    ratio = self.desk.parsed(fraction(text, expression(power)))
                    off = Piece("factor", ratio, self.desk.beside.limit(ratio))
                    if off.plain:
                        yield program, power, off
                        break

    def check_circle(self, reading: Reading) -> None:
        """The same quotient as before, or a multiple of it, leads nowhere."""
        again = next(
            (i for i, one in enumerate(self.open) if self.desk.repeats(reading, one)), None
        )
        if again is None:
            return
        self.circle, uses = self.open[again], len(self.open) - again
        said = "once" if uses == 1 else "twice" if uses == 2 else f"{uses} times"
        raise Stuck(
            "circle", f"The rule goes in circles: used {said}, it gives the same quotient again."
        )

    def check_denominator(self, derived: Reading) -> None:
        """The derivative of the denominator must not vanish beside the point: it has a limit that
        is not 0, or its reciprocal tends to ±∞."""
        under = next((p for p in derived.pieces if p.role == "denominator"), None)
        if under is None or (under.side.limit is not None and not under.zero):
            return
        text = text_of(under.program)
        if under.side.cluster is not None and _crosses_zero(under.side.cluster):
            raise Stuck("hypothesis", VANISHES.format(text))
        if under.side.cluster is not None and not _touches_zero(under.side.cluster):
            return
        one = self.desk.number(1)
        inverse = self.desk.beside.limit(divided(one, under.program)).limit
        if inverse is None or not inverse.infinite:
            raise Stuck("hypothesis", MAY_VANISH.format(text))

    def check_limit(self, derived: Reading) -> None:
        """Where f′/g′ has no limit, the rule says nothing of f/g."""
        side = self.desk.beside.limit(derived.program)
        if side.limit is not None or derived.form is not None:
            return
        if side.cluster is not None:
            raise Stuck("no limit", NO_LIMIT.format(oscillating(side)))
        raise Stuck("not known", UNKNOWN_LIMIT)

    # what is written
    # ----------------------------------------------------------------------------------------------

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
        if move in ("rewritten", "part") and text in self.trail:
            raise Stuck("steps", BACK)
        self.confirm(reading.program, move)
        self.compared, self.last = reading.program, reading.program
        whole = self.desk.beside.limit(reading.program).limit if reading.form is None else None
        if whole is not None:
            parts = (Part("value", text, whole),)
        self.steps.append(Step(text, parts, reading.form, move, sentence))
        self.trail.append(text)

    def confirm(self, program: Program, move: Move) -> None:
        """A line must be equal to what it was made from, and tend to what the line before does.

        Raises
        ------
        Stuck: where it is certainly not, or does not.
        """
        wrong = self.compared is not None and not self.desk.equal(program, self.compared)
        if self.last is not None and move != "part":
            wrong = wrong or self.desk.contradict(program, self.last)
        if wrong:
            raise Stuck("not known", UNCONFIRMED)


INSTEAD = {True: "These lines settle it instead:", False: "These lines say more:"}


def _crosses_zero(cluster: tuple[Quantity, Quantity]) -> bool:
    """Whether a continuous function that keeps oscillating between two values vanishes again and
    again."""
    low, high = map(_sign, cluster)
    return low < 0 < high


def _touches_zero(cluster: tuple[Quantity, Quantity]) -> bool:
    """Whether it may come near 0 again and again."""
    low, high = map(_sign, cluster)
    return low <= 0 <= high


def _sign(quantity: Quantity) -> int:
    """1 or -1 where a quantity certainly has that sign, else 0."""
    if quantity.ball is None:
        return quantity.infinite
    ball = to_arb(quantity.ball)
    return int(ball > 0) - int(ball < 0)
