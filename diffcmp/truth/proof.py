"""The fast path at rising precision: `smooth`, or a certificate, until all digits are certain."""

from __future__ import annotations

from collections.abc import Sequence

from flint import arb, fmpq

from diffcmp import deadline
from diffcmp.arithmetic.balls import Ball, Balls
from diffcmp.caches import remembered
from diffcmp.engines.partials import distinct, variables
from diffcmp.passes.expand import analytic, core, restricted, used, varying_part
from diffcmp.point.point import Point
from diffcmp.program.ir import Program
from diffcmp.truth.certificate import Decisions, branches, enclosing
from diffcmp.truth.record import GUARD_DIGITS
from diffcmp.truth.smooth import Smooth, smooth
from diffcmp.truth.zero import ASSUMED_BITS

LONGEST = 2000  # equations of a function that is compiled when it is asked for again
MANY = 32  # variables from which on second derivatives are found on parts of f
MOST_BITS = 8  # doublings of the precision before giving up
BITS = 3.3219280948873626  # of a decimal digit


def certified(
    program: Program, at: Point, names: Sequence[str], digits: int, order: int = 1
) -> Smooth | None:
    """Value and partial derivatives to `digits` digits by the fast path, or None where the point is
    not certainly smooth."""
    if order == 2 and len(program.inputs) > MANY:
        return _in_parts(program, at, names, digits)
    proof = _proof(program, tuple(names), order)
    bits, steps = bits_for(digits), deadline.Doublings()
    for _ in range(MOST_BITS):
        proven = proof(at, bits)
        if proven is None:
            return None
        numbers = [proven.value, *proven.derivatives]
        if all(is_certain(x, digits) for x in numbers):
            return proven
        if any(map(is_vanishing, numbers)):
            return None  # perhaps an exact zero: that takes a proof
        steps.check()
        bits *= 2
    return None


class _Proof:
    """The fast path of one function: by `smooth` the first time, from then on by a certificate for
    the branches that were taken the last time, and by `smooth` again where that does not hold. From
    the second time on, a number that happens to be rational is a ball where the function is not."""

    def __init__(self, program: Program, partials: tuple[str, ...], order: int) -> None:
        self.form, self.partials, self.order = analytic(program), partials, order
        self.branches: Decisions | None = None

    def __repr__(self) -> str:
        how = "smooth" if self.branches is None else "certificate"
        return f"<Proof of {', '.join(self.partials)} of order {self.order} by {how}>"

    def __call__(self, at: Point, bits: int) -> Smooth | None:
        balls = _balls(bits)
        values = at.enclosures(balls)
        enclosed = self.enclosed(values, bits)
        if enclosed is not None:
            return enclosed
        proven = smooth(self.form, values, self.partials, balls, self.order)
        if proven is not None and len(self.form.equations) <= LONGEST:
            self.branches = branches(self.form, proven.decisions)
        return proven

    def enclosed(self, values: Sequence[Ball], bits: int) -> Smooth | None:
        """What the certificate says, where there is one and it holds."""
        if self.branches is None:
            return None
        enclosure = enclosing(self.form, self.partials, self.order, self.branches, bits)
        numbers = None if enclosure is None else enclosure(values)
        return None if numbers is None else Smooth(numbers[0], numbers[1:])


@remembered
def _proof(program: Program, partials: tuple[str, ...], order: int) -> _Proof:
    return _Proof(program, partials, order)


def _in_parts(program: Program, at: Point, names: Sequence[str], digits: int) -> Smooth | None:
    """Second derivatives of a function of many variables: each of the part of f that varies with
    its own two, once it is certain that f as a whole is smooth along them."""
    single = tuple(dict.fromkeys(one for name in names for one in variables(name, 2)))
    whole = certified(program, at, single, digits)
    if whole is None:
        return None
    form = core(program)
    derivatives = []
    for name in names:
        by = distinct(name, 2)
        part = varying_part(form, by)
        needed = {*used(part), *by}
        left = {n: c for n, c in at.coordinates.items() if n in needed}
        own = certified(restricted(part, tuple(left)), Point(left), [name], digits, 2)
        if own is None:
            return None
        derivatives += own.derivatives
    return Smooth(whole.value, derivatives)


@remembered
def _balls(bits: int) -> Balls:
    return Balls(bits)


def bits_for(digits: int) -> int:
    """The working precision at which to begin."""
    return int(BITS * (digits + GUARD_DIGITS)) + 40


def is_certain(x: Ball, digits: int) -> bool:
    """Whether all digits that will be shown are certain."""
    if isinstance(x, fmpq) or x.is_zero():
        return True
    return bool(x.rel_accuracy_bits() > BITS * (digits + GUARD_DIGITS))


def is_vanishing(x: Ball) -> bool:
    """A ball around 0 that is below every scale of interest."""
    return isinstance(x, arb) and bool(x.contains(0)) and bool(abs(x) < arb(2) ** -ASSUMED_BITS)
