"""Every entry of the table against Arb: its value, its rules at ordinary points and in the tails,
its forms, its domain.

The functions are written down anew here, on balls at 2000 bits; their derivative is a central
difference there with a step of 2**-300 of the scale of the point, so that no rule of the table has
a part in what it is held against.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from flint import acb, acb_poly, arb, ctx, fmpq

from diffcmp.arithmetic.balls import Balls, to_arb
from diffcmp.arithmetic.evaluate import evaluate, operation
from diffcmp.arithmetic.floats import Floats
from diffcmp.language import rules
from diffcmp.language.parser import parse
from diffcmp.primitives import ALIASES, CALLABLE, TABLE

BITS = 2000
U = 2.0**-53
ONE = arb(1)
SCALE, ALPHA = "1.0507009873554804934193349852946", "1.6732632423543772848170429916717"


def zeta_term(n: arb, x: arb) -> arb:
    """polygamma of order 1 or more by the Hurwitz zeta function."""
    order = int(float(n))
    return (-1) ** (order + 1) * arb(math.factorial(order)) * arb(order + 1).zeta(x)


def largest_root(*c: arb) -> arb:
    """The largest real root of x**n + … + c1*x + c0, without a term of the second highest power, by
    flint's isolation."""
    roots = acb_poly([*(acb(x) for x in c), 0, 1]).roots(
        tol=arb(2) ** (100 - BITS), maxprec=4 * BITS
    )
    return max((z.real for z in roots if z.imag.contains(0)), key=float)


ROOTS = [name for name, entry in TABLE.items() if entry.separant]

REFERENCE: dict[str, Callable[..., arb]] = {
    "cramer": lambda x, d: x / d, "root2": lambda c0: (-c0).sqrt(), **dict.fromkeys(ROOTS, largest_root),
    "neg": lambda x: 0 - x, "add": lambda x, y: x + y, "sub": lambda x, y: x - y, "mul": lambda x, y: x * y,
    "div": lambda x, y: x / y, "fma": lambda x, y, z: x * y + z,
    "power": lambda x, y: x ** int(float(y)) if float(y).is_integer() else x**y, "pow": lambda x, y: (y * x.log()).exp(),
    "where": lambda p, x, y: x if p else y,
    "abs": abs, "sign": lambda x: ONE if x > 0 else -ONE, "heaviside": lambda x: ONE if x > 0 else arb(0),
    "floor": lambda x: x.floor(), "ceil": lambda x: x.ceil(),
    "max": lambda x, y: x if x > y else y, "min": lambda x, y: x if x < y else y,
    "clip": lambda x, lo, hi: lo if x < lo else hi if x > hi else x,
    "copysign": lambda x, y: abs(x) if y > 0 else -abs(x),
    "atan2": lambda y, x: arb.atan2(y, x), "hypot": lambda x, y: (x * x + y * y).sqrt(),
    "exp2": lambda x: arb(2) ** x, "log2": lambda x: x.log() / arb(2).log(), "log10": lambda x: x.log() / arb(10).log(),
    "sqrt": lambda x: x.sqrt(), "cbrt": lambda x: x.root(3) if x > 0 else -((-x).root(3)),
    "lgamma": lambda x: abs(x.gamma()).log(), "polygamma": zeta_term,
    "sinc": lambda x: x.sin() / x, "logaddexp": lambda x, y: (x.exp() + y.exp()).log(),
    "sigmoid": lambda x: 1 / (1 + (-x).exp()), "softplus": lambda x: (1 + x.exp()).log(),
    "relu": lambda x: x if x > 0 else arb(0), "leaky_relu": lambda x, slope: x if x > 0 else slope * x,
    "elu": lambda x: x if x > 0 else x.exp() - 1,
    "selu": lambda x: arb(SCALE) * (x if x > 0 else arb(ALPHA) * (x.exp() - 1)),
    "gelu": lambda x: x / 2 * (-x / arb(2).sqrt()).erfc(), "silu": lambda x: x / (1 + (-x).exp()),
    "softsign": lambda x: x / (1 + abs(x)),
    **{name: (lambda x, name=name: getattr(x, name)()) for name in (
        "sin cos tan asin acos atan sinh cosh tanh asinh acosh atanh exp expm1 log log1p erf erfc gamma digamma".split())},
}  # fmt: skip

Draw = Callable[[random.Random], float]


def between(low: float, high: float) -> Draw:
    return lambda r: r.uniform(low, high)


def scaled(low: float, high: float, *signs: int) -> Draw:
    """Spread over the decades from 10**low to 10**high."""
    return lambda r: r.choice(signs or (1,)) * 10 ** r.uniform(low, high)


def off_poles(r: random.Random) -> float:
    return r.choice([r.uniform(0.05, 40), math.floor(r.uniform(-20, 0)) + r.uniform(0.05, 0.95)])


LINE = scaled(-6, 6, 1, -1)
DOMAINS: dict[str, Sequence[Draw]] = {
    "root2": [between(-3, -0.5)],
    **{name: [between(-3, -0.5)] + [between(0.1, 3)] * (len(TABLE[name].parameters) - 1) for name in ROOTS},
    "power": [LINE, lambda r: r.choice([-3.0, -1.0, 1.0, 2.0, 3.0, 7.0])], "pow": [scaled(-3, 3), between(-8, 8)],
    "where": [lambda r: r.random() < 0.5, LINE, LINE],
    "asin": [between(-1, 1)], "acos": [between(-1, 1)], "atanh": [between(-1, 1)], "acosh": [lambda r: 1 + 10 ** r.uniform(-8, 8)],
    "sin": [scaled(-8, 5, 1, -1)], "cos": [scaled(-8, 5, 1, -1)], "tan": [scaled(-8, 3, 1, -1)],
    "atan2": [scaled(-60, 60, 1, -1), scaled(-60, 60, 1, -1)], "hypot": [scaled(-60, 60, 1, -1), scaled(-60, 60, 1, -1)],
    **dict.fromkeys(("sinh", "cosh", "exp", "expm1", "exp2"), [between(-300, 300)]), "tanh": [scaled(-8, 2, 1, -1)],
    **dict.fromkeys(("log", "log2", "log10", "sqrt"), [scaled(-300, 300)]), "cbrt": [scaled(-300, 300, 1, -1)],
    "log1p": [lambda r: r.choice([10 ** r.uniform(-12, 12), r.uniform(-0.999, 0)])],
    "erf": [between(-15, 15)], "erfc": [between(-15, 15)],
    **dict.fromkeys(("gamma", "lgamma", "digamma"), [off_poles]), "polygamma": [lambda r: r.choice([1.0, 2.0, 3.0]), between(0.05, 40)],
    "sinc": [scaled(-6, 3, 1, -1)], "logaddexp": [between(-300, 300), between(-300, 300)],
    **dict.fromkeys(("sigmoid", "softplus", "elu", "selu", "silu"), [between(-300, 300)]), "gelu": [between(-15, 15)],
    "clip": [between(-3, 3), between(-2, -1), between(1, 2)], "leaky_relu": [LINE, between(0, 1)],
}  # fmt: skip
SMOOTH = [name for name, entry in TABLE.items() if any(entry.partials)]
RULES = [(name, i) for name in SMOOTH for i, text in enumerate(TABLE[name].partials) if text]
POINTS = 40


def samples(name: str, count: int = POINTS) -> list[list[Any]]:
    """Random points of the domain of a primitive, always the same."""
    entry, r = TABLE[name], random.Random(name)
    draws = DOMAINS.get(name, [LINE] * len(entry.parameters))
    return [[draw(r) for draw in draws] for _ in range(count)]


def ball(x: Any) -> Any:
    return x if isinstance(x, bool) else arb(x)


def slope(name: str, position: int, x: Sequence[Any]) -> arb:
    """The partial derivative of the reference by a central difference in balls."""
    f = REFERENCE[name]
    h = abs(arb(x[position])) * arb(2) ** -300
    at = [
        [ball(v) + sign * h if i == position else ball(v) for i, v in enumerate(x)]
        for sign in (1, -1)
    ]
    return (f(*at[0]) - f(*at[1])) / (2 * h)


def sensitivity(name: str, position: int, x: Sequence[Any], true: arb) -> float:
    """By how much the relative change of the derivative exceeds that of the arguments: its
    condition number."""
    total, step = 0.0, 2.0**-30
    for i, v in enumerate(x):
        if not isinstance(v, bool) and name not in ("power", "polygamma"):
            moved = [arb(w) * (1 + arb(step)) if i == j else w for j, w in enumerate(x)]
            total += abs(float((slope(name, position, moved) - true) / (true * step)))
    return total


def rule_in_floats(name: str, position: int, x: Sequence[Any]) -> float:
    floats = Floats()
    out = operation(floats, name)(*x)
    body = rules.partial(name, position)
    assert body is not None
    return evaluate(body, floats, [*x, out])[0]


def digits(found: float, true: arb) -> float:
    """Correct decimal digits."""
    if true == 0 or not math.isfinite(found):
        return math.inf if true == 0 and found == 0 else -math.inf
    return -math.log10(max(abs(float((arb(found) - true) / true)), 1e-17))


@pytest.fixture(autouse=True)
def _many_bits() -> Any:
    before, ctx.prec = ctx.prec, BITS
    yield
    ctx.prec = before


def test_every_function_has_a_reference() -> None:
    without = {"literal", "pi", "e", "tau"} | {
        name for name, entry in TABLE.items() if entry.condition or entry.structure
    }
    assert set(REFERENCE) == set(TABLE) - without


@pytest.mark.parametrize(("name", "position"), RULES)
def test_rule_keeps_thirteen_digits(name: str, position: int) -> None:
    for x in samples(name):
        true, found = slope(name, position, x), rule_in_floats(name, position, x)
        if true == 0 or abs(true) < 1e-290:
            assert abs(found) < 1e-280, (x, found)
            continue
        allowed = 1e-13 + 8 * U * sensitivity(name, position, x, true)
        assert abs(float((arb(found) - true) / true)) <= allowed, (x, found, true.str(20))


@pytest.mark.parametrize(("name", "position"), RULES)
def test_rule_is_the_slope_of_the_floating_point_function(name: str, position: int) -> None:
    """In float64 alone: a central difference of what the package itself computes."""
    apply = operation(Floats(), name)
    checked = 0
    for x in samples(name):
        h = abs(x[position]) * 2.0**-17
        high, low = ([*x[:position], x[position] + s * h, *x[position + 1 :]] for s in (1, -1))
        values = [apply(*p) for p in (high, low)]
        found = (values[0] - values[1]) / (high[position] - low[position])
        noise = U * max(map(abs, values)) / h if h else 0
        rule = rule_in_floats(name, position, x)
        curved = max(abs(rule_in_floats(name, position, p) - rule) for p in (high, low))
        if name in ("floor", "ceil") or not all(map(math.isfinite, (found, rule, curved))):
            continue
        checked += 1
        assert abs(found - rule) <= 8 * noise + curved + 1e-9 * abs(rule), (x, found, rule)
    assert checked > POINTS / 2 or name in ("floor", "ceil")


@pytest.mark.parametrize(("name", "x"), [
    *[("tanh", [x]) for x in (19.0, -19.0, 25.0, 40.0, 300.0)],
    *[("sigmoid", [x]) for x in (40.0, -40.0, 37.5, 300.0, -300.0)],
    *[("softplus", [x]) for x in (50.0, -50.0, 300.0, -300.0)],
    *[("expm1", [x]) for x in (-40.0, -300.0, 1e-10)], *[("elu", [x]) for x in (-40.0, -300.0)], ("selu", [-40.0]),
    *[(f, [s * x]) for f in ("asin", "acos", "atanh") for x in (1 - 1e-10, 1 - 2.0**-53, 1e-10) for s in (1, -1)],
    *[("acosh", [x]) for x in (1 + 2.0**-52, 1 + 1e-9, 1e10, 1e200, 1e300)], *[("asinh", [x]) for x in (1e10, -1e200, 1e300, 1e-9)],
    *[("gelu", [x]) for x in (-9.0, -6.0, 9.0, 1e-9)], *[("silu", [x]) for x in (-40.0, 40.0, -300.0)],
    *[("sinc", [s * x]) for x in (1e-6, 1e-5, 1e-4, 1e-3, 0.01, 0.3, 0.4999, 0.5, 0.51) for s in (1, -1)],
    *[("atan2", [y, x]) for y in (1e200, -3.0, 1e-200) for x in (2e200, -1e-200, 5.0)],
    *[("hypot", [x, y]) for x in (1e200, -3.0, 1e-200) for y in (2e200, 1e-200, 5.0)],
    *[("log1p", [x]) for x in (1e-12, -1 + 2.0**-50, 1e300)], *[("erfc", [x]) for x in (10.0, -3.0)],
    *[("logaddexp", [x, y]) for x, y in ((700.0, -700.0), (1e-9, 40.0), (-800.0, -801.0))],
    *[("softsign", [x]) for x in (1e150, -1e150, 1e-9)], *[("lgamma", [x]) for x in (1e-9, 1e9)], ("gamma", [-0.5]),
    *[("cbrt", [x]) for x in (1e-300, -1e300)], *[("sqrt", [x]) for x in (1e-300, 1e300)], ("atan", [1e150]), ("cosh", [1e-9]),
])  # fmt: skip
def test_the_form_of_a_rule_keeps_its_digits_in_the_tails(name: str, x: list[float]) -> None:
    for position, text in enumerate(TABLE[name].partials):
        true = slope(name, position, x)
        if text and abs(true) > 1e-300:
            assert digits(rule_in_floats(name, position, x), true) >= 13, (position, true.str(20))


@pytest.mark.parametrize(("name", "text", "x"), [
    ("tanh", "1 - out**2", 19.0), ("sigmoid", "out*(1 - out)", 40.0), ("expm1", "out + 1", -40.0),
    ("asin", "1/sqrt(1 - x**2)", 1 - 1e-10), ("gelu", "(1 + erf(x/sqrt(2)))/2 + x*exp(-x**2/2)/sqrt(2*pi)", -9.0),
    ("sinc", "(cos(x) - out)/x", 1e-5),
])  # fmt: skip
def test_the_textbook_form_fails_there(name: str, text: str, x: float) -> None:
    """The checker is checked: these are the rules that the table does not use, and why."""
    out = operation(Floats(), name)(x)
    assert (
        digits(evaluate(parse(text, ("x", "out")), Floats(), [x, out])[0], slope(name, 0, [x])) < 11
    )


@pytest.mark.parametrize("name", SMOOTH)
def test_value_in_floats(name: str) -> None:
    apply = operation(Floats(), name)
    for x in samples(name):
        true, found = to_arb(REFERENCE[name](*map(ball, x))), apply(*x)
        spread = sum(abs(float(slope(name, i, x) * arb(v))) for i, v in enumerate(x)
                     if not isinstance(v, bool) and name not in ("polygamma", "power", "floor", "ceil"))  # fmt: skip
        if abs(true) < 1e-290 or abs(true) > 1e300:
            continue
        allowed = 16 * U * (abs(float(true)) + (spread if TABLE[name].definition else 0)) + (
            1e-13 * abs(float(true))
        )
        assert abs(float(arb(found) - true)) <= allowed, (x, found, true.str(20))


@pytest.mark.parametrize("name", [name for name, entry in TABLE.items() if entry.definition])
def test_definition_on_balls_encloses_the_function(name: str) -> None:
    balls, body = Balls(200), rules.definition(name)
    assert body is not None
    for x in samples(name):
        true = to_arb(REFERENCE[name](*map(ball, x)))
        with balls.working():
            found = to_arb(evaluate(body, balls, [fmpq(*v.as_integer_ratio()) for v in x])[0])
        assert found.overlaps(true), (x, found.str(20), true.str(20))
        assert found.rel_accuracy_bits() > 20 or true == 0 or abs(true) < 1e-40, (x, found)


@pytest.mark.parametrize("name", [name for name, entry in TABLE.items() if entry.stable])
def test_stable_form_and_definition_are_the_same_function(name: str) -> None:
    balls = Balls(1500)
    forms = [form for form in (rules.stable(name), rules.definition(name)) if form is not None]
    for x in samples(name):
        with balls.working():
            first, second = (
                to_arb(evaluate(form, balls, [fmpq(*v.as_integer_ratio()) for v in x])[0])
                for form in forms
            )
        assert first.overlaps(second), x
        assert min(first.rel_accuracy_bits(), second.rel_accuracy_bits()) > 200 or first == 0, x


@pytest.mark.parametrize(("name", "inside", "outside"), [
    ("div", [[1, 2], [0, -1]], [[1, 0], [0, 0]]),
    ("power", [[2, "0.5"], [-2, 3], [-2, -3], [0, 2], [0, 0], [0, "0.5"]], [[-2, "0.5"], [0, -1], [0, "-0.5"]]),
    ("pow", [[2, "0.5"], [0, 1], [0, 0], [-2, 3]], [[0, -1], [-2, "0.5"]]),
    ("asin", [[-1], [0], [1]], [["1.0001"], [-2]]), ("acos", [[-1], [0], [1]], [["1.0001"], [-2]]),
    ("acosh", [[1], [2]], [["0.999"], [-2]]), ("atanh", [[0], ["0.999"]], [[1], [-1], [2]]),
    *[(name, [["1e-9"], [2]], [[0], [-1]]) for name in ("log", "log2", "log10")],
    ("log1p", [["-0.999"], [2]], [[-1], [-2]]), ("sqrt", [[0], [2]], [["-1e-9"]]),
    *[(name, [["0.5"], ["-0.5"], [3]], [[0], [-1], [-7]]) for name in ("gamma", "lgamma", "digamma")],
    ("polygamma", [[1, "0.5"], [2, "-0.5"], [1, 3]], [[1, 0], [1, -1]]),
])  # fmt: skip
def test_domain_is_right_on_both_sides(
    name: str, inside: list[list[Any]], outside: list[list[Any]]
) -> None:
    body, balls = rules.domain(name), Balls(64)
    assert body is not None
    for points, answer in ((inside, 1), (outside, 0)):
        for point in points:
            assert evaluate(body, balls, [fmpq(*_ratio(v)) for v in point])[0] == answer, point


def _ratio(value: Any) -> tuple[int, int]:
    from fractions import Fraction

    return Fraction(value).as_integer_ratio()


def test_every_domain_is_tested() -> None:
    marks = test_domain_is_right_on_both_sides.pytestmark[0]  # type: ignore[attr-defined]  # what parametrize leaves
    assert {row[0] for row in marks.args[1]} == {
        name for name, entry in TABLE.items() if entry.domain
    }


@pytest.mark.parametrize("name", [name for name, entry in TABLE.items() if entry.recurrence])
def test_recurrence_holds(name: str) -> None:
    balls, body = Balls(300), rules.recurrence(name)
    assert body is not None
    for x in samples(name):
        with balls.working():
            found = to_arb(evaluate(body, balls, [fmpq(*v.as_integer_ratio()) for v in x])[0])
        assert found.overlaps(to_arb(REFERENCE[name](*map(ball, x)))), x


@pytest.mark.parametrize("name", [name for name, entry in TABLE.items() if entry.at_infinity])
def test_limits_at_infinity(name: str) -> None:
    ends = rules.limits(name)
    assert ends is not None
    for sign, end in zip((-1, 1), ends, strict=True):
        limit = evaluate(end, Floats(), [])[0]
        assert abs(float(REFERENCE[name](arb(sign * 1e15))) - limit) < 1e-14


@pytest.mark.parametrize("name", TABLE)
def test_entry_is_complete(name: str) -> None:
    entry = TABLE[name]
    assert entry.name == name
    assert len(entry.partials) == len(entry.parameters)
    assert set(entry.defaults) <= set(entry.parameters[entry.required :])
    assert (entry.precedence > 0) == bool(entry.infix)
    for position, text in enumerate(entry.partials):
        body = rules.partial(name, position)
        assert (body is None) == (not text)
        assert body is None or body.inputs == (*entry.parameters, "out")
    for body in (
        rules.definition(name),
        rules.stable(name),
        rules.domain(name),
        rules.recurrence(name),
    ):
        assert body is None or body.inputs == entry.parameters


def test_aliases_resolve() -> None:
    assert all(target in TABLE and alias not in TABLE for alias, target in ALIASES.items())
    assert all(CALLABLE[alias] == target for alias, target in ALIASES.items())
    wanted = "arcsin arccos arctan arctan2 arcsinh arccosh arctanh ln fabs fmin fmax expit logistic swish gammaln"
    assert set(wanted.split()) <= set(ALIASES)


def test_the_language_has_what_its_page_promises() -> None:
    promised = """sin cos tan asin acos atan atan2 sinh cosh tanh asinh acosh atanh exp exp2 expm1 log log2 log10 log1p sqrt
        cbrt hypot pow fma abs sign floor ceil min max clip heaviside copysign erf erfc gamma lgamma digamma sinc logaddexp
        sigmoid relu leaky_relu softplus elu selu gelu silu softsign where"""
    assert set(promised.split()) <= set(CALLABLE)
    assert "polygamma" not in CALLABLE
