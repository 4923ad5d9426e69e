"""A limit as a student writes it on paper: the lines, what each part of them tends to, and how one
line follows from the one before. Plain fields, nothing computed."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any, Literal, TypeAlias

from diffcmp.truth.record import GUARD_DIGITS, Quantity, text_of

SHORTEST = 1e-3  # seconds that are told

TOO_LONG = "The expressions grow too long for paper."
NO_WORDS = "The language has no word for a function in the next line."
NO_TIME = "The algebra takes too long for paper."
ENDLESS = "The lines do not come to an end."
"""Why there is no next line."""


class Form(Enum):
    """The seven indeterminate forms: what the parts tend to does not settle what the whole does."""

    ZERO_OVER_ZERO = "0/0"
    INFINITY_OVER_INFINITY = "∞/∞"
    ZERO_TIMES_INFINITY = "0·∞"
    INFINITY_MINUS_INFINITY = "∞ - ∞"
    ONE_TO_INFINITY = "1^∞"
    ZERO_TO_ZERO = "0^0"
    INFINITY_TO_ZERO = "∞^0"

    def __repr__(self) -> str:
        return f"Form.{self.name}"

    @property
    def is_quotient(self) -> bool:
        """Whether L'Hôpital's rule can be asked at once."""
        return self in (Form.ZERO_OVER_ZERO, Form.INFINITY_OVER_INFINITY)

    @property
    def is_power(self) -> bool:
        """Whether it is the form of a power."""
        return self in (Form.ONE_TO_INFINITY, Form.ZERO_TO_ZERO, Form.INFINITY_TO_ZERO)


Role: TypeAlias = Literal["numerator", "denominator", "factor", "term", "base", "exponent", "value"]
Move: TypeAlias = Literal["given", "rewritten", "rule", "simplified", "exponent", "part"]
Outcome: TypeAlias = Literal[
    "settled", "no limit", "circle", "growth", "steps", "hypothesis", "not known"
]
Verdict: TypeAlias = Literal["agrees", "differs", "not compared", "no answer", "raised", "late"]


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a line, and what it certainly tends to.

    text: in the expression language. limit: a number or ±∞; None where it has none, or that is not
    known. cluster: where it keeps oscillating, the values between which it does.
    """

    role: Role
    text: str
    limit: Quantity | None = None
    cluster: tuple[Quantity, Quantity] | None = None

    def to_dict(self, digits: int) -> dict[str, Any]:
        """The part as the JSON form has it."""
        return {
            "role": self.role,
            "text": self.text,
            "limit": text_of(self.limit, digits),
            "cluster": _texts(self.cluster, digits),
        }


@dataclass(frozen=True, slots=True)
class Step:
    """One line on paper.

    expression: all of it, in the expression language, to be typed again. parts: numerator and
    denominator of a quotient, base and exponent of a power, factors or terms; where nothing has to
    be told apart, the whole. form: the indeterminate form that the parts make; None where their
    limits settle it. move, sentence: how it follows from the line before.
    """

    expression: str
    parts: tuple[Part, ...]
    form: Form | None
    move: Move
    sentence: str

    def part(self, role: Role) -> Part | None:
        """The first part of that role."""
        return next((part for part in self.parts if part.role == role), None)

    @property
    def numerator(self) -> str:
        """The numerator of a quotient, else the whole line."""
        part = self.part("numerator")
        return self.expression if part is None else part.text

    @property
    def denominator(self) -> str:
        """The denominator of a quotient, else "1"."""
        part = self.part("denominator")
        return "1" if part is None else part.text

    def to_dict(self, digits: int) -> dict[str, Any]:
        """The line as the JSON form has it."""
        return {
            "move": self.move,
            "expression": self.expression,
            "parts": [part.to_dict(digits) for part in self.parts],
            "form": None if self.form is None else self.form.value,
            "sentence": self.sentence,
        }


@dataclass(frozen=True, slots=True)
class Chain:
    """The lines that find the limit of one indeterminate expression, f or a part of it.

    expression: whose limit is asked, as typed where it is a part of f; form: its indeterminate
    form. steps: the lines, the first one the expression itself. limit: what the expression tends
    to, certified. outcome: "settled" where the last line has that limit; else why the rule leads
    nowhere. uses: how often the rule was used. sentence: the end of it in words. instead: where the
    rule leads nowhere, lines without it that settle the limit, if any are known.
    """

    expression: str
    form: Form
    steps: tuple[Step, ...]
    limit: Quantity | None
    outcome: Outcome
    uses: int
    sentence: str
    instead: tuple[Step, ...] = ()

    def to_dict(self, digits: int) -> dict[str, Any]:
        """The lines as the JSON form has them."""
        return {
            "expression": self.expression,
            "form": self.form.value,
            "steps": [step.to_dict(digits) for step in self.steps],
            "limit": text_of(self.limit, digits),
            "outcome": self.outcome,
            "uses": self.uses,
            "sentence": self.sentence,
            "instead": [step.to_dict(digits) for step in self.instead],
        }


@dataclass(frozen=True, slots=True)
class Peer:
    """What sympy's own `limit` answers: a comparison, never evidence.

    answer: exact, as sympy prints it; decimal: the number that it is. verdict: whether that agrees
    with the certified limit; "not compared" where there is none to compare with. reason: what it
    raised. seconds: of computing.
    """

    verdict: Verdict
    seconds: float
    answer: str | None = None
    decimal: str | None = None
    reason: str | None = None

    @property
    def sentence(self) -> str:
        """The answer in words."""
        seconds = f"{self.seconds:.2g} s" if self.seconds >= SHORTEST else "less than 1 ms"
        match self.verdict:
            case "late":
                return f"sympy's limit had no answer after {seconds} of computing."
            case "raised":
                return f"sympy's limit gave up after {seconds}: {self.reason}."
            case "no answer":
                return f"sympy's limit returned no number after {seconds}: {self.answer}."
        held = {"agrees": "which agrees", "differs": "which is wrong"}
        judged = held.get(self.verdict, "with nothing certified to compare it with")
        return f"sympy's limit gave {self.answer} in {seconds}, {judged}."

    def to_dict(self) -> dict[str, Any]:
        """The answer as the JSON form has it."""
        names = "verdict answer decimal reason seconds sentence".split()
        return {name: getattr(self, name) for name in names}


@dataclass(frozen=True, slots=True)
class Paper:
    """How a student would write the limit of f on one side of a point.

    form: the indeterminate form of f, or of the outermost part of it that has one; None where
    there is none. part: the text of that part; "" where it is f itself or there is none. parts: f
    taken apart by its outermost operation. chains: one for each part that has such a form.
    sentence: what kind of limit it is. conclusion: what f tends to. peer: sympy's `limit` beside
    it. certified: whether every limit on these lines is proven.
    """

    form: Form | None
    part: str
    parts: tuple[Part, ...]
    chains: tuple[Chain, ...]
    value: Quantity | None
    digits: int
    sentence: str
    conclusion: str
    peer: Peer | None = None
    certified: bool = True

    def to_dict(self) -> dict[str, Any]:
        """The paper as the JSON form has it, with decimal strings."""
        digits = self.digits + GUARD_DIGITS
        return {
            "form": None if self.form is None else self.form.value,
            "part": self.part or None,
            "parts": [part.to_dict(digits) for part in self.parts],
            "sentence": self.sentence,
            "chains": [chain.to_dict(digits) for chain in self.chains],
            "limit": text_of(self.value, digits),
            "certified": self.certified,
            "conclusion": self.conclusion,
            "sympy": None if self.peer is None else self.peer.to_dict(),
        }


def _texts(cluster: tuple[Quantity, Quantity] | None, digits: int) -> list[str | None] | None:
    return None if cluster is None else [text_of(end, digits) for end in cluster]
