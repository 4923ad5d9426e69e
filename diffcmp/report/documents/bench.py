"""The document of a benchmark: a block of rows for each work, what came of it, what has changed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import astuple
from itertools import groupby
from typing import Any

from diffcmp.accuracy.judging.record import plain
from diffcmp.notes import joined
from diffcmp.report import document as doc
from diffcmp.report import numbers
from diffcmp.report.document import Column, Document, Fact, Graded, Part, Table, Text, section
from diffcmp.report.documents.facts import DIGITS
from diffcmp.report.remarks import grouped
from diffcmp.speed.record import Against, Bench, Change, Measurement, Outcome, Spread

FIELDS = (
    "suite work method baseline ratio ratio_low ratio_high seconds repeats digits wrong "
    "notes before factor outcome"
).split()
RATIO = "the time of a call over that of the baseline, the first line: the median of pairs"
NOISE = "Pairs are timed in turns, the baseline against itself too: that is the noise."
TOLD: tuple[Outcome, ...] = ("worse", "better", "new", "missing")
GRADES: dict[Outcome, doc.Grade] = {
    "worse": "bad",
    "better": "good",
    "same": "",
    "new": "name",
    "missing": "fair",
}


def document(record: Bench) -> Document:
    """A benchmark, ready for any medium."""
    return Document(record, "", "", parts, FIELDS, lines, lead="")


def parts(record: Bench) -> list[Part]:
    """What a person reads."""
    machine = Text(ran_on(record), "quiet")
    owned = ((f"{row.suite}/{row.method}", row.remarks) for row in record.rows)
    return [
        works(record),
        *section("Notes", doc.Notes(grouped(owned))),
        *conclusion(record),
        machine,
    ]


def works(record: Bench) -> Table:
    """A block of rows for each work; beside an earlier run, its ratios too."""
    against = record.against is not None
    columns = [
        Column("method", "name"),
        Column("ratio", "ratio", RATIO),
        Column("quartiles", "number", "between which half of the pairs lie", rank=3),
        Column("time", "seconds", "of one call, the median", rank=1),
        Column("digits", "digits", DIGITS, rank=2),
    ]
    if against:
        columns += [
            Column("before", "ratio", "the ratio of the earlier run"),
            Column("change", "number", "by what the ratio has changed"),
        ]
    changes = changes_of(record)
    blocks = []
    for (suite, work), rows in groupby(record.rows, key=lambda row: (row.suite, row.work)):
        cells = [work_row(row, changes.get(row.key), against=against) for row in rows]
        blocks.append(doc.Block(cells, suite, work))
    return Table(columns, blocks, notes=[NOISE])


def changes_of(record: Bench) -> dict[tuple[str, str, str], Change]:
    """What has changed, by the row that it is about."""
    if record.against is None:
        return {}
    return {change.key: change for change in record.against.changes}


def work_row(row: Measurement, change: Change | None, *, against: bool) -> list[Any]:
    """One method; the baseline steps back, a wrong answer stands out."""
    is_baseline = row.method == row.baseline
    quality: doc.Grade = "quiet" if is_baseline else ""
    if row.wrong:
        quality = "bad"
    ratio = row.ratio
    quartiles = ratio and f"{numbers.ratio(ratio.low)}–{numbers.ratio(ratio.high)}"
    cells = [row.method, median(ratio), quartiles, row.seconds, row.digits]
    graded = [Graded(cell, quality) for cell in cells] if quality else cells
    if not against:
        return graded
    if is_baseline:
        return [*graded, "", ""]
    before = None if change is None else median(change.before)
    mark: doc.Grade = "" if change is None else GRADES[change.outcome]
    return [*graded, before, Graded(factor(change), mark)]


def median(ratio: Spread | None) -> float | None:
    """The ratio itself."""
    return None if ratio is None else ratio.median


def factor(change: Change | None) -> str:
    """By what a ratio has changed, and what that means, where it means anything."""
    if change is None:
        return ""
    times = "" if change.factor is None else f"×{numbers.ratio(change.factor)}"
    return f"{times} {'' if change.outcome == 'same' else change.outcome}".strip()


def conclusion(record: Bench) -> list[Part]:
    """Whether the answers are right, and what has changed."""
    told: list[Part] = [Text(answers(record), "bad" if record.wrong else "good")]
    if record.against is not None:
        told.append(Text(verdict(record.against), "bad" if record.worse else "good"))
        told.append(doc.Facts([changed(change) for change in telling(record.against)]))
    return section("", *told, leads=True)


def answers(record: Bench) -> str:
    """Whether all answers are right, in words."""
    checked = sum(row.digits is not None for row in record.rows)
    if record.wrong:
        return f"{record.wrong} of {len(record.rows)} methods gave no right answer: see the notes."
    if not checked:
        return "No answer could be checked."
    if checked == 1:
        return "The one answer that can be checked is right."
    return f"All {checked} answers that can be checked are right."


def verdict(against: Against) -> str:
    """How many ratios changed, in words."""
    worse, better, same, new, missing = map(against.count, GRADES)
    counts = f"{worse} worse, {better} better, {same} the same, {new} new, {missing} missing"
    return f"Against {against.source}, tolerance {against.tolerance:g}: {counts}."


def telling(against: Against) -> list[Change]:
    """The changes that are more than noise, the worse ones first."""
    told = [change for change in against.changes if change.outcome in TOLD]
    return sorted(told, key=lambda change: TOLD.index(change.outcome))


def changed(change: Change) -> Fact:
    """What has changed, and from which ratio to which."""
    text = f"{change.suite}/{change.method}"
    if change.before is not None and change.now is not None:
        ratios = numbers.ratio(change.before.median), numbers.ratio(change.now.median)
        text = f"{text} {' → '.join(ratios)}"
    return Fact(change.outcome, text, change.work, GRADES[change.outcome])


def ran_on(record: Bench) -> str:
    """The machine, in a line."""
    machine = dict(record.machine)
    here = [machine.pop("system", ""), f"{machine.pop('cores', '?')} cores"]
    named = [f"{name} {value}" for name, value in machine.items()]
    return ", ".join([*named, *filter(None, here), *(["quick"] if record.quick else [])])


def lines(record: Bench) -> Iterable[list[object]]:
    """For CSV: one line for each row, and one for each that is missing."""
    changes = changes_of(record)
    for row in record.rows:
        ratio = [None] * 3 if row.ratio is None else astuple(row.ratio)
        measured = row.seconds, row.repeats, plain(row.digits), row.wrong, joined(row.remarks)
        yield [*row.key, row.baseline, *ratio, *measured, *_changed(changes.get(row.key))]
    for change in changes.values():
        if change.outcome == "missing":
            yield [*change.key, *(None,) * 9, *_changed(change)]


def _changed(change: Change | None) -> list[object]:
    if change is None:
        return [None] * 3
    return [median(change.before), change.factor, change.outcome]
