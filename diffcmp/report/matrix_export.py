"""A Jacobian or Hessian for machines and documents, and what is certain about it in words. JSON is
the record's own."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from diffcmp.accuracy.matrix import MatrixComparison
from diffcmp.accuracy.record import plain
from diffcmp.notes import Note
from diffcmp.report import numbers
from diffcmp.report.headings import Fact, listed, point
from diffcmp.report.markdown import code, escaped, table
from diffcmp.report.remarks import grouped
from diffcmp.truth.record import Quantity

FIGURES = 8
MATRIX_FIELDS = (
    "expression",
    "at",
    "dtype",
    "matrix",
    "kind",
    "certified",
    "row",
    "column",
    "truth",
    "backend",
    "derivative",
    "abs_error",
    "digits",
    "evaluations",
    "seconds",
)


def matrix_facts(found: MatrixComparison) -> list[Fact]:
    """What is certain: f, the size and structure of the matrix, its cost, the kind of the point,
    the proof."""
    m, n = len(found.rows), len(found.columns)
    places = listed([str(i) for i in range(len(found.value))])
    values = [None if k is None else found.value[int(k)] for k in places]
    sampled = any(one.note is Note.SAMPLED for one in found.remarks)
    shown = [
        "…" if k is None or (q is None and sampled) else certain(q, FIGURES)
        for k, q in zip(places, values, strict=True)
    ]
    facts = [
        Fact(
            "f",
            ", ".join(one for one, same in groupby(shown) for _ in (same if one != "…" else "…")),
        )
    ]
    if found.vector is not None:
        facts.append(Fact("product", f"with {found.vector}"))
    else:
        count = (
            f"{len(found.places)} of {m * n} entries may differ from 0"
            if len(found.places) < m * n
            else "dense"
        )
        facts.append(Fact(found.what, f"{m} × {n}, {count}"))
    facts.append(Fact("cost", cost(found)))
    facts.append(Fact("point", found.kind.value))
    known = sum(q is not None for q in found.truth)
    some = f", {known} of the {len(found.truth)} entries" if known < len(found.truth) else ""
    facts.append(
        Fact(
            "proof",
            f"certified to {found.digits} digits{some}" if found.certified else "not certified",
        )
    )
    return facts


def cost(found: MatrixComparison) -> str:
    """How many products with vectors the matrix takes by automatic differentiation."""
    count = f"{found.products} product{'s' * (found.products != 1)} with a vector, {found.mode}"
    plainly = (
        min(len(found.rows), len(found.columns)) if found.what == "jacobian" else len(found.columns)
    )
    if found.vector is not None or found.products >= plainly:
        return count
    return f"{count}, by colouring ({plainly} one by one)"


def certain(quantity: Quantity | None, digits: int) -> str:
    """A certified number to a few digits."""
    return "unknown" if quantity is None else numbers.known(quantity.text(digits))


def matrix_lines(found: MatrixComparison) -> Sequence[list[object]]:
    """For CSV: one line for each backend and entry."""
    digits = found.digits
    return [
        [
            found.text,
            point(found.at),
            found.dtype,
            found.what,
            found.kind.value,
            found.certified,
            found.rows[i],
            found.columns[j],
            None if q is None else q.text(digits),
            row.backend,
            plain(row.values[k]),
            plain(row.abs_error[k]),
            plain(row.digits[k]),
            row.evaluations,
            row.seconds,
        ]
        for row in found.results
        for k, ((i, j), q) in enumerate(zip(found.places, found.truth, strict=True))
    ]


def matrix_markdown(found: MatrixComparison) -> str:
    """The facts, the certified entries, the methods and their notes."""
    lines = [
        f"**{found.what}** of {code(found.text)} at {code(point(found.at))} in {found.dtype}",
        "",
    ]
    lines += [f"- {escaped(fact.label)}: {escaped(fact.text)}" for fact in matrix_facts(found)]
    shown = [(found.name(k), certain(q, FIGURES)) for k, q in enumerate(found.truth)]
    lines += ["", *table(["entry", "certified"], [list(pair) for pair in shown], words=1)]
    rows = [
        [
            row.backend,
            numbers.magnitude(row.norm_error),
            "" if row.worst is None else found.name(row.worst),
            str(row.evaluations),
            numbers.seconds(row.seconds),
        ]
        for row in found.results
    ]
    lines += ["", *table(["method", "error", "worst", "evals", "time"], rows, words=1)]
    said = grouped(
        [("truth", found.remarks), *((row.backend, row.remarks) for row in found.results)]
    )
    lines += ["", "Notes:", ""] if said else []
    for group in said:
        advice = f" → {escaped(group.advice)}" if group.advice else ""
        lines.append(f"- **{escaped(', '.join(group.owners))}**: {escaped(group.sentence)}{advice}")
    return "\n".join(lines) + "\n"
