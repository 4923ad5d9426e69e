"""Random expressions as text, and random points, for the properties that hold for every program."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from hypothesis import strategies as st

from diffcmp.language.parser import CONSTANTS
from diffcmp.primitives import CALLABLE, TABLE
from diffcmp.program.ir import Program

VARIABLES = ("x", "y", "z")
FUNCTIONS = sorted(name for name in CALLABLE if name != "where")
LITERALS = "0 1 2 3 10 0.1 .5 2. 1e-3 2.5E+2 1_000 3.14159265358979323846264338327950288".split()
OPERATORS = ["+", "-", "*", "/", "**", "^", " + ", " - ", "×", "÷", "·", "−"]
COMPARISONS = ["<", "<=", ">", ">=", "==", "!=", "≤", "≥", "≠"]
WHOLE = ["**2", "^3", "**0", "**1", "**-1", "²", "³", "⁻²", "**0.5", "**(1/3)"]


def expressions(
    variables: Sequence[str] = VARIABLES, functions: Sequence[str] = FUNCTIONS, leaves: int = 8
) -> st.SearchStrategy[str]:
    """Texts in the language: every function, every operator, branches, powers, parentheses where
    they may be."""
    leaf = st.sampled_from([*variables, *variables, *variables, *LITERALS, *CONSTANTS])
    return st.recursive(leaf, lambda inner: _compound(inner, functions), max_leaves=leaves)


def _compound(inner: st.SearchStrategy[str], functions: Sequence[str]) -> st.SearchStrategy[str]:
    part = st.one_of(inner, inner.map("({})".format))
    test = conditions(inner)
    call = st.sampled_from(functions).flatmap(cache(lambda name: _call(name, inner)))
    return st.one_of(
        st.builds("{} {} {}".format, part, st.sampled_from(OPERATORS), part),
        st.builds("({}){}({})".format, inner, st.sampled_from(OPERATORS), inner),
        call,
        call,
        st.builds("{}({})".format, st.sampled_from(["-", "+", "--", "-+"]), inner),
        st.builds("-{}".format, part),
        st.builds("({}){}".format, inner, st.sampled_from(WHOLE)),
        st.builds("where({}, {}, {})".format, test, inner, inner),
        st.builds("({} if {} else {})".format, part, test, inner),
    )


def conditions(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Comparisons, chained ones too, and what `and`, `or` and `not` make of them.

    Two levels are written out: a recursive strategy inside another one has hypothesis print all of
    both, which takes most of the time of a test.
    """
    sign = st.sampled_from(COMPARISONS)
    one = st.builds("({}) {} ({})".format, inner, sign, inner)
    chained = st.builds("({}) {} ({}) {} ({})".format, inner, sign, inner, sign, inner)
    simple = st.one_of(one, chained)
    once = st.one_of(simple, _connected(simple))
    return st.one_of(simple, once, _connected(once))


def _connected(test: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    word = st.sampled_from(["and", "or"])
    return st.one_of(
        st.builds("({}) {} ({})".format, test, word, test),
        st.builds("{} {} {}".format, test, word, test),
        st.builds("not ({})".format, test),
    )


def _call(name: str, inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    entry = TABLE[CALLABLE[name]]
    most = len(entry.parameters) + 2 * entry.folds
    arguments = st.lists(inner, min_size=entry.required, max_size=most)
    return arguments.map(lambda texts: f"{name}({', '.join(texts)})")


def statements(variables: Sequence[str] = VARIABLES) -> st.SearchStrategy[str]:
    """`u = …; w = …; …`, where later statements use the earlier names."""
    first = expressions(variables, leaves=4)
    second = expressions([*variables, "u", "u"], leaves=4)
    last = expressions([*variables, "u", "w", "w"], leaves=5)
    return st.builds("u = {}; w = {}; {}".format, first, second, last)


def texts() -> st.SearchStrategy[str]:
    """Expressions with and without statements."""
    return st.one_of(expressions(), statements())


WILD = {"gamma", "lgamma", "gammaln", "digamma", "floor", "ceil", "exp2", "fma"}
TAME = [name for name in FUNCTIONS if name not in WILD]
SPECIAL = "0.0 -0.0 1.0 -1.0 0.5 2.0 1e-300 5e-324 1e308 inf -inf nan".split()


def coordinates() -> st.SearchStrategy[float]:
    """Numbers of moderate size, special ones, and any double."""
    special = st.sampled_from([float(number) for number in SPECIAL])
    return st.one_of(st.floats(-4, 4), special, st.floats(allow_nan=False, allow_infinity=False))


def canonical(program: Program) -> object:
    """What two programs have in common if they are the same directed graph, whatever the numbers of
    their slots.

    Values are numbered in the order in which a walk from the outputs first meets them; literals and
    constants are told apart by what they are, since a text cannot say whether two equal ones are
    the same.
    """
    numbers: dict[int, int] = {}
    rows: list[object] = []

    def seen(slot: int) -> object:
        """What a slot is called, where the walk has been; None where not."""
        if slot < len(program.inputs):
            return program.inputs[slot]
        eq = program.by_output[slot]
        return numbers.get(slot) if eq.inputs else (eq.primitive, eq.params)

    stack = list(reversed(program.outputs))
    while stack:  # no recursion: a sum of thousands of terms is as deep
        slot = stack[-1]
        if seen(slot) is not None:
            stack.pop()
            continue
        eq = program.by_output[slot]
        missing = [i for i in eq.inputs if seen(i) is None]
        if missing:
            stack += reversed(missing)
            continue
        stack.pop()
        numbers[slot] = len(numbers)
        rows.append((eq.primitive, tuple(seen(i) for i in eq.inputs)))
    return [seen(i) for i in program.outputs], rows
