"""From the cause to the result: the equations between them, for every method that fails by one."""

from __future__ import annotations

from collections.abc import Iterator

from diffcmp.accuracy.explaining.explanation import Passage
from diffcmp.accuracy.judging.question import Question
from diffcmp.accuracy.judging.record import Comparison
from diffcmp.accuracy.shadow.reasons import Case
from diffcmp.accuracy.shadow.record import Link
from diffcmp.arithmetic.floats import finite
from diffcmp.backends.registry import backend


def passages(question: Question, comparison: Comparison) -> list[Passage]:
    """The passages of all methods; methods with the same one share it."""
    owners: dict[tuple[str, tuple[Link, ...]], list[str]] = {}
    found: dict[tuple[str, tuple[object, ...]], tuple[str, tuple[Link, ...]]] = {}
    for method, name, links in _every(question, comparison):
        key = name, tuple((link.cause, link.span) for link in links)
        first = found.setdefault(key, (name, links))
        owners.setdefault(first, []).append(method)
    return [Passage(tuple(methods), *key) for key, methods in owners.items()]


def _every(
    question: Question, comparison: Comparison
) -> Iterator[tuple[str, str, tuple[Link, ...]]]:
    """Method, variable and links, where an equation is to blame."""
    truth = comparison.truth
    for row in comparison.rows:
        method = backend(row.backend)
        enough = method.expected_digits(question.floats)
        for name, value in row.derivative.items():
            digits = row.digits[name]
            fails = value is not None and (
                not finite(value) or (digits is not None and digits < enough)
            )
            if not fails:
                continue
            case = Case(question, truth, method, name, value, row.h)
            list(case.wrong() if finite(value) else case.not_finite())
            if case.chain.shown:
                yield row.backend, name, case.chain.shown
