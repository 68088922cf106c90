"""From a tree of files to the members of its layer, in the one order that images have here.

Parents come before what is in them, children as NTFS lists them, a stream right behind its file;
of the names of one file the first is the file, the others are links to it.  So the same files
make the same layer, whatever the order of the WIM's blobs and directories was.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Final

from ..tree import Attribute, Blob, Node
from .losses import Losses
from .names import check_stream_names, sorted_children
from .reparse import target_of

__all__ = ["FILES", "UTILITY_FILES", "UTILITY_VM", "Entry", "EntryKind", "entries_of"]

FILES: Final = "Files"
"""Folder of the system's files."""
UTILITY_VM: Final = "UtilityVM"
"""Folder of the system that Hyper-V isolation starts."""
UTILITY_FILES: Final = "UtilityVM/Files"


class EntryKind(IntEnum):
    """What a member is; a number, since tables by it are read for every member."""

    FILE = 0
    STREAM = 1
    """An alternate data stream: a regular member called ``file:stream``."""
    HARD_LINK = 2
    SYMLINK = 3
    """A symbolic link, or a junction."""
    FOLDER = 4


@dataclass(slots=True)
class Entry:
    """A member of a layer; made by the ten thousand, so not frozen."""

    kind: EntryKind
    folder: str
    """What its whole name begins with, up to a slash: one text for all that is in a folder."""
    name: str
    """The rest of it."""
    node: Node
    """What it is of."""
    blob: Blob | None = None
    """Its content; None for no bytes."""
    link: str = ""
    """The first name of a hard link's file, the target of a symbolic link or junction."""

    @property
    def path(self) -> str:
        """Its whole name in the layer."""
        return self.folder + self.name


def entries_of(root: Node, utility: Node | None, losses: Losses) -> Iterator[Entry]:
    """Yield the members of the layer with the system *root*, and with *utility* if there is one.

    What no layer can hold goes to *losses*, which may refuse it.  Raises WimError for names that
    Windows cannot have.
    """
    yield from _Walk(losses).entries(root, FILES)
    if utility is not None:
        yield Entry(EntryKind.FOLDER, "", UTILITY_VM, _bare(utility))
        yield from _Walk(losses).entries(utility, UTILITY_FILES)


def _bare(node: Node) -> Node:
    """Return a plain folder with the times of *node*: no image has one for it."""
    return replace(
        node,
        attributes=int(Attribute.DIRECTORY),
        security=None,
        reparse=None,
        streams=(),
        children=(),
    )


class _Walk:
    """One image's members; remembers the first name of each file that has several."""

    def __init__(self, losses: Losses) -> None:
        self._losses = losses
        self._firsts: dict[int, str] = {}

    def entries(self, root: Node, name: str) -> Iterator[Entry]:
        waiting = [("", name, root)]
        while waiting:
            folder, name, node = waiting.pop()
            path = folder + name
            if not self._losses.keeps(node, path):
                continue
            yield from self._of(node, folder, name)
            if node.children:
                inside = f"{path}/"
                children = sorted_children(node, path)
                waiting += [(inside, child.name, child) for child in reversed(children)]

    def _of(self, node: Node, folder: str, name: str) -> Iterator[Entry]:
        """Yield the members for one name of a file."""
        if node.reparse is not None:
            link = target_of(node.reparse) or ""
            yield Entry(EntryKind.SYMLINK, folder, name, node, link=link)
        elif node.is_directory:
            yield Entry(EntryKind.FOLDER, folder, name, node)
        elif first := self._first_name(node, folder + name):
            yield Entry(EntryKind.HARD_LINK, folder, name, node, link=first)
            return
        else:
            yield Entry(EntryKind.FILE, folder, name, node, blob=node.data)
        if node.streams:
            check_stream_names((stream.name for stream in node.streams), folder + name)
            for stream in node.streams:
                full = f"{name}:{stream.name}"
                yield Entry(EntryKind.STREAM, folder, full, node, blob=stream.blob)

    def _first_name(self, node: Node, path: str) -> str:
        """Return the name under which this file came already, '' if it did not."""
        if not node.link_group:
            return ""
        first = self._firsts.setdefault(node.link_group, path)
        return "" if first == path else first
