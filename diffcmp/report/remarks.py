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
    """Every distinct note in the order in which it first appears. Those that differ only in the
    digits that other methods have are one, with the fewest of these."""
    notes: dict[object, Remark] = {}
    owners: dict[object, list[str]] = {}
    for owner, remarks in owned:
        for remark in remarks:
            key = _distinct(remark)
            notes[key] = _fewest(notes.get(key, remark), remark)
            belonging = owners.setdefault(key, [])
            if owner not in belonging:
                belonging.append(owner)
    return [_group(owners[key], remark) for key, remark in notes.items()]


def _distinct(remark: Remark) -> object:
    """What a reader tells a note by: its sentence, its place and the methods that it names."""
    sentence = printable(replace(remark, piece="").sentence)
    bare = replace(remark, better=None).advice
    methods = None if remark.better is None else tuple(name for name, _ in remark.better)
    return sentence, bare, methods, remark.span, printable(remark.piece)


def _fewest(one: Remark, other: Remark) -> Remark:
    """The note with the fewest digits that both give for each method."""
    if one.better is None or other.better is None:
        return one
    pairs = zip(one.better, other.better, strict=True)
    least = ((name, _least(a, b)) for (name, a), (_, b) in pairs)
    return replace(one, better=tuple(least))


def _least(a: float | None, b: float | None) -> float | None:
    return None if a is None or b is None else min(a, b)


def _group(owners: Iterable[str], remark: Remark) -> Group:
    sentence = printable(replace(remark, piece="").sentence)
    advice, piece = printable(remark.advice), printable(remark.piece)
    return Group(tuple(owners), sentence, advice, remark.span, piece)


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
