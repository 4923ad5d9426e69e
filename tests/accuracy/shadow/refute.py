"""What refutes a cause: each is held against the independent runs of `independent`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
from mpmath import mp, mpc, mpf

from diffcmp.accuracy.judging.record import Comparison, Row
from diffcmp.arithmetic.floats import Floats
from diffcmp.backends.protocol import Backend
from diffcmp.notes import Cause, Note, Remark
from diffcmp.passes.expand import core
from diffcmp.program.ir import Equation, Program
from tests.accuracy.shadow.independent import (
    DIGITS,
    Format,
    Shade,
    finite,
    known,
    shade,
    truly,
    wide,
)
from tests.fuzz.beside import reference
from tests.fuzz.test_lhopital import _true

SLACK = mpf(2)  # by which two measurements of one error may differ
DIGIT = mpf("0.8")  # decimal digits by which two measurements of a loss may
WEIGHTS: dict[str, dict[int, Fraction]] = {
    "forward": {0: Fraction(-1), 1: Fraction(1)},
    "backward": {-1: Fraction(-1), 0: Fraction(1)},
    "central": {-1: Fraction(-1, 2), 1: Fraction(1, 2)},
    "central4": {-2: Fraction(1, 12), -1: Fraction(-2, 3), 1: Fraction(2, 3), 2: Fraction(-1, 12)},
    "central6": {
        -3: Fraction(-1, 60), -2: Fraction(3, 20), -1: Fraction(-3, 4), 1: Fraction(3, 4), 2: Fraction(-3, 20), 3: Fraction(1, 60),
    },
}  # fmt: skip
SECOND: dict[str, dict[int, Fraction]] = {
    "forward": {0: Fraction(1), 1: Fraction(-2), 2: Fraction(1)},
    "backward": {-2: Fraction(1), -1: Fraction(-2), 0: Fraction(1)},
    "central": {-1: Fraction(1), 0: Fraction(-2), 1: Fraction(1)},
}
OF_TRUTH = {
    Note.KINK, Note.KINK_OF_VALUE, Note.KINK_OF_SLOPE, Note.INFINITE_CURVATURE, Note.JUMP, Note.POLE, Note.VERTICAL_TANGENT,
    Note.EDGE, Note.SECOND_EDGE, Note.OUTSIDE, Note.NO_LIMIT, Note.DIRECTION, Note.MIXED_SINGULAR,
}  # fmt: skip


@dataclass
class Witness:
    """One row for one derivative, and the independent runs of what it rests on."""

    comparison: Comparison
    row: Row
    method: Backend
    name: str
    inputs: Sequence[Any]
    at_typed: dict[str, str]
    at_rounded: dict[str, str]

    @property
    def program(self) -> Program:
        return self.comparison.program

    @cached_property
    def form(self) -> Format:
        return Format(self.comparison.dtype)

    @cached_property
    def shades(self) -> list[Shade]:
        """What the method ran."""
        floats = Floats(self.comparison.dtype)
        scalars = [self.form.scalar(x) for x in self.inputs]
        runs = self.method.runs(self.program, self.name, floats, self.inputs, self.row.h)
        return [
            shade(
                run.program,
                self.form,
                [self.form.scalar(x) for x in run.inputs],
                {i: self.form.scalar(step) for i, step in run.imaginary.items()},
            )
            for run in runs
        ] or [shade(self.program, self.form, scalars, {})]

    @cached_property
    def f(self) -> Shade:
        return shade(self.program, self.form, [self.form.scalar(x) for x in self.inputs], {})

    @property
    def value(self) -> Any:
        return self.row.derivative[self.name]

    @cached_property
    def slopes(self) -> tuple[Any, Any]:
        """f′ at the rounded point and at the point as typed; None where not conclusive."""
        order = self.comparison.truth.order
        out = []
        for at in (self.at_rounded, self.at_typed):
            out.append(_slope(self.program.text, tuple(at.items()), self.name, order))
        return out[0], out[1]

    def parts(self) -> dict[str, Any] | None:
        """The sizes of the exact parts of the error; None where they are not known."""
        rounded, typed = self.slopes
        if rounded is None or typed is None or not finite(self.value):
            return None
        number = wide(self.form.scalar(self.value))
        if self.row.h is None and not self.method.automatic:  # found in another way than its run
            gap = abs(rounded.value - typed.value)
            return {"representation": gap, "run": abs(number - rounded.value)}
        computes = self.computes()
        if computes is None:
            return None
        return {
            "representation": abs(rounded.value - typed.value),
            "run": abs(number - computes),
            "truncation": abs(computes - rounded.value),
        }

    def computes(self) -> Any:
        """What the method computes without roundoff."""
        order = self.comparison.truth.order
        if self.row.h is None or self.method.imaginary:
            (one,) = self.shades
            true = one.true[one.program.outputs[-1]]
            if not known(true):
                return None
            if self.row.h is None:
                return true
            (h,) = self.method.moves(self.name)
            return mpc(true).imag / wide(self.form.scalar(self.row.h[h]))
        table = WEIGHTS if order == 1 else SECOND
        weights = table.get(self.row.backend)
        if weights is None or ":" in self.name:
            return None
        h = wide(self.form.scalar(self.row.h[self.name]))
        total = mpf(0)
        for k, weight in weights.items():
            value = self.along(k * h)
            if not known(value):
                return None
            total += value * weight.numerator / weight.denominator
        return total / h**order

    def along(self, offset: Any) -> Any:
        """f at a point moved by an exact number."""
        place = self.program.inputs.index(self.name)
        at: list[Any] = [wide(self.form.scalar(x)) for x in self.inputs]
        at[place] += offset
        return exactly(self.program, at)[self.program.outputs[-1]]


@lru_cache(maxsize=64)
def _slope(text: str, at: tuple[tuple[str, str], ...], name: str, order: int) -> Any:
    """The derivative at a point; None where it is not conclusive, or does not exist."""
    true = _true(reference(text, dict(at), name, order), order)
    return None if isinstance(true, str) else true


def exactly(program: Program, at: Sequence[Any]) -> list[Any]:
    """All true values at exact numbers."""
    values: list[Any] = [*at, *([None] * (program.size - len(at)))]
    for eq in program.equations:
        if eq.params:
            values[eq.output] = mpf(eq.params[0].numerator) / eq.params[0].denominator
        else:
            values[eq.output] = truly(eq, [values[i] for i in eq.inputs], False)
    return values


def refutation(witness: Witness, remark: Remark) -> str | None:
    """Why a cause cannot be; None where it can."""
    if remark.cause is None or remark.note in OF_TRUTH:
        return None
    check = BY_NOTE.get(remark.note) or BY_CAUSE.get(remark.cause)
    with mp.workdps(DIGITS), np.errstate(all="ignore"):
        return None if check is None else check(witness, remark)


def pieces(witness: Witness, remark: Remark) -> Iterator[tuple[Shade, Equation]]:
    """The equations that a remark is about, in every run."""
    for one in (*witness.shades, witness.f):
        for eq in one.program.equations:
            if eq.span == remark.span:
                yield one, eq


def any_of(
    holds: Callable[[Witness, Shade, Equation, Remark], bool | None], otherwise: str
) -> Callable[[Witness, Remark], str | None]:
    """Refuted where no equation of the piece has a property; None: it may have."""

    def check(witness: Witness, remark: Remark) -> str | None:
        answers = [holds(witness, one, eq, remark) for one, eq in pieces(witness, remark)]
        if any(answer is not False for answer in answers):
            return None
        return otherwise if answers else "no equation has the span"

    return check


def errors(one: Shade, eq: Equation) -> Iterator[tuple[Any, Any]]:
    """For each part of the result its relative error, and the worst of the arguments'."""
    for part, (x, y) in enumerate(one.parts(eq.output)):
        if isinstance(x, bool | np.bool_):
            continue
        arguments = []
        for slot in eq.inputs:
            if not isinstance(one.computed[slot], bool | np.bool_):
                arguments.append(one.relative(*one.parts(slot)[part]))
        yield one.relative(x, y), arguments


def amplification(one: Shade, eq: Equation) -> Any:
    """By how much an error of the last digit in one argument is larger in the result: what the
    rounding of this very run may have hidden by luck."""
    arguments, value = [one.true[i] for i in eq.inputs], one.true[eq.output]
    worst = mpf(0)
    if not known(value):
        return worst
    turns = (mpc(1, 0), mpc(0, 1)) if one.imaginary else (mpf(1),)
    for k, x in enumerate(arguments):
        if not known(x):
            continue
        for turn in turns:
            part = mpc(x / turn).real  # of the argument, that is moved
            moved = truly(
                eq,
                [*arguments[:k], x + part * turn * one.form.u, *arguments[k + 1 :]],
                one.imaginary,
            )
            if known(moved):
                worst = max(worst, *_changes(moved, value, one))
    return worst


def _changes(moved: Any, value: Any, one: Shade) -> list[Any]:
    """The relative change of each part, in units of roundoff."""
    if not one.imaginary:
        return [abs(moved / value - 1) / one.form.u if value else mpf(0)]
    a, b = mpc(moved), mpc(value)
    pairs = ((a.real, b.real), (a.imag, b.imag))
    return [abs(x / y - 1) / one.form.u for x, y in pairs if y] or [mpf(0)]


def loses(additive: bool) -> Callable[[Witness, Shade, Equation, Remark], bool | None]:
    """Whether the result is worse than the arguments, by as many digits as are said."""

    def holds(witness: Witness, one: Shade, eq: Equation, remark: Remark) -> bool | None:
        if eq.entry.additive is not additive:
            return False
        for result, arguments in errors(one, eq):
            if result is None or None in arguments:
                return None
            before = max((min(max(a, one.form.u), 1) for a in arguments), default=one.form.u)
            after = max(min(result, 1), before * amplification(one, eq))
            lost = mp.log10(max(after, one.form.u) / before)
            said = remark.digits_lost or 0.0
            if lost > 0.1 and lost >= said - DIGIT:
                return True
        return False

    return holds


def absorbed(witness: Witness, one: Shade, eq: Equation, remark: Remark) -> bool | None:
    if not eq.entry.additive or len(eq.inputs) < 2:
        return False
    for part, (x, _) in enumerate(one.parts(eq.output)):
        sides = [one.parts(slot)[part][0] for slot in eq.inputs]
        if any(abs(s) == abs(x) for s in sides) and all(s != 0 for s in sides):
            return True
    return False


def overflows(witness: Witness, one: Shade, eq: Equation, remark: Remark) -> bool | None:
    for part, (x, y) in enumerate(one.parts(eq.output)):
        if isinstance(x, bool | np.bool_) or (finite(x) and not one.imaginary):
            continue
        local = one.local(eq, part)
        for value in (y, local):
            if value is None:
                return None
            if known(value) and abs(value) > one.form.largest * (1 - one.form.u):
                return stated(remark, y)
    return False


def underflows(witness: Witness, one: Shade, eq: Equation, remark: Remark) -> bool | None:
    for part, (x, y) in enumerate(one.parts(eq.output)):
        local = one.local(eq, part)
        if y is None:
            return None
        for value in (y, local):
            if (
                known(value)
                and 0 < abs(value) < one.form.smallest
                and finite(x)
                and wide(x) != value
            ):
                return stated(remark, y)
    return False


def stated(remark: Remark, true: Any) -> bool:
    """Whether the number in the sentence is the true one, to its two digits."""
    said = dict(remark.facts).get("true")
    if said is None or remark.note not in (Note.OVERFLOW, Note.INNER_UNDERFLOW):
        return True
    if said == "undefined" or not str(said)[-1:].isdigit() or str(said).startswith("beyond"):
        return True
    number = mpf(str(said))
    return known(true) and bool(abs(number - true) <= mpf("0.06") * abs(true))


def rounded_out(witness: Witness, one: Shade, eq: Equation, remark: Remark) -> bool | None:
    true, local = one.true[eq.output], one.local(eq)
    if true is None:
        return None
    if isinstance(true, str):
        return False
    outside = local is None or isinstance(local, str) or not finite(one.parts(eq.output)[0][0])
    moved = any(one.relative(*one.parts(i)[0]) != 0 for i in eq.inputs)
    return outside and moved


def signature(eq: Equation, values: Sequence[Any]) -> Any:
    """What an equation in core primitives chooses."""
    value = values[eq.output]
    return value if eq.entry.compares or eq.entry.steps else None


def rounded_condition(witness: Witness, remark: Remark) -> str | None:
    """The choices of the runs in core primitives, in the format and in truth."""
    undecided = False
    for one in (*witness.shades, witness.f):
        form = core(one.program)
        if one.imaginary:
            return None  # the parts of a complex run choose by the real part: not written again
        again = shade(form, one.form, [one.computed[i] for i in range(len(form.inputs))], {})
        for eq in form.equations:
            if eq.entry.compares or eq.entry.steps:
                true = again.true[eq.output]
                undecided = undecided or true is None
                if true is None:
                    continue
                x = one_number(again.computed[eq.output])
                if x != (one_number(true) if not isinstance(true, str) else None):
                    return None
    return None if undecided else "every condition is decided rightly"


def one_number(x: Any) -> Any:
    return (
        bool(x)
        if isinstance(x, bool | np.bool_)
        else wide(x)
        if hasattr(x, "as_integer_ratio")
        else x
    )


def untaken(witness: Witness, remark: Remark) -> str | None:
    f = witness.f
    taken = set(f.program.outputs)
    for eq in reversed(f.program.equations):
        if eq.output not in taken:
            continue
        if eq.entry.selects:
            test = f.true[eq.inputs[0]]
            if test is None:
                return None
            taken.update((eq.inputs[0], eq.inputs[1 if test else 2]))
        else:
            taken.update(eq.inputs)
    about = [eq for eq in f.program.equations if eq.span == remark.span and not eq.params]
    if any(eq.output in taken for eq in about):
        return "the branch is taken"
    if isinstance(f.true[f.program.outputs[-1]], str):
        return "f itself is undefined"
    return None


def zero(value: Any) -> bool:
    return known(value) and abs(value) < mpf(10) ** -200


def singular(form: str) -> Callable[[Witness, Shade, Equation, Remark], bool | None]:
    def holds(witness: Witness, one: Shade, eq: Equation, remark: Remark) -> bool | None:
        arguments = [one.true[i] for i in eq.inputs]
        true = one.true[eq.output]
        if true is None or None in arguments:
            return None
        if not isinstance(true, str):
            return False
        broken = [isinstance(x, str) for x in arguments]
        if form == "0/0":
            return eq.primitive == "div" and zero(arguments[0]) and zero(arguments[1])
        if form == "division":
            return not any(broken)
        if form == "outside":
            return not any(broken)
        if form == "infinite":
            return any(broken)
        return True

    return holds


def infinite_slope(witness: Witness, remark: Remark) -> str | None:
    if isinstance(witness.f.true[witness.program.outputs[-1]], str):
        return "f itself is undefined"
    outputs = [one.true[one.program.outputs[-1]] for one in witness.shades]
    if any(x is None or isinstance(x, str) for x in outputs):
        return None
    return "every derived Program has a value"


def largest(part: str) -> Callable[[Witness, Remark], str | None]:
    """Refuted where another part of the error is larger."""

    def check(witness: Witness, remark: Remark) -> str | None:
        parts = witness.parts()
        if parts is None:
            return None
        rest = max(size for name, size in parts.items() if name != part)
        if SLACK * parts[part] >= rest:
            return None
        return ", ".join(f"{name} {mp.nstr(size, 3)}" for name, size in parts.items())

    return check


def extrapolated(witness: Witness, remark: Remark) -> str | None:
    return None


def crosses(witness: Witness, remark: Remark) -> str | None:
    """Refuted where all points of the method choose alike."""
    form = core(witness.program)
    here = exactly(form, [wide(witness.form.scalar(x)) for x in witness.inputs])
    for one in witness.shades:
        there = exactly(
            form, [wide(witness.form.scalar(one.computed[i])) for i in range(len(form.inputs))]
        )
        for eq in form.equations:
            if eq.span == remark.span and (eq.entry.compares or eq.entry.steps):
                if None in (here[eq.output], there[eq.output]):
                    return None
                if here[eq.output] != there[eq.output]:
                    return None
    return "all points are on one piece"


def leaves(witness: Witness, remark: Remark) -> str | None:
    outputs = [one.true[one.program.outputs[-1]] for one in witness.shades]
    if any(x is None or isinstance(x, str) for x in outputs):
        return None
    return "f is defined at every point"


def touches(witness: Witness, remark: Remark) -> str | None:
    form = core(witness.program)
    values = exactly(form, [wide(witness.form.scalar(x)) for x in witness.inputs])
    for eq in form.equations:
        if eq.span == remark.span and (eq.entry.compares or eq.entry.steps):
            sides = [values[i] for i in eq.inputs]
            if not all(map(known, sides)):
                return None
            gap = sides[0] - sides[1] if eq.entry.compares else sides[0] - mp.nint(sides[0])
            if zero(gap):
                return None
    return "no condition changes here"


def stationary(witness: Witness, remark: Remark) -> str | None:
    slope, value = witness.slopes[1], witness.f.true[witness.program.outputs[-1]]
    if slope is None or not known(value):
        return None
    place = witness.program.inputs.index(witness.method.moves(witness.name)[0])
    scale = abs(value) / max(abs(wide(witness.form.scalar(witness.inputs[place]))), 1)
    if abs(slope.value) > mpf("1.1e-3") * scale:
        return f"f′ is {mp.nstr(slope.value, 3)} for a scale of {mp.nstr(scale, 3)}"
    error = abs(wide(witness.form.scalar(witness.value)) - slope.value)
    due = mpf(10) ** -witness.method.expected_digits(Floats(witness.comparison.dtype))
    return None if error <= SLACK * due * scale else "the error is not small"


def beyond(witness: Witness, remark: Remark) -> str | None:
    """Refuted where the derivative, and what the method divides, fit into the format."""
    computes, slope = witness.computes(), witness.slopes[1]
    numbers = [computes, None if slope is None else slope.value]
    if any(
        x is None or isinstance(x, str) or abs(x) > witness.form.largest * (1 - witness.form.u)
        for x in numbers
    ):
        return None
    return f"the derivative is {mp.nstr(numbers[1], 4)}"


def tiny(witness: Witness, remark: Remark) -> str | None:
    slope = witness.slopes[1]
    if slope is None or abs(slope.value) < witness.form.smallest:
        return None
    return f"the derivative is {mp.nstr(slope.value, 3)}"


def of_run(
    check: Callable[[Witness, Remark], str | None],
) -> Callable[[Witness, Remark], str | None]:
    """A loss of the run: that part of the error must be the largest too, where the number is
    finite."""

    def both(witness: Witness, remark: Remark) -> str | None:
        reason = check(witness, remark)
        if reason is None and finite(witness.value) and witness.method.shortfall is None:
            reason = largest("run")(witness, remark)
        return reason

    return both


LOSING = {
    Cause.CANCELLATION: any_of(loses(additive=True), "no sum loses that many digits"),
    Cause.ILL_CONDITIONING: any_of(loses(additive=False), "nothing magnifies that much"),
    Cause.ABSORPTION: any_of(absorbed, "no addend is lost"),
    Cause.OVERFLOW: any_of(overflows, "nothing overflows"),
    Cause.UNDERFLOW: any_of(underflows, "nothing underflows"),
    Cause.ROUNDED_OUT: any_of(rounded_out, "the argument is inside, or outside in truth"),
    Cause.ROUNDED_CONDITION: rounded_condition,
}
BY_CAUSE: dict[Cause, Callable[[Witness, Remark], str | None]] = {
    **{cause: of_run(check) for cause, check in LOSING.items()},
    Cause.UNTAKEN_BRANCH: untaken,
    Cause.TRUNCATION: largest("truncation"),
    Cause.DIFFERENCE_ROUNDOFF: largest("run"),
    Cause.REPRESENTATION: largest("representation"),
    Cause.STEP_CROSSES: crosses,
    Cause.STEP_LEAVES: leaves,
    Cause.TOUCHING_CONDITION: touches,
    Cause.STATIONARY: stationary,
}
BY_NOTE: dict[Note, Callable[[Witness, Remark], str | None]] = {
    Note.ZERO_OVER_ZERO: any_of(singular("0/0"), "the quotient is not 0/0"),
    Note.DIVISION_BY_ZERO: any_of(singular("division"), "it has a value"),
    Note.OUTSIDE_DOMAIN: any_of(singular("outside"), "it has a value"),
    Note.INFINITE_DIFFERENCE: any_of(singular("infinite"), "both have a value"),
    Note.INFINITE_QUOTIENT: any_of(singular("infinite"), "both have a value"),
    Note.ZERO_TIMES_INFINITY: any_of(singular("infinite"), "both have a value"),
    Note.INFINITE_SLOPE: infinite_slope,
    Note.SLOPE_BEYOND: beyond,
    Note.UNDERFLOW: tiny,
    Note.EXTRAPOLATION: extrapolated,
    Note.EXTRAPOLATED_ROUNDOFF: extrapolated,
    Note.NOT_FINITE: lambda witness, remark: None,
    Note.VALUE_NOT_FINITE: lambda witness, remark: None,
    Note.POINT_BEYOND: lambda witness, remark: None,
    Note.LOST_BELOW_ROUNDOFF: lambda witness, remark: (
        None if witness.comparison.truth.kind.value == "removable" else "nothing is removable"
    ),
}
