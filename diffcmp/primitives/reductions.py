"""Reductions of a whole array that are not linear: extreme elements, logsumexp and softmax.

Floating point takes a few passes, with the known derivative. Exact numbers take a tree of the
primitive of two (`max`, `min`, `logaddexp`), so that ties are the conditions of `max`, and kinks
are seen where they are.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from typing import Any

from diffcmp.primitives import rowwise
from diffcmp.primitives.arrays import as_index
from diffcmp.primitives.lazy import np
from diffcmp.primitives.record import Call, structural
from diffcmp.primitives.shapes import Apply, Key, Shape

Tangents = Sequence[Any]
Join = Callable[[Any, Any], Any]
Pair = tuple[Any, Any]  # truth values, and the weights of the same elements


def halved(x: Any, shape: Callable[[Any], Shape], take: Join, join: Join) -> Any:
    """All elements joined by a function of two arrays, halving the first axis in log₂ n steps."""
    while shape(x):
        odd = []
        while (n := shape(x)[0]) > 1:
            if n % 2:
                odd.append(take(x, n - 1))
            half = n // 2
            x = join(take(x, (0, half, 1)), take(x, (half, 2 * half, 1)))
        x = take(x, 0)
        for row in odd:
            x = join(x, row)
    return x


def _by_halves(name: str) -> Callable[[Apply, Any], Any]:
    """The elements of an array joined by a primitive of two numbers."""

    def exact(apply: Apply, x: Any) -> Any:
        join = np.frompyfunc(lambda a, b: apply(name, a, b), 2, 1)
        return halved(x, np.shape, lambda array, key: array[as_index((key,))], join)

    return exact


def _exact_softmax(apply: Apply, x: Any) -> Any:
    """exp(x − logsumexp(x))."""
    total = _by_halves("logaddexp")(apply, x)
    return np.frompyfunc(lambda a: apply("exp", apply("sub", a, total)), 1, 1)(x)


# in floating point


def extreme(x: Any, name: str) -> Any:
    """The largest ("max") or smallest ("min") element, by its real part; nan where there is one."""
    x = np.asarray(x)
    if np.iscomplexobj(x):
        return x.flat[getattr(np, f"arg{name}")(x.real)]
    return getattr(np, f"{name}imum").reduce(x, axis=None)


def attained(x: Any, value: Any) -> Any:
    """1 at the element that has the value, else 0. Elements that tie share the 1: half to either
    side wherever two meet in the tree of halves, as by components. nan where none has the value,
    which is nan then."""
    equal = np.equal(x, value)
    count = np.count_nonzero(equal)
    if count > 1:
        return _shared(equal, 1.0, operator.or_, lambda a, b: (1.0 + a - b) / 2)
    return equal.astype(float) if count else np.full(np.shape(x), np.nan)


def _exact_attained(apply: Apply, x: Any, value: Any) -> Any:
    """As `attained`, with conditions for truth values; 0 where no element has the value."""
    one, zero = value.item().literal(1), value.item().literal(0)
    equal = np.frompyfunc(lambda element: apply("eq", element, value.item()), 1, 1)(x)
    either = np.frompyfunc(lambda a, b: apply("or", a, b), 2, 1)
    half = np.frompyfunc(lambda b: apply("where", b, one / 2, one), 1, 1)
    chosen = np.frompyfunc(lambda a, rest: apply("where", a, rest, zero), 2, 1)
    return _shared(equal, one, either, lambda a, b: chosen(a, half(b)))


def _shared(equal: Any, one: Any, either: Join, share: Join) -> Any:
    """1, divided among the elements that are `equal`, by the tree of halves; `share` is that of the
    left half. Backwards, parts are views: what they are given the whole gets too."""
    weights = np.zeros(np.shape(equal), np.asarray(one).dtype)
    meetings: list[tuple[Any, Any, Any, Any]] = []

    def take(pair: Pair, key: Key) -> Pair:
        index = (*as_index((key,)), ...)
        return pair[0][index], pair[1][index]

    def join(a: Pair, b: Pair) -> Pair:
        (left, left_weights), (right, right_weights) = a, b
        whole = np.zeros(np.shape(left), weights.dtype)
        meetings.append((whole, share(left, right), left_weights, right_weights))
        return np.asarray(either(left, right)), whole

    _, top = halved((equal, weights), lambda pair: np.shape(pair[0]), take, join)
    top[...] = one
    for whole, part, left, right in reversed(meetings):
        left[...] = np.multiply(part, whole)
        right[...] = whole - left
    return weights


def logsumexp(x: Any) -> Any:
    """log Σ exp x, with log1p of all terms but the largest.

    Blanchard, Higham & Higham, "Accurately computing the log-sum-exp and softmax functions", IMA J.
    Numer. Anal. 41 (2021), algorithm 4.1.
    """
    flat = np.ravel(x)
    first = np.argmax(flat.real)
    top = flat[first]
    if not np.isfinite(top):
        return top
    terms = flat - top
    np.exp(terms, terms)
    terms[first] = 0.0
    return top + np.log1p(np.add.reduce(terms))


def softmax(x: Any) -> Any:
    """exp(x − max x) divided by its sum, which keeps the digits that exp(x − logsumexp(x)) loses
    where |x| is large."""
    terms = x - extreme(x, "max")
    np.exp(terms, terms)
    terms /= np.add.reduce(terms, axis=None)
    return terms


def softmax_along(p: Any, v: Any) -> Any:
    """(diag p − p pᵀ)·v, of each v where there are several in front: p·(w − p·w), with w = v − v at
    the largest p, as all v that differ by a number give the same. So p·(1 − p) keeps its digits
    next to p = 1."""
    flat = np.ravel(p)
    leading = np.shape(v)[: np.ndim(v) - np.ndim(p)]
    several = np.reshape(v, (*leading, np.size(p)))
    first = int(np.argmax(flat.real))
    w = np.subtract(several, several[..., first : first + 1], dtype=np.result_type(flat, several))
    w -= np.add.reduce(flat * w, axis=-1, keepdims=True)
    w *= flat
    return w.reshape(np.shape(v))


# derivatives


def _dot(apply: Apply, x: Any, y: Any) -> Any:
    return apply("sum_to", apply("mul", x, y), static=((),))


def attained_by(call: Call, tangents: Tangents) -> Any:
    """The tangent of the element that is the largest, or the smallest."""
    return _dot(call.apply, call.apply("attained", call.arguments[0], call.out), tangents[0])


def softmax_along_by(call: Call, tangents: Tangents) -> Any:
    """With S(p, v) = p·(v − p·v): dS = dp·(v − p·v) − p·(dp·v) + S(p, dv)."""
    apply, (p, v), (dp, dv) = call.apply, call.arguments, tangents
    linear = None if dv is None else apply("softmax_along", p, dv)
    if dp is None:
        return linear
    first = apply("mul", dp, apply("sub", v, _dot(apply, p, v)))
    moved = apply("sub", first, apply("mul", p, _dot(apply, dp, v)))
    return moved if linear is None else apply("add", moved, linear)


def _exact_softmax_along(apply: Apply, p: Any, v: Any) -> Any:
    """p·(v − p·v)."""
    products = p * v
    return p * (v - products.sum(axis=tuple(range(-p.ndim, 0)), keepdims=True))


# fmt: off
#          name             shape of the result        in floating point                         derivative
structural("largest",       lambda s, x: (),           lambda s, x: extreme(x, "max"),           [None],
           pushforward=attained_by,      exact=_by_halves("max"),        elements="chosen", ufunc="maximum")
structural("smallest",      lambda s, x: (),           lambda s, x: extreme(x, "min"),           [None],
           pushforward=attained_by,      exact=_by_halves("min"),        elements="chosen", ufunc="minimum")
structural("logsumexp",     lambda s, x: (),           lambda s, x: logsumexp(x),                [None],  # by the softmax
           pushforward=lambda call, tangents: _dot(call.apply, call.apply("softmax", call.arguments[0]), tangents[0]),
           exact=_by_halves("logaddexp"),                                elements="joined")
structural("softmax",       lambda s, x: x,            lambda s, x: softmax(x),                  [None],  # diag(p) − p pᵀ
           pushforward=lambda call, tangents: call.apply("softmax_along", call.out, tangents[0]),
           exact=_exact_softmax,                                         fresh=True)
# what their derivatives are made of: a piecewise constant, and the product with a symmetric matrix
structural("attained",      lambda s, x, value: x,     lambda s, x, value: attained(x, value),   [None, None],
           pushforward=lambda call, tangents: None,                      exact=_exact_attained, fresh=True)
structural("softmax_along", lambda s, p, v: v,         lambda s, p, v: softmax_along(p, v),
           [None, lambda call, ct: call.apply("softmax_along", call.arguments[0], ct)],
           pushforward=softmax_along_by, rows=rowwise.softmax_along,     exact=_exact_softmax_along, fresh=True)
# fmt: on
