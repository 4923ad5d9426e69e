"""A lower floor never imports a higher one, and the two rooms on floor 4 do not know each other."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "diffcmp"
FLOORS = {
    "errors": 0, "notes": 0, "spans": 0, "deadline": 0, "version": 0, "worker": 0, "primitives": 1, "program": 1, "arithmetic": 2,
    "engines": 3, "backends": 4, "truth": 4, "accuracy": 5, "api": 5.5, "prepared": 5.5, "operators": 5.5, "speed": 5.7, "report": 6, "studies": 7, "cli": 8, "__init__": 9,
}  # fmt: skip
FILES = sorted(PACKAGE.rglob("*.py"))


def room(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imports(path: Path) -> set[str]:
    """The rooms that a file imports, at its top or inside a function."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        names = [node.module] if isinstance(node, ast.ImportFrom) and node.module else []
        names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        found |= {name.split(".")[1] for name in names if name.startswith("diffcmp.")}
        if isinstance(node, ast.ImportFrom) and node.module == "diffcmp":
            found |= {alias.name for alias in node.names}
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_imports_point_down(path: Path) -> None:
    here = room(path)
    for other in imports(path):
        assert FLOORS[other] <= FLOORS[here], f"{path.name} imports diffcmp.{other}"
        assert {here, other} != {"backends", "truth"}, f"{path.name} imports diffcmp.{other}"


def test_the_check_sees_an_import_inside_a_function(tmp_path: Path) -> None:
    file = tmp_path / "x.py"
    file.write_text("def f():\n    from diffcmp.cli.main import main\n")
    assert imports(file) == {"cli"}
