"""The tables in Markdown, from the record that `compare` writes as JSON; nothing is measured
here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from benchmarks.limits import LIMITS

MAIN = (
    "hand",
    "numba_",
    "diffcmp_",
    "diffcmp_jit",
    "jax_",
    "torch_",
    "torch_single",
    "casadi_",
    "autograd_",
)
DIFFERENCES = ("hand", "diffcmp_", "numdifftools_", "jacobi_", "mpmath_")


def sections(found: dict[str, Any]) -> dict[str, str]:
    """All tables by name."""
    return {
        "columns": libraries(found),
        "main": main_table(found),
        "differences": differences(found),
        "aims": targets(found),
        "growth": growth(found),
        "first": starts(found),
    }


def markdown(found: dict[str, Any]) -> str:
    """All tables, one after the other."""
    return "\n\n".join(table for table in sections(found).values() if table)


def replaced(page: str, found: dict[str, Any]) -> str:
    """A page whose tables, each after a line `<!-- peers: NAME -->` and before `<!-- /peers -->`,
    are those of this record.

    Raises
    ------
    ValueError: where the page has no place for one of them.
    """
    for name, table in sections(found).items():
        begin, end = f"<!-- peers: {name} -->\n", "<!-- /peers -->"
        head, mark, rest = page.partition(begin)
        if end not in rest:
            raise ValueError(f"the page has no {begin.strip()} … {end}")
        page = f"{head}{mark}\n{table}\n\n{end}{rest.partition(end)[2]}"
    return page


def grid(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)


def names(found: dict[str, Any]) -> dict[str, str]:
    return {about["file"]: about["name"] for about in found["libraries"]}


def libraries(found: dict[str, Any]) -> str:
    rows = [
        [a["name"], a["version"] or a["fault"], a["threads"] or "–"] for a in found["libraries"]
    ]
    before, after = (f"{found[when][1]:.1f}" for when in ("load_before", "load"))
    load = (
        f"load over 5 minutes {before} before and {after} after, of which the measurement itself "
        "makes about 1"
    )
    unset = f"; set aside: {', '.join(found['unset'])}" if found["unset"] else ""
    commit = f", commit {found['commit']}" if found["commit"] else ""
    return (
        f"{found['date']}, {found['machine']}, Python {found['python']}{commit}; {load}{unset}.\n\n"
        + grid(["column", "version", "threads"], rows)
    )


def seconds(t: float) -> str:
    """A time with its unit and two or three digits."""
    for unit, scale in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)):
        if t >= scale:
            return f"{figures(t / scale)} {unit}"
    return f"{figures(t / 1e-9)} ns"


def figures(x: float) -> str:
    """Two digits below 10 and no more than whole numbers from 100 on."""
    if x < 0.095:
        return f"{x:.2g}"
    if x < 10:
        return f"{x:.2f}"
    return f"{x:.1f}" if x < 100 else f"{x:.0f}"


def cell(record: dict[str, Any] | None, base: bool) -> str:
    """A ratio to the base, or the time of the base itself; ✗ where the answer is wrong."""
    if record is None:
        return "not installed"
    if record["fault"]:
        return "–" if record["fault"] == "–" else "fails"
    ratio = None if base else record["to_base"]
    text = figures(ratio["median"]) if ratio else seconds(record["seconds"])
    return f"{text} ✗" if record["wrong"] else text


def _table(found: dict[str, Any], files: Sequence[str], keep: Any) -> str:
    called, rows = names(found), []
    files = [file for file in files if file in called]
    for entry in filter(keep, found["rows"]):
        base = entry["row"]["base"]
        cells = [cell(entry["cells"].get(file), file == base) for file in files]
        rows.append([entry["row"]["name"], *cells])
    return grid(["work", *(called[file] for file in files)], rows) if rows else ""


def main_table(found: dict[str, Any]) -> str:
    """Derivatives against those written by hand, and what limits diffcmp."""

    def keep(entry: dict[str, Any]) -> bool:
        return entry["row"]["base"] == "hand" and entry["row"]["kind"] != "function"

    table = _table(found, MAIN, keep)
    if not table:
        return ""
    header, rule, *rows = table.splitlines()
    explained = [
        f"{row} {LIMITS.get(row.split(' | ')[0].removeprefix('| '), '')} |" for row in rows
    ]
    return "\n".join([f"{header} what limits diffcmp |", f"{rule} --- |", *explained])


def differences(found: dict[str, Any]) -> str:
    """Where libraries of differences and of high precision take part."""

    def keep(entry: dict[str, Any]) -> bool:
        theirs = (entry["cells"].get(file) for file in ("numdifftools_", "jacobi_", "mpmath_"))
        return entry["row"]["base"] != "hand" or any(c and not c["fault"] for c in theirs)

    return _table(found, DIFFERENCES, keep)


def targets(found: dict[str, Any]) -> str:
    """What diffcmp aims at, with the spread of the ratios."""
    rows = []
    for entry in (*found["rows"], *found["first"]):
        rows += _aims(found, entry, "targets", "diffcmp_to_it", "")
        rows += _aims(found, entry, "jit_targets", "jit_to_it", "diffcmp, jit: ")
    return grid(["work", "diffcmp over", "ratio", "quartiles", "target", ""], rows) if rows else ""


def _aims(
    found: dict[str, Any], entry: dict[str, Any], aims: str, key: str, who: str
) -> list[list[str]]:
    called, rows = names(found), []
    first = "first: " if entry in found["first"] else ""
    work = f"{who}{first}{entry['row']['name']}"
    for file, limit in entry["row"].get(aims, {}).items():
        ratio = (entry["cells"].get(file) or {}).get(key)
        if not ratio:
            continue
        median = ratio["median"]
        met = "met" if median <= limit else f"missed by {median / limit:.2f} ×"
        spread = f"{figures(ratio['low'])}–{figures(ratio['high'])}"
        rows.append([work, called[file], figures(median), spread, f"{limit:g}", met])
    return rows


def growing(found: dict[str, Any]) -> dict[str, dict[int, float]]:
    """∇f over f in NumPy by hand, by library and n: the fastest of each, since they were not
    measured in the same round."""
    functions, gradients = (_rosenbrock(found, kind) for kind in ("function", "gradient"))
    grown: dict[str, dict[int, float]] = {}
    for n, cells in gradients.items():
        for file in MAIN:
            record = cells.get(file)
            if n in functions and record and not record["fault"]:
                ratio = record["fastest"] / functions[n]["hand"]["fastest"]
                grown.setdefault(file, {})[n] = ratio
    return grown


def _rosenbrock(found: dict[str, Any], kind: str) -> dict[int, dict[str, Any]]:
    """The cells of the rows of the Rosenbrock function of a kind, by n."""
    rows = [entry for entry in found["rows"] if entry["row"]["workload"] == "rosenbrock"]
    return {e["row"]["size"]: e["cells"] for e in rows if e["row"]["kind"] == kind}


def growth(found: dict[str, Any]) -> str:
    """The cost of ∇f, in calls of f written in NumPy, and that of a sparse Hessian in gradients."""
    grown, called = growing(found), names(found)
    sizes = sorted({n for of in grown.values() for n in of})
    rows = [
        [called[file], *(figures(of[n]) if n in of else "–" for n in sizes)]
        for file, of in grown.items()
    ]
    table = grid(["∇f over f in NumPy", *(f"n = {n}" for n in sizes)], rows) if rows else ""
    fastest = {
        (e["row"]["kind"], e["row"]["size"]): (e["cells"].get("diffcmp_") or {}).get("fastest")
        for e in found["rows"]
    }
    sparse, gradient = fastest.get(("sparse", 10**5)), fastest.get(("gradient", 10**5))
    if not sparse or not gradient:
        return table
    ratio = figures(sparse / gradient)
    return f"{table}\n\nA sparse Hessian with n = 10⁵ costs {ratio} × one gradient (aim: 30 ×)."


def starts(found: dict[str, Any]) -> str:
    """First gradients in a new process: seconds, and memory at its highest."""
    called, entries = names(found), found["first"]
    header = [
        "first gradient, new process: time, peak memory (after import)",
        *(f"{e['row']['name']}" for e in entries),
    ]
    rows = []
    for file in dict.fromkeys(file for entry in entries for file in entry["cells"]):
        rows.append([called[file], *(_start(entry["cells"].get(file)) for entry in entries)])
    return grid(header, rows) if rows else ""


def _start(record: dict[str, Any] | None) -> str:
    if record is None:
        return "–"
    return f"{seconds(record['seconds'])}, {record['peak']:.0f} MiB ({record['after_import']:.0f})"
