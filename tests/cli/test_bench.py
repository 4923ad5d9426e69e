"""`diffcmp bench` as a user runs it: files, exit codes, refusals. No time is asserted."""

from __future__ import annotations

import csv
import io
import json
import os
from pathlib import Path

import jsonschema
import pytest

from tests.cli.runner import process, run
from tests.cli.test_commands import SCHEMA

OWN = ["expr", "sin(x)/x", "--at", "1.5", "--quick", "--backend", "dual,tape"]


def test_a_run_a_baseline_and_a_run_against_it(tmp_path: Path) -> None:
    first = run("bench", *OWN, "--json", "a.json", cwd=tmp_path)
    assert (first.returncode, first.stderr) == (0, "")
    assert "All 2 answers that can be checked are right." in first.stdout
    found = json.loads((tmp_path / "a.json").read_text())
    jsonschema.validate(found, SCHEMA)
    assert [row["method"] for row in found["rows"]] == ["f itself", "dual", "tape"]

    for row in found[
        "rows"
    ]:  # so that nothing depends on the machine: once all is far better now, once far worse
        row["ratio"] = dict.fromkeys(row["ratio"], 1e9)
    (tmp_path / "slow.json").write_text(json.dumps(found))
    better = run("bench", *OWN, "--compare", "slow.json", "--markdown", cwd=tmp_path)
    assert (better.returncode, better.stderr) == (0, "")
    assert "0 worse, 2 better" in better.stdout

    for row in found["rows"]:
        row["ratio"] = dict.fromkeys(row["ratio"], 1e-9)
    (tmp_path / "fast.json").write_text(json.dumps(found))
    worse = run(
        "bench", *OWN, "--compare", "fast.json", "--json", "b.json", "-o", "b.md", cwd=tmp_path
    )
    assert (worse.returncode, worse.stdout) == (1, "")
    assert worse.stderr == "diffcmp: 2 ratios got worse; see the table\n"
    assert "2 worse" in (tmp_path / "b.md").read_text()
    told = json.loads((tmp_path / "b.json").read_text())
    jsonschema.validate(told, SCHEMA)
    assert {change["outcome"] for change in told["against"]["changes"]} == {"worse"}
    assert sorted(os.listdir(tmp_path)) == ["a.json", "b.json", "b.md", "fast.json", "slow.json"]


def test_a_wrong_answer_is_shown_and_makes_the_exit_code_1() -> None:
    done = run(
        "bench",
        "expr",
        "(t**2-4)/(t-2)",
        "--at",
        "2",
        "--quick",
        "--backend",
        "dual,dual-lhopital",
        "--csv",
    )
    assert done.returncode == 1
    assert done.stderr == "diffcmp: 1 method gave no right answer; see the table\n"
    assert [row["wrong"] for row in csv.DictReader(io.StringIO(done.stdout))] == [
        "False",
        "True",
        "False",
    ]


def test_an_expression_may_begin_with_a_minus_sign() -> None:
    assert (
        run("bench", "expr", "-x**2", "--at", "-1", "--quick", "--backend", "dual").returncode == 0
    )


@pytest.mark.parametrize(("arguments", "says"), [
    (["scaler"], "Did you mean 'scalar'?"),
    (["expr"], "expr must be followed by one expression of your own"),
    (["expr", "x", "expr", "x"], "expr must be followed by one expression of your own"),
    (["expr", "x"], "no point is given for x"),
    (["expr", "sinn(x)", "--at", "1"], "Did you mean 'sin'?"),
    (["expr", "x+[1,2]", "--at", "1"], "the value has shape"),
    (["scalar", "--at", "1"], "--at gives the point of an expression of your own"),
    (["scalar", "--backend", "duel"], "Did you mean 'dual'?"),
    (["scalar", "--tolerance", "0.5"], "the tolerance must be a factor of at least 1, not 0.5"),
    (["scalar", "--compare", "none.json"], "cannot read the baseline 'none.json': No such file or directory"),
    (["scalar", "--json", "none/a.json"], "cannot write 'none/a.json'"),
    (["scalar", "--csv", "--markdown"], "choose one of"),
    (["scalar", "--timeout", "0"], "--timeout"),
])  # fmt: skip
def test_what_is_refused(arguments: list[str], says: str, tmp_path: Path) -> None:
    done = run("bench", *arguments, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert says in done.stderr
    assert "Traceback" not in done.stderr
    assert os.listdir(tmp_path) == []


def test_the_time_is_bounded() -> None:
    done = process("bench", "--timeout", "1")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.endswith(
        "diffcmp: not finished within 1 s; allow more time with --timeout\n"
    )
