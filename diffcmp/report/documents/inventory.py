"""The documents of what there is: the backends and the versions of the libraries, the studies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from diffcmp.report.document import Column, Document, Part, Text, section, table


@dataclass(frozen=True, slots=True)
class Inventory:
    """Rows under headers, and the versions of the libraries, where these matter."""

    headers: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]
    versions: Mapping[str, str]

    def to_dict(self) -> dict[str, Any]:
        """As JSON has it."""
        rows = [dict(zip(self.headers, row, strict=True)) for row in self.rows]
        return {"rows": rows, "versions": dict(self.versions)}


def document(record: Inventory) -> Document:
    """An inventory, ready for any medium."""
    return Document(record, "", "", parts, record.headers, lambda record: record.rows, lead="")


def parts(record: Inventory) -> list[Part]:
    """What a person reads."""
    columns = [Column(header, "text") for header in record.headers]
    libraries = ", ".join(f"{name} {version}" for name, version in record.versions.items())
    return [table(columns, record.rows), *section("", Text(libraries))]
