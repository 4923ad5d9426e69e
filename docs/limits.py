"""The page docs/limits.md: limits with known values, what diffcmp makes of them, and sympy beside.

    make docs-limits                          writes docs/limits.md again
    python docs/limits.py FILE [--sympy] [--only WORD]   another list, on the screen

A list has one JSON object a line: `expr`, `at` (`inf` and `-inf` too), `side` (left, right, both;
at infinity there is one), `limit` (40 digits, `inf`, `-inf`, `none` where f keeps oscillating,
`undefined` where f has no real value there); `between`, where it oscillates: the ends; and for the
page `id`, `family`, `source`, `exact`, `checked` (how the value was found independently of diffcmp)
and `gap` (why it is not decided). sympy answers in a process of its own.
"""

# ruff: noqa: E501 - the text of the page is not wrapped

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from diffcmp.deadline import Deadline
from diffcmp.language.parser import parse
from diffcmp.passes.expand import core
from diffcmp.point.coordinate import Coordinate, coordinate
from diffcmp.report.markdown import code
from diffcmp.truth.budget import Budget
from diffcmp.truth.limits import side_limit
from diffcmp.truth.record import Quantity, SideLimit

PAGE = Path(__file__).with_name("limits.md")
LIST = Path(__file__).parents[1] / "tests" / "corpus" / "limits.jsonl"
DIGITS = 30  # asked for
NEEDED = Fraction(1, 10**25)  # relative, and absolute where the limit is 0
SECONDS = 10.0  # for one limit
INFINITE = {"inf": 1, "-inf": -1}
RIGHT, NOTED, WRONG, OPEN, RAISED = "right", "right, with a note", "wrong", "undecided", "an error"
THESIS = "Gruntz"


@dataclass(frozen=True, slots=True)
class Case:
    """One limit of a list."""

    id: str
    expr: str
    at: str
    side: str
    limit: str
    family: str = ""
    source: str = ""
    checked: str = ""
    exact: str = ""
    between: tuple[str, ...] = ()
    gap: str = ""

    @property
    def place(self) -> Coordinate:
        """Where."""
        sign = INFINITE.get(self.at)
        return Coordinate(Fraction(0), self.at, sign) if sign else coordinate(self.at)

    @property
    def directions(self) -> tuple[int, ...]:
        """The sides that are asked: -1 from the left, 1 from the right."""
        if self.at in INFINITE:
            return (1,)
        return {"left": (-1,), "right": (1,), "both": (-1, 1)}[self.side]


@dataclass(frozen=True, slots=True)
class Answer:
    """What one program made of a case: the verdict, the value as text, and the seconds."""

    verdict: str
    text: str
    seconds: float

    @property
    def right(self) -> bool:
        """Whether it is the limit."""
        return self.verdict in (RIGHT, NOTED)


def cases(path: Path = LIST) -> list[Case]:
    """The cases of a list, whatever else its objects say."""
    names = Case.__dataclass_fields__
    rows = (json.loads(line) for line in path.read_text(encoding="utf-8").splitlines())
    return [Case(**{name: row[name] for name in names if name in row}) for row in rows]


def close(value: Fraction, expected: str) -> bool:
    """Whether a number is the expected one, to 25 digits."""
    limit = Fraction(expected)
    return abs(value - limit) <= NEEDED * (abs(limit) or 1)


def one_side(case: Case, direction: int, seconds: float = SECONDS) -> SideLimit:
    """The limit from one side, by diffcmp."""
    program = core(parse(case.expr))
    return side_limit(program, case.place, direction, DIGITS, Budget(Deadline.after(seconds)))


def verdict(found: SideLimit, case: Case) -> str:
    """What is to be said of one side."""
    if not found.decided:
        return OPEN
    if case.limit == "undefined":
        good = found.defined is False
    elif case.limit == "none":
        ends = zip(found.cluster or (), case.between, strict=False)
        good = [_agrees(end, text) for end, text in ends] == [True, True]
    else:
        good = found.limit is not None and _agrees(found.limit, case.limit)
    if not good:
        return WRONG
    return RIGHT if found.certified else NOTED


def _agrees(found: Quantity, expected: str) -> bool:
    if expected in INFINITE or found.infinite:
        return INFINITE.get(expected) == found.infinite
    assert found.exact is not None
    return close(found.exact, expected)


def _shown(found: SideLimit) -> str:
    if found.limit is not None:
        return found.limit.text(DIGITS)
    if found.cluster is not None:
        return "none, between " + " and ".join(end.text(6) for end in found.cluster)
    return (
        "undefined"
        if found.defined is False
        else ", ".join(str(dict(each.facts).get("reason", each.note)) for each in found.remarks)
    )


def ours(case: Case, seconds: float = SECONDS) -> Answer:
    """The answer of diffcmp: the worst of the sides that are asked."""
    start = time.perf_counter()
    try:
        sides = [one_side(case, direction, seconds) for direction in case.directions]
    except Exception as error:
        return Answer(RAISED, f"{type(error).__name__}: {error}", time.perf_counter() - start)
    spent = time.perf_counter() - start
    verdicts = [verdict(found, case) for found in sides]
    worst = next(v for v in (WRONG, OPEN, NOTED, RIGHT) if v in verdicts)
    found = sides[verdicts.index(worst)]
    return Answer(worst, _shown(found), spent)


# sympy, in a process of its own
# --------------------------------------------------------------------------------------------------


class Peer:
    """sympy's `limit`, asked in a process that is ended when the time for an answer is over."""

    def __init__(self) -> None:
        self._start()

    def _start(self) -> None:
        command = [sys.executable, __file__, "--serve"]
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(
            command, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, text=True
        )
        self._line()  # it is ready

    def _line(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline()

    def ask(self, case: Case, seconds: float = SECONDS) -> Answer:
        """The answer to one case, or that there was none in time."""
        start = time.perf_counter()
        assert self.process.stdin is not None
        killer = threading.Timer(seconds, self.process.kill)
        killer.start()
        self.process.stdin.write(json.dumps([case.expr, case.at, case.directions]) + "\n")
        self.process.stdin.flush()
        line = self._line()
        killer.cancel()
        spent = time.perf_counter() - start
        if not line:
            self.process.wait()
            self._start()
            return Answer(OPEN, f"no answer in {seconds:g} s", spent)
        kind, *texts = json.loads(line)
        if kind == "raised":
            return Answer(RAISED, texts[0], spent)
        verdicts = [_of_peer(text, case.limit) for text in texts]
        worst = next(v for v in (WRONG, OPEN, RIGHT) if v in verdicts)
        return Answer(worst, texts[verdicts.index(worst)], spent)

    def close(self) -> None:
        """End the process."""
        self.process.kill()
        self.process.wait()


def _of_peer(text: str, expected: str) -> str:
    """What is to be said of one answer of sympy: a number, "inf", "none …", or what it is else."""
    if text.startswith("?"):
        return OPEN
    if text.startswith("none"):
        return RIGHT if expected == "none" else OPEN
    if expected == "none":
        return WRONG
    if text in INFINITE or expected in INFINITE:
        return RIGHT if text == expected else WRONG
    try:
        return RIGHT if close(Fraction(text), expected) else WRONG
    except ValueError:
        return WRONG


def serve() -> None:
    """Answer questions, one JSON object a line, by sympy's `limit`."""
    import sympy

    x = sympy.Symbol("x", real=True)
    names = _sympy_names(sympy) | {"x": x}
    print("ready", flush=True)
    for line in sys.stdin:
        expr, at, directions = json.loads(line)
        try:
            f = sympy.sympify(expr, locals=names, rational=True)
            point = sympy.sympify(at.replace("inf", "oo"), locals=names, rational=True)
            signs = {1: "+", -1: "-"}
            values = [sympy.limit(f, x, point, signs[side]) for side in directions]
            answer = ["values", *(_in_words(sympy, value) for value in values)]
        except Exception as error:
            answer = ["raised", type(error).__name__]
        print(json.dumps(answer), flush=True)


def _sympy_names(sympy: Any) -> dict[str, Any]:
    """What our language calls otherwise than sympy."""
    return {
        "abs": sympy.Abs,
        "ceil": sympy.ceiling,
        "lgamma": sympy.loggamma,
        "cbrt": lambda u: sympy.real_root(u, 3),
        "log1p": lambda u: sympy.log(1 + u),
        "expm1": lambda u: sympy.exp(u) - 1,
        "exp2": lambda u: 2**u,
        "log2": lambda u: sympy.log(u, 2),
        "log10": lambda u: sympy.log(u, 10),
        "softplus": lambda u: sympy.log(1 + sympy.exp(u)),
        "sigmoid": lambda u: 1 / (1 + sympy.exp(-u)),
        "hypot": lambda u, v: sympy.sqrt(u**2 + v**2),
        "heaviside": sympy.Heaviside,
        "max": sympy.Max,
        "min": sympy.Min,
        "e": sympy.E,
        "pi": sympy.pi,
    }


def _in_words(sympy: Any, value: Any) -> str:
    """An answer of sympy as `_of_peer` reads it; "?" before what is no answer."""
    if value.has(sympy.Limit) or value == sympy.zoo:
        return f"?{value if value == sympy.zoo else 'unevaluated'}"
    if value.has(sympy.AccumBounds):
        return f"none, but {value}"
    if value in (sympy.oo, -sympy.oo):
        return "inf" if value == sympy.oo else "-inf"
    if value.is_real is False or value.free_symbols or not value.is_number:
        return str(value)
    digits = sympy.N(value, 40, maxn=1000)
    return str(digits) if digits.is_real else str(value)


# the page
# --------------------------------------------------------------------------------------------------

Row = tuple[Case, Answer, Answer | None]


def answered(listed: Iterable[Case], peer: Peer | None, seconds: float = SECONDS) -> Iterator[Row]:
    """Every case with the answers to it. What sympy says outside the real numbers is not asked."""
    for case in listed:
        asked = peer is not None and case.limit != "undefined"
        yield case, ours(case, seconds), peer.ask(case, seconds) if peer and asked else None


HEAD = """# Limits

Limits with known values: from textbooks, from the literature on limits in computer algebra, from sympy's own tests, and of families that
are easy to get wrong. The list is [limits.jsonl](../tests/corpus/limits.jsonl): each with its source, and with how its value was found
without diffcmp. Written by `make docs-limits` from [limits.py](limits.py).

- diffcmp is right where the certified value agrees to 25 digits from every side that is asked; *with a note* where it says which
  zero was not proven. Where f keeps oscillating it must say so, and where f has no real value beside the point that.
- sympy's `limit` is asked for the same, in a process of its own, with 10 seconds a limit. It is not asked where f has no real value.
  Bounds (`AccumBounds`) are right where there is no limit, even if they are wide, and no answer where there is one.
  Nor does it answer where it has no such function (`where`, `clip`, `gelu`, `silu` and their kin).
"""


def page(rows: Sequence[Row]) -> str:
    """The whole page."""
    parts = [HEAD, "## In all", "", *_totals(rows), "", "## By family", "", *_families(rows), ""]
    hard = [row for row in rows if row[0].source.startswith(THESIS)]
    parts += ["## The examples of Gruntz's thesis", ""]
    parts += ["*On computing limits in a symbolic manipulation system*, ETH Zürich 1996.", ""]
    parts += [*_table(hard), "", "## What diffcmp does not decide", ""]
    parts += [*_table([row for row in rows if not row[1].right]), ""]
    parts += ["## Where sympy is wrong", ""]
    parts += _table([row for row in rows if row[2] and row[2].verdict == WRONG])
    return "\n".join(parts) + "\n"


def _totals(rows: Sequence[Row]) -> Iterator[str]:
    mine = Counter(row[1].verdict for row in rows)
    theirs = Counter(row[2].verdict for row in rows if row[2])
    yield f"| {len(rows)} limits | right | right, with a note | wrong | no answer | an error |"
    yield "| :-- | --: | --: | --: | --: | --: |"
    columns = (RIGHT, NOTED, WRONG, OPEN, RAISED)
    for name, of in (("diffcmp", mine), (f"sympy, of {theirs.total()}", theirs)):
        yield f"| {name} | {' | '.join(str(of[column]) for column in columns)} |"


def _families(rows: Sequence[Row]) -> Iterator[str]:
    yield "| family | limits | diffcmp: right | median time | longest | sympy: right | wrong | longest |"
    yield "| :-- | --: | --: | --: | --: | --: | --: | --: |"
    for family in dict.fromkeys(row[0].family for row in rows):
        of = [row for row in rows if row[0].family == family]
        mine = [row[1] for row in of]
        theirs = [row[2] for row in of if row[2]]
        times = [answer.seconds for answer in mine]
        cells = [
            family,
            len(of),
            sum(answer.right for answer in mine),
            _time(statistics.median(times)),
            _time(max(times)),
            sum(answer.right for answer in theirs),
            sum(answer.verdict == WRONG for answer in theirs),
            _time(max((answer.seconds for answer in theirs), default=0.0)),
        ]
        yield f"| {' | '.join(map(str, cells))} |"


def _table(rows: Sequence[Row]) -> list[str]:
    if not rows:
        return ["None."]
    lines = ["| f | at | limit | diffcmp | time | sympy | time |", "|:--|:--|:--|:--|--:|:--|--:|"]
    for case, mine, theirs in rows:
        at = case.at if case.side == "both" else f"{case.at}, {case.side}"
        limit = case.exact or _short(case.limit)
        said = _said(mine)
        beside = (_said(theirs), _time(theirs.seconds)) if theirs else ("not asked", "")
        cells = [code(case.expr), code(at), code(limit), said, _time(mine.seconds), *beside]
        lines.append(f"| {' | '.join(cells)} |")
    return lines


def _said(answer: Answer) -> str:
    if answer.right:
        return answer.verdict
    text = answer.text.removeprefix("?")
    return f"{answer.verdict}: {text}".replace("|", "\\|") if text else answer.verdict


def _short(limit: str) -> str:
    return limit if len(limit) < 12 else limit[:12].rstrip("0").rstrip(".")


def _time(seconds: float) -> str:
    return f"{seconds * 1e3:.0f} ms" if seconds < 1 else f"{seconds:.1f} s"


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the page, or show what another list gives."""
    parser = argparse.ArgumentParser(description="limits by diffcmp and sympy")
    parser.add_argument("file", nargs="?", type=Path, help="a list; none: write docs/limits.md")
    parser.add_argument("--sympy", action="store_true", help="ask sympy too")
    parser.add_argument("--only", default="", metavar="WORD", help="ids and families with WORD")
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.serve:
        serve()
        return 0
    writing = options.file is None
    listed = [c for c in cases(options.file or LIST) if options.only in f"{c.id} {c.family}"]
    peer = Peer() if options.sympy or writing else None
    rows = []
    for row in answered(listed, peer):
        rows.append(row)
        if not writing:
            _print(row)
    if peer:
        peer.close()
    if writing:
        PAGE.write_text(page(rows), encoding="utf-8")
    else:
        print("\n".join(_totals(rows)))
    return int(any(row[1].verdict in (WRONG, RAISED) for row in rows))


def _print(row: Row) -> None:
    case, mine, theirs = row
    if mine.verdict != RIGHT or (theirs and theirs.verdict == WRONG):
        beside = f"   sympy {_said(theirs)}" if theirs else ""
        said = f"{_said(mine)} {_time(mine.seconds)}{beside}"
        print(
            f"{case.id}  {case.expr}  at {case.at} {case.side} = {case.limit}: {said}", flush=True
        )


if __name__ == "__main__":
    sys.exit(main())
