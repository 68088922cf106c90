"""A tree of files while layers are laid over one another, the uppermost first.

What an upper layer has hides what is below it, so what comes later is only taken where nothing
has been said yet.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Self

from ..tree import Blob, NamedStream, Node
from .facts import PLAIN_FOLDER, FileFacts
from .names import name_order

__all__ = ["DraftFile", "DraftName", "finished"]


@dataclass(slots=True, eq=False)
class DraftFile:
    """A file, whatever its names are."""

    facts: FileFacts | None = None
    """None while no member was met for it."""
    data: Blob | None = None
    streams: dict[str, NamedStream] | None = None
    """By folded name; None for none, as nearly all files have."""


@dataclass(slots=True, eq=False)
class DraftName:
    """A name in a directory, and what is below it."""

    name: str
    file: DraftFile
    layer: int
    """Which layer said it, counted from the uppermost."""
    is_folder: bool
    children: dict[str, DraftName]
    """By folded name; of all but folders one and the same empty one."""

    @classmethod
    def new(cls, name: str, layer: int, *, is_folder: bool) -> Self:
        """Return a name whose file nothing is known of yet."""
        return cls(name, DraftFile(), layer, is_folder, {} if is_folder else _NOTHING)


_NOTHING: Final[dict[str, DraftName]] = {}


def finished(root: DraftName) -> Node:
    """Return the tree; names of one file get a number, in the order of the tree."""
    names: dict[int, int] = {}
    for draft in _parents_first(root):
        if not draft.is_folder:
            names[id(draft.file)] = names.get(id(draft.file), 0) + 1
    shared = [file for file, count in names.items() if count > 1]
    groups = {file: number for number, file in enumerate(shared, start=1)}
    made: dict[int, Node] = {}
    for draft in reversed(list(_parents_first(root))):
        children = tuple(made.pop(id(child)) for child in _in_order(draft))
        made[id(draft)] = _node(draft, groups.get(id(draft.file), 0), children)
    return made[id(root)]


def _parents_first(root: DraftName) -> Iterator[DraftName]:
    waiting = [root]
    while waiting:
        draft = waiting.pop()
        yield draft
        waiting.extend(reversed(_in_order(draft)))


def _in_order(draft: DraftName) -> list[DraftName]:
    """Return what is in a directory as Windows lists it, whichever layer it came from."""
    return sorted(draft.children.values(), key=lambda child: name_order(child.name))


def _node(draft: DraftName, group: int, children: tuple[Node, ...]) -> Node:
    facts = draft.file.facts or PLAIN_FOLDER
    return Node(
        name=draft.name,
        attributes=facts.attributes,
        created=facts.created,
        accessed=facts.accessed,
        written=facts.written,
        security=facts.security,
        reparse=facts.reparse,
        data=draft.file.data,
        streams=tuple((draft.file.streams or {}).values()),
        link_group=group,
        items=facts.items,
        children=children,
    )
