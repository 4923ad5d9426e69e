"""The result of `explain`: an `Explanation` and its parts. Plain fields, nothing computed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from diffcmp.accuracy.judging.record import Comparison, fields, plain
from diffcmp.accuracy.shadow.record import Link
from diffcmp.backends.protocol import rational
from diffcmp.notes import Cause, Remark
from diffcmp.spans import Span
from diffcmp.truth.anatomy import Anatomy
from diffcmp.truth.record import GUARD_DIGITS, decimal_string, text_of

Of: TypeAlias = Literal["value", "derivative"]

LINK_DIGITS = 20  # of the true number of a link


@dataclass(frozen=True, slots=True)
class Loss:
    """A sub-expression whose result is worse than its arguments.

    of: "value", or "derivative" where only the derivative that forward mode carries along suffers.
    lost: decimal digits, all of the format's where nothing is left. cause: what happened. remark:
    all of it in a sentence.
    """

    span: Span
    piece: str
    of: Of
    lost: float
    cause: Cause
    remark: Remark

    def to_dict(self) -> dict[str, Any]:
        """The loss as the JSON form has it."""
        place = {"piece": self.piece, "span": _ends(self.span)}
        return place | fields(self, "of lost") | {"cause": self.cause.value}


@dataclass(frozen=True, slots=True)
class Conditioning:
    """What relative errors of one input do, and where the evaluation itself loses digits.

    value, derivative: the condition numbers |x f′/f| and |x f″/f′|; None where there is no such
    number. losses: those of a digit or more, the worst first. lossless: whether plain automatic
    differentiation is right to the last digits.
    """

    value: float | None
    derivative: float | None
    losses: tuple[Loss, ...]
    lossless: bool

    def to_dict(self) -> dict[str, Any]:
        """The condition numbers and losses as the JSON form has them."""
        losses = [loss.to_dict() for loss in self.losses]
        return fields(self, "value derivative lossless") | {"losses": losses}


@dataclass(frozen=True, slots=True)
class Passage:
    """From the cause of a wrong result to it: the same for some methods.

    variable: by which the derivative is wrong. links: the equations in between, the cause first.
    """

    backends: tuple[str, ...]
    variable: str
    links: tuple[Link, ...]

    def to_dict(self) -> dict[str, Any]:
        """The passage as the JSON form has it."""
        links = [_link(link) for link in self.links]
        return {"backends": list(self.backends), "variable": self.variable, "links": links}


@dataclass(frozen=True, slots=True)
class Branch:
    """A choice that reverse mode, or every engine, gets wrong at this point.

    span, piece: of the branch. condition, test: of what chooses. guard: whether the condition has
    another value at the point itself than beside it, so that the derivative of the branch taken is
    not that of the function; otherwise the branch is not taken, and its infinite partial times 0 is
    nan. double_where: the expression with the argument of the branch guarded a second time. gives:
    what the tape then says, for each variable. right: whether that is the derivative; None where
    there is none. remarks: all of it in sentences.
    """

    span: Span
    piece: str
    condition: Span
    test: str
    guard: bool
    double_where: str
    gives: Mapping[str, float]
    right: bool | None
    remarks: tuple[Remark, ...]

    def to_dict(self) -> dict[str, Any]:
        """The branch as the JSON form has it."""
        return {
            "piece": self.piece,
            "span": _ends(self.span),
            "test": self.test,
            "condition": _ends(self.condition),
            "guard": self.guard,
            "double_where": self.double_where,
            "gives": {name: plain(slope) for name, slope in self.gives.items()},
            "right": self.right,
            "notes": [remark.to_dict() for remark in self.remarks],
        }


@dataclass(frozen=True, slots=True)
class Gain:
    """A number of the format and its correct digits, before and after; None where there is none."""

    before: Any
    after: Any
    digits_before: float | None
    digits_after: float | None

    def to_dict(self) -> dict[str, Any]:
        """The gain as the JSON form has it."""
        return fields(self, "before after digits_before digits_after")


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What to do instead, tried before it is shown.

    kind: "rewrite" (`text` is the whole new expression, `piece` → `replacement` what changed in
    it), "backend" (`text` names it) or "step" (`text` is the step size for `backend`). backend: by
    which the derivative was measured; than: by which before, where that was another. value,
    derivative: what changes in f and in the derivative with respect to `variable`, the one that
    gains most. gains: what changes in every derivative asked for; unhelped: those that gain nothing
    and have fewer digits than they should. needs: conditions under which alone a rewriting is
    defined.
    """

    kind: Literal["rewrite", "backend", "step"]
    text: str
    backend: str
    reason: str
    variable: str
    value: Gain | None
    derivative: Gain
    gains: Mapping[str, Gain]
    unhelped: tuple[str, ...] = ()
    span: Span | None = None
    piece: str = ""
    replacement: str = ""
    needs: tuple[str, ...] = ()
    than: str = ""

    def to_dict(self) -> dict[str, Any]:
        """The suggestion as the JSON form has it."""
        return {
            **fields(self, "kind text backend"),
            "than": self.than or None,
            **fields(self, "reason variable"),
            "value": None if self.value is None else self.value.to_dict(),
            "derivative": self.derivative.to_dict(),
            "gains": {name: gain.to_dict() for name, gain in self.gains.items()},
            "unhelped": list(self.unhelped),
            "span": None if self.span is None else _ends(self.span),
            "piece": self.piece or None,
            "replacement": self.replacement or None,
            "needs": list(self.needs),
        }


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why every method does what it does at one point, and what to do instead.

    comparison: every backend against the truth. anatomy, conditioning: one for each variable asked
    for. branches: choices that engines get wrong here. passages: from the cause of an error to the
    result, for the methods where an equation is to blame. instead: for each backend that is wrong
    the best suggestion for it; unhelped: the wrong ones for which nothing that was tried has more
    correct digits. suggestions: all that were tried and help, the best first.
    """

    comparison: Comparison
    anatomy: tuple[Anatomy, ...]
    conditioning: Mapping[str, Conditioning]
    branches: tuple[Branch, ...]
    passages: tuple[Passage, ...]
    instead: Mapping[str, Suggestion]
    suggestions: tuple[Suggestion, ...]
    unhelped: tuple[str, ...] = ()

    def __repr__(self) -> str:
        text, kind = self.comparison.program.text, self.comparison.truth.kind.value
        return f"<Explanation of {text!r}: {kind}, {len(self.suggestions)} suggestions>"

    def to_dict(self) -> dict[str, Any]:
        """The JSON form of `diffcmp explain` (`docs/schema.json`): that of `grad`, and more."""
        digits = self.comparison.truth.digits + GUARD_DIGITS
        return {
            **self.comparison.to_dict(),
            "explanation": {
                "sides": {a.name: _sides(a, digits) for a in self.anatomy},
                "leading": {a.name: [t.to_dict(digits) for t in a.terms] for a in self.anatomy},
                "found": [r.to_dict() for a in self.anatomy for r in a.steps],
                "conditioning": {name: c.to_dict() for name, c in self.conditioning.items()},
                "branches": [b.to_dict() for b in self.branches],
                "passages": [passage.to_dict() for passage in self.passages],
                "instead": {name: s.to_dict() for name, s in self.instead.items()},
                "unhelped": list(self.unhelped),
                "suggestions": [s.to_dict() for s in self.suggestions],
            },
        }


def _link(link: Link) -> dict[str, Any]:
    computed = link.computed if isinstance(link.computed, bool) else plain(link.computed)
    return {
        "piece": link.piece,
        "span": None if link.span is None else _ends(link.span),
        "cause": None if link.cause is None else link.cause.value,
        "computed": computed,
        "true": None if link.true is None else decimal_string(rational(link.true), LINK_DIGITS),
        "digits_lost": link.lost,
    }


def _ends(span: Span) -> list[int]:
    return [span.start, span.stop]


def _sides(anatomy: Anatomy, digits: int) -> dict[str, str | None]:
    left, right = anatomy.left_limit, anatomy.right_limit
    return {"left": text_of(left, digits), "right": text_of(right, digits)}
