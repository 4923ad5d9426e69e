"""The language once more, on mpmath's numbers, from Python's syntax tree: nothing of diffcmp is
used here.

Real numbers to `DIGITS` digits. `Undefined` is what has no real value; `Unclear` is what roundoff
would decide, or what is
too large to be computed: then this reference has nothing to say.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import lru_cache
from typing import Any

import mpmath
from mpmath import mpf

NOISE = mpf(10) ** -250  # below this a value that is not exactly 0 may be all roundoff
ABSORBED = mpf(10) ** -250  # a smaller share of a sum is lost
LARGEST = mpf(10) ** 100  # of an exponent
LARGEST_ANGLE = mpf(10) ** 80
LARGEST_STEP = (
    mpf(10) ** 20
)  # beyond, a slope may take many steps between two of the points that are looked at
LARGEST_GAMMA = 5000


class Undefined(Exception):
    """There is no real value."""


class Unclear(Exception):
    """This reference cannot tell."""


def sign(x: Any) -> int:
    """-1, 0 or 1, where it is not roundoff that decides.

    Raises
    ------
    Unclear: where it is.
    """
    if x != 0 and abs(x) < NOISE:
        raise Unclear
    return 1 if x > 0 else -1 if x < 0 else 0


def whole(x: Any) -> bool:
    """Whether x is an integer."""
    return sign(x - mpmath.nint(x)) == 0


def need(condition: bool) -> None:
    if not condition:
        raise Undefined


def clear(condition: bool) -> None:
    if not condition:
        raise Unclear


def exp(x: Any) -> Any:
    """The exponential of what does not drown in the 1 that it is next to."""
    clear(abs(x) < LARGEST and (x == 0 or abs(x) > ABSORBED))
    return mpmath.exp(x)


def log(x: Any) -> Any:
    need(sign(x) > 0)
    return mpmath.log(x)


def angle(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def bounded(x: Any) -> Any:
        clear(abs(x) < LARGEST_ANGLE)
        return function(x)

    return bounded


def plus(x: Any, y: Any) -> Any:
    """x + y, where the smaller does not drown in the larger: what follows may cancel the larger."""
    clear(x == 0 or y == 0 or ABSORBED < abs(x / y) < 1 / ABSORBED)
    return x + y


def divide(x: Any, y: Any) -> Any:
    need(sign(y) != 0)
    return x / y


def power(x: Any, y: Any) -> Any:
    """x**y on the reals: a negative base has whole powers only."""
    s = sign(x)
    if s > 0:
        return exp(y * mpmath.log(x))
    if s == 0:
        need(sign(y) >= 0)
        return mpf(1) if sign(y) == 0 else mpf(0)
    need(whole(y))
    size = exp(y * mpmath.log(-x))
    return size if mpmath.nint(y) % 2 == 0 else -size


def positive_power(x: Any, y: Any) -> Any:
    clear(sign(x) > 0)
    return power(x, y)


def root(x: Any, n: int) -> Any:
    return x if x == 0 else power(x, mpf(1) / n)


def within(function: Callable[[Any], Any], inside: Callable[[Any], bool]) -> Callable[[Any], Any]:
    def checked(x: Any) -> Any:
        need(inside(x))
        return function(x)

    return checked


def gamma_like(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def checked(x: Any) -> Any:
        clear(abs(x) < LARGEST_GAMMA)
        need(sign(x) > 0 or not whole(x))
        return function(x)

    return checked


def tan(x: Any) -> Any:
    clear(abs(x) < LARGEST_ANGLE)
    return divide(mpmath.sin(x), mpmath.cos(x))


def atan2(y: Any, x: Any) -> Any:
    if sign(x) == 0 and sign(y) == 0:
        return mpf(0)
    return mpmath.atan2(y, x)


def floor(x: Any) -> Any:
    clear(abs(x) < LARGEST_STEP)
    return mpmath.nint(x) if whole(x) else mpmath.floor(x)


def sinh(x: Any) -> Any:
    return (exp(x) - exp(-x)) / 2 if abs(x) > 1 else mpmath.sinh(x)


def saturated(x: Any) -> Any:
    """What is next to ±1, so near that it cannot be told from it: gamma(erf(1/x)) has a pole at 0
    from the left, and gamma(-1) no value."""
    return sign(x) * (1 - NOISE / 2)


def tanh(x: Any) -> Any:
    return mpmath.tanh(x) if abs(x) < 400 else saturated(x)


def erf(x: Any) -> Any:
    return mpmath.erf(x) if abs(x) < 30 else saturated(x)


def erfc(x: Any) -> Any:
    if x < -100:
        return mpf(2)
    clear(x < 1000)
    return mpmath.erfc(x)


def sigmoid(x: Any) -> Any:
    return 1 / (1 + exp(-x))


def maximum(*xs: Any) -> Any:
    best = xs[0]
    for x in xs[1:]:
        best = x if sign(x - best) > 0 else best
    return best


def minimum(*xs: Any) -> Any:
    return -maximum(*(-x for x in xs))


def elu(x: Any) -> Any:
    return x if sign(x) > 0 else mpmath.expm1(x)


def selu(x: Any) -> Any:
    scale, alpha = (
        decimal("1.0507009873554804934193349852946"),
        decimal("1.6732632423543772848170429916717"),
    )
    return scale * (x if sign(x) > 0 else alpha * (exp(x) - 1))


def decimal(text: str) -> Any:
    exact = Fraction(text)
    return mpf(exact.numerator) / exact.denominator


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "sin": angle(mpmath.sin), "cos": angle(mpmath.cos), "tan": tan, "atan": mpmath.atan, "atan2": atan2,
    "asin": within(mpmath.asin, lambda x: sign(1 - abs(x)) >= 0), "acos": within(mpmath.acos, lambda x: sign(1 - abs(x)) >= 0),
    "sinh": sinh, "cosh": lambda x: (exp(x) + exp(-x)) / 2, "tanh": tanh, "asinh": mpmath.asinh,
    "acosh": within(mpmath.acosh, lambda x: sign(x - 1) >= 0), "atanh": within(mpmath.atanh, lambda x: sign(1 - abs(x)) > 0),
    "exp": exp, "exp2": lambda x: power(mpf(2), x), "expm1": lambda x: exp(x) - 1, "log": log,
    "log2": lambda x: log(x) / mpmath.log(2), "log10": lambda x: log(x) / mpmath.log(10), "log1p": lambda x: log(plus(mpf(1), x)),
    "sqrt": within(mpmath.sqrt, lambda x: sign(x) >= 0), "cbrt": lambda x: sign(x) * root(abs(x), 3),
    "hypot": lambda x, y: mpmath.sqrt(plus(x * x, y * y)), "pow": positive_power, "fma": lambda x, y, z: plus(x * y, z),
    "abs": lambda x: sign(x) * x, "sign": lambda x: mpf(sign(x)), "floor": floor, "ceil": lambda x: -floor(-x),
    "min": minimum, "max": maximum, "clip": lambda x, lo, hi: minimum(maximum(x, lo), hi),
    "heaviside": lambda x: mpf(sign(x) + 1) / 2, "copysign": lambda x, y: sign(x) * x * (-1 if sign(y) < 0 else 1),
    "erf": erf, "erfc": erfc, "gamma": gamma_like(mpmath.gamma), "digamma": gamma_like(mpmath.digamma),
    "lgamma": gamma_like(lambda x: mpmath.log(abs(mpmath.gamma(x)))),
    "sinc": angle(lambda x: mpmath.sin(x) / x if sign(x) else mpf(1)), "logaddexp": lambda x, y: mpmath.log(plus(exp(x), exp(y))),
    "sigmoid": sigmoid, "relu": lambda x: x if sign(x) > 0 else mpf(0),
    "leaky_relu": lambda x, slope=None: x if sign(x) > 0 else (decimal("0.01") if slope is None else slope) * x,
    "softplus": lambda x: mpmath.log(1 + exp(x)), "elu": elu, "selu": selu,
    "gelu": lambda x: x * erfc(-x / mpmath.sqrt(2)) / 2, "silu": lambda x: x * sigmoid(x), "softsign": lambda x: x / (1 + sign(x) * x),
}  # fmt: skip
ALIASES = {
    "arcsin": "asin", "arccos": "acos", "arctan": "atan", "arctan2": "atan2", "arcsinh": "asinh", "arccosh": "acosh",
    "arctanh": "atanh", "ln": "log", "fabs": "abs", "fmin": "min", "fmax": "max", "expit": "sigmoid", "logistic": "sigmoid",
    "swish": "silu", "gammaln": "lgamma", "absolute": "abs", "maximum": "max", "minimum": "min", "clamp": "clip",
}  # fmt: skip
CONSTANTS = {"pi": lambda: +mpmath.pi, "e": lambda: +mpmath.e, "tau": lambda: 2 * mpmath.pi}
COMPARISONS: dict[type[ast.cmpop], Callable[[int], bool]] = {
    ast.Lt: lambda s: s < 0, ast.LtE: lambda s: s <= 0, ast.Gt: lambda s: s > 0, ast.GtE: lambda s: s >= 0,
    ast.Eq: lambda s: s == 0, ast.NotEq: lambda s: s != 0,
}  # fmt: skip
SPELLINGS = str.maketrans(
    {
        "^": "**",
        "×": "*",
        "÷": "/",
        "·": "*",
        "−": "-",
        "≤": "<=",
        "≥": ">=",
        "≠": "!=",
        "²": "**2",
        "³": "**3",
    }
)


@lru_cache(maxsize=256)
def tree(text: str) -> tuple[ast.Module, str]:
    source = text.replace("⁻²", "**-2").translate(SPELLINGS)
    return ast.parse(source.strip()), source.strip()


def evaluate(text: str, values: Mapping[str, Any]) -> Any:
    """The value of an expression, or of statements that end in one, at mpmath's working precision.

    Raises
    ------
    Undefined: where it has no real value. Unclear: where this cannot be told.
    """
    module, source = tree(text)
    names = dict(values)
    *assignments, last = module.body
    for statement in assignments:
        assert isinstance(statement, ast.Assign)
        try:
            names[statement.targets[0].id] = _number(statement.value, names, source)  # type: ignore[attr-defined]
        except Undefined:
            names[statement.targets[0].id] = None  # type: ignore[attr-defined]  # may never be used
    return _number(last.value, names, source)  # type: ignore[attr-defined]


def _number(node: ast.expr, names: Mapping[str, Any], source: str) -> Any:
    match node:
        case ast.Constant():
            return decimal(ast.get_source_segment(source, node) or "")
        case ast.Name(id=name):
            value = names[name] if name in names else CONSTANTS[name]()
            need(value is not None)
            return value
        case ast.UnaryOp(op=ast.USub()):
            return -_number(node.operand, names, source)
        case ast.UnaryOp(op=ast.UAdd()):
            return _number(node.operand, names, source)
        case ast.BinOp():
            return _operation(
                node, _number(node.left, names, source), _number(node.right, names, source)
            )
        case ast.IfExp():
            return _number(
                node.body if _holds(node.test, names, source) else node.orelse, names, source
            )
        case ast.Call(func=ast.Name(id="where")):
            test, x, y = node.args
            return _number(x if _holds(test, names, source) else y, names, source)
        case ast.Call(func=ast.Name(id=name)):
            return FUNCTIONS[ALIASES.get(name, name)](
                *(_number(a, names, source) for a in node.args)
            )
    raise AssertionError(ast.dump(node))


def _operation(node: ast.BinOp, x: Any, y: Any) -> Any:
    match node.op:
        case ast.Add():
            return plus(x, y)
        case ast.Sub():
            return plus(x, -y)
        case ast.Mult():
            return x * y
        case ast.Div():
            return divide(x, y)
        case ast.Pow():
            clear(
                sign(x) > 0 or not _varies(node.right)
            )  # the language leaves it to the constant exponents
            return power(x, y)
    raise AssertionError(ast.dump(node))


def _varies(node: ast.expr) -> bool:
    return any(
        isinstance(n, ast.Name) and n.id not in CONSTANTS and n.id not in FUNCTIONS
        for n in ast.walk(node)
    )


def _joined(node: ast.BoolOp, names: Mapping[str, Any], source: str) -> bool:
    """`and`, `or`. What they are where one side has no value, and the other decides, is nobody's to
    say."""
    found, undefined = [], False
    for value in node.values:
        try:
            found.append(_holds(value, names, source))
        except Undefined:
            undefined = True
    if undefined:
        raise Unclear if isinstance(node.op, ast.Or) in found else Undefined
    return all(found) if isinstance(node.op, ast.And) else any(found)


def _holds(node: ast.expr, names: Mapping[str, Any], source: str) -> bool:
    match node:
        case ast.Compare():
            if len(node.ops) > 1:  # x < y < z is x < y and y < z
                terms = [node.left, *node.comparators]
                pairs = zip(terms, node.ops, terms[1:], strict=False)
                links: list[ast.expr] = [ast.Compare(x, [op], [y]) for x, op, y in pairs]
                return _joined(ast.BoolOp(ast.And(), links), names, source)
            x, y = (_number(n, names, source) for n in (node.left, node.comparators[0]))
            return COMPARISONS[type(node.ops[0])](sign(x - y))
        case ast.BoolOp():
            return _joined(node, names, source)
        case ast.UnaryOp(op=ast.Not()):
            return not _holds(node.operand, names, source)
    raise AssertionError(ast.dump(node))
