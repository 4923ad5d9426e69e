"""The answers of the README's commands and of all studies, to hold two versions of the package
against each other.

Record them with one version, then with the other, and compare the two folders:

    .venv/bin/python -m tests.answers record before
    .venv/bin/python -m tests.answers record after
    .venv/bin/python -m tests.answers compare before after

`record` runs the `diffcmp` that is installed beside the Python that runs it. `compare` prints every
difference and exits with 1 if there is one. Times never count: the seconds of an answer, the
columns and charts of a study that are measured in seconds, and the few facts and sentences that
follow from them (`TIMED_FACTS`, `TIMED_COLUMNS`, `TIMED_SENTENCES`). Everything else does.

This is a tool for a change that must change no answer, not a test.
"""

from __future__ import annotations

import argparse
import json
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

SUMMARY = "The answers of the README's commands and of all studies, of two versions."
README = Path(__file__).parents[1] / "README.md"
NAMES = {"grad": "compare", "sweep-h": "sweep"}  # commands by the names that they have today
MADE_OF_JSON = {"compare", "sweep", "explain", "map", "jacobian", "hessian", "limit"}
TIMED_FACTS = {
    "hessian": {"said", "ratio", "times"},
    "known-derivatives": {"least", "most"},
    "right-thing": {"first", "last", "ratio"},
}
TIMED_COLUMNS = {"hessian": {"p, time"}}
TIMED_SENTENCES = re.compile(
    "time (has|grows|does) |a call takes |the operations of an unrolled gradient |solve: rule and elimination "
)
NUMBER = re.compile(r"\d+(\.\d+)?(e[+-]?\d+)?")


def commands() -> dict[str, list[str]]:
    """The arguments of every command, by the name of the file that keeps its answer."""
    shown = re.findall(r"^\$ diffcmp ([^\n]*)$", README.read_text(encoding="utf-8"), re.MULTILINE)
    lines = [_without_plot(shlex.split(line.split("#")[0])) for line in shown]
    lines = [line for line in lines if _today(line[0]) in MADE_OF_JSON]
    answers = {f"{i:02d}-{line[0]}": [*line, "--timeout", "300"] for i, line in enumerate(lines)}
    pages = (README.parent / "docs" / "studies").glob("*.md")
    studies = sorted(page.stem for page in pages if page.stem != "README")
    return answers | {f"study-{name}": ["study", name] for name in studies}


def _today(command: str) -> str:
    return NAMES.get(command, command)


def _without_plot(line: list[str]) -> list[str]:
    at = line.index("--plot") if "--plot" in line else len(line)
    return line[:at] + line[at + 2 :]


def _output(arguments: list[str]) -> str:
    command = [str(Path(sys.executable).with_name("diffcmp")), *arguments]
    run = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=True)
    return run.stdout


def record(folder: Path) -> None:
    """Run all commands and keep what they say."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, arguments in commands().items():
        print(name, *arguments, flush=True)
        (folder / f"{name}.json").write_text(_output([*arguments, "--json"]), encoding="utf-8")


def untimed(answer: Any) -> Any:
    """An answer without its times."""
    if isinstance(answer, list):
        return [untimed(part) for part in answer]
    if not isinstance(answer, dict):
        return answer
    timed = {"seconds", "sentence"} if "verdict" in answer else {"seconds"}  # of sympy's limit
    rest = {key: untimed(part) for key, part in answer.items() if key not in timed}
    return _untimed_study(rest) if "study" in rest else rest


def _untimed_study(study: dict[str, Any]) -> dict[str, Any]:
    name = study["study"]
    facts = {k: v for k, v in study["facts"].items() if k not in TIMED_FACTS.get(name, ())}
    return study | {
        "tables": [
            _untimed_table(table, TIMED_COLUMNS.get(name, set())) for table in study["tables"]
        ],
        "charts": [_untimed_chart(chart) for chart in study["charts"]],
        "conclusions": [_untimed_sentence(sentence) for sentence in study["conclusions"]],
        "facts": facts,
    }


def _untimed_table(table: dict[str, Any], timed: set[str]) -> dict[str, Any]:
    columns = table["columns"].items()
    kept = [measure != "seconds" and header not in timed for header, measure in columns]
    rows = [[cell for cell, keep in zip(row, kept, strict=True) if keep] for row in table["rows"]]
    return table | {"rows": rows}


def _untimed_chart(chart: dict[str, Any]) -> dict[str, Any]:
    if "seconds" not in chart["y"]:
        return chart
    curves = [curve | {"y": len(curve["y"])} for curve in chart["curves"]]
    return chart | {"title": NUMBER.sub("#", chart["title"]), "curves": curves}


def _untimed_sentence(sentence: str) -> str:
    """The words of a sentence that has times, without its numbers."""
    if not TIMED_SENTENCES.match(sentence):
        return sentence
    return NUMBER.sub("#", re.sub("^time [^:]*", "time …", sentence))


def differences(before: Any, after: Any, path: str = "") -> Iterator[str]:
    """The places where two answers differ."""
    if isinstance(before, dict) and isinstance(after, dict):
        for key in sorted(before.keys() | after.keys()):
            yield from differences(before.get(key), after.get(key), f"{path}.{key}")
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for i, (one, other) in enumerate(zip(before, after, strict=True)):
            label = one.get("title", one.get("name", i)) if isinstance(one, dict) else i
            yield from differences(one, other, f"{path}[{label}]")
    elif before != after:
        yield f"{path}: {before!r} → {after!r}"


def answers(folder: Path) -> dict[str, Any]:
    """The recorded answers without their times, by number and name of today's command."""
    texts = {file.stem: file.read_text(encoding="utf-8") for file in sorted(folder.glob("*.json"))}
    return {_renamed(name): untimed(json.loads(text)) for name, text in texts.items()}


def _renamed(name: str) -> str:
    number, _, command = name.partition("-")
    return f"{number}-{_today(command)}"


def compare(before: Path, after: Path) -> int:
    """Print every difference; how many there are."""
    one, other = answers(before), answers(after)
    count = 0
    for name in sorted(one.keys() | other.keys()):
        for line in differences(one.get(name), other.get(name)):
            print(name, line[:300])
            count += 1
    return count


def main(arguments: Sequence[str] | None = None) -> int:
    """Record, or compare; the exit code."""
    parser = argparse.ArgumentParser("python -m tests.answers", description=SUMMARY)
    verbs = parser.add_subparsers(dest="verb", required=True)
    recording = verbs.add_parser("record", help="the answers of the version that is installed")
    recording.add_argument("folder", type=Path, help="where they are stored")
    comparing = verbs.add_parser("compare", help="1 where two recorded versions differ")
    comparing.add_argument("before", type=Path)
    comparing.add_argument("after", type=Path)
    asked = parser.parse_args(arguments)
    if asked.verb == "record":
        record(asked.folder)
        return 0
    for folder in (asked.before, asked.after):
        if not folder.is_dir():
            parser.error(f"there is no folder {folder}")
    return int(compare(asked.before, asked.after) > 0)


if __name__ == "__main__":
    sys.exit(main())
