"""The public protocol: what a backend states about itself, with defaults, and what it has to write.

A backend subclasses `Backend`, states what differs from the defaults, and writes either `formula`,
a difference quotient in one step, or `build`, anything else. Nobody outside asks what class it is:
whatever compares, sweeps, judges or times methods goes by these declarations.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any, Protocol, Self

from flint import arb, fmpq

from diffcmp.arithmetic.balls import Balls, ComplexBalls, to_arb
from diffcmp.arithmetic.floats import DTYPES, ERRORS, Floats
from diffcmp.backends.estimate import Estimate, Outcome, Prepared, Refused, Run, Timer
from diffcmp.backends.numeric import Numeric, narrowed, power_of_two
from diffcmp.deadline import Deadline
from diffcmp.engines.compiled import compiled, on_system
from diffcmp.engines.partials import distinct
from diffcmp.notes import Note, Remark, remark
from diffcmp.program.ir import Program

__all__ = [
    "EXACT_SHARE", "STEP_SHARE", "Backend", "Estimate", "Exact", "Numeric", "Outcome", "Prepared",
    "Refused", "Run", "Timer", "narrowed", "on_balls", "rational",
]  # fmt: skip

EXACT_SHARE = 0.75  # of the dtype's digits: due from a method without truncation error
STEP_SHARE = 0.5  # of the digits that a difference of its order can reach
ROOTS = {2: "√u", 3: "∛u"}


class Exact(Protocol):
    """D(x̃, ·): what a method computes at the rounded point, in ball arithmetic, as a function of
    the step along each variable that it moves."""

    def __call__(self, *steps: Fraction) -> arb: ...


class Backend:
    """One way of differentiating, with the settings it runs by.

    What follows are the declarations; all but `name` and `summary` have defaults. Those that depend
    on the order or the step look at `order` and `h`, which `configured` sets.

    name: by which it is chosen. summary: what it does, in a line.
    orders: of the derivatives that it gives. dtypes: the formats that it works in; `refusal` is
        said of any other one. arrays: whether it takes Programs of arrays, to differentiate by one
        of their inputs that is a number. waits: whether an answer may take long, or never come.
    automatic: plain automatic differentiation, as good as the form in which f is written.
    reverse: it multiplies the partials of a branch that is not taken by a zero cotangent.
    imaginary: its steps are imaginary. Such a step cancels nothing and may be tiny, but it may
        leave the domain, and what sits in terms of order h² is lost below the roundoff of f.
    shortfall: what is said of a number with too few digits; None: the largest part of its exact
        error says it.
    """

    name: str
    summary: str
    orders: tuple[int, ...] = (1,)
    dtypes: tuple[str, ...] = DTYPES
    refusal: Note = Note.NO_SUCH_FORMAT
    arrays: bool = False
    waits: bool = False
    automatic: bool = False
    reverse: bool = False
    imaginary: bool = False
    shortfall: Note | None = None

    order: int = 1
    h: float | None = None
    deadline: Deadline | None = None

    def __repr__(self) -> str:
        return f"<backend {self.name}>"

    def configured(
        self, order: int = 1, h: float | None = None, deadline: Deadline | None = None
    ) -> Self:
        """The method for one order, a given step (None: by its rule) and a deadline."""
        method = copy.copy(self)
        vars(method).update(order=order, h=h, deadline=deadline)
        return method

    # the step

    @property
    def truncation_order(self) -> int | None:
        """p, where the truncation error falls like h**p; None for a method without such a step."""
        return None

    @property
    def truncation_constant(self) -> Fraction | None:
        """C of the truncation error C·h**p·f⁽ᵖ⁺ᵐ⁾ of a derivative of order m; None: not known."""
        return None

    @property
    def roundoff_weight(self) -> Fraction | None:
        """Σ|w| of the roundoff Σ|w|·ε/h**m, for roundoff ε of f; 0: it does not grow as h falls;
        None: not known."""
        return None

    @property
    def rule(self) -> str:
        """How the step is chosen, in words; empty for a method without one."""
        if self.truncation_order is None:
            return ""
        root = self.truncation_order + self.order
        return "given" if self.h is not None else f"{ROOTS.get(root, f'u^(1/{root})')}·max(|x|, 1)"

    def step(self, x: float, floats: Floats) -> float:
        """The step at x: the given one, else u**(1/(p+m))·max(|x|, 1), which balances truncation
        and roundoff, as a power of two, so that to divide by it is exact."""
        if self.h is not None:
            return self.h
        assert self.truncation_order is not None, f"{self.name} has no step"
        balance = floats.unit_roundoff ** (1 / (self.truncation_order + self.order))
        h: float = power_of_two(balance, x, floats)
        return h

    def steps(
        self, inputs: Sequence[Any], places: Mapping[str, int], floats: Floats, given: float | None
    ) -> dict[str, float]:
        """The step along each variable in `places`: `given`, or for None that of the rule."""
        if given is not None:
            return dict.fromkeys(places, given)
        return {name: self.step(inputs[place], floats) for name, place in places.items()}

    def moves(self, name: str) -> tuple[str, ...]:
        """The variables along which a method with a step moves for one partial derivative."""
        return distinct(name, self.order)

    def expected_digits(self, floats: Floats) -> float:
        """The correct digits below which a derivative deserves a note."""
        full = floats.precision * math.log10(2)
        p = self.truncation_order
        if p is None or self.roundoff_weight == 0:
            return full * EXACT_SHARE
        return full * p / (p + self.order) * STEP_SHARE

    # the work

    def prepare(
        self, program: Program, wrt: Sequence[str], order: int = 1, dtype: str = "float64"
    ) -> Prepared:
        """Do once what does not depend on the point.

        `order` is that of the derivatives, which `wrt` names as `engines.partials` says.
        """
        refused = self.refused(dtype)
        if refused is not None:
            return Refused(tuple(wrt), refused)
        method = self.configured(order, self.h, self.deadline)
        return method.build(program, tuple(wrt), Floats(dtype))

    def refused(self, dtype: str) -> Remark | None:
        """Why there is no answer in a format; None where there is one."""
        return None if dtype in self.dtypes else remark(self.refusal, dtype=dtype)

    def formula(self, f: Callable[[Any], Any], x: Any, h: Any) -> Any:
        """The first derivative of f at x with the step h, in whatever numbers x and h are: of the
        dtype, or balls. Its constants are ints."""
        raise NotImplementedError(f"the backend {self.name} writes neither `formula` nor `build`")

    def build(self, program: Program, wrt: tuple[str, ...], floats: Floats) -> Prepared:
        """Make the method ready for one program; by default its `formula` along each variable."""
        f = compiled(program, floats.dtype)
        places = {name: program.inputs.index(name) for name in wrt}

        def compute(inputs: Sequence[Any], given: float | None = None) -> Outcome:
            steps = self.steps(inputs, places, floats, given)
            derivatives: list[Any] = []
            runs = 0

            def counted(*at: Any) -> Any:
                nonlocal runs
                runs += 1
                return f(*at)

            for name, place in places.items():
                h = narrowed(steps[name], floats)
                along = _along(counted, inputs, place)
                derivatives.append(self._difference(along, inputs[place], h))
            return Outcome(None, derivatives, runs, steps)

        return Numeric(program, wrt, floats, compute)

    def _difference(self, f: Callable[[Any], Any], x: Any, h: Any) -> Any:
        """The formula; nan for a step that is 0 in the format, and where Python's floats raise
        though IEEE 754 has an answer."""
        try:
            return self.formula(f, x, h) if h != 0 else x * math.nan
        except ERRORS:
            return x * math.nan

    def exact(
        self, program: Program, name: str, inputs: Sequence[Fraction], bits: int
    ) -> Exact | None:
        """What the method with a step computes for one partial derivative at the rounded point, on
        balls of so many bits; by default its `formula`. None where it cannot say."""
        if self.truncation_order is None or type(self).formula is Backend.formula:
            return None
        balls = Balls(bits)
        f = on_system(program, balls)
        place = program.inputs.index(name)

        def value(at: Sequence[arb], steps: Sequence[arb]) -> Any:
            return self.formula(_along(f, at, place), at[place], steps[0])

        return on_balls(balls, inputs, value)

    def runs(
        self,
        program: Program,
        name: str,
        floats: Floats,
        inputs: Sequence[Any],
        steps: Mapping[str, float] | None,
    ) -> Sequence[Run]:
        """What one partial derivative at rounded inputs rests on, for the steps that were taken: by
        default the evaluations of f in `formula`. Nothing where the method cannot say."""
        if steps is None or type(self).formula is Backend.formula:
            return ()
        f, points = compiled(program, floats.dtype), list[Sequence[Any]]()

        def recorded(*at: Any) -> Any:
            points.append(at)
            return f(*at)

        place = program.inputs.index(name)
        along = _along(recorded, inputs, place)
        self._difference(along, inputs[place], narrowed(steps[name], floats))
        return [Run(program, at) for at in points]

    def gradient(self, program: Program) -> Callable[..., Sequence[Any]] | None:
        """The whole gradient of a Program of arrays by one run: arrays in, one array for each input
        out. None for a method whose cost grows with the number of variables."""
        return None


def _along(f: Callable[..., Any], inputs: Sequence[Any], place: int) -> Callable[[Any], Any]:
    """f as a function of one of its inputs."""
    return lambda x: f(*inputs[:place], x, *inputs[place + 1 :])


def on_balls(
    balls: Balls | ComplexBalls,
    inputs: Sequence[Fraction],
    value: Callable[[Sequence[arb], Sequence[arb]], Any],
) -> Exact:
    """A function of exact steps from one of the point and the steps as balls."""
    with balls.working():
        at = [arb(rational(x)) for x in inputs]

    def exact(*steps: Fraction) -> arb:
        with balls.working():
            return to_arb(value(at, [arb(rational(step)) for step in steps]))

    return exact


def rational(x: Fraction) -> fmpq:
    """An exact number for balls."""
    return fmpq(x.numerator, x.denominator)
