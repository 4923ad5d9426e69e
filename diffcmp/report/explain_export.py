"""An Explanation as Markdown: what `grad` says, and the sections that say why. Plain text, as
`export` makes of the others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from diffcmp.accuracy.explanation import Explanation, Gain, Suggestion
from diffcmp.notes import Remark
from diffcmp.report import numbers
from diffcmp.report.markdown import code, escaped
from diffcmp.report.remarks import grouped
from diffcmp.report.terms import leading_text


def explanation_lines(found: Explanation) -> list[str]:
    """The sections of an Explanation that a Comparison does not have."""
    lines: list[str] = []
    names = found.comparison.at
    lines += _section("How that was found", _said(r for seen in found.anatomy for r in seen.found))
    terms = (
        code(leading_text(t, seen.name, names[seen.name]))
        for seen in found.anatomy
        for t in seen.terms
    )
    lines += _section("How its parts begin", terms)
    lines += _section("Where the digits go", _conditions(found))
    lines += _section("Branches", _said(r for branch in found.branches for r in branch.remarks))
    return lines + _section("What to do instead", map(_suggestion, found.suggestions))


def _section(title: str, items: Iterable[str]) -> list[str]:
    found = [f"- {item}" for item in items]
    return ["", f"{title}:", "", *found] if found else []


def _said(remarks: Iterable[Remark]) -> Iterator[str]:
    for group in grouped([("", remarks)]):
        piece = f", in {code(group.piece)}" if group.piece else ""
        yield f"{escaped(group.sentence)}{piece}" + (
            f" → {escaped(group.advice)}" if group.advice else ""
        )


def _conditions(found: Explanation) -> Iterator[str]:
    for name, condition in found.conditioning.items():
        for what, value in (
            (f"f in {name}", condition.value),
            (f"its derivative in {name}", condition.derivative),
        ):
            if value is not None:
                yield f"condition number of {escaped(what)}: {numbers.step(value)}"
        yield from _said(loss.remark for loss in condition.losses)


def _suggestion(found: Suggestion) -> str:
    what = f"the method {escaped(found.text)}" if found.kind == "backend" else code(found.text)
    gains = [
        f"{label} {_gain(change)}"
        for label, change in (("f", found.value), ("derivative", found.derivative))
        if change
    ]
    return f"{what} ({escaped(found.reason)}): {', '.join(gains)}, by {escaped(found.backend)}"


def _gain(change: Gain) -> str:
    digits = (
        f" ({numbers.digits(change.digits_before)} → {numbers.digits(change.digits_after)} digits)"
    )
    return f"{numbers.estimate(change.before)} → {numbers.estimate(change.after)}{digits}"
