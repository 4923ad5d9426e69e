"""Every way in which an input can be refused, each with its sentence and its advice, and the
exceptions that carry it."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterable
from enum import Enum
from functools import partial
from pathlib import Path
from typing import Any

from diffcmp.spans import Piece, Span, printable, shortened, underlined


class Fault(Enum):
    """What was wrong with the input, then what to do about it. Facts of the case stand in braces."""

    # fmt: off
    EMPTY = "the expression is empty", "Write a function of x, for example 'sin(x)/x'"
    NO_TEXT = "a function is given as text or as a Program, not as {given}", "For example \"sin(x)/x\"; diffcmp.trace makes a Program of a Python function"
    SYNTAX = "cannot read the expression: {reason}", "`diffcmp --functions` shows the language"
    JUXTAPOSED = "a number and a name stand side by side", "Write their product with *: 2*x"
    TOO_LONG = "the expression has {length} characters; the limit is {limit}", "Split it, or use the Python API"
    TOO_DEEP = "the expression is nested too deeply; the limit is {limit} levels", "Name parts of it: `u = …; v = …; u*v`"
    TOO_MANY = "the expression has too many operations in a row", "Name parts of it: `u = …; v = …; u + v`"
    CHARACTER = "the character {name} is not part of the language", "Retype this piece by hand"
    NOT_IN_LANGUAGE = "{what} is not part of the expression language", "`diffcmp --functions` shows what is"
    NUMBER = "the number {number} is not a plain decimal of at most {digits} digits, with an exponent up to {exponent}", "Write it as 1.5, 2e-3 or .5"
    NO_VALUE = "the last statement must be an expression, the value of the function", "Write `u = sin(x); u**2`"
    UNKNOWN_FUNCTION = "unknown function '{name}'", "{hint}`diffcmp --functions` lists all"
    NOT_A_FUNCTION = "'{name}' is {what}, not a function", "Write {name}*(…) for a product"
    FUNCTION_AS_VALUE = "'{name}' is a function and needs its argument", "Write {name}(…)"
    RESERVED = "'{name}' cannot be used as a name: {why}", "Choose another name"
    ARGUMENTS = "{name} takes {wanted}, not {given}", "Write {name}({parameters})"
    KEYWORD = "{name} has no keyword '{keyword}'", "Write {name}({parameters})"
    CONDITION_AS_NUMBER = "a condition stands where a number is needed", "Write where(condition, a, b)"
    NUMBER_AS_CONDITION = "a number stands where a condition is needed", "Compare it with something: {piece} > 0"
    SHAPES = "the shapes {shapes} do not match here", "Lengths must be equal, or 1"
    SHAPES_OF_PRODUCT = "the shapes {shapes} do not match in a product", "The left factor needs as many columns as the right one has rows"
    AXES = "an array of shape {shape}: only vectors and matrices are supported", "Work with its rows one by one"
    TOO_LARGE = "an array of shape {shape} has more than {limit} elements", "Use fewer"
    INDEX = "the index {index} is out of range: there are {length} elements", "Count from 0 to {last}, or from -1 backwards"
    INDICES = "{count} indices are given, but {piece} has shape {shape}", "Give one index for each axis, or fewer"
    INDEX_KIND = "an index must be a whole number or a slice", "Write x[0], x[-1] or x[1:3]"
    SLICE_EMPTY = "this slice of {length} elements is empty", "Slices count from 0 and stop before their end"
    NOT_INDEXABLE = "{piece} is a number here and has no elements", "Give a vector: --at \"x=[1, 2, 3]\""
    ARRAY_NEEDED = "{name} needs {wanted}, but this is {shape}", "Give a vector as --at \"x=[1, 2, 3]\", or write [a, b, c]"
    NOT_SQUARE = "{name} needs a square matrix, but this one has shape {shape}", "Give as many rows as columns, such as [[a, b], [c, d]]"
    MATRIX_TOO_LARGE = "{name} of a matrix of shape {shape} is too large to compute by components; the limit is {limit}×{limit}", "Use a smaller one"
    STEPS = "{name} takes a number of steps from 1 to {limit}, written out", "Write {name}(A, 20)"
    VECTOR_VALUED = "the value has shape {shape} and is not a number", "Use `diffcmp jacobian`, or a number such as sum(…)"
    NO_VARIABLE = "the expression has no variable to differentiate with respect to", "Use a name such as x in it"
    POINT_MISSING = "no point is given for {names}", "Write --at {example}"
    POINT_BARE = "one bare value is given, but the function has the variables {names}", "Write --at {example}"
    POINT_TWICE = "'{name}' is given twice", "Give each variable once"
    POINT_UNKNOWN = "the expression has no variable '{name}'", "Its variables are {names}"
    POINT_NAME = "cannot read '{piece}' as a coordinate", "Write --at 2, or --at x=2,y=3"
    POINT_ELEMENT = "an element cannot be given by itself", "Give all of {name}: --at \"{name}=[1, 2, 3]\""
    POINT_FILE = "cannot read the point from '{path}': {reason}", "Name a file .npy, .csv or .txt: --at x=@data.npy"
    ARRAY_OF_NUMBERS = "this is not a number, vector or matrix of real numbers", "Pass numbers, or lists or arrays of them, in rows of one length"
    POINT_RAGGED = "the rows of this array differ in length or in kind", "Write a vector [1, 2] or a matrix [[1, 2], [3, 4]]"
    POINT_LINSPACE = "cannot read this range", "Write linspace(start, stop, count) with a count from 2 to {limit}"
    POINT_SIZE = "the point has {size} numbers; the limit is {limit}", "Use a smaller one"
    POINT_SHAPE = "'{name}' is given as {given}, but the function takes {wanted}", "Give it the shape that the function takes"
    POINT_EMPTY = "the point is empty", "Write --at 2, or --at x=2,y=3"
    POINT_NOT_CONSTANT = "a point must be a number, but '{name}' is a variable", "For example 2, 0.1 or pi/4"
    POINT_BEYOND = "the point is outside the range of {dtype}", "Use a wider --dtype"
    POINT_NOT_FINITE = "the point {piece} is not a finite real number", "For example 2, 0.1 or pi/4"
    POINT_INFINITE_TWICE = "{names} are infinite together, and the limit then depends on the path", "Let one variable tend to infinity, and give the others a value"
    POINT_LONG = "a number of the point is too long; the limits are {digits} digits and an exponent of {exponent}", "Round it"
    SIDE = "a limit is taken from the left or from the right, not from {given}", "Leave it out for both sides"
    SIDE_OF_INFINITY = "{at} cannot be approached from the {given}", "Leave the side out: there is only one"
    WRT_UNKNOWN = "cannot differentiate with respect to '{name}'", "The variables are {names}"
    WRT_AT_INFINITY = "the derivative with respect to '{name}' is not looked at where {infinite} is infinite", "Ask for the one by {infinite}: --wrt {infinite}"
    WRT_NEEDED = "the function has the variables {names}: which one?", "Name it with --wrt"
    TRACED_BRANCH = "a traced function cannot branch on a value", "Write the expression as text, with where(condition, a, b)"
    TRACED_VALUE = "a traced function computes with finite real numbers, but this is {given} {value}", "Return a number that is made of the parameters, as lambda x: x**2 does"
    TRACED_NUMBER = "a traced function cannot turn its parameter into a Python number", "Use NumPy's functions, such as numpy.sin, in place of those of math"
    TRACED_SIGNATURE = "a traced function needs positional parameters, one for each variable", "Wrap it: lambda x: f(x)"
    BACKEND_UNKNOWN = "unknown backend '{name}'", "{hint}`diffcmp backends` lists all"
    BACKEND_BROKEN = "the backend '{name}' cannot be loaded: {reason}", "Repair or uninstall the package that it comes from"
    BACKEND_ORDER = "the backend '{name}' gives no derivatives of order {order}", "Choose among {names}"
    BACKEND_WITHOUT_STEP = "the backend '{name}' has no step size to sweep over", "Choose among {names}"
    ORDER = "derivatives of order 1 and 2 are supported, not {given}", "Write --order 1 or --order 2"
    STEP = "a step size must be a positive finite number, not {given}", "For example --h 1e-6"
    STEP_RANGE = "the range of step sizes is empty: {low} to {high}", "--h-min must be smaller than --h-max"
    DIGITS = "{given} digits were asked for; 1 to {limit} are possible", "Write --digits 30"
    GRID = "{given} step sizes were asked for; the limit is {limit}", "Use a smaller --per-decade"
    INTERVAL = "the interval is empty: from {low} to {high}", "--from must be smaller than --to"
    POINTS = "{given} points were asked for; {least} to {limit} are possible", "Write --points 400"
    LOG_RANGE = "logarithmic spacing from {low} to {high} is impossible: both ends must lie on one side of 0, and not too near to it", "Leave --log out, or write --from 1e-12 --to 1"
    RUNNING = "'{name}' runs from --from to --to, so --at cannot fix it", "Leave it out of --at, or name another with --wrt"
    SETTING = "{name} must be {wanted}, not {given}", "For example {name}={example}"
    TIMEOUT = "a time limit must be a number of seconds, not {given}", "For example 10, or inf for no limit"
    DTYPE = "unknown dtype '{given}'", "Choose among float16, float32, float64 and longdouble"
    PLOT_FORMAT = "cannot tell the figure's format from '{given}'", "Use a name that ends in .png, .svg or .pdf"
    STUDY_UNKNOWN = "there is no study '{name}'", "{hint}`diffcmp study` lists all"
    STUDY_OPTION = "the study '{name}' has no option '{option}'", "Its options: {names}"
    STUDY_CHOICE = "{option} cannot be {given}", "Choose among {names}"
    STUDY_RANGE = "{option} must be a number from {low} to {high}, not {given}", "Leave it out for the default"
    SUITE_UNKNOWN = "there is no suite '{name}'", "{hint}The suites are {names}"
    SUITE_EXPRESSION = "expr must be followed by one expression of your own", "Write diffcmp bench expr \"sin(x)/x\" --at 1"
    SUITE_POINT = "--at gives the point of an expression of your own, but there is no such expression", "Write diffcmp bench expr \"sin(x)/x\" --at 1"
    TOLERANCE = "the tolerance must be a factor of at least 1, not {given}", "Write --tolerance 1.3"
    STORED_FILE = "cannot read the baseline '{path}': {reason}", "Write one with: diffcmp bench --json {path}"
    STORED_SCHEMA = "'{path}' is not a benchmark of schema {schema}: {reason}", "Write one with: diffcmp bench --json {path}"
    OPTIMISATION = "there is no optimisation '{given}'", "Choose among {names}, or write all"
    EXTRA = "{what} needs {package}, which is not installed", "Install it with: pip install 'diffcmp[{extra}]'"
    OUTPUT = "cannot write '{path}': {reason}", "Name a file in an existing folder, where you may write"
    ONE_OUTPUT = "two results would be written to '{path}'", "Give each of them a file of its own"
    # fmt: on

    def __repr__(self) -> str:
        return f"Fault.{self.name}"


class Breakdown(Enum):
    """How a computation on good input can end without an answer, then what to do about it."""

    # fmt: off
    TIME = "not finished within {seconds:g} s", "allow more time with --timeout"
    LIMIT = "not finished within {seconds:g} s, the limit of this command", "simplify the expression"
    MEMORY = "out of memory", "ask for fewer --digits, simplify the expression, or allow more memory"
    SIZE = "an intermediate number is too large to compute with", "choose another point, or simplify the expression"
    DEPTH = "the expression is nested too deeply to be analysed", "simplify it"
    CRASH = "the computation was ended by {signal}", "please report the command: this should not happen"
    BENCH = "{what}", "see the table"
    BUG = "internal error: {what}", "please report the command: this should not happen"
    OUTPUT = "cannot write to standard output: {reason}", "choose a file with -o"
    FILE = "cannot write '{path}': {reason}", "{advice}"
    SYSTEM = "the system refused what was needed: {reason}", "free some of it, or raise the limit"
    INTERRUPTED = "interrupted", ""
    # fmt: on

    def __repr__(self) -> str:
        return f"Breakdown.{self.name}"

    def told(self, **facts: object) -> str:
        """The sentence and the advice, on one line."""
        return "; ".join(part.format(**facts) for part in self.value if part)


class DiffcmpError(Exception):
    """Anything that diffcmp refuses or cannot do, with a message for a person."""


class InputError(DiffcmpError):
    """The input is refused: one `Fault`, the text it is about and the span in it. The command exits
    with 2."""

    def __init__(
        self, fault: Fault, text: str = "", span: Span | None = None, **facts: object
    ) -> None:
        self.fault, self.text, self.span = fault, text, span
        self.facts = {name: _shown(fact) for name, fact in facts.items()}  # which may be anything
        shown = {name: shortened(printable(fact)) for name, fact in self.facts.items()}
        self.sentence, self.advice = (part.format(**shown) for part in fault.value)
        super().__init__(self.sentence)

    def __str__(self) -> str:
        where = [underlined(self.text, self.span)] if self.span is not None else []
        return "\n".join([self.sentence, *where, f"{self.advice}."])

    def __reduce__(self) -> tuple[Any, ...]:
        again = partial(type(self), self.fault, self.text, self.span, **self.facts)
        return again, (), self.__dict__

    def inside(self, piece: Piece) -> InputError:
        """This fault, underlined in the longer text of which its own text is a piece."""
        span = Span(0, len(piece)) if self.span is None else self.span
        whole_span = Span(piece.start + span.start, piece.start + span.stop)
        return InputError(self.fault, piece.whole, whole_span, **self.facts)


def _shown(fact: object) -> str:
    """Its text; its type where Python has no text of it, as of an integer of 5000 digits."""
    try:
        return str(fact)
    except Exception:  # whatever the caller's object does
        return f"a value of type {type(fact).__name__}"


class ComputationError(DiffcmpError):
    """The input is fine, but the answer could not be computed: one `Breakdown`. The command exits
    with 1."""

    def __init__(self, breakdown: Breakdown, **facts: object) -> None:
        self.breakdown, self.facts = breakdown, facts
        super().__init__(breakdown.told(**facts))

    def __reduce__(self) -> tuple[Any, ...]:
        return partial(type(self), self.breakdown, **self.facts), (), self.__dict__


class PrecisionWarning(UserWarning):
    """A derivative that `dual-lhopital` or `tape-lhopital` gives may be wrong in more than half of
    the digits of its format, or stands where none exists. The message is the note that the same
    number has in a table."""


PACKAGE = str(Path(__file__).parent)


def warn_of_precision(messages: Iterable[str]) -> None:
    """A PrecisionWarning for each message, at the line that called this package."""
    frame, level = sys._getframe(), 1
    while frame.f_back is not None and _is_ours(frame.f_code.co_filename):
        frame, level = frame.f_back, level + 1
    for message in messages:
        warnings.warn(message, PrecisionWarning, stacklevel=level)


def _is_ours(file: str) -> bool:
    """Whether code is part of this package, or was written by it."""
    return file.startswith((PACKAGE, "<diffcmp "))
