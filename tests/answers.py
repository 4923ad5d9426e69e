"""The answers of the README's commands and of all studies, to hold two versions of the package
against each other.

    python -m tests.answers record before           # with one version installed
    python -m tests.answers record after            # with another
    python -m tests.answers compare before after

Not a test: a tool for a change that must change no answer. What is measured in seconds, and what
follows from it, is left out.
"""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

README = Path(__file__).parents[1] / "README.md"
OLD_NAMES = {"compare": "grad", "sweep": "sweep-h"}  # which every version knows
MADE_OF_JSON = ("grad", "sweep-h", "explain", "map", "jacobian", "hessian", "limit")
TIMED = re.compile(r"second|\btime|faster|slower|\bms\b|µs|exponent", re.IGNORECASE)


def commands() -> dict[str, list[str]]:
    """The arguments of every command, by the name of the file that keeps its answer."""
    text = README.read_text(encoding="utf-8")
    typed = re.findall(r"^\$ diffcmp ([^\n]*)$", text, re.MULTILINE)
    lines = [shlex.split(line.split("#")[0]) for line in typed]
    lines = [_without_plot([OLD_NAMES.get(line[0], line[0]), *line[1:]]) for line in lines]
    lines = [line for line in lines if line[0] in MADE_OF_JSON]
    shown = {f"{i:02d}-{line[0]}": [*line, "--timeout", "300"] for i, line in enumerate(lines)}
    pages = (README.parent / "docs" / "studies").glob("*.md")
    studies = sorted(page.stem for page in pages if page.stem != "README")
    return shown | {f"study-{name}": ["study", name] for name in studies}


def _without_plot(line: list[str]) -> list[str]:
    at = line.index("--plot") if "--plot" in line else len(line)
    return line[:at] + line[at + 2 :]


def _output(arguments: list[str]) -> str:
    command = [str(Path(sys.executable).with_name("diffcmp")), *arguments]
    return subprocess.run(
        command, capture_output=True, text=True, encoding="utf-8", check=True
    ).stdout


def record(folder: Path) -> None:
    """Run all commands and keep what they say."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, arguments in commands().items():
        print(name, *arguments, flush=True)
        (folder / f"{name}.json").write_text(_output([*arguments, "--json"]), encoding="utf-8")


def differences(before: Any, after: Any, path: str = "") -> Iterator[str]:
    """The places where two answers differ, but for times."""
    if TIMED.search(path):
        return
    if isinstance(before, dict) and isinstance(after, dict):
        for key in sorted(before.keys() | after.keys()):
            yield from differences(before.get(key), after.get(key), f"{path}.{key}")
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for i, (one, other) in enumerate(zip(before, after, strict=True)):
            label = one.get("title", one.get("name", i)) if isinstance(one, dict) else i
            yield from differences(one, other, f"{path}[{label}]")
    elif before != after and not (isinstance(before, str) and TIMED.search(before)):
        yield f"{path}: {before!r} → {after!r}"


def compare(before: Path, after: Path) -> int:
    """Print every difference; how many there are."""
    count = 0
    for file in sorted(before.glob("*.json")):
        other = after / file.name
        texts = [f.read_text(encoding="utf-8") if f.exists() else "null" for f in (file, other)]
        for line in differences(*map(json.loads, texts)):
            print(file.stem, line[:300])
            count += 1
    return count


if __name__ == "__main__":
    verb, *folders = sys.argv[1:]
    if verb == "record":
        record(Path(folders[0]))
    else:
        sys.exit(compare(Path(folders[0]), Path(folders[1])) > 0)
