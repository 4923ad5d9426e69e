"""Records made by hand, as `compare` and `sweep` would fill them: nothing here is computed by the
code under test."""

from __future__ import annotations

import math
from dataclasses import replace
from decimal import Decimal

import numpy as np
from flint import arb, fmpq

from diffcmp.accuracy.judging.record import (
    Comparison,
    Map,
    Place,
    Row,
    Sample,
    Series,
    Step,
    Stretch,
    Sweep,
    Track,
)
from diffcmp.arithmetic.balls import Balls
from diffcmp.language.parser import parse
from diffcmp.notes import Note, Remark, remark
from diffcmp.report import figures
from diffcmp.report.documents import document
from diffcmp.report.figures.canvas import Format
from diffcmp.report.forms import rendered
from diffcmp.report.screen import Screen
from diffcmp.spans import Span
from diffcmp.truth.record import (
    Asymptote,
    Coordinatewise,
    Infinity,
    Kind,
    Quantity,
    Side,
    SideLimit,
    Truth,
)

CENTRAL = "∛u·max(|x|, 1)"
FORWARD = "√u·max(|x|, 1)"


def text(record: object, width: int, colour: bool = False, *, terminal: bool = False) -> str:
    """A record as a screen of that width shows it."""
    return str(rendered([document(record)], "text", Screen(width, colour, terminal)))


def exported(record: object, form: str) -> str:
    """A record as JSON, CSV or Markdown."""
    return str(rendered([document(record)], form))


def figure(record: object, form: Format) -> bytes:
    """The figure of a record."""
    return figures.figure(document(record), form)


def exact(numerator: int, denominator: int = 1) -> Quantity:
    return Quantity(fmpq(numerator, denominator))


def ball(text: str) -> Quantity:
    with Balls(200).working():
        return Quantity(arb(text))


def single(
    backend: str,
    derivative: object,
    digits: float | None,
    error: float | None,
    *remarks: Remark,
    h: float | None = None,
    rule: str = "",
    evaluations: int = 1,
    seconds: float | None = None,
    name: str = "t",
    expression: str | None = None,
) -> Row:
    """A row of one variable."""
    return Row(
        backend, 4.0, {name: derivative}, None if h is None else {name: h}, rule, {name: error}, {name: error},
        {name: digits}, {name: None if error is None else error / 2.2e-16}, evaluations, seconds, remarks,
        None if expression is None else {name: expression},
    )  # fmt: skip


def removable() -> Comparison:
    """0/0 with derivative 1: dual and tape fail loudly, complex-step silently."""
    program = parse("(t**2-4)/(t-2)")
    quotient = remark(Note.ZERO_OVER_ZERO, Span(0, 14), program.text)
    limit = remark(Note.LIMIT, Span(0, 14), program.text, form="0/0")
    wrong = remark(Note.LOST_BELOW_ROUNDOFF)
    rows = (
        single(
            "symbolic", 1.0, 15.95, 0.0, limit, seconds=0.0123, expression="(t**2 - 4)/(t - 2)**2"
        ),
        single(
            "forward",
            1.000000238418579,
            6.62,
            2.38e-7,
            h=2.98e-8,
            rule=FORWARD,
            evaluations=2,
            seconds=4.1e-7,
        ),
        single(
            "central",
            0.9999999999266,
            10.13,
            7.34e-11,
            h=1.21e-5,
            rule=CENTRAL,
            evaluations=2,
            seconds=4.3e-7,
        ),
        single("complex-step", 0.0, 0.0, 1.0, wrong, h=1e-20, rule="1e-20", seconds=6.2e-7),
        single("dual", math.nan, 0.0, None, quotient, seconds=2.2e-6),
        single("tape", math.nan, 0.0, None, quotient, seconds=3.1e-6),
        single("dual-lhopital", 1.0, 15.95, 0.0, seconds=9.8e-5),
    )
    along = Coordinatewise(Kind.REMOVABLE, exact(1), exact(1), exact(1))
    truth = Truth(Kind.REMOVABLE, exact(4), {"t": along}, 30, True, "series", limit=True)
    return Comparison(program, ("t",), {"t": "2"}, "float64", "math", truth, rows)


def two_variables() -> Comparison:
    """A smooth function of x and y, with a loss of digits at one component."""
    program = parse("exp(x*y)/hypot(x, y)")
    names = ("x", "y")
    dx, dy = -0.30327885447183, 0.83452185937419834
    lost = remark(Note.ROUNDOFF, None, "", digits=7.9, h="1.5e-8")

    def row(
        backend: str,
        x: float,
        y: float,
        digits: tuple[float, float],
        h: float | None,
        evaluations: int,
    ) -> Row:
        errors: dict[str, float | None] = {"x": 10.0 ** -digits[0]}
        errors["y"] = 0.0 if digits[1] > 15.9 else 10.0 ** -digits[1]
        return Row(
            backend, 1.25, {"x": x, "y": y}, None if h is None else {"x": h, "y": 2 * h}, "√u·max(|x|, 1)",
            errors, errors, dict(zip(names, digits, strict=True)), {"x": 1.0, "y": 0.0}, evaluations, 8.7e-7,
            (lost,) if backend == "forward" else (),
        )  # fmt: skip

    rows = (
        row("forward", -0.30327884, 0.83452187, (7.9, 7.8), 1.5e-8, 3),
        row("tape", dx, dy, (15.6, 15.95), None, 1),
    )
    along = {
        "x": Coordinatewise(Kind.SMOOTH, ball("-0.303278854471834121233412")),
        "y": Coordinatewise(Kind.SMOOTH, ball("0.834521859374198341111222")),
    }
    truth = Truth(Kind.SMOOTH, ball("1.25123412341234123412341"), along, 20, True, "series")
    return Comparison(program, names, {"x": "1/3", "y": "0.5"}, "float64", "math", truth, rows)


def second_order() -> Comparison:
    """∂²f/∂x² and ∂²f/∂x∂y of x**2*y**3 at (1, 2), by a method with two steps and by one
    without."""
    program = parse("x**2*y**3")
    names = ("x", "x:y")
    zero: dict[str, float | None] = dict.fromkeys(names, 0.0)
    full: dict[str, float | None] = dict.fromkeys(names, 15.95)
    errors: dict[str, float | None] = {"x": 3.2e-8, "x:y": 1.1e-7}
    digits: dict[str, float | None] = {"x": 8.7, "x:y": 8.3}
    rows = (
        Row("central", 8.0, {"x": 16.000000032, "x:y": 24.00000011}, {"x": 1.22e-4, "y": 2.44e-4}, "u^(1/4)·max(|x|, 1)",
            errors, errors, digits, {"x": 9.0e6, "x:y": 3.1e7}, 7, 5.1e-6),
        Row("dual-over-tape", 8.0, {"x": 16.0, "x:y": 24.0}, None, "", zero, zero, full, zero, 1, 8.1e-7,
            expression={"x": "2*y**3", "x:y": "6*x*y**2"}),
    )  # fmt: skip
    along = {
        "x": Coordinatewise(Kind.SMOOTH, exact(16)),
        "x:y": Coordinatewise(Kind.SMOOTH, exact(24)),
    }
    truth = Truth(Kind.SMOOTH, exact(8), along, 20, True, "series", order=2)
    return Comparison(program, names, {"x": "1", "y": "2"}, "float64", "math", truth, rows)


def kink() -> Comparison:
    """abs at 0, in float32, the truth not certified and with a remark of its own."""
    program = parse("3*abs(x) + x")
    choice = remark(Note.KINK, Span(2, 8), program.text, left="-2", right="4", choice="neither")
    rows = (
        single(
            "central",
            np.float32(1.0),
            None,
            None,
            choice,
            h=0.0049,
            evaluations=2,
            seconds=1.1e-6,
            name="x",
        ),
        single("dual", np.float32(1.0), None, None, choice, seconds=2.5e-6, name="x"),
    )
    along = Coordinatewise(Kind.KINK, None, exact(-2), exact(4))
    assumed = remark(Note.ZERO_ASSUMED, None, "", count=2)
    truth = Truth(Kind.KINK, exact(0), {"x": along}, 30, False, "series", (assumed,))
    return Comparison(program, ("x",), {"x": "0"}, "float32", "numpy", truth, rows)


def jump() -> Comparison:
    """Of two variables, along one of which f jumps to where it is unbounded beyond."""
    program = parse("y*exp(1/x)*(2+sign(x))")
    ends = Side(True, exact(0), exact(0)), Side(True, Quantity(infinite=1))
    jumps = Side(False), Side(True, ball("2.718281828459045235360287471"), exact(-3))
    along = {
        "y": Coordinatewise(Kind.POLE, sides=ends),
        "x": Coordinatewise(Kind.EDGE, None, None, exact(-3), sides=jumps),
    }
    truth = Truth(Kind.POLE, None, along, 20, True, "series")
    poles = remark(Note.POLE)
    nothing = dict.fromkeys(("y", "x"))
    rows = (
        Row("dual", math.inf, {"y": math.inf, "x": -math.inf}, None, "", nothing, nothing, nothing, nothing, 2, 3e-6, (poles,)),
    )  # fmt: skip
    return Comparison(program, ("y", "x"), {"y": "1", "x": "0"}, "float64", "math", truth, rows)


def infinity() -> Comparison:
    """f grows along an asymptote, and the wave of its derivative does not end."""
    program = parse("x/3-5+sin(x**2)/x")
    limit = SideLimit(True, Quantity(infinite=-1), True, "series")
    ends = Quantity(fmpq(-5, 3)), Quantity(fmpq(7, 3))
    wave = SideLimit(True, None, True, "scales", ends)
    line = Asymptote(Quantity(fmpq(1, 3)), exact(-5))
    truth = Truth(
        kind=Kind.INFINITY,
        value=limit.limit,
        along={"x": Coordinatewise(Kind.INFINITY)},
        digits=30,
        certified=True,
        source="scales",
        infinity=Infinity("x", limit, wave, line),
    )
    nothing = dict.fromkeys(("x",))
    rows = tuple(
        Row(name, None, nothing, None, "", nothing, nothing, nothing, nothing, 0, None, (remark(Note.AT_INFINITY),))
        for name in ("central", "dual")
    )  # fmt: skip
    return Comparison(program, ("x",), {"x": "-inf"}, "float64", "math", truth, rows)


def hostile() -> Comparison:
    """Text that would act if it were let: markup, mathtext, pipes, backticks, an escape
    sequence."""
    program = parse("x")
    object.__setattr__(program, "text", HOSTILE)
    along = Coordinatewise(Kind.SMOOTH, exact(1))
    truth = Truth(Kind.SMOOTH, exact(1), {"x": along}, 30, True, "series")
    rows = (
        single(
            "[bold]dual[/bold]",
            1.0,
            15.9,
            0.0,
            remark(Note.WRONG, Span(0, 5), HOSTILE, digits=3.0),
            name="x",
        ),
    )
    return Comparison(program, ("x",), {"x": "1"}, "float64", "math", truth, rows)


HOSTILE = '[red]x[/red] $\\frac{1}{2}$ a|b `c` :smile: \x1b[31m_y_ <b>, "q"'


def sweep() -> Sweep:
    """exp at 1 by three methods: parts by the textbook's formulas, the roundoff by a fixed
    pattern."""
    slope = Decimal(1).exp()
    exponents = [Decimal(-i) / 4 for i in range(81)]
    shapes = (("forward", 1, slope / 2), ("central", 2, slope / 6), ("complex-step", 2, -slope / 6))
    series = []
    for method, order, constant in shapes:
        rows = []
        for i, exponent in enumerate(exponents):
            h = Decimal(10) ** exponent
            truncation = constant * h**order
            sign = -1 if (i * 5 + order) % 7 < 3 else 1
            noise = sign * Decimal((i * 7919 + order * 31) % 97 + 20) / 117
            scale = Decimal("1e-16") if method == "complex-step" else Decimal("1e-16") / h
            roundoff = noise * scale * slope
            shift = Decimal("0") if method == "forward" else Decimal("2e-17")
            total = truncation + roundoff + shift
            rows.append(
                Step(
                    float(h),
                    f"{slope + total:.25e}",
                    *(f"{p:.25e}" for p in (total, truncation, roundoff, shift)),
                )
            )
        best = min(rows, key=lambda step: abs(Decimal(step.total or "inf")))
        digits = -math.log10(abs(float(best.total or 0)))
        series.append(_series(method, order, best.h, digits, tuple(rows)))
    gone = Step(3.0, "nan", None, None, None, None)
    series[0] = replace(series[0], rows=(gone, *series[0].rows))
    e = ball(str(slope))
    truth = Truth(Kind.SMOOTH, e, {"x": Coordinatewise(Kind.SMOOTH, e)}, 20, True, "series")
    return Sweep(parse("exp(x)"), "x", {"x": "1"}, "float64", "math", truth, tuple(series))


def _series(method: str, order: int, best: float, digits: float, rows: tuple[Step, ...]) -> Series:
    if method == "complex-step":
        return Series(
            method, 2, 2.0, best, None, 1e-20, "1e-20", digits, 15.9, rows, roundoff_slope=0.02
        )
    default, predicted, rule = (
        (1.5e-8, 1.2e-8, FORWARD) if order == 1 else (6.1e-6, 8.7e-6, CENTRAL)
    )
    notes = (remark(Note.STENCIL_LEAVES_DOMAIN),)
    return Series(
        method,
        order,
        order - 0.001,
        best,
        predicted,
        default,
        rule,
        digits,
        digits - 0.8,
        rows,
        notes,
        -1.0,
    )


def mapped() -> Map:
    """sqrt beside its edge, with a kink and a stretch outside the domain; digits by simple
    formulas."""
    program = parse("sqrt(x) + abs(x - 1/2)")
    xs = [k / 20 for k in range(-10, 21)]
    kinds = [
        Kind.OUTSIDE if x < 0 else Kind.EDGE if x == 0 else Kind.KINK if x == 0.5 else Kind.SMOOTH
        for x in xs
    ]
    points = tuple(
        Sample(str(x) if x else "0", x, kind, "1.2345" if kind is Kind.SMOOTH else None)
        for x, kind in zip(xs, kinds, strict=True)
    )
    smooth = [kind is Kind.SMOOTH for kind in kinds]
    reaches = remark(Note.STENCIL_LEAVES_DOMAIN)
    rough = remark(Note.TRUNCATION, None, "", digits=2.0, h="0.0039")
    kink = remark(
        Note.KINK,
        Span(10, 22),
        program.text,
        left="-0.29",
        right="1.7",
        choice="the one from the right",
    )
    digits = tuple(max(0.0, 12.5 - 0.9 / x) if s else None for x, s in zip(xs, smooth, strict=True))
    central6 = Track(
        "central6", tuple(None if d is None else math.nan if d == 0 else 1.23 for d in digits), digits, 10.9, 0.0, 11, 6.8,
        0.3, (Place(11, 13, 11, 0.0, math.nan, 3, (reaches, rough)), Place(20, 20, 20, None, 1.7, 1, (kink,))), 2,
    )  # fmt: skip
    full = tuple(15.95 if s else None for s in smooth)
    dual = Track(
        "dual",
        (1.23,) * 31,
        full,
        15.95,
        15.95,
        11,
        12.0,
        0.0,
        (Place(20, 20, 20, None, 1.7, 1, (kink,)),),
        0,
    )
    few = tuple(15.95 if s and k % 6 == 0 else None for k, s in enumerate(smooth))
    symbolic = Track(
        "symbolic", tuple(None if d is None else 1.23 for d in few), few, 15.95, 15.95, 12, 12.0, 0.0, (), 0,
        (remark(Note.UNASKED, asked=3, points=31, seconds=2.5),),
    )  # fmt: skip
    special = (Stretch(Kind.OUTSIDE, 0, 9), Stretch(Kind.EDGE, 10, 10), Stretch(Kind.KINK, 20, 20))
    return Map(
        program, "x", {}, "-0.5", "1", "linear", "float64", "math", 30, 15.95, True, points, special,
        (symbolic, central6, dual),
    )  # fmt: skip


def hostile_map() -> Map:
    """A map whose every text would act if it were let."""
    found = mapped()
    object.__setattr__(found.program, "text", HOSTILE)
    tracks = tuple(
        replace(track, backend=f"[red]{track.backend}[/red]$x") for track in found.tracks
    )
    points = tuple(replace(point, at=HOSTILE) for point in found.points)
    return replace(
        found, tracks=tracks, points=points, at={"y": HOSTILE}, start=HOSTILE, stop="$x_1$"
    )
