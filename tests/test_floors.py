"""A lower floor never imports a higher one, nothing imports in a circle, and what a file keeps for itself stays there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.scripts import script

SCRIPT = Path(__file__).parents[1] / "docs" / "house.py"


house = script("house")
ARROWS = house.arrows()
KNOWN = {
    "cli.main",
    "engines.forward",
    "engines.reverse",
    "program.ir",
    "truth.smooth",
    "backends.registry",
}


def test_every_room_has_a_floor() -> None:
    assert {house.room(module) for module in house.files()} == set(house.FLOORS)


def test_imports_point_down() -> None:
    assert house.upward(ARROWS) == []


def test_files_import_in_no_circle() -> None:
    assert house.circles(house.between_files(ARROWS)) == []


def test_rooms_import_in_no_circle() -> None:
    assert house.circles(house.between_rooms(ARROWS)) == []


def test_private_names_stay_in_their_file() -> None:
    assert house.private(ARROWS) == []


def test_the_map_in_the_design_is_that_of_the_imports() -> None:
    page = house.DESIGN.read_text(encoding="utf-8")
    shown = page.split(house.BEGIN)[1].split(house.END)[0]
    assert _drawn(shown) == _drawn(house.mermaid(ARROWS))


def _drawn(picture: str) -> list[str]:
    """The rooms and the arrows of a map; how many lines a room has changes every day."""
    return [re.sub(r" · \d+", "", line) for line in picture.splitlines() if line.startswith("    ")]


def test_an_arrow_that_follows_from_others_is_not_drawn() -> None:
    edges = {("a", "b"), ("b", "c"), ("a", "c"), ("a", "d")}
    assert house.reduced(edges) == {("a", "b"), ("b", "c"), ("a", "d")}


@pytest.mark.parametrize(
    ("text", "finds"),
    [
        ("from diffcmp.cli import main", "up"),
        ("def f():\n    from diffcmp.cli.main import main", "up"),
        ("if TYPE_CHECKING:\n    from diffcmp.cli.main import main", "up"),
        ("import diffcmp.cli.main", "up"),
        ("from diffcmp.program.ir import _hidden", "private"),
        ("from diffcmp.program.ir import Program", "nothing"),
    ],
)
def test_the_check_sees(text: str, finds: str) -> None:
    found = list(house.imports("engines.forward", text, KNOWN))
    assert bool(house.upward(found)) == (finds == "up")
    assert bool(house.private(found)) == (finds == "private")


def test_the_check_sees_a_circle_through_several_files() -> None:
    assert house.circles([("a", "b"), ("b", "c"), ("c", "a"), ("c", "d")]) == [["a", "b", "c"]]
    assert house.circles([("a", "b"), ("a", "c"), ("b", "c")]) == []


def test_truth_and_backends_do_not_know_each_other() -> None:
    found = list(house.imports("truth.smooth", "from diffcmp.backends import registry", KNOWN))
    assert house.upward(found) == found
    assert found


def test_lines_are_counted_by_folder() -> None:
    counts = {"engines.forward": 3, "engines.series.ring": 4, "engines.__init__": 1, "names": 5}
    assert house.by_room(counts) == {"engines": 4, "engines/series": 4, "diffcmp/*.py": 5}
