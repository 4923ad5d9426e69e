"""One run of suites: every answer checked, every method timed in turns with its baseline."""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from diffcmp.backends.registry import chosen
from diffcmp.errors import Breakdown, ComputationError, Fault, InputError
from diffcmp.names import suggestion
from diffcmp.notes import Note, Remark, remark
from diffcmp.point.values import Values
from diffcmp.settings import checked
from diffcmp.speed import suites, whole
from diffcmp.speed.record import Bench, Measurement
from diffcmp.speed.stored import TOLERANCE, Stored, held, outcome, sensible
from diffcmp.speed.suites import Asked
from diffcmp.speed.timing import FULL, QUICK, Call, Clock, Effort, paired
from diffcmp.speed.work import Check, Method, Work
from diffcmp.version import __version__

SUITES: dict[str, Callable[[Asked], Iterator[Work]]] = {
    "scalar": suites.scalar,
    "batch": suites.batch,
    "gradient": suites.gradient,
    "hessian": suites.hessian,
    "sweep": whole.sweep,
    "truth": whole.truth,
    "startup": whole.startup,
}
OWN = "expr"


@checked
def bench(
    wanted: Sequence[str] = (),
    at: Values | Mapping[str, Values] | None = None,
    *,
    backends: Sequence[str] | None = None,
    quick: bool = False,
    before: Stored | None = None,
    tolerance: float = TOLERANCE,
    clock: Clock = time.perf_counter,
    progress: Callable[[str], None] = lambda work: None,
) -> Bench:
    """Time every method at the work of the suites, as ratios to a baseline beside it, and check
    what they answer.

    Parameters
    ----------
    wanted: names of suites, all by default; `expr`, and an expression after it, for a function of
        one's own at the point `at`.
    backends: only these, in the suites that have them.
    quick: less work, fewer repeats.
    before: an earlier run, with which the ratios are compared; what looks worse is timed once more.
    tolerance: the factor by which a ratio may have grown.
    clock: gives seconds, as `time.perf_counter` does.
    progress: is told each piece of work.

    Raises
    ------
    InputError: for a suite, an expression, a point, a backend or a tolerance that makes no sense.
    """
    sensible(tolerance)
    names, expr = selection(wanted, at)
    chosen(backends)
    asked = Asked(quick, None if backends is None else list(backends))
    effort = QUICK if quick else FULL
    works = [work for name in names if name in SUITES for work in SUITES[name](asked)]
    if expr is not None:
        from diffcmp.speed.own import expression

        works.append(expression(asked, expr, {} if at is None else at))
    rows: list[Measurement] = []
    for work in works:
        progress(f"{work.suite}: {work.name}")
        again = partial(measured, work, effort, clock)
        first = list(again())
        rows += first if before is None else settled(first, before, tolerance, again)
    run = Bench(tuple(names), quick, machine(), tuple(rows))
    return run if before is None else held(run, before, tolerance)


def settled(
    rows: list[Measurement],
    before: Stored,
    tolerance: float,
    again: Callable[[], Iterator[Measurement]],
) -> list[Measurement]:
    """The rows of a work, where those that look worse than before are timed a second time, and the
    better time counts: what disturbed the first is then rarely there, and what is slower is slower
    both times."""

    def worse(row: Measurement) -> bool:
        return outcome(before.ratios.get(row.key), row.ratio, tolerance) == "worse"

    suspects = {row.key for row in rows if worse(row)}
    second = {row.key: row for row in again() if row.key in suspects} if suspects else {}
    return [_better(row, second.get(row.key, row)) for row in rows]


def _better(row: Measurement, other: Measurement) -> Measurement:
    if row.ratio and other.ratio and row.ratio.median <= other.ratio.median:
        return row
    return other


def selection(wanted: Sequence[str], at: object = None) -> tuple[list[str], str | None]:
    """The names of the suites, each once, and the user's own expression, which follows the name
    `expr`.

    Raises
    ------
    InputError: for an unknown name, `expr` without an expression, and a point without `expr`.

    >>> selection(["scalar", "expr", "x**2"], 3)
    (['scalar', 'expr'], 'x**2')
    """
    names: dict[str, None] = {}
    expr: str | None = None
    rest = iter(wanted)
    for name in rest:
        if name == OWN:
            following = next(rest, None)
            if following is None or expr is not None:
                raise InputError(Fault.SUITE_EXPRESSION)
            expr = following
        elif name not in SUITES:
            suites_and_own = [*SUITES, OWN]
            hint, every = suggestion(name, suites_and_own), ", ".join(suites_and_own)
            raise InputError(Fault.SUITE_UNKNOWN, name=name, hint=hint, names=every)
        names[name] = None
    if expr is None and at is not None:
        raise InputError(Fault.SUITE_POINT)
    return list(names or SUITES), expr


def measured(work: Work, effort: Effort, clock: Clock) -> Iterator[Measurement]:
    """A row for each method, the baseline first; a wrong answer, or an error, has a note."""
    effort = replace(effort, seconds=effort.seconds * work.patience)
    check, baseline = work.truth(), work.methods[0].name
    beside: Call | None = None
    model: Any = None
    for method in work.methods:
        row = Measurement(work.suite, work.name, method.name, baseline)
        call, answer, remarks = _ready(method)
        if call is None:
            ended = any(remark.note is Note.ENDED for remark in remarks)
            yield replace(row, wrong=ended, remarks=remarks)
            continue
        row = _judged(row, method, check, answer, model)
        if row.wrong:
            yield row
            continue
        if model is None and method.answers:
            model = method.numbers(answer)
        if method.name == baseline:
            beside = call
        timing = paired(beside or call, call, effort, clock)
        ratio = timing.ratio if beside else None
        yield replace(row, ratio=ratio, seconds=timing.seconds, repeats=timing.repeats)


def _ready(method: Method) -> tuple[Call | None, Any, tuple[Remark, ...]]:
    """The prepared method and its answer; a remark in their place where there are none."""
    try:
        call = method.prepare()
        return call, call(), ()
    except InputError as error:
        unable = remark(Note.UNABLE, reason=error.sentence, advice=error.advice)
        return None, None, (unable,)
    except Exception as error:  # whatever breaks one method must not hide the others
        reason = f"{type(error).__name__}: {error}"[:200]
        return None, None, (remark(Note.ENDED, reason=reason),)


def _judged(
    row: Measurement, method: Method, check: Check | None, answer: Any, model: Any
) -> Measurement:
    """The row with the correct digits of the answer, and whether they are too few."""
    if not method.answers:
        return row
    if check is None:
        return replace(row, remarks=(remark(Note.UNDECIDED),))
    digits = check.digits(method.numbers(answer), model)
    if digits >= method.enough:
        return replace(row, digits=digits)
    untimed = remark(Note.UNTIMED, digits=digits, enough=method.enough)
    return replace(row, digits=digits, wrong=True, remarks=(untimed,))


def sound(run: Bench) -> None:
    """Refuse a run that does not pass.

    Raises
    ------
    ComputationError: where an answer is wrong, or a ratio got worse.
    """
    failures = []
    if run.wrong:
        failures.append(f"{run.wrong} method{'s' * (run.wrong > 1)} gave no right answer")
    if run.worse:
        failures.append(f"{run.worse} ratio{'s' * (run.worse > 1)} got worse")
    if failures:
        raise ComputationError(Breakdown.BENCH, what=", ".join(failures))


def machine() -> dict[str, str]:
    """What the run is on: versions, system, cores."""
    import numpy as np

    return {
        "diffcmp": __version__,
        "Python": platform.python_version(),
        "NumPy": np.__version__,
        "system": f"{platform.system()} {platform.machine()}",
        "cores": str(os.cpu_count() or 1),
    }
