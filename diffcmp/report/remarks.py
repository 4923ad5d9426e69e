"""The distinct notes of all rows with the methods they apply to, as plain text."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from diffcmp.notes import Remark
from diffcmp.spans import Span, printable, underlined


@dataclass(frozen=True, slots=True)
class Group:
    """One note and all methods that have it; `piece` is the sub-expression under `span`."""

    owners: tuple[str, ...]
    sentence: str
    advice: str
    span: Span | None
    piece: str


def grouped(owned: Iterable[tuple[str, Iterable[Remark]]]) -> list[Group]:
    """Every distinct note in the order in which it first appears."""
    groups: dict[tuple[str, str, Span | None, str], list[str]] = {}
    for owner, remarks in owned:
        for remark in remarks:
            bare = printable(replace(remark, piece="").sentence)
            owners = groups.setdefault(
                (bare, printable(remark.advice), remark.span, printable(remark.piece)), []
            )
            if owner not in owners:
                owners.append(owner)
    return [Group(tuple(owners), *key) for key, owners in groups.items()]


def carets(text: str, span: Span | None, width: int, indent: int) -> str:
    """The expression with carets under `span`; "" without one, or where it is too wide."""
    if span is None:
        return ""
    block = underlined(text, span, indent)
    return block if max(map(len, block.splitlines())) <= width else ""


def clusters(groups: Iterable[Group]) -> list[list[Group]]:
    """The groups about the same sub-expression together, so that it need be shown only once."""
    found: dict[object, list[Group]] = {}
    for group in groups:
        found.setdefault(group.span or group, []).append(group)
    return list(found.values())
