"""One run: the suites that were asked for, every method timed in turns with its baseline, every
answer checked first."""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from diffcmp.errors import Breakdown, ComputationError, Fault, InputError
from diffcmp.names import suggestion
from diffcmp.notes import Note, Remark, remark
from diffcmp.point.values import Values
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
    wanted: names of suites, all by default; `expr` and an expression after it for one's own
        function at the point `at`.
    backends: only these, in the suites that have them. quick: less work, fewer repeats. before: an
        earlier run, with which the ratios are compared, and the `tolerance` by which they may have
        grown; what looks worse is timed once more. clock: seconds, as `time.perf_counter`.
        progress: is told each piece of work.

    Raises
    ------
    InputError: for a suite, an expression, a point, a backend or a tolerance that makes no sense.
    """
    sensible(tolerance)
    names, expr = selection(wanted, at)
    asked = Asked(quick, None if backends is None else list(backends))
    effort = QUICK if quick else FULL
    works = [work for name in names if name in SUITES for work in SUITES[name](asked)]
    if expr is not None:
        from diffcmp.speed.own import expression

        works.append(expression(asked, expr, {} if at is None else at))
    rows: list[Measurement] = []
    for work in works:
        progress(f"{work.suite}: {work.name}")
        found = list(measured(work, effort, clock))
        rows += (
            found
            if before is None
            else settled(found, before, tolerance, partial(measured, work, effort, clock))
        )
    whole_run = Bench(tuple(names), quick, machine(), tuple(rows))
    return whole_run if before is None else held(whole_run, before, tolerance)


def settled(
    rows: list[Measurement],
    before: Stored,
    tolerance: float,
    again: Callable[[], Iterator[Measurement]],
) -> list[Measurement]:
    """The rows of a work; those that look worse than before are timed a second time, and the better
    time counts: what disturbed the first is then rarely there, and what is slower is slower both
        times."""
    suspects = {
        row.key
        for row in rows
        if outcome(before.ratios.get(row.key), row.ratio, tolerance) == "worse"
    }
    second = {row.key: row for row in again()} if suspects else {}

    def better(row: Measurement) -> Measurement:
        other = second.get(row.key, row) if row.key in suspects else row
        return (
            row if row.ratio and other.ratio and row.ratio.median <= other.ratio.median else other
        )

    return [better(row) for row in rows]


def selection(wanted: Sequence[str], at: object = None) -> tuple[list[str], str | None]:
    """The names of the suites, each once, and the user's own expression, which follows the name
    `expr`.

    Raises
    ------
    InputError: for a name that is none, `expr` without an expression, and a point without it.

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
            known = [*SUITES, OWN]
            raise InputError(
                Fault.SUITE_UNKNOWN, name=name, hint=suggestion(name, known), names=", ".join(known)
            )
        names[name] = None
    if expr is None and at is not None:
        raise InputError(Fault.SUITE_POINT)
    return list(names or SUITES), expr


def measured(work: Work, effort: Effort, clock: Clock) -> Iterator[Measurement]:
    """A row for each method of a work, the baseline first. What is wrong, or ends in an error, is a
    row with a note."""
    effort = Effort(effort.seconds * work.patience, effort.fewest, effort.most, effort.piece)
    check, baseline = work.truth(), work.methods[0].name
    beside: Call | None = None
    model: Any = None
    for method in work.methods:
        call, answer, said = _ready(method)
        if call is None:
            wrong = said.note is Note.ENDED if said is not None else False
            yield Measurement(
                work.suite, work.name, method.name, baseline, None, None, 0, None, wrong, _all(said)
            )
            continue
        digits, wrong, said = _judged(method, check, answer, model)
        model = method.numbers(answer) if model is None and method.answers and not wrong else model
        if wrong:
            yield Measurement(
                work.suite,
                work.name,
                method.name,
                baseline,
                None,
                None,
                0,
                digits,
                wrong,
                _all(said),
            )
            continue
        beside = call if method.name == baseline else beside
        timing = paired(call if beside is None else beside, call, effort, clock)
        ratio = None if beside is None else timing.ratio
        yield Measurement(
            work.suite,
            work.name,
            method.name,
            baseline,
            ratio,
            timing.seconds,
            timing.repeats,
            digits,
            False,
            _all(said),
        )


def _ready(method: Method) -> tuple[Call | None, Any, Remark | None]:
    """The prepared method and its answer; a remark in their place where there are none."""
    try:
        call = method.prepare()
        return call, call(), None
    except InputError as error:
        return None, None, remark(Note.UNABLE, reason=error.sentence, advice=error.advice)
    except Exception as error:  # whatever breaks one method must not hide the others
        return None, None, remark(Note.ENDED, reason=f"{type(error).__name__}: {error}"[:200])


def _judged(
    method: Method, check: Check | None, answer: Any, model: Any
) -> tuple[float | None, bool, Remark | None]:
    """Its correct digits, whether they are too few, and what there is to say."""
    if not method.answers:
        return None, False, None
    if check is None:
        return None, False, remark(Note.UNDECIDED)
    digits = check.digits(method.numbers(answer), model)
    wrong = digits < method.enough
    return (
        digits,
        wrong,
        remark(Note.UNTIMED, digits=digits, enough=method.enough) if wrong else None,
    )


def _all(said: Remark | None) -> tuple[Remark, ...]:
    return () if said is None else (said,)


def sound(found: Bench) -> None:
    """Refuse a run that does not pass.

    Raises
    ------
    ComputationError: where an answer is wrong, or a ratio got worse.
    """
    worse = f"{found.worse} ratio{'s' * (found.worse > 1)} got worse" if found.worse else ""
    wrong = (
        f"{found.wrong} method{'s' * (found.wrong > 1)} gave no right answer" if found.wrong else ""
    )
    if wrong or worse:
        raise ComputationError(Breakdown.BENCH, what=", ".join(filter(None, (wrong, worse))))


def machine() -> dict[str, str]:
    """What the run is on, by what that is."""
    import numpy as np

    return {
        "diffcmp": __version__,
        "Python": platform.python_version(),
        "NumPy": np.__version__,
        "system": f"{platform.system()} {platform.machine()}",
        "cores": str(os.cpu_count() or 1),
    }
