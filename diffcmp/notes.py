"""Every note that can stand beside a result: what happened, and what to do about it. Advice is
written nowhere else."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from diffcmp.spans import Span, printable


class Note(Enum):
    """What happened, then what to do (nothing, where all is well). Facts of the case stand in
    braces."""

    # fmt: off
    # what a method met
    ZERO_OVER_ZERO = "0/0: the quotient rule gives nan", "use dual-lhopital or symbolic"
    INFINITE_DIFFERENCE = "∞ - ∞ gives nan", "use dual-lhopital or symbolic, or combine the two terms"
    INFINITE_QUOTIENT = "∞/∞ gives nan: numerator and denominator overflow", "use dual-lhopital, or divide before anything overflows"
    ZERO_TIMES_INFINITY = "0·∞ gives nan", "use dual-lhopital or symbolic, or rewrite the product"
    UNTAKEN_BRANCH = "the branch that is not taken is singular, and 0 times its infinite partial derivative is nan", "use tape-lhopital, or guard the argument inside the branch"
    OUTSIDE_DOMAIN = "outside the domain of {name}", "choose a point inside it"
    DIVISION_BY_ZERO = "division by zero", "choose another point, or rewrite the quotient"
    SINGULAR_MATRIX = "the matrix is singular here", "choose another point: there is no unique solution"
    REPEATED_EIGENVALUE = "the largest eigenvalue is repeated here, so its eigenvector is not unique", "look at the one-sided derivatives: there may be a kink"
    POINT_BEYOND = "the point is outside the range of {dtype}", "use a wider dtype"
    OVERFLOW = "overflow: larger than the largest {dtype}", "use dual-lhopital, a wider dtype, or a form that stays finite"
    INFINITE_SLOPE = "the partial derivative of {name} is infinite here", "choose another point, or rewrite the expression"
    STENCIL_LEAVES_DOMAIN = "the stencil reaches outside the domain", "use a smaller h, or a one-sided method"
    IMAGINARY_STEP_LEAVES_DOMAIN = "f is finite at the point, but its complex evaluation at an imaginary step beside it is nan", "use another method: a smaller h does not help"
    NO_COMPLEX_TYPE = "there is no complex type that matches {dtype}", "use float32 or wider"
    NO_SUCH_FORMAT = "the method does not work in {dtype}", "use float64"
    # what the truth says of a result
    KINK = "the left and right derivatives differ ({left} and {right}); this is {choice}", "no method can give both; each picks one by convention"
    JUMP = "f jumps here, so it has no derivative", "no finite number is right"
    POLE = "f has a pole here, so it has no derivative", "no finite number is right"
    VERTICAL_TANGENT = "the tangent is vertical, so no finite number is right", "look at f on either side"
    EDGE = "f is defined on one side only; the derivative from that side is {derivative}", "no two-sided derivative exists"
    OUTSIDE = "f is not defined around this point", "no number is right"
    UNDECIDED = "there is no certified derivative to compare this with", "see how the point was analysed"
    WRONG = "finite but wrong: {digits:.0f} correct digits, and the method itself gives no warning", "trust the certified derivative"
    LOST_BELOW_ROUNDOFF = "finite but wrong: the derivative comes from terms of order h², far below the roundoff of f", "use dual-lhopital or symbolic"
    GUARD = "a condition changes its value exactly at this point, and the branch taken here has another derivative than the function beside it", "use dual-lhopital, which looks beside the point"
    TRUNCATION = "{digits:.0f} correct digits: truncation dominates, h = {h} is too large here", "use a smaller h; see `diffcmp sweep`"
    ROUNDOFF = "{digits:.0f} correct digits: roundoff dominates, h = {h} is too small here", "use a larger h, or a method that does not subtract values of f; see `diffcmp sweep`"
    REPRESENTATION = "{digits:.0f} correct digits: the rounded point is not the point asked for", "use a wider dtype"
    CANCELLATION = "{digits:.0f} correct digits: roundoff inside the expression", "rewrite it, or use a wider dtype"
    UNDERFLOW = "underflow: the derivative is smaller than the smallest normal {dtype}", "use a wider dtype, or a form that stays larger"
    EXTRAPOLATION = "{digits:.0f} correct digits: the extrapolation to h = 0 fails, because f is rough, or lost in roundoff, within its first steps", "use another method, or a smaller first h"
    KINK_OF_VALUE = "f has a kink here, so it has no second derivative", "no finite number is right"
    KINK_OF_SLOPE = "the left and right second derivatives differ ({left} and {right}); this is {choice}", "no method can give both; each picks one by convention"
    INFINITE_CURVATURE = "the second derivative is infinite here, so no finite number is right", "look at f′ on either side"
    SECOND_EDGE = "f is defined on one side only; the second derivative from that side is {derivative}", "no two-sided second derivative exists"
    MIXED_SINGULAR = "substitution gives {form}, and a limit along one coordinate says nothing about a mixed derivative", "look at the derivatives along x and y, or choose a nearby point"
    VALUE_NOT_FINITE = "f itself evaluates to nan or infinity here", "check the value of f before its derivative"
    COMPLEX_VALUE_NOT_FINITE = "f is finite at the point, but its complex evaluation is nan or infinite", "check the value of f by another method"
    SLOPE_BEYOND = "overflow: the derivative itself is larger than the largest {dtype}", "use a wider dtype, or a form that stays smaller"
    # what explain says of sub-expressions and branches
    LOSES = "`{piece}` loses {lost:.1f} of {before:.1f} digits {what}by {cause}{condition}", ""
    LOSES_ALL = "`{piece}` loses all of {before:.1f} digits {what}by {cause}{condition}", ""
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
    UNRESOLVED = "there is no series beside the point either: f is undefined there, or behaves as no series can", "see how the point was analysed"
    WIDENED = "resolved by series on numbers with unbounded exponents: an intermediate value is outside the range of {dtype}", ""
    REFINED = "the running error bound showed that cancellation destroys the digits: computed again with {times} times the bits", ""
    TAKEN_AS_ZERO = "{count} values within their roundoff were taken to be zero", "a nearby point may tell more"
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
    FOUND_BY_SERIES = "series with ball coefficients on either side along {name}: their leading terms decide", ""
    UNDEFINED_THERE = "as typed, this has no value at the point itself", ""
    SIDES_DIFFER = "a different piece of this applies on the left than on the right", ""
    OTHER_BRANCH_THERE = "this condition has a different value at the point itself than on either side", ""
    EVEN_ROOT = "the sign of the distance from the point is lost here, so left and right are two functions", ""
    ZERO_ASSUMED = "{count} quantities below 1e-400 were taken to be zero without a proof", "take the result as very probable, not as proven"
    SYMBOLIC_TRUTH = "found as the symbolic limit from each side, confirmed by balls that approach the point", "take the result as very probable, not as proven"
    MIXED_UNDECIDED = "f is not known to be smooth here, and mixed derivatives are analysed at smooth points only", "look at the derivatives along each variable"
    OSCILLATION = "the behaviour of f here could not be determined ({reason})", "look at f beside the point"
    # fmt: on

    def __repr__(self) -> str:
        return f"Note.{self.name}"


@dataclass(frozen=True, slots=True)
class Remark:
    """One note about one result: the facts of the case, and the span of the sub-expression that it
    is about.

    counsel: advice in place of the note's own, where that does not hold in the case.
    """

    note: Note
    facts: tuple[tuple[str, object], ...] = ()
    span: Span | None = None
    piece: str = ""
    counsel: str | None = None

    @property
    def sentence(self) -> str:
        """What happened, with the sub-expression it happened in."""
        text = short_exponents(self.note.value[0].format(**dict(self.facts)))
        return f"{text}, in `{printable(self.piece)}`" if self.piece else text

    @property
    def advice(self) -> str:
        """What to do about it."""
        if self.counsel is not None:
            return self.counsel
        return self.note.value[1].format(**dict(self.facts))

    def __str__(self) -> str:
        return f"{self.sentence}; {self.advice}" if self.advice else self.sentence


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
