"""Metadata resources: the whole tree of one image."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from provider_core.errors import WimError

from ..tree import Attribute, Blob, NamedStream, Node, Reparse
from .dentry import NO_HASH, Dentry, check_name, parse_dentry
from .security import NO_DESCRIPTOR, parse_security

__all__ = ["MOST_METADATA", "FindBlob", "ReadSmall", "parse_metadata"]

MOST_METADATA: Final = 128 << 20
"""Bytes of the largest metadata that is read; that of Windows 11 has some 30 million."""
_MOST_ENTRIES: Final = 600_000
"""Files, directories and streams of the largest image that is read."""
_MOST_DEPTH: Final = 512
_MOST_PATHS: Final = 64 << 20
"""Characters of all paths together, since they are held at once; those of Windows 11 have some 13
million, but few bytes of metadata can have a deep folder with a great many files."""
_MOST_REPARSE: Final = 16 << 10
"""Bytes of the data of one reparse point, as NTFS has it."""
_MOST_REPARSE_DATA: Final = 32 << 20
"""Bytes of that data in an image; a link has some hundred."""
_WHERE: Final = "metadata"
_DIRECTORY: Final = int(Attribute.DIRECTORY)  # plain numbers: operators of flags are slow
_REPARSE_POINT: Final = int(Attribute.REPARSE_POINT)

FindBlob = Callable[[bytes], Blob]
"""Returns the blob of a hash; WimError if there is none."""
ReadSmall = Callable[[Blob], bytes]
"""Returns the bytes of a small blob."""


def parse_metadata(data: bytes, find: FindBlob, read: ReadSmall) -> Node:
    """Return the root of the tree in *data*; *read* is asked for the data of reparse points.

    Raises WimError.
    """
    descriptors, start = parse_security(data)
    root = parse_dentry(data, start)
    if root is None or not root.attributes & _DIRECTORY:
        raise WimError("its root is no directory", where=_WHERE)
    root.name = root.short_name = ""
    return _Walk(data, _Builder(descriptors, find, read)).tree(root)


@dataclass(slots=True)
class _Folder:
    """A directory whose entries are being read."""

    entry: Dentry
    position: int
    """Of the next entry in it."""
    length: int
    """Of its path, characters."""
    names: set[str] = field(default_factory=set)
    nodes: list[Node] = field(default_factory=list)


class _Walk:
    """Reads directories, what is in them first; no more entries at a time than the tree is deep."""

    def __init__(self, data: bytes, build: _Builder) -> None:
        self._data = data
        self._build = build
        self._open: list[_Folder] = []
        self._seen: set[int] = set()
        self._left = _MOST_ENTRIES
        self._paths_left = _MOST_PATHS

    def tree(self, root: Dentry) -> Node:
        """Return *root* with everything in it."""
        self._enter(root)
        while True:
            folder = self._open[-1]
            entry = self._next(folder) if folder.position else None
            if entry is None:
                node = self._build.node(folder.entry, tuple(folder.nodes))
                self._open.pop()
                if not self._open:
                    return node
                self._open[-1].nodes.append(node)
            elif _has_children(entry):
                self._enter(entry)
            else:
                folder.nodes.append(self._build.node(entry, ()))

    def _enter(self, entry: Dentry) -> None:
        if entry.children in self._seen or len(self._open) > _MOST_DEPTH:
            raise WimError("its directories run in a circle, or too deep", where=_WHERE)
        self._seen.add(entry.children)
        length = (self._open[-1].length if self._open else 0) + 1 + len(entry.name)
        self._open.append(_Folder(entry, entry.children, length))

    def _next(self, folder: _Folder) -> Dentry | None:
        """Return the next entry of *folder*, checked; None at its end."""
        entry = parse_dentry(self._data, folder.position)
        if entry is None:
            return None
        check_name(entry.name)
        if entry.name in folder.names:
            raise WimError(f"{entry.name[:80]!r} is there twice", where=_WHERE)
        folder.names.add(entry.name)
        folder.position = entry.end
        self._left -= len(entry.streams)
        if self._left < 0:
            raise WimError(f"it has more than {_MOST_ENTRIES} files and streams", where=_WHERE)
        self._paths_left -= len(entry.streams) * (folder.length + 1 + len(entry.name))
        if self._paths_left < 0:
            raise WimError(f"its paths have more than {_MOST_PATHS} characters", where=_WHERE)
        return entry


def _has_children(entry: Dentry) -> bool:
    kind = entry.attributes & (_DIRECTORY | _REPARSE_POINT)
    if kind == _DIRECTORY:
        return bool(entry.children)
    if entry.children and not kind & _DIRECTORY:
        raise WimError(f"{entry.name[:80]!r} is no directory, but has entries", where=_WHERE)
    return False


class _Builder:
    """Makes nodes of entries."""

    def __init__(self, descriptors: Sequence[bytes], find: FindBlob, read: ReadSmall) -> None:
        self._groups: dict[tuple[object, ...], int] = {}
        self._descriptors = descriptors
        self._find = find
        self._read = read
        self._reparse_data: dict[Blob, bytes] = {}
        self._reparse_left = _MOST_REPARSE_DATA

    def node(self, entry: Dentry, children: tuple[Node, ...]) -> Node:
        reparse, data = self._unnamed(entry)
        created = entry.created  # often all three are one number, which is then kept once
        node = Node(
            name=entry.name,
            attributes=entry.attributes,
            created=created,
            accessed=entry.accessed if entry.accessed != created else created,
            written=entry.written if entry.written != created else created,
            short_name=entry.short_name,
            security=self._security(entry.security_id),
            reparse=reparse,
            data=data,
            streams=self._named(entry) if len(entry.streams) > 1 else (),
            items=entry.items,
            children=children,
        )
        if entry.link_group and not entry.attributes & _DIRECTORY:
            return replace(node, link_group=self._group(entry.link_group, node))
        return node

    def _group(self, number: int, node: Node) -> int:
        """Return the group of *node*, counted anew from 1.

        Windows 7 has files of one number that differ, so that what a name says of its file
        counts too (Windows compares the content alone; wimlib, inode_fixup.c).
        """
        facts = (number, node.data, node.streams, node.security, node.attributes)
        return self._groups.setdefault(facts, len(self._groups) + 1)

    def _security(self, number: int) -> bytes | None:
        if number == NO_DESCRIPTOR:
            return None
        if number >= len(self._descriptors):
            raise WimError(f"security descriptor {number} is not there", where=_WHERE)
        return self._descriptors[number]

    def _blob(self, sha1: bytes) -> Blob | None:
        if sha1 == NO_HASH:
            return None
        blob = self._find(sha1)
        return blob if blob.size else None

    def _named(self, entry: Dentry) -> tuple[NamedStream, ...]:
        named = [stream for stream in entry.streams if stream[0]]
        if len({name for name, _ in named}) != len(named):
            raise WimError(f"{entry.name[:80]!r} has two streams of one name", where=_WHERE)
        return tuple(NamedStream(name=name, blob=self._blob(sha1)) for name, sha1 in named)

    def _unnamed(self, entry: Dentry) -> tuple[Reparse | None, Blob | None]:
        """Return the reparse point and the content.

        Without named streams the hash of the one unnamed stream is in the entry itself, with
        them it may be in a stream entry of its own; of a reparse point the first is its data.
        """
        first, *others = entry.streams
        hashes = [sha1 for name, sha1 in others if not name]
        if first[1] != NO_HASH:
            hashes.insert(0, first[1])
        reparse = None
        if entry.attributes & _REPARSE_POINT:
            reparse = self._reparse(entry, hashes.pop(0) if hashes else NO_HASH)
        if len(hashes) > 1 and any(sha1 != NO_HASH for sha1 in hashes[1:]):
            raise WimError(f"{entry.name[:80]!r} has two contents", where=_WHERE)
        return reparse, self._blob(hashes[0]) if hashes else None

    def _reparse(self, entry: Dentry, sha1: bytes) -> Reparse:
        blob = self._blob(sha1)
        data = self._data_of(blob) if blob is not None else b""
        return Reparse(tag=entry.reparse_tag, data=data, not_fixed=entry.not_fixed)

    def _data_of(self, blob: Blob) -> bytes:
        """Return the data of a reparse point, the same for several in one piece of memory."""
        if blob.size > _MOST_REPARSE:
            raise WimError(f"a reparse point of {blob.size} bytes", where=_WHERE)
        known = self._reparse_data.get(blob)
        if known is None:
            self._reparse_left -= blob.size
            if self._reparse_left < 0:
                raise WimError("its reparse points have too much data", where=_WHERE)
            known = self._reparse_data[blob] = self._read(blob)
        return known
