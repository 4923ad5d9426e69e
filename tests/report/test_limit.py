"""What a person sees of a Limit: records made by hand, so that nothing here is computed by the code
under test."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
from rich.cells import cell_len

from diffcmp.accuracy.limits.lines import Chain, Form, Paper, Part, Peer, Step
from diffcmp.accuracy.limits.record import Approach, Limit, Way
from diffcmp.language.parser import parse
from diffcmp.notes import Note, remark
from diffcmp.point.coordinate import Coordinate
from diffcmp.spans import Span
from diffcmp.truth.leading import Leading, Term
from diffcmp.truth.record import Kind, Quantity, SideLimit
from tests.scripts import assert_golden

from .samples import HOSTILE, ball, exact, exported, text

GOLDEN = Path(__file__).parent / "golden"
INFINITE = Quantity(infinite=1)
RULE = "By L'Hôpital's rule, numerator and denominator are differentiated."


def side(
    limit: Quantity | None, source: str | None = "series", certified: bool = True
) -> SideLimit:
    return SideLimit(True, limit, certified, source)  # type: ignore[arg-type]


def paper(
    expression: str, steps: tuple[Step, ...], outcome: str, sentence: str, peer: Peer
) -> Paper:
    chain = Chain(expression, Form.ZERO_OVER_ZERO, steps, exact(1, 2), outcome, 2, sentence)  # type: ignore[arg-type]
    told = "The limit has the form 0/0."
    return Paper(
        Form.ZERO_OVER_ZERO, "", (), (chain,), exact(1, 2), 30, told, "So f tends to 1/2.", peer
    )


def quotient(over: str, under: str, move: str = "rule") -> Step:
    parts = Part("numerator", over, exact(0)), Part("denominator", under, exact(0))
    sentence = RULE if move == "rule" else "This has the form 0/0."
    return Step(f"{over}/({under})", parts, Form.ZERO_OVER_ZERO, move, sentence)  # type: ignore[arg-type]


def removable() -> Limit:
    """(1-cos(x))/x**2 at 0, with the lines on paper."""
    program = parse("(1-cos(x))/x**2")
    half, slope = side(exact(1, 2)), side(exact(0))
    steps = (
        quotient("1-cos(x)", "x**2", "given"),
        quotient("sin(x)", "2*x"),
        Step("cos(x)/2", (Part("value", "cos(x)/2", exact(1, 2)),), None, "rule", RULE),
    )
    peer = Peer("agrees", 0.026, "1/2", "0.5")
    term = Term(exact(1, 2), Fraction(2))
    return Limit(
        program, "x", Coordinate(Fraction(0), "0"), {"x": "0"},
        {"left": Approach(half, slope, exact(0), None, False), "right": Approach(half, slope, exact(0), None, False)},
        True, exact(1, 2), True, Kind.REMOVABLE, None, False, exact(0), None,
        (Leading(Span(1, 9), "1-cos(x)", term, term), Leading(Span(11, 15), "x**2", Term(exact(1), Fraction(2)), Term(exact(1), Fraction(2)))),
        {"right": paper("(1-cos(x))/x**2", steps, "settled", "So it tends to 1/2.", peer)}, 30,
    )  # fmt: skip


def jump() -> Limit:
    """A step with irrational limits, one of which is not proven; sympy is wrong on one side."""
    program = parse("where(x < 1/3, sqrt(2), y*x)")
    left = Approach(
        side(ball("1.4142135623730950488016887242096980786")),
        side(exact(0)),
        exact(0),
        continuous=False,
    )
    unproven = (remark(Note.ZERO_ASSUMED, count=2),)
    found = SideLimit(
        True, ball("1.0471975511965977461542144610931676281"), False, "symbolic", None, unproven
    )
    right = Approach(
        found,
        SideLimit(
            None,
            remarks=(remark(Note.OSCILLATION, Span(24, 27), program.text, reason="precision"),),
        ),
    )
    peers = Peer("agrees", 0.0001, "sqrt(2)", "1.41"), Peer("differs", 1.25, "0", "0")
    empty = Paper(
        None,
        "",
        (Part("value", "y*x", right.value.limit),),
        (),
        None,
        30,
        "There is no indeterminate form.",
        "",
    )
    papers: dict[Way, Paper] = {
        "left": replace(empty, value=exact(1), peer=peers[0]),
        "right": replace(empty, value=exact(2), peer=peers[1]),
    }
    return Limit(
        program, "x", Coordinate(Fraction(1, 3), "1/3"), {"x": "1/3", "y": "pi"}, {"left": left, "right": right},
        False, None, False, Kind.JUMP, right.value.limit, None, None, None, (), papers, 30,
    )  # fmt: skip


def oscillating() -> Limit:
    """sin(x)*x/x at infinity: certainly no limit, and a rule that leads nowhere."""
    program = parse("sin(x)*x/x")
    wave = SideLimit(True, None, True, "scales", (exact(-1), exact(1)))
    steps = tuple(
        quotient("sin(x)*x", "x" if k == 0 else f"x + {k}", "rule" if k else "given")
        for k in range(6)
    )
    written = paper(
        "sin(x)*x/x",
        steps,
        "no limit",
        "The quotient of the derivatives has no limit.",
        Peer("late", 8.0),
    )
    chain = replace(
        written.chains[0],
        instead=(
            Step(
                "sin(x)",
                (Part("value", "sin(x)", None, (exact(-1), exact(1))),),
                None,
                "simplified",
                "x cancels.",
            ),
        ),
    )
    return Limit(
        program, "x", Coordinate(Fraction(0), infinite=1), {"x": "inf"}, {"left": Approach(wave, wave)},
        False, None, True, Kind.INFINITY, None, None, None, None, (Leading(Span(7, 8), "x", Term(exact(1), Fraction(-1)), None),),
        {"left": replace(written, chains=(chain,))}, 30,
    )  # fmt: skip


def hostile() -> Limit:
    """A record whose texts would act if they were let."""
    found = removable()
    object.__setattr__(found.program, "text", HOSTILE)
    (chain,) = found.papers["right"].chains
    steps = tuple(replace(step, expression=HOSTILE) for step in chain.steps)
    peer = Peer("raised", 1.0, reason=HOSTILE)
    papers: dict[Way, Paper] = {
        "right": replace(found.papers["right"], chains=(replace(chain, steps=steps),), peer=peer)
    }
    return replace(
        found,
        papers=papers,
        place=Coordinate(Fraction(0), HOSTILE),
        at={"x": HOSTILE, "y": HOSTILE},
    )


RECORDS = {"removable": removable, "jump": jump, "oscillating": oscillating, "hostile": hostile}


@pytest.mark.parametrize("width", [80, 120])
@pytest.mark.parametrize("name", RECORDS)
def test_golden(name: str, width: int) -> None:
    assert_golden(GOLDEN / f"limit-{name}-{width}.txt", text(RECORDS[name](), width))


@pytest.mark.parametrize("width", [40, 50, 60, 80, 120, 200])
@pytest.mark.parametrize("name", RECORDS)
def test_no_line_is_wider_than_the_screen(name: str, width: int) -> None:
    found = text(RECORDS[name](), width)
    assert max(map(cell_len, found.splitlines())) <= width
    assert "\x1b" not in found


@pytest.mark.parametrize("name", RECORDS)
def test_colour_changes_nothing_but_colour(name: str) -> None:
    coloured = text(RECORDS[name](), 80, colour=True)
    assert "\x1b[" in coloured
    bare = re.sub(r"\x1b\[[0-9;]*m", "", coloured)
    assert [line.rstrip() for line in bare.splitlines()] == text(RECORDS[name](), 80).splitlines()


def test_markdown() -> None:
    page = exported(removable(), "markdown")
    assert page.startswith("**f** = `(1-cos(x))/x**2` as x → 0\n\n**lim f = 1/2 = 0.5**\n")
    for line in (
        "2. `sin(x)/(2*x)`",
        f"   - how: {RULE}",
        "| left | 0.5 | 0 | 0 |",
        "- 1-cos(x) ≈ (1/2)·x\\*\\*2",
    ):
        assert line in page.splitlines()
    assert "\n\nSo it tends to 1/2.\n" in page  # a sentence after a list is none of its entries


def test_csv_has_a_line_for_each_side_and_function() -> None:
    rows = list(csv.DictReader(io.StringIO(exported(jump(), "csv"))))
    assert [(row["side"], row["function"], row["certified"], row["source"]) for row in rows] == [
        ("left", "f", "True", "series"), ("left", "derivative", "True", "series"), ("right", "f", "False", "symbolic"),
        ("right", "derivative", "False", ""),
    ]  # fmt: skip
    assert rows[2]["limit"] == "1.04719755119659774615421446109"


@pytest.mark.parametrize(("change", "answer"), [
    ({}, "lim f = 1/2 = 0.5"),
    ({"limit": INFINITE}, "lim f = ∞"),
    ({"limit": None, "exists": None}, "the limit is not known: 0.5 from the left, 0.5 from the right; that these are equal is not proven"),
    ({"limit": None, "exists": False}, "f has no limit: 0.5 from the left, 0.5 from the right, which differ beyond the digits shown"),
    ({"sides": {"right": Approach(side(exact(1, 2)), side(exact(0)))}}, "lim f = 1/2 = 0.5"),
    ({"sides": {"left": Approach(SideLimit(False), SideLimit(False)), "right": Approach(side(exact(1, 2)), side(exact(0)))}},
     "lim f = 1/2 = 0.5 from the right, the only side on which f is defined"),
    ({"sides": {"left": Approach(SideLimit(False), SideLimit(False))}, "limit": None}, "f is not defined beside x = 0 on the left"),
    ({"sides": {"left": Approach(SideLimit(False), SideLimit(False)), "right": Approach(SideLimit(False), SideLimit(False))}, "limit": None},
     "f is not defined beside x = 0"),
    ({"sides": {"left": Approach(SideLimit(None), SideLimit(None)), "right": Approach(SideLimit(None), SideLimit(None))}, "limit": None, "exists": None},
     "the limit is not known"),
])  # fmt: skip
def test_the_answer_in_one_line(change: dict[str, object], answer: str) -> None:
    assert text(replace(removable(), **change), 120).splitlines()[2] == answer  # type: ignore[arg-type]
