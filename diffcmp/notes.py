"""Every note that can stand beside a result: what happened, and what to do about it. Nowhere else is advice written."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from diffcmp.spans import Span, printable


class Note(Enum):
    """What happened, then what to do (nothing, where all is well). Both may hold facts of the case in braces."""

    # what a method met
    ZERO_OVER_ZERO = "0/0: the rule of the quotient gives nan", "use dual-lhopital or symbolic"
    INFINITE_DIFFERENCE = "∞ - ∞ gives nan", "use dual-lhopital or symbolic, or combine the two terms"
    INFINITE_QUOTIENT = "∞/∞ gives nan: both overflow", "use dual-lhopital, or divide before anything overflows"
    ZERO_TIMES_INFINITY = "0·∞ gives nan", "use dual-lhopital or symbolic, or rewrite the product"
    UNTAKEN_BRANCH = "the branch not taken is singular, and 0 times its infinite partial is nan", "use tape-lhopital, or guard the argument of the branch"
    OUTSIDE_DOMAIN = "outside the domain of {name}", "choose a point inside"
    DIVISION_BY_ZERO = "division by zero", "choose another point, or rewrite the quotient"
    SINGULAR_MATRIX = "the matrix is singular here", "choose another point: there is no solution, or many"
    REPEATED_EIGENVALUE = "the largest eigenvalue is repeated here, so that no eigenvector is singled out", "look at the one-sided derivatives: there may be a kink"
    POINT_BEYOND = "the point is beyond the largest {dtype}", "use a wider dtype"
    OVERFLOW = "overflow: larger than the largest {dtype}", "use dual-lhopital, a wider dtype, or a form that stays finite"
    INFINITE_SLOPE = "the partial derivative of {name} is infinite here", "choose another point, or rewrite"
    STENCIL_LEAVES_DOMAIN = "the stencil reaches outside the domain", "use a smaller h, or a one-sided method"
    IMAGINARY_STEP_LEAVES_DOMAIN = "f is finite at the point: only its complex evaluation, an imaginary step beside it, is nan", "use another method: no smaller h helps"
    NO_COMPLEX_TYPE = "there is no complex type that matches {dtype}", "use float32 or wider"
    NO_SUCH_FORMAT = "the method does not work in {dtype}", "use float64"
    # what the truth says of a result
    KINK = "left and right derivative differ ({left} and {right}); this is {choice}", "no method can give both; each picks one by convention"
    JUMP = "f jumps here, so that it has no derivative", "no finite number is right"
    POLE = "f has a pole here, so that it has no derivative", "no finite number is right"
    VERTICAL_TANGENT = "the tangent is vertical, so that no finite number is right", "look at f on either side"
    EDGE = "f is defined on one side only; the derivative from that side is {derivative}", "no two-sided derivative exists"
    OUTSIDE = "f is not defined around this point", "no number is right"
    UNDECIDED = "there is no certified derivative to hold this against", "see how the point was analysed"
    WRONG = "finite and wrong: {digits:.0f} correct digits, and no warning of its own", "trust the certified derivative"
    LOST_BELOW_ROUNDOFF = "finite and wrong: at this point the derivative sits in terms of order h², far below the roundoff of f", "use dual-lhopital or symbolic"
    GUARD = "a condition changes its value at this very point: the derivative of the branch taken is not that of the function beside it", "use dual-lhopital, which looks beside the point"
    TRUNCATION = "{digits:.0f} correct digits: truncation dominates, h = {h} is too large here", "use a smaller h; see sweep-h"
    ROUNDOFF = "{digits:.0f} correct digits: roundoff dominates, h = {h} is too small here", "use a larger h, or a method that subtracts no values of f; see sweep-h"
    REPRESENTATION = "{digits:.0f} correct digits: the rounded point is not the point that was asked for", "use a wider dtype"
    CANCELLATION = "{digits:.0f} correct digits: roundoff inside the expression", "rewrite it, or use a wider dtype"
    UNDERFLOW = "underflow: the derivative is smaller than the smallest normal {dtype}", "use a wider dtype, or a form that stays larger"
    EXTRAPOLATION = "{digits:.0f} correct digits: the extrapolation to h = 0 goes wrong: f is rough, or drowned in roundoff, within its first steps", "use another method, or a smaller first h"
    KINK_OF_VALUE = "f has a kink here, so that it has no second derivative", "no finite number is right"
    KINK_OF_SLOPE = "left and right second derivative differ ({left} and {right}); this is {choice}", "no method can give both; each picks one by convention"
    INFINITE_CURVATURE = "the second derivative is infinite here, so that no finite number is right", "look at f′ on either side"
    SECOND_EDGE = "f is defined on one side only; the second derivative from that side is {derivative}", "no two-sided one exists"
    MIXED_SINGULAR = "substitution gives {form}, and a limit along one coordinate says nothing of a mixed derivative", "look at the derivatives along x and y, or choose a point beside"
    VALUE_NOT_FINITE = "f itself evaluates to nan or infinity here", "check the value of f before its derivative"
    COMPLEX_VALUE_NOT_FINITE = "f is finite at the point, but its complex evaluation is nan or infinite", "check the value of f by another method"
    SLOPE_BEYOND = "overflow: the derivative itself is larger than the largest {dtype}", "use a wider dtype, or a form that stays smaller"
    # what explain says of sub-expressions and branches
    LOSES = "`{piece}` loses {lost:.1f} of {before:.1f} digits {what}by {cause}{condition}", ""
    LOSES_ALL = "`{piece}` loses all of {before:.1f} digits {what}by {cause}{condition}", ""
    SINGULAR_BRANCH = "this branch is not taken, and singular here: reverse mode multiplies its infinite partials by 0 and gets nan", ""
    GUARDED_BRANCH = "this branch counts beside the point, but not at it: an engine differentiates the one that it takes", ""
    CHOOSES = "this condition chooses", ""
    DOUBLE_WHERE_RIGHT = "a double where is right here: `{double}` gives {gives}", "write that, or use tape-lhopital"
    DOUBLE_WHERE_WRONG = "a double where is silently wrong here: `{double}` gives {gives}", "use dual-lhopital or tape-lhopital"
    DOUBLE_WHERE_CHANCE = "a double where is right here, but only because both branches have the same slope: `{double}` gives {gives}", "use dual-lhopital or tape-lhopital"
    DOUBLE_WHERE_NONE = "a double where hides that there is no derivative here: `{double}` gives {gives}", "look at the one-sided derivatives"
    # what bench says of a method
    UNTIMED = "a wrong answer, and so not timed: {digits:.0f} correct digits, where a sound method has {enough:.0f}", "see `diffcmp explain` at that point"
    UNABLE = "not measured: {reason}", "{advice}"
    ENDED = "not measured: it ended in {reason}", "please report it: this should not happen"
    # how an answer was found
    LIMIT = "by the limit from both sides: substitution gives {form}", ""
    LHOPITAL = "by the limit from both sides, L'Hôpital's rule applied {steps} times: substitution gives {form}", ""
    RESOLVED = "resolved by series beside the point (L'Hôpital's rule)", ""
    UNRESOLVED = "there is no series beside the point either: f is undefined there, or beyond what series express", "see how the point was analysed"
    WIDENED = "resolved by series on numbers whose exponents have no bound: a value on the way leaves the range of {dtype}", ""
    REFINED = "the running error bound said that cancellation has eaten the digits: run again with {times} times the bits", ""
    TAKEN_AS_ZERO = "{count} values within their roundoff were taken as zero", "a nearby point may tell more"
    DIRECTION = "the limit depends on the direction in which the point is approached", "f has no limit here"
    NO_LIMIT = "the derivative has no finite limit from both sides: {left} from the left, {right} from the right", "look at the one-sided derivatives"
    LIMIT_UNFINISHED = "the symbolic limit did not finish within {seconds:g} s", "--timeout gives it longer"
    SYMBOLIC_UNFINISHED = "the symbolic derivative did not finish within {seconds:g} s", "--timeout gives it longer"
    SYMBOLIC_FAILED = "sympy could not do this: {reason}", "use another backend"
    DIRECTIONAL = "with {components} components it is compared along {count} random directions only: sums of components with random signs", "--full compares every component"
    TOO_MANY_NUMBERS = "it works on single numbers, of which {components} are too many here", "use tape, or --full and a longer --timeout"
    SAMPLED = "{asked} of {entries} entries are held against the truth, and the products alone", "--full asks every backend for all entries; --backend asks some for these"
    UNASKED = "asked at {asked} of {points} points only, which took {seconds:g} s", "--timeout gives it longer, or use fewer --points"
    # how the truth was found
    FOUND_BY_BALLS = "every function and every condition on the way is analytic around the point: one reverse sweep on balls", ""
    FOUND_BY_SERIES = "by series with ball coefficients on either side along {name}: their leading terms decide", ""
    UNDEFINED_THERE = "as typed it has no value at the very point", ""
    SIDES_DIFFER = "another piece of it counts on the left than on the right", ""
    OTHER_BRANCH_THERE = "this condition has another value at the very point than on either side of it", ""
    EVEN_ROOT = "the sign of the distance from the point is lost here, so that left and right are two functions", ""
    ZERO_ASSUMED = "{count} quantities below 1e-400 were taken to be zero without a proof", "take the result as very probable, not as proven"
    SYMBOLIC_TRUTH = "by the symbolic limit from each side, confirmed by balls approaching the point", "take the result as very probable, not as proven"
    MIXED_UNDECIDED = "f is not certainly smooth here, and a mixed derivative is analysed at smooth points only", "look at the derivatives along each variable"
    OSCILLATION = "it could not be found out how f behaves here ({reason})", "look at f next to the point"


@dataclass(frozen=True, slots=True)
class Remark:
    """One note about one result: the facts of the case, and the span of the sub-expression it is about. `counsel` is advice in
    place of the note's own, where that does not hold in the case."""

    note: Note
    facts: tuple[tuple[str, object], ...] = ()
    span: Span | None = None
    piece: str = ""
    counsel: str | None = None

    @property
    def sentence(self) -> str:
        """What happened, with the sub-expression it happened in."""
        text = self.note.value[0].format(**dict(self.facts))
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
