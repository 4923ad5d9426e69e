"""The house drawn from the imports: which room uses which, and every arrow that points the wrong
way.

    python docs/house.py                # the map as Mermaid, and the counts
    python docs/house.py --write        # put both into docs/design.md
    python docs/house.py --lines REV    # lines of code room by room, at a git revision and now

`tests/test_floors.py` checks that nothing is wrong with the house: no arrow points up, there is no
circle, and no file takes a private name from another.
"""

from __future__ import annotations

import ast
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1] / "diffcmp"
DESIGN = Path(__file__).with_name("design.md")
BEGIN, END = "<!-- house: drawn by docs/house.py -->", "<!-- house: end -->"

FLOORS: Mapping[str, int] = {
    "version": 0,
    "names": 0,
    "spans": 0,
    "errors": 0,
    "notes": 0,
    "deadline": 0,
    "locks": 0,
    "caches": 0,
    "worker": 0,
    "files": 0,
    "settings": 0,
    "primitives": 1,
    "program": 2,
    "language": 3,
    "passes": 4,
    "algebra": 4,
    "arithmetic": 5,
    "point": 6,
    "engines": 7,
    "truth": 8,
    "backends": 8,
    "accuracy": 9,
    "derivatives": 9,
    "speed": 10,
    "report": 11,
    "studies": 12,
    "cli": 13,
    "__init__": 14,
}
ALIKE = "30%"  # of its lines a file has in common with the one that it was renamed from
APART = [{"truth", "backends"}, {"passes", "algebra"}]
"""Rooms of one floor that must not know each other."""


@dataclass(frozen=True, slots=True)
class Arrow:
    """One import: the file that has it, the file that it names, and the name that is taken (empty
    for the file itself)."""

    source: str
    target: str
    name: str
    line: int


def files() -> list[str]:
    """Every module of the package by its dotted path below `diffcmp`."""
    return sorted(_module(path) for path in PACKAGE.rglob("*.py"))


def _module(path: Path) -> str:
    return ".".join(path.relative_to(PACKAGE).with_suffix("").parts)


def arrows() -> list[Arrow]:
    """All imports between the files of the package, those inside functions and those for types only
    too."""
    modules = set(files())
    result = []
    for path in sorted(PACKAGE.rglob("*.py")):
        result += imports(_module(path), path.read_text(encoding="utf-8"), modules)
    return result


def imports(source: str, text: str, modules: set[str]) -> Iterator[Arrow]:
    """The imports in the text of one file."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ImportFrom) and _ours(node.module):
            inside = (node.module or "").removeprefix("diffcmp").removeprefix(".")
            for alias in node.names:
                whole = f"{inside}.{alias.name}".removeprefix(".")
                if whole in modules or f"{whole}.__init__" in modules:
                    yield Arrow(source, _file(whole, modules), "", node.lineno)
                else:
                    yield Arrow(source, _file(inside, modules), alias.name, node.lineno)
        elif isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name != "diffcmp" and _ours(alias.name):
                    inside = alias.name.removeprefix("diffcmp.")
                    yield Arrow(source, _file(inside, modules), "", node.lineno)


def _ours(module: str | None) -> bool:
    return module is not None and module.split(".")[0] == "diffcmp"


def _file(module: str, modules: set[str]) -> str:
    """The file of a module, which may be a folder."""
    return module if module in modules else f"{module}.__init__".removeprefix(".")


def room(module: str) -> str:
    """The room on whose floor a file stands."""
    return module.split(".")[0]


def folder(module: str) -> str:
    """The folder that a file lies in, sub-rooms told apart."""
    parts = module.split(".")
    return ".".join(parts[:-1]) or parts[0]


def upward(all_arrows: Iterable[Arrow]) -> list[Arrow]:
    """The arrows that point up, or to a room of the same floor that must not be known."""
    wrong = []
    for arrow in all_arrows:
        here, there = room(arrow.source), room(arrow.target)
        if FLOORS[there] > FLOORS[here] or {here, there} in APART:
            wrong.append(arrow)
    return wrong


def private(all_arrows: Iterable[Arrow]) -> list[Arrow]:
    """The arrows that take a name which its file keeps for itself."""
    return [
        arrow
        for arrow in all_arrows
        if arrow.name.startswith("_") and not arrow.name.startswith("__")
    ]


def circles(edges: Iterable[tuple[str, str]]) -> list[list[str]]:
    """The groups of nodes that reach each other: the strongly connected components of more than one
    node (Tarjan 1972)."""
    after: dict[str, set[str]] = {}
    for source, target in edges:
        if source != target:
            after.setdefault(source, set()).add(target)
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    groups: list[list[str]] = []

    def visit(node: str) -> None:
        index[node] = low[node] = len(index)
        stack.append(node)
        for following in sorted(after.get(node, ())):
            if following not in index:
                visit(following)
                low[node] = min(low[node], low[following])
            elif following in stack:
                low[node] = min(low[node], index[following])
        if low[node] == index[node]:
            at = stack.index(node)
            if len(stack) - at > 1:
                groups.append(sorted(stack[at:]))
            del stack[at:]

    for node in sorted(after):
        if node not in index:
            visit(node)
    return groups


def between_files(all_arrows: Iterable[Arrow]) -> list[tuple[str, str]]:
    """Which file imports which; the package's own lazy front door is left out."""
    return [(a.source, a.target) for a in all_arrows if a.source != "__init__"]


def between_rooms(all_arrows: Iterable[Arrow]) -> list[tuple[str, str]]:
    """Which folder imports which."""
    return [(folder(a.source), folder(a.target)) for a in all_arrows if a.source != "__init__"]


def lines(place: str) -> int:
    """Lines of all files of a folder, its sub-rooms left out."""
    return sum(count for module, count in lines_now().items() if folder(module) == place)


def mermaid(all_arrows: list[Arrow]) -> str:
    """The rooms from the highest floor down, with their lines of code, and which imports which.

    An arrow that follows from two others is left out, and so are the files that lie in no room.
    """
    places = dict.fromkeys(folder(module) for module in files())
    rooms = [p for p in places if not (PACKAGE / f"{p}.py").exists() or "." in p]
    rooms.sort(key=lambda place: -FLOORS[room(place)])
    boxes = [f'    {_id(place)}["{place.replace(".", "/")} · {lines(place)}"]' for place in rooms]
    edges = {(s, t) for s, t in between_rooms(all_arrows) if s != t and {s, t} <= set(rooms)}
    drawn = [f"    {_id(s)} --> {_id(t)}" for s, t in sorted(reduced(edges))]
    return "\n".join(["```mermaid", "flowchart TD", *boxes, *drawn, "```"])


def reduced(edges: set[tuple[str, str]]) -> set[tuple[str, str]]:
    """The fewest arrows from which all others follow: the transitive reduction of a graph that has
    no circle (Aho, Garey & Ullman 1972)."""
    after: dict[str, set[str]] = {}
    for source, target in edges:
        after.setdefault(source, set()).add(target)
    below: dict[str, set[str]] = {}

    def reached(place: str) -> set[str]:
        if place not in below:
            below[place] = set()
            for following in after.get(place, ()):
                below[place] |= {following} | reached(following)
        return below[place]

    def follows(source: str, target: str) -> bool:
        return any(target in reached(other) for other in after[source] - {target})

    return {(source, target) for source, target in edges if not follows(source, target)}


def _id(name: str) -> str:
    return name.replace(".", "_")


def summary(all_arrows: list[Arrow]) -> str:
    """The counts that must be 0."""
    edges = between_files(all_arrows)
    ups, rooms = upward(all_arrows), circles(between_rooms(all_arrows))
    return (
        f"{len(files())} files, {len(set(edges))} arrows between them: {len(ups)} up, "
        f"{len(circles(edges))} circles of files, {len(rooms)} circles of rooms, "
        f"{len(private(all_arrows))} private names taken from another file."
    )


def write(text: str) -> None:
    """Put the map between its marks in docs/design.md."""
    page = DESIGN.read_text(encoding="utf-8")
    before, rest = page.split(BEGIN)
    after = rest.split(END)[1]
    DESIGN.write_text(f"{before}{BEGIN}\n{text}\n{END}{after}", encoding="utf-8")


def lines_now() -> dict[str, int]:
    """Lines of every file of the package, by its dotted path."""
    return {
        m: len((PACKAGE / f"{m.replace('.', '/')}.py").read_text().splitlines()) for m in files()
    }


def lines_at(revision: str) -> dict[str, int]:
    """Lines of every file of the package at a git revision; one that was renamed since stands
    under its name of today."""
    today = {}
    for line in _git("diff", "--name-status", f"--find-renames={ALIKE}", revision, "--", "diffcmp"):
        status, *paths = line.split("\t")
        if status.startswith("R"):
            today[paths[0]] = paths[1]
    counts: Counter[str] = Counter()
    for line in _git("grep", "--count", "", revision, "--", "diffcmp/*.py"):
        path, count = line.removeprefix(f"{revision}:").rsplit(":", 1)
        counts[_module(PACKAGE.parent / today.get(path, path))] += int(count)
    return counts


def _git(*arguments: str) -> list[str]:
    command = ["git", "-C", str(PACKAGE.parent), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()


def by_room(counts: Mapping[str, int]) -> Counter[str]:
    """The lines of each folder, and together those of the files that lie in none."""
    rooms: Counter[str] = Counter()
    for module, count in counts.items():
        rooms[folder(module).replace(".", "/") if "." in module else "diffcmp/*.py"] += count
    return rooms


def lines_table(revision: str) -> str:
    """Lines of product code room by room, from the highest floor down, as a Markdown table."""
    before, now = by_room(lines_at(revision)), by_room(lines_now())
    rooms = sorted(before | now, key=lambda name: (-FLOORS.get(room_of(name), -1), name))
    rows = [f"| {name} | {before[name]} | {now[name]} |" for name in rooms]
    total = f"| all | {before.total()} | {now.total()} |"
    return "\n".join([f"| room | {revision} | now |", "|---|--:|--:|", *rows, total])


def room_of(name: str) -> str:
    """The room of a folder."""
    return name.split("/")[0]


def main() -> None:
    """Print the map, or write it, or print the lines of code."""
    if "--lines" in sys.argv[1:]:
        print(lines_table(sys.argv[sys.argv.index("--lines") + 1]))
        return
    all_arrows = arrows()
    text = f"{summary(all_arrows)}\n\n{mermaid(all_arrows)}"
    if "--write" in sys.argv[1:]:
        write(text)
    print(text)
    for wrong in (*upward(all_arrows), *private(all_arrows)):
        print(wrong)
    for group in (*circles(between_files(all_arrows)), *circles(between_rooms(all_arrows))):
        print("circle:", *group)


if __name__ == "__main__":
    main()
