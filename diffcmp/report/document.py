"""What every record becomes before it is shown: a neutral `Document` of facts, tables, charts,
grids and notes.

`documents/` makes it, one file a record; `terminal/`, `figures/`, `markdown`, `csv`, `json` and
`npz` show any of them, one renderer a medium. Numbers stay numbers here: `numbers` writes them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from diffcmp.report.numbers import Measure
from diffcmp.report.record import Chart, Grid
from diffcmp.report.remarks import Group

if TYPE_CHECKING:
    from numpy.typing import NDArray

Grade: TypeAlias = Literal["", "good", "fair", "bad", "name", "quiet", "strong"]
# how much a method can at most have of what a dtype holds, in decimal digits
CAPACITY = {"float16": 3.3, "float32": 7.2, "float64": 15.9, "longdouble": 19.2}


def grade(digits: float | None, dtype: str = "float64") -> Grade:
    """Of a number of correct digits: good near all that the dtype holds, bad below a third of it.

    >>> grade(15.0), grade(6.0), grade(1.0), grade(None)
    ('good', 'fair', 'bad', '')
    """
    if digits is None:
        return ""
    part = digits / CAPACITY.get(dtype, CAPACITY["float64"])
    return "good" if part > 0.85 else "fair" if part > 1 / 3 else "bad"


@dataclass(frozen=True, slots=True)
class Graded:
    """A cell and how good it is, which a renderer may show by a colour."""

    value: Any
    grade: Grade


def graded(digits: float | None, dtype: str = "float64") -> Graded:
    """A number of correct digits and its grade."""
    return Graded(digits, grade(digits, dtype))


@dataclass(frozen=True, slots=True)
class Fact:
    """A line of what is certain: its label, the number or word, and a remark to it."""

    label: str
    text: str
    aside: str = ""
    grade: Grade = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """Labels and what stands beside them, the texts aligned."""

    lines: Sequence[Fact]


@dataclass(frozen=True, slots=True)
class Text:
    """A sentence of its own."""

    sentence: str
    grade: Grade = ""


@dataclass(frozen=True, slots=True)
class Notes:
    """Each distinct note once, with its owners; `text`: where their spans point into."""

    groups: Sequence[Group]
    text: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """An expression after its symbol (`code`), or a sentence after its owner; `lines` under it."""

    text: str
    symbol: str = ""
    owner: str = ""
    code: bool = False
    lines: Sequence[Fact] = ()


@dataclass(frozen=True, slots=True)
class Items:
    """A list of entries, one a line, under a mark: "·", "1." for numbers, or none."""

    items: Sequence[Item]
    mark: Literal["", "·", "1."] = ""
    left_out: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: its header, what its numbers measure, and its meaning, told below it.

    rank: where a screen is too narrow, columns are left out from rank 1 on; 0 stays. once: whether
    a screen shows it only in the first of the rows that have the same name in front. screen: False
    where only pages have it.
    """

    header: str
    measure: Measure
    meaning: str = ""
    rank: int = 0
    once: bool = False
    screen: bool = True


@dataclass(frozen=True, slots=True)
class Block:
    """Rows under a title. brief: the indices of those that a screen shows, if not all."""

    rows: Sequence[Sequence[Any]]
    title: str = ""
    aside: str = ""
    brief: Sequence[int] | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """Columns, and one block of rows or several.

    notes: sentences below it, after the meanings of the columns. brief: the sentence of a screen
    that shows the blocks' brief rows only. fits: what is tried on a narrow screen, as (how many
    columns are left out, significant digits of the estimates); without it, columns are left out one
    by one. beside: whether blocks may stand side by side.
    """

    columns: Sequence[Column]
    blocks: Sequence[Block]
    title: str = ""
    notes: Sequence[str] = ()
    brief: str = ""
    fits: Sequence[tuple[int, int | None]] = ()
    beside: bool = False

    def meanings(self, headers: Iterable[str]) -> str:
        """What the columns of these headers hold, columns of one meaning together."""
        shown = set(headers)
        owners: dict[str, list[str]] = {}
        for column in self.columns:
            if column.meaning and column.header in shown:
                owners.setdefault(column.meaning, []).append(column.header.strip())
        said = [f"{', '.join(dict.fromkeys(names))}: {text}" for text, names in owners.items()]
        return f"{'; '.join(said)}." if said else ""


@dataclass(frozen=True, slots=True)
class Mark:
    """The first and last index of points at which something happens, its kind, and a letter."""

    letter: str
    kind: str
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Strip:
    """Correct digits along x, None where no derivative is known; asked: whether there is an answer.
    expected: the digits of a sound method."""

    name: str
    digits: Sequence[float | None]
    asked: Sequence[bool]
    expected: float
    median: float | None


@dataclass(frozen=True, slots=True)
class Strips:
    """A strip for each method along common points, linear or in equal ratios.

    x, places: the points as numbers and in words. full: the digits of a perfect strip. kinds: the
    places of each kind of mark, in words. y: what the digits are of.
    """

    title: str
    variable: str
    y: str
    x: Sequence[float]
    places: Sequence[str]
    log: bool
    dtype: str
    full: float
    strips: Sequence[Strip]
    marks: Sequence[Mark]
    kinds: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Pattern:
    """A sparse matrix: where it may differ from 0, and the numbers there, nan for an unknown one.

    aside: what is counted beside the structure. caption: what the numbers are. small: whether a
    screen shows it in numbers elsewhere, so that only figures draw it.
    """

    title: str
    rows: Sequence[str]
    columns: Sequence[str]
    places: Sequence[tuple[int, int]]
    values: Sequence[float]
    caption: str
    aside: str
    small: bool


Drawing: TypeAlias = Chart | Grid | Strips | Pattern


@dataclass(frozen=True, slots=True)
class Section:
    """A headline and what stands under it. leads: whether a page has it above its tables."""

    title: str
    parts: Sequence[Part]
    leads: bool = False


Part: TypeAlias = Facts | Text | Notes | Items | Table | Drawing | Section


@dataclass(frozen=True, slots=True, repr=False)
class Document:
    """A record made ready for any medium; what costs time is made when a medium asks for it.

    heading: the expression, and where: the point. lead: what stands before the expression in a
    caption ("f =", "hessian of"); "" where the heading is a sentence. as_parts: what a person
    reads, in this order. fields, as_lines: every number as one flat table, for CSV. as_arrays: for
    NumPy, where there is something for it. The record's own `to_dict` is its JSON.
    """

    record: Any
    heading: str
    where: str
    as_parts: Callable[[Any], Sequence[Part]]
    fields: Sequence[str]
    as_lines: Callable[[Any], Iterable[Sequence[Any]]]
    as_arrays: Callable[[Any], dict[str, NDArray[Any]]] = lambda record: {}
    lead: str = "f ="

    def __repr__(self) -> str:
        return f"Document({self.heading!r}, {self.where!r})"

    def parts(self) -> Sequence[Part]:
        """What a person reads."""
        return self.as_parts(self.record)

    def drawings(self) -> list[Drawing]:
        """Its charts and grids, which make its figure."""
        return [part for part in self.parts() if isinstance(part, Chart | Grid | Strips | Pattern)]


def table(columns: Sequence[Column], rows: Iterable[Sequence[Any]], **rest: Any) -> Table:
    """A table of one block."""
    return Table(columns, (Block(tuple(rows)),), **rest)


def section(title: str, *parts: Part, leads: bool = False) -> list[Part]:
    """A section with those of its parts that hold anything; none where nothing does."""
    full = [part for part in parts if not is_empty(part)]
    return [Section(title, full, leads)] if full else []


def is_empty(part: Part) -> bool:
    """Whether a part has nothing to show."""
    if isinstance(part, Facts):
        return not part.lines
    if isinstance(part, Notes):
        return not part.groups
    return isinstance(part, Items) and not part.items
