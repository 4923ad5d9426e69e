"""Random functions and points at which something is likely to go wrong: common zeros, cancellation,
pieces that meet."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from itertools import accumulate

from hypothesis import strategies as st

from tests.strategies import FUNCTIONS, expressions

SPECIAL = [
    "0", "0", "0", "0", "1", "1", "-1", "2", "1/2", "-1/2", "pi", "pi/2", "-pi", "e", "1e-8", "-1e-8", "1e8", "3", "10", "1/3", "0.1", "sqrt(2)",
    "log(2)", "1e-3", "-2", "100",
]  # fmt: skip
# vanish at d = 0, where x = a
VANISHING = """
d | d | sin(d) | tan(d) | exp(d)-1 | expm1(d) | log1p(d) | log(1+d) | atan(d) | sinh(d) | asinh(d) | tanh(d) | 1-cos(d) | cosh(d)-1
sqrt(1+d)-1 | d**2 | d**3 | -d | 2*d | d*exp(x) | erf(d) | sin(x)-sin(a) | exp(x)-exp(a) | x**2-(a)**2 | x**3-(a)**3 | cos(x)-cos(a)
abs(d) | d-sin(d) | tan(d)-d | exp(d)-1-d | (1+d)**(1/3)-1 | gamma(1+d)-1 | max(d, 0) | relu(d) | softsign(d) | min(d, 2*d) | d*abs(d)
sqrt(abs(d)) | cbrt(d) | d/(1+d) | sigmoid(d)-1/2 | log(x)-log(a) | sqrt(x)-sqrt(a) | x-a+d**2 | exp2(d)-1 | silu(d) | gelu(d) | elu(d)
leaky_relu(d) | selu(d) | hypot(d, d) | asin(d) | acos(1-d) | atanh(d) | acosh(1+d) | sinc(d)-1 | digamma(1+d)-digamma(1) | lgamma(1+d)
logaddexp(d, d)-log(2) | softplus(d)-log(2) | clip(d, -1, 1) | d**5 | erfc(d)-1 | x**x-(a)**(a) | sin(d)**2 | sin(d**2) | d*sin(x)
""".replace("\n", "|")
REGULAR = "x | 2 | exp(x) | cos(x) | sigmoid(x) | x**2+1 | 1 | -1 | 3 | x+2 | 1/2 | pi | -x | atan(x) | 1e-3 | 0 | 1/(1+x**2) | y | y*x | exp(-y)"
# v, w, u vanish, r and s need not
COMPOSED = """
v/w | v/w | v/w | v*r/w | v/w + u/d | (v-w)/u | (v-w)/d**2 | (v-w)/d**3 | 1/v - 1/w | r/v - s/w | r/v | v*(r/w) | sqrt(v) | v**(1/3) | cbrt(v) | v**1.5
abs(v) | abs(v)/w | sign(v)*w | sign(v)*r | max(v, w) | min(v, r*w) | max(v, r) | where(v > 0, w, u) | where(v > 0, r, s) | where(v >= 0, w/u, w)
where(d == 0, r, v/w) | where(d == 0, 1, v/d) | clip(v, -1, 1) | clip(r, v, s) | floor(v+r) | ceil(v+1) | floor(v) | heaviside(v) | heaviside(v)*w
log(v) | log(abs(v)) | v*log(abs(v)) | v*log(w) | log(v)/log(w) | abs(v)**w | v**w | (1+v)**(1/w) | (1+v)**(r/w) | exp(1/v) | exp(-1/v**2) | exp(-1/abs(v))
tanh(1/v) | atan(r/v) | atan(1/v)*w | atan2(v, w) | atan2(v, r) | hypot(v, w) | copysign(r, v) | copysign(w, v) | sqrt(v**2) | (v**2)**(1/2) | sqrt(v**2+w**2)
sqrt(v*w) | sinc(v) | sinc(1/v) | pow(abs(v), w) | logaddexp(v, 1/w) | erf(1/v) | erf(r/v) | gamma(v) | gamma(v)*w | digamma(v)*w | lgamma(v) | v*lgamma(w)
1/gamma(v) | gamma(v)-1/w | v*floor(r/w) | asin(1-v) | acos(1-v**2) | asin(r) | acosh(1+v) | atanh(1-v) | sqrt(1-(1-v)**2) | log(1+exp(1/v))*w | 1/(1+exp(1/v))
w/(1+exp(1/v)) | v*w/(v+w) | v*w/(v**2+w**2) | (v if w > 0 else u) | (v/w if d != 0 else r) | max(v, w, u) | where(v > w, v, w) | where(v < 0 and w > 0, r, s)
where(v == 0 or w > 0, v, u) | exp(log(abs(v))) | exp(v*log(w)) | softplus(1/v)*w | sigmoid(r/v) | elu(v) | selu(v)/w | (abs(v)+w)/2 | (abs(v)-abs(w))/d
(sqrt(1+v)-sqrt(1-v))/w | (exp(v)-exp(w))/u | (sin(v)-sin(w))/(v-w) | sin(v)/sin(w) | (v/w)**r | (v/w)**(u/d) | (v/w - 1)/d | (v/w - r)/u | tan(pi/2+v)*w
cosh(1/v)*w | r*v + s*w | r | floor(r) | sign(r)*v | where(r > s, v, w) | v*sin(1/w) | w*cos(1/v) | sqrt(v+w) | sqrt(v)-sqrt(w) | sqrt(v)/sqrt(w) | v**2/sqrt(w)
log(1+v)/w | log(v/w) | log(v)-log(w) | log(sin(v)/w) | expm1(v)/log1p(w) | fma(v, w, u)/d | v**3/w**2 | v**w**u | x**x | x**(1/x)
""".replace("\n", "|")
OUTER = """
c | c | c | c | exp(c) | c**2 | sin(c) | c*x | abs(c) | sqrt(abs(c)) | atan(c) | 1/c | c + b | c - b | c*b | c/b | max(c, b) | c**3 | cbrt(c) | log(1+c**2)
where(c > b, c, b) | -c | tanh(c) | c*d | c/d | c*abs(d) | hypot(c, d) | floor(c) | sign(c) | c**(1/2) | (c - 1)/d | log(c) | exp(-c) | relu(c) | sinc(c)
u = c; u*u + u | w = c; w/(1+w**2) | c*c | c - c | c/c | c*0 | 0/c | c**0 | b**c | where(d > 0, c, b) | where(d == 0, b, c) | gamma(c) | erf(c) | c if d > 0 else b
""".replace("\n", "|")


@dataclass(frozen=True)
class Problem:
    """A function, a point of texts, and the variable along which it is looked at."""

    text: str
    at: dict[str, str]
    name: str


def problems() -> st.SearchStrategy[Problem]:
    """Functions of x and perhaps y, at special points and others."""
    anything = expressions(["x", "x", "y"], FUNCTIONS, leaves=6)

    def at_point(a: str) -> st.SearchStrategy[Problem]:
        composed = _composed(a)
        functions = st.one_of(composed, composed, composed, anything)
        return functions.flatmap(lambda text: _at(text, a))

    return _points().flatmap(at_point)


def _points() -> st.SearchStrategy[str]:
    return st.one_of(
        st.sampled_from(SPECIAL),
        st.sampled_from(SPECIAL),
        st.decimals(-4, 4, places=3, allow_nan=False).map(str),
    )


def _at(text: str, a: str) -> st.SearchStrategy[Problem]:
    names = sorted({name for name in re.findall(r"[^\W\d]\w*", text) if name in "xyz"})
    others = st.sampled_from(["0", "1", "2", "-1", "1/2", "pi"])
    if not names:
        return st.just(Problem(f"x + {text}" if ";" not in text else "x", {"x": a}, "x"))
    point = st.fixed_dictionaries({name: st.just(a) if name == "x" else others for name in names})
    return st.builds(Problem, st.just(text), point, st.sampled_from(names))


def _choice(table: str) -> st.SearchStrategy[str]:
    entries = map(str.strip, table.split("|"))
    return st.sampled_from(list(filter(None, entries)))


@cache
def _composed(a: str) -> st.SearchStrategy[str]:
    d = "x" if a == "0" else _put("x-a", a=a)
    vanishing = _choice(VANISHING).map(lambda t: _put(t, d=d, a=a))
    regular = _choice(REGULAR)
    inner = st.builds(
        lambda t, v, w, u, r, s: _put(t, v=v, w=w, u=u, r=r, s=s, d=d),
        _choice(COMPOSED), vanishing, vanishing, vanishing, regular, regular,
    )  # fmt: skip
    return st.builds(
        lambda t, c, b: _put(t, c=c, b=b, d=d),
        _choice(OUTER),
        inner,
        st.one_of(inner, regular, vanishing),
    )


def _atomic(text: str) -> bool:
    """Whether a text is one number, name, call or pair of parentheses."""
    depths = list(accumulate((c == "(") - (c == ")") for c in text))
    if re.fullmatch(r"[\w.]*", text):
        return True
    called = re.match(r"\w*\(", text) is not None
    return called and 0 not in depths[text.index("(") : -1] and depths[-1] == 0


def _put(template: str, **pieces: str) -> str:
    """The template with every single letter of a piece replaced by that piece, in parentheses where
    it needs them."""
    head, _, body = template.rpartition("; ")
    filled = {k: p if _atomic(p) else f"({p})" for k, p in pieces.items()}

    def replaced(text: str) -> str:
        return re.sub(r"(?<![\w.])[a-z](?![\w(])", lambda m: filled.get(m[0], m[0]), text)

    if head:  # `u = c`: its name stays a name
        name, value = head.split(" = ")
        return f"{name} = {replaced(value)}; {body}"
    return replaced(body)
