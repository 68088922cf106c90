"""The values of a Windows image: what its XML says, and its tree of files as Windows keeps them.

They are what a WIM file's metadata resource holds, whoever made them: read from a WIM file, or
from the layers of an image.  Times are FILETIME: 100-nanosecond steps since 1601-01-01 in UTC.
Names are UTF-16 in the file; here a code unit that is half of no pair is a lone surrogate.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import IntFlag
from typing import Final, Protocol

__all__ = [
    "NOTHING",
    "Attribute",
    "Blob",
    "BlobSource",
    "NamedStream",
    "Node",
    "Piece",
    "Reparse",
    "TaggedItems",
    "UnixData",
    "WimImage",
    "walk",
]

Piece = bytes | bytearray | memoryview
"""Some bytes of a blob; never changed once it was handed over."""


class Attribute(IntFlag):
    """The attributes that mean something to us ([MS-FSCC] 2.6); others are kept as they are."""

    READONLY = 0x1
    HIDDEN = 0x2
    SYSTEM = 0x4
    DIRECTORY = 0x10
    ARCHIVE = 0x20
    NORMAL = 0x80
    SPARSE = 0x200
    REPARSE_POINT = 0x400
    COMPRESSED = 0x800
    ENCRYPTED = 0x4000


_DIRECTORY: Final = int(Attribute.DIRECTORY)  # a plain number: operators of flags are slow


@dataclass(frozen=True, slots=True, kw_only=True)
class Blob:
    """Content by its hash, wherever it is."""

    sha1: bytes
    """SHA-1 of the bytes, 20 bytes; names them and guards against damage, not against malice."""
    size: int
    """Bytes; never 0, for content of no bytes is None wherever a blob is expected."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedStream:
    """An alternate data stream (``file:name``)."""

    name: str
    """Its name, not empty."""
    blob: Blob | None
    """Its content; None if it has no bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reparse:
    """A reparse point: a symbolic link, a junction, or something of a file system filter."""

    tag: int
    """Reparse tag ([MS-FSCC] 2.1.2.1): 0xA000000C a symbolic link, 0xA0000003 a junction."""
    data: bytes
    """Reparse data after the tag, length and reserved fields (8 bytes); at most 16 KiB."""
    not_fixed: bool = False
    """Whether an absolute target is as it was captured, not made relative to the image's root."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnixData:
    """What wimlib records of a Unix file."""

    uid: int
    gid: int
    mode: int
    """st_mode: type and permissions."""
    device: int
    """st_rdev of a device node, else 0."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TaggedItems:
    """What a node has beyond the fixed fields; bytes as the WIM has them."""

    object_id: bytes = b""
    """NTFS object id, 16 to 64 bytes; b'' if there is none."""
    xattrs: bytes = b""
    """Extended attributes, packed as by the tag 2 of wimlib; b'' if there are none."""
    unix: UnixData | None = None
    unknown: tuple[int, ...] = ()
    """Tags that nobody here knows; their data is not kept."""


NOTHING: Final = TaggedItems()
"""The tagged items of a node that has none, which is nearly every one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A file or directory, with everything that belongs to it."""

    name: str
    """Name in its directory; '' for the root.  Not '.' or '..'; no slash, backslash or NUL."""
    attributes: int
    """Bits of `Attribute` and others."""
    created: int
    """FILETIME."""
    accessed: int
    """FILETIME."""
    written: int
    """FILETIME of the last write of the content."""
    short_name: str = ""
    """DOS name (8.3), '' if none."""
    security: bytes | None = None
    """Self-relative security descriptor ([MS-DTYP] 2.4.6); None if the image has none for it."""
    reparse: Reparse | None = None
    """What it stands for; None if it is a plain file or directory."""
    data: Blob | None = None
    """The unnamed stream; None for no bytes, as directories and reparse points have."""
    streams: tuple[NamedStream, ...] = ()
    """Its other streams, in the order of the file."""
    link_group: int = 0
    """Nodes of one group other than 0 are names of one file (hard links) and say the same."""
    items: TaggedItems = NOTHING
    children: tuple[Node, ...] = ()
    """What is in it, in the order of the file; () unless it is a directory and no reparse point."""

    @property
    def is_directory(self) -> bool:
        """Whether it is a directory; a junction is one too, without children of its own."""
        return bool(self.attributes & _DIRECTORY)


@dataclass(frozen=True, slots=True, kw_only=True)
class WimImage:
    """One image of a WIM file, as the file's XML describes it; texts are foreign."""

    index: int
    """Its number in the file, from 1."""
    name: str = ""
    """NAME; unique in a file, '' if it has none."""
    description: str = ""
    """DESCRIPTION, '' if none."""
    display_name: str = ""
    """DISPLAYNAME, '' if none."""
    flags: str = ""
    """FLAGS, as given when it was captured ('ServerDatacenter'); '' if none."""
    edition: str = ""
    """WINDOWS/EDITIONID, '' if none."""
    installation_type: str = ""
    """WINDOWS/INSTALLATIONTYPE ('Nano Server', 'Client'), '' if none."""
    architecture: str = ""
    """WINDOWS/ARCH in Go's spelling: 'amd64', 'arm64', '386', 'arm', 'ia64'; '' if unknown."""
    version: str = ""
    """``MAJOR.MINOR.BUILD.SPBUILD``; '' if the image says nothing of Windows."""
    languages: tuple[str, ...] = ()
    """WINDOWS/LANGUAGES ('en-US'), in the order of the file."""
    created: int = 0
    """FILETIME of CREATIONTIME; 0 if none."""
    modified: int = 0
    """FILETIME of LASTMODIFICATIONTIME; 0 if none."""
    files: int = 0
    """FILECOUNT."""
    directories: int = 0
    """DIRCOUNT."""
    total_bytes: int = 0
    """TOTALBYTES: bytes of all files before compression; several names of one file count each."""
    hard_link_bytes: int = 0
    """HARDLINKBYTES: how much of them is counted more than once."""

    @property
    def is_windows(self) -> bool:
        """Whether the XML has a WINDOWS section with a version; a data image has none."""
        return bool(self.version)


class BlobSource(Protocol):
    """Where the bytes of a tree's blobs are."""

    parallel: int
    """How many threads it is worth to read on."""

    def announce(self, blobs: Iterable[Blob]) -> None:
        """Say in which order `pieces` will be asked for *blobs*, so that they can be made ready.

        A hint: taken lazily, a little ahead of what is asked for, and replaced by the next call.
        Name each blob as often as it will be asked for.
        """

    def pieces(self, blob: Blob) -> Iterator[Piece]:
        """Yield the bytes of *blob* in order, never an empty piece.

        The hash is checked before the iteration ends: whoever reads to the end has what was
        promised.  Raises WimError if it is missing or damaged, StoreError.
        """

    def read_into(self, places: Iterable[tuple[Blob, int]], out: memoryview) -> None:
        """Put each blob whole at its offset in *out*, the hash checked; on any thread.

        For small ones, which cost less together.  Raises as `pieces`.
        """


def walk(root: Node) -> Iterator[tuple[str, Node]]:
    """Yield every node with its path below *root*, parents first, in the order of the tree.

    Paths have slashes; that of *root* is ''.
    """
    waiting = [("", root)]
    while waiting:
        path, node = waiting.pop()
        yield path, node
        prefix = f"{path}/" if path else ""
        waiting.extend((prefix + child.name, child) for child in reversed(node.children))
