"""A benchmark for machines and documents, and what came of it in words. JSON is the record's
own."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

from diffcmp.accuracy.record import plain
from diffcmp.report import numbers
from diffcmp.report.markdown import code, escaped, joined, table
from diffcmp.report.remarks import grouped
from diffcmp.speed.record import Against, Bench, Change, Measurement, Outcome, Spread

BENCH_FIELDS = (
    "suite",
    "work",
    "method",
    "baseline",
    "ratio",
    "ratio_low",
    "ratio_high",
    "seconds",
    "repeats",
    "digits",
    "wrong",
    "notes",
    "before",
    "factor",
    "outcome",
)
LEGEND = (
    "ratio: the time of a call over that of the baseline, the first line; the median of pairs timed in turns, and its "
    "quartiles. The baseline is timed against itself: that is the noise. digits: correct ones, by the certified derivative."
)
OUTCOMES: tuple[tuple[Outcome, str], ...] = (
    ("worse", "worse"),
    ("better", "better"),
    ("same", "the same"),
    ("new", "new"),
    ("missing", "missing"),
)
TOLD: tuple[Outcome, ...] = ("worse", "better", "new", "missing")


def works(found: Bench) -> list[tuple[str, str, list[Measurement]]]:
    """The rows by suite and work."""
    return [
        (suite, work, list(rows))
        for (suite, work), rows in groupby(found.rows, key=lambda row: (row.suite, row.work))
    ]


def quartiles(ratio: Spread | None) -> str:
    """Between which half of the pairs lie."""
    return (
        numbers.MISSING
        if ratio is None
        else f"{numbers.ratio(ratio.low)}–{numbers.ratio(ratio.high)}"
    )


def change_of(found: Bench) -> dict[tuple[str, str, str], Change]:
    """What has changed, by the row that it is about."""
    return {} if found.against is None else {change.key: change for change in found.against.changes}


def before(change: Change | None) -> str:
    """The ratio of the earlier run."""
    return (
        numbers.MISSING
        if change is None or change.before is None
        else numbers.ratio(change.before.median)
    )


def factor(change: Change | None) -> str:
    """By what a ratio has changed, and what that means, where it means anything."""
    if change is None:
        return ""
    times = "" if change.factor is None else f"×{numbers.ratio(change.factor)}"
    return f"{times} {'' if change.outcome == 'same' else change.outcome}".strip()


def answers(found: Bench) -> str:
    """Whether all answers are right, in words."""
    checked = sum(row.digits is not None for row in found.rows)
    if found.wrong:
        return f"{found.wrong} of {len(found.rows)} methods gave no right answer: see the notes."
    if not checked:
        return "No answer could be checked."
    return (
        "The one answer that can be checked is right."
        if checked == 1
        else f"All {checked} answers that can be checked are right."
    )


def verdict(against: Against) -> str:
    """How many ratios changed, in words."""
    counts = ", ".join(f"{against.count(outcome)} {word}" for outcome, word in OUTCOMES)
    return f"Against {against.source}, tolerance {against.tolerance:g}: {counts}."


def telling(against: Against) -> list[Change]:
    """The changes that are more than noise, the worse ones first."""
    return sorted(
        (c for c in against.changes if c.outcome in TOLD), key=lambda c: TOLD.index(c.outcome)
    )


def ran_on(found: Bench) -> str:
    """The machine, in a line."""
    known = {
        name: value for name, value in found.machine.items() if name not in ("system", "cores")
    }
    named = [f"{name} {value}" for name, value in known.items()]
    here = [found.machine.get("system", ""), f"{found.machine.get('cores', '?')} cores"]
    return ", ".join([*named, *filter(None, here), *(["quick"] if found.quick else [])])


def bench_lines(found: Bench) -> Iterable[list[object]]:
    """For CSV: one line for each row, and one for each that is missing."""
    changes = change_of(found)
    for row in found.rows:
        change, ratio = changes.get(row.key), row.ratio
        yield [
            *row.key,
            row.baseline,
            *((None,) * 3 if ratio is None else (ratio.median, ratio.low, ratio.high)),
            row.seconds,
            row.repeats,
            plain(row.digits),
            row.wrong,
            joined(row.remarks),
            *_changed(change),
        ]
    for change in changes.values():
        if change.outcome == "missing":
            yield [*change.key, *(None,) * 9, *_changed(change)]


def _changed(change: Change | None) -> list[object]:
    if change is None:
        return [None] * 3
    return [None if change.before is None else change.before.median, change.factor, change.outcome]


def bench_markdown(found: Bench) -> str:
    """What came of it, what has changed, and a table for each work."""
    lines = [f"**diffcmp bench**: {escaped(answers(found))}", ""]
    if found.against is not None:
        lines += [escaped(verdict(found.against)), ""]
        told = [
            [
                change.outcome,
                change.suite,
                change.work,
                change.method,
                before(change),
                numbers.ratio(None if change.now is None else change.now.median),
                numbers.ratio(change.factor),
            ]
            for change in telling(found.against)
        ]
        lines += (
            [*table(["", "suite", "work", "method", "before", "now", "factor"], told, words=4), ""]
            if told
            else []
        )
    for suite, work, rows in works(found):
        lines += [f"**{escaped(suite)}**: {code(work)}", "", *_table(found, rows), ""]
    lines += [escaped(LEGEND), "", escaped(ran_on(found))]
    said = grouped((f"{row.suite}/{row.method}", row.remarks) for row in found.rows)
    lines += ["", "Notes:", ""] if said else []
    for group in said:
        advice = f" → {escaped(group.advice)}" if group.advice else ""
        lines.append(f"- **{escaped(', '.join(group.owners))}**: {escaped(group.sentence)}{advice}")
    return "\n".join(lines) + "\n"


def _table(found: Bench, rows: list[Measurement]) -> list[str]:
    changes = change_of(found)
    headers = ["method", "ratio", "quartiles", "time", "digits"]
    cells = [
        [
            row.method,
            numbers.ratio(None if row.ratio is None else row.ratio.median),
            quartiles(row.ratio),
            numbers.seconds(row.seconds),
            numbers.digits(row.digits),
        ]
        for row in rows
    ]
    if found.against is not None:
        headers += ["before", "change"]
        cells = [
            [*line, before(changes.get(row.key)), factor(changes.get(row.key))]
            for line, row in zip(cells, rows, strict=True)
        ]
    return table(headers, cells, words=1)
