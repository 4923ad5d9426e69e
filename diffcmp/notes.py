"""Every note that can stand beside a result: what happened, and what to do about it. Advice is
written nowhere else."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from diffcmp.spans import Span, printable


class Cause(Enum):
    """Why a result is wrong or not finite. Each is measured: by running the method's own computation
    beside exact numbers (`accuracy.shadow`), by the exact parts of an error, or by the truth."""

    # fmt: off
    CANCELLATION = "cancellation"                  # a sum far smaller than its addends
    ABSORPTION = "absorption"                      # an addend too small to change the other
    ILL_CONDITIONING = "ill-conditioning"          # a function that magnifies the error of its argument
    FUNCTION = "inaccurate-function"               # a library's function with fewer digits than the format
    OVERFLOW = "overflow"
    UNDERFLOW = "underflow"
    ROUNDED_OUT = "rounded-out-of-domain"          # only rounding moves an argument out of a domain
    ROUNDED_CONDITION = "rounded-condition"        # only rounding decides a condition
    TOUCHING_CONDITION = "touching-condition"      # pieces meet at this very point
    UNTAKEN_BRANCH = "untaken-branch"
    SINGULARITY = "true-singularity"
    TRUNCATION = "truncation"
    DIFFERENCE_ROUNDOFF = "difference-roundoff"    # values of f that are right are subtracted
    REPRESENTATION = "representation"              # the rounded point is another point
    STEP_CROSSES = "step-crosses-condition"
    STEP_LEAVES = "step-leaves-domain"
    STATIONARY = "stationary"                      # an error that is relative to a derivative next to 0
    UNKNOWN = "unknown"                            # the method does not say what it computes
    # fmt: on

    def __repr__(self) -> str:
        return f"Cause.{self.name}"

    @property
    def words(self) -> str:
        """The cause in a sentence, after "by"."""
        return _WORDS.get(self, self.value.replace("-", " "))


_WORDS = {
    Cause.ILL_CONDITIONING: "ill-conditioning",
    Cause.FUNCTION: "an inaccurate function of the library",
    Cause.ROUNDED_OUT: "rounding that leaves the domain",
    Cause.ROUNDED_CONDITION: "a condition that only rounding decides",
    Cause.SINGULARITY: "a singularity",
}


class Note(Enum):
    """What happened, then what to do (nothing, where all is well), then the methods that resolve
    it, if any. Facts of the case stand in braces."""

    # fmt: off
    # what a method met
    ZERO_OVER_ZERO = "0/0 gives nan", "", "dual-lhopital symbolic"
    INFINITE_DIFFERENCE = "∞ - ∞ gives nan", "combine the two terms", "dual-lhopital symbolic"
    INFINITE_QUOTIENT = "∞/∞ gives nan", "divide before anything is infinite", "dual-lhopital symbolic"
    ZERO_TIMES_INFINITY = "0·∞ gives nan", "rewrite the product", "dual-lhopital symbolic"
    UNTAKEN_BRANCH = "the branch that is not taken is singular, and 0 times its infinite partial derivative is nan", "guard the argument inside the branch", "dual tape-lhopital"
    OUTSIDE_DOMAIN = "outside the domain of {name}", "choose a point inside it", "dual-lhopital symbolic"
    DIVISION_BY_ZERO = "division by zero", "choose another point, or rewrite the quotient", "dual-lhopital symbolic"
    SINGULAR_MATRIX = "the matrix is singular here", "choose another point: there is no unique solution"
    REPEATED_EIGENVALUE = "the largest eigenvalue is repeated here, so its eigenvector is not unique", "look at the one-sided derivatives: there may be a kink"
    POINT_BEYOND = "the point is outside the range of {dtype}", "use a wider dtype"
    OVERFLOW = "overflow: {what} is {true}, larger than the largest {dtype}", "use a wider dtype, or a form that stays finite", "dual-lhopital"
    INFINITE_SLOPE = "the partial derivative of {name} is infinite or undefined here", "choose another point, or rewrite the expression", "dual-lhopital symbolic"
    STENCIL_LEAVES_DOMAIN = "the step reaches points where f is undefined", "use a smaller h, or a one-sided method"
    STENCIL_AT_EDGE = "f is defined on one side of the point only, and the step reaches the other", "use a method that steps to the inside: no smaller h helps"
    IMAGINARY_STEP_LEAVES_DOMAIN = "f is finite at the point, but its complex evaluation at an imaginary step beside it is nan", "use another method: a smaller h does not help"
    NO_COMPLEX_TYPE = "there is no complex type that matches {dtype}", "use float32 or wider"
    NO_SUCH_FORMAT = "the method does not work in {dtype}", "use float64"
    # what the truth says of a result
    KINK = "the left and right derivatives differ ({left} and {right}); this is {choice}", "no method can give both; each picks one by convention"
    JUMP = "f jumps here, so it has no derivative", "no finite number is right"
    POLE = "f has a pole here, so it has no derivative", "no finite number is right"
    OSCILLATES = "f, or its difference quotient, keeps oscillating here, so there is no derivative", "no finite number is right"
    VERTICAL_TANGENT = "the tangent is vertical, so no finite number is right", "look at f on either side"
    EDGE = "f is defined on one side only; the derivative from that side is {derivative}", "no two-sided derivative exists"
    OUTSIDE = "f is not defined around this point", "no number is right"
    UNDECIDED = "there is no certified derivative to compare this with", "see how the point was analysed"
    AT_INFINITY = "infinity is not a point that a method can be run at", "rely on the certified limits, or ask at a large finite point"
    WRONG = "only {digits:.0f} digits are correct, and the method itself gives no warning", "trust the certified derivative"
    LOST_BELOW_ROUNDOFF = "finite but wrong: the derivative comes from terms of order h², far below the roundoff of f", "", "dual-lhopital symbolic"
    GUARD = "two pieces of f meet exactly here, and what is computed at the point has another derivative than the function beside it", "", "dual-lhopital symbolic"
    TRUNCATION = "truncation dominates: the step is too large here", "use a smaller h; see `diffcmp sweep`"
    ROUNDOFF = "roundoff dominates: the step is too small here", "use a larger h, or a method that does not subtract values of f; see `diffcmp sweep`"
    REPRESENTATION = "the rounded point is not the point asked for", "use a wider dtype"
    POINT_ROUNDED = "the point asked for is rounded to one where f has no derivative", "use a wider dtype"
    CANCELLATION = "nearly equal numbers are subtracted, which loses {lost:.1f} digits", "rewrite it, or use a wider dtype", "dual-lhopital symbolic"
    SUMMED = "contributions to the derivative nearly cancel when they are added up, which loses {lost:.1f} digits", "rewrite it, or use a wider dtype", "dual-lhopital symbolic"
    ABSORPTION = "one addend is too small to change the other in {dtype}, and is lost", "rewrite it, or use a wider dtype", "dual-lhopital symbolic"
    ILL_CONDITIONED = "{name} magnifies the roundoff of its argument, which loses {lost:.1f} digits", "rewrite it, or use a wider dtype", "dual-lhopital symbolic"
    INACCURATE = "{name} of the library loses {lost:.1f} digits by itself", "use a wider dtype", "dual-lhopital symbolic"
    ROUNDED_OUT = "only rounding moves {argument} out of the domain of {name}, or onto its edge", "use a form that stays inside, or a wider dtype", "dual-lhopital symbolic"
    ROUNDED_CONDITION = "only rounding decides which piece applies", "use a wider dtype, or a form that compares exact numbers", "dual-lhopital symbolic"
    UNDERFLOW = "underflow: the derivative is {true}, smaller than the smallest normal {dtype}", "use a wider dtype, or its logarithm"
    INNER_UNDERFLOW = "underflow: {what} is {true}, smaller than the smallest normal {dtype}", "use a wider dtype, or a form that stays larger", "dual-lhopital symbolic"
    STEP_CROSSES = "the step reaches other pieces of f than the one at the point", "use a smaller h"
    STATIONARY = "the derivative is nearly 0: the error is small for an f of this size, and large only relative to the derivative", "", "dual-lhopital symbolic"
    INNER_LOSS = "f itself is not right to its last digits, because {why}", "rewrite it, or use a wider dtype", "dual-lhopital symbolic"
    NOT_FINITE = "not finite, for a reason that was not found", "use another method"
    EXTRAPOLATION = "the extrapolation to h = 0 fails: its steps are too large for f", "use another method, or a smaller first h"
    EXTRAPOLATED_ROUNDOFF = "the extrapolation to h = 0 ends in the roundoff of f", "use another method"
    KINK_OF_VALUE = "f has a kink here, so it has no second derivative", "no finite number is right"
    KINK_OF_SLOPE = "the left and right second derivatives differ ({left} and {right}); this is {choice}", "no method can give both; each picks one by convention"
    INFINITE_CURVATURE = "the second derivative is infinite here, so no finite number is right", "look at f′ on either side"
    SECOND_EDGE = "f is defined on one side only; the second derivative from that side is {derivative}", "no two-sided second derivative exists"
    MIXED_SINGULAR = "substitution gives {form}, and a limit along one coordinate says nothing about a mixed derivative", "look at the derivatives along x and y, or choose a nearby point"
    VALUE_NOT_FINITE = "f itself evaluates to nan or infinity here", "check the value of f before its derivative"
    COMPLEX_VALUE_NOT_FINITE = "f is finite at the point, but its complex evaluation is nan or infinite", "check the value of f by another method"
    SLOPE_BEYOND = "overflow: the derivative itself is larger than the largest {dtype}", "use a wider dtype, or a form that stays smaller"
    # what explain says of sub-expressions and branches
    LOSES = "{lost:.1f} digits{what} are lost by {cause}", ""
    SINGULAR_BRANCH = "this branch is not taken, but it is singular here: reverse mode multiplies its infinite partials by 0 and gets nan", ""
    GUARDED_BRANCH = "this branch is taken beside the point, but not at it: an engine differentiates the branch that is taken at the point", ""
    CHOOSES = "this condition chooses the branch", ""
    DOUBLE_WHERE_RIGHT = "a double where is right here: `{double}` gives {gives}", "write that, or use tape-lhopital"
    DOUBLE_WHERE_WRONG = "a double where is silently wrong here: `{double}` gives {gives}", "use dual-lhopital or tape-lhopital"
    DOUBLE_WHERE_CHANCE = "a double where is right here, but only because both branches have the same slope: `{double}` gives {gives}", "use dual-lhopital or tape-lhopital"
    DOUBLE_WHERE_NONE = "a double where hides that there is no derivative here: `{double}` gives {gives}", "look at the one-sided derivatives"
    # what bench says of a method
    UNTIMED = "not timed, because the answer is wrong: {digits:.0f} correct digits, where a sound method has {enough:.0f}", "see `diffcmp explain` at that point"
    UNABLE = "not measured: {reason}", "{advice}"
    ENDED = "not measured: the method failed with {reason}", "please report it: this should not happen"
    # how an answer was found
    LIMIT = "found as the limit from both sides: substitution gives {form}", ""
    LHOPITAL = "found as the limit from both sides, with L'Hôpital's rule applied {steps} times: substitution gives {form}", ""
    RESOLVED = "resolved by series beside the point (L'Hôpital's rule)", ""
    UNRESOLVED = "no series beside the point was found either: f may be undefined there, or behave as no series can", "see how the point was analysed"
    WIDENED = "an intermediate value is not finite in {dtype}: computed again on balls with {times} times the bits and unbounded exponents", ""
    REFINED = "rounding costs the plain engine more than a quarter of its digits in {dtype}: computed again on balls with {times} times the bits", ""
    TAKEN_AS_ZERO = "what cannot be told from zero with {times} times the bits was taken to be zero", "a nearby point may tell more"
    DIRECTION = "the limit depends on the direction in which the point is approached", "f has no limit here"
    NO_LIMIT = "the derivative has no finite limit from both sides: {left} from the left, {right} from the right", "look at the one-sided derivatives"
    LIMIT_UNFINISHED = "the symbolic limit did not finish within {seconds:g} s", "allow more time with --timeout"
    SYMBOLIC_UNFINISHED = "the symbolic derivative did not finish within {seconds:g} s", "allow more time with --timeout"
    SYMBOLIC_FAILED = "sympy could not do this: {reason}", "use another backend"
    DIRECTIONAL = "with {components} components, this method is compared along {count} random directions only: sums of components with random signs", "--full compares every component"
    TOO_MANY_NUMBERS = "this method works on single numbers, and {components} are too many", "use tape, or --full and a longer --timeout"
    SAMPLED = "only {asked} of {entries} entries are compared with the truth, and only the matrix found by products", "--full compares all entries by every backend; --backend NAME compares these entries by that backend"
    UNASKED = "computed at {asked} of {points} points only, which took {seconds:g} s", "allow more time with --timeout, or use fewer --points"
    # how the truth was found
    FOUND_BY_BALLS = "every function and every condition involved is analytic around the point: one reverse sweep on balls", ""
    FOUND_BY_SERIES_FAR = "series in 1/{name} with ball coefficients: their leading terms decide", ""
    FOUND_BY_SCALES = "series with ball coefficients in what varies most rapidly, their coefficients in what varies more slowly: the leading terms decide", ""
    FOUND_BY_SERIES = "series with ball coefficients on either side along {name}: their leading terms decide", ""
    UNDEFINED_THERE = "as typed, this has no value at the point itself", ""
    SIDES_DIFFER = "a different piece of this applies on the left than on the right", ""
    OTHER_BRANCH_THERE = "this condition has a different value at the point itself than on either side", ""
    EVEN_ROOT = "the sign of the distance from the point is lost here, so left and right are two functions", ""
    ZERO_ASSUMED = "{count} quantities below 1e-400 were taken to be zero without a proof", "take the result as very probable, not as proven"
    SYMBOLIC_TRUTH = "found as the symbolic limit from each side, confirmed by balls that approach the point", "take the result as very probable, not as proven"
    MIXED_UNDECIDED = "the mixed derivative here is not known: that both orders of differentiation give one number could not be proven", "look at the derivatives along each variable"
    PROOF_UNFINISHED = "sympy did not finish a proof or a limit in its share of {seconds:g} s", "allow more time with --timeout"
    DERIVATIVE_UNKNOWN = "what the derivative tends to could not be determined ({reason})", "look at it far out"
    SLOPES_MISSING = "the derivative may be missing where pieces of f meet, again and again on the way; the limit is that of the values that it has", ""
    PARTLY_DEFINED = "f may go in and out of its domain beside the point; the limit is that of the values that it has", ""
    KEEPS_OSCILLATING = "{what} keeps oscillating between {low} and {high} beside the point, certified, and has no limit", ""
    OSCILLATION = "the behaviour of f here could not be determined ({reason})", "look at f beside the point"
    # fmt: on

    def __repr__(self) -> str:
        return f"Note.{self.name}"

    @property
    def sentence(self) -> str:
        """What happened, with braces around the facts of the case."""
        return str(self.value[0])

    @property
    def advice(self) -> str:
        """What to do."""
        return str(self.value[1])

    @property
    def methods(self) -> tuple[str, ...]:
        """The methods that resolve it."""
        return tuple(self.value[2].split()) if len(self.value) > 2 else ()

    @property
    def cause(self) -> Cause | None:
        """Why a result is wrong; None for a note that is not about that."""
        return _CAUSES.get(self)

    @property
    def singularity(self) -> str | None:
        """What does not exist, or exists on one side only."""
        return _SINGULARITIES.get(self)


_SINGULARITIES = {
    Note.ZERO_OVER_ZERO: "0/0",
    Note.INFINITE_DIFFERENCE: "∞-∞",
    Note.INFINITE_QUOTIENT: "∞/∞",
    Note.ZERO_TIMES_INFINITY: "0·∞",
    Note.OUTSIDE_DOMAIN: "outside domain",
    Note.DIVISION_BY_ZERO: "division by zero",
    Note.SINGULAR_MATRIX: "singular matrix",
    Note.REPEATED_EIGENVALUE: "repeated eigenvalue",
    Note.INFINITE_SLOPE: "infinite slope",
    Note.KINK: "kink",
    Note.KINK_OF_VALUE: "kink",
    Note.KINK_OF_SLOPE: "kink of the derivative",
    Note.INFINITE_CURVATURE: "infinite curvature",
    Note.JUMP: "jump",
    Note.POLE: "pole",
    Note.VERTICAL_TANGENT: "vertical tangent",
    Note.EDGE: "domain edge",
    Note.SECOND_EDGE: "domain edge",
    Note.OUTSIDE: "outside domain",
    Note.NO_LIMIT: "no limit",
    Note.DIRECTION: "no limit",
    Note.MIXED_SINGULAR: "no limit along one coordinate",
}
"""What Cause.SINGULARITY is, by note."""

_CAUSES = {
    **dict.fromkeys(_SINGULARITIES, Cause.SINGULARITY),
    Note.UNTAKEN_BRANCH: Cause.UNTAKEN_BRANCH,
    Note.POINT_BEYOND: Cause.OVERFLOW,
    Note.OVERFLOW: Cause.OVERFLOW,
    Note.SLOPE_BEYOND: Cause.OVERFLOW,
    Note.STENCIL_LEAVES_DOMAIN: Cause.STEP_LEAVES,
    Note.STENCIL_AT_EDGE: Cause.STEP_LEAVES,
    Note.IMAGINARY_STEP_LEAVES_DOMAIN: Cause.STEP_LEAVES,
    Note.LOST_BELOW_ROUNDOFF: Cause.ABSORPTION,
    Note.GUARD: Cause.TOUCHING_CONDITION,
    Note.EXTRAPOLATION: Cause.TRUNCATION,
    Note.EXTRAPOLATED_ROUNDOFF: Cause.DIFFERENCE_ROUNDOFF,
    Note.STEP_CROSSES: Cause.STEP_CROSSES,
    Note.TRUNCATION: Cause.TRUNCATION,
    Note.ROUNDOFF: Cause.DIFFERENCE_ROUNDOFF,
    Note.REPRESENTATION: Cause.REPRESENTATION,
    Note.POINT_ROUNDED: Cause.REPRESENTATION,
    Note.CANCELLATION: Cause.CANCELLATION,
    Note.SUMMED: Cause.CANCELLATION,
    Note.ABSORPTION: Cause.ABSORPTION,
    Note.ILL_CONDITIONED: Cause.ILL_CONDITIONING,
    Note.INACCURATE: Cause.FUNCTION,
    Note.ROUNDED_OUT: Cause.ROUNDED_OUT,
    Note.ROUNDED_CONDITION: Cause.ROUNDED_CONDITION,
    Note.UNDERFLOW: Cause.UNDERFLOW,
    Note.INNER_UNDERFLOW: Cause.UNDERFLOW,
    Note.STATIONARY: Cause.STATIONARY,
    Note.NOT_FINITE: Cause.UNKNOWN,
    Note.WRONG: Cause.UNKNOWN,
}


NONE_BETTER = "no method in this table has a digit more"


@dataclass(frozen=True, slots=True)
class Remark:
    """One note about one result: the facts of the case, and the span of the sub-expression that it
    is about.

    better: methods that have more digits in the same table, with these. None without a table: the
        note's own methods are named. comparable: whether the digits of the table are known, so that
        none is better where none is named. why: the cause, where that is of the case and not of the
        note.
    """

    note: Note
    facts: tuple[tuple[str, object], ...] = ()
    span: Span | None = None
    piece: str = ""
    better: tuple[tuple[str, float | None], ...] | None = None
    comparable: bool = True
    why: Cause | None = None

    @property
    def cause(self) -> Cause | None:
        """Why the result is wrong; None where the note does not say that it is."""
        return self.why or self.note.cause

    @property
    def digits_lost(self) -> float | None:
        """Decimal digits that the sub-expression loses; None where that is not what happened."""
        lost = dict(self.facts).get("lost")
        return lost if isinstance(lost, float) else None

    def to_dict(self) -> dict[str, object]:
        """The note as the JSON form has it."""
        return {
            "text": str(self),
            "cause": None if self.cause is None else self.cause.value,
            "singularity": self.note.singularity,
            "span": None if self.span is None else [self.span.start, self.span.stop],
            "piece": self.piece or None,
            "digits_lost": self.digits_lost,
        }

    @property
    def sentence(self) -> str:
        """What happened, with the sub-expression it happened in."""
        text = short_exponents(self.note.sentence.format(**dict(self.facts)))
        return f"{text}, in `{printable(self.piece)}`" if self.piece else text

    @property
    def advice(self) -> str:
        """What to do about it: methods, with their digits where these are known, or else."""
        return _joined(self._methods(), self.note.advice.format(**dict(self.facts)))

    def _methods(self) -> str:
        if not self.note.methods:
            return ""
        if self.better is None:
            return f"try {' or '.join(self.note.methods)}"
        if not self.better:
            return NONE_BETTER if self.comparable else ""
        return _with_digits(self.better)

    def __str__(self) -> str:
        return f"{self.sentence}; {self.advice}" if self.advice else self.sentence


def _joined(first: str, second: str) -> str:
    """Two pieces of advice, either of which may be missing."""
    if not (first and second):
        return first or second
    if first == NONE_BETTER:
        return f"{first}: {second}"
    return (
        f"{first}, {second.removeprefix('use ')}" if " or " in second else f"{first}, or {second}"
    )


def _with_digits(better: Iterable[tuple[str, float | None]]) -> str:
    """Methods with the digits that they have in the table; those that have the same together."""
    groups: dict[str, list[str]] = {}
    for method, digits in better:
        shown = "" if digits is None else f" ({digits:.1f} digits here)"
        groups.setdefault(shown, []).append(method)
    verb = "try" if "" in groups else "use"
    return f"{verb} " + " or ".join(" or ".join(names) + of for of, names in groups.items())


def remark(note: Note, span: Span | None = None, text: str = "", **facts: object) -> Remark:
    """A remark about the piece of `text` under `span`."""
    return Remark(note, tuple(facts.items()), span, span.cut(text) if span is not None else "")


def joined(remarks: Iterable[Remark]) -> str:
    """All notes of one result in one cell."""
    return " | ".join(map(str, remarks))


def short_exponents(text: str) -> str:
    """The text with exponents as people write them: no plus, no leading zero. What stands between
    backticks is the user's, and stays.

    >>> short_exponents("h = 1.5e-08 in `x*1e-08`, 1e+16")
    'h = 1.5e-8 in `x*1e-08`, 1e16'
    """
    return re.sub(r"(`[^`]*`)|(?<=\d)e(?:\+|(-))?0*(?=\d)", _short_exponent, text)


def _short_exponent(match: re.Match[str]) -> str:
    return match[1] or f"e{match[2] or ''}"
