"""The header of a layer's member: ustar, and PAX records for what it has no field for.

The records and modes are those of go-winio (backuptar/tar.go); they stand in the order of their
keys.  The same entry gives the same bytes.
"""

from __future__ import annotations

import base64
from functools import lru_cache
from typing import Final

from provider_core.tar.headers import BLOCK, padded

from ..filetime import UNIX_EPOCH, to_pax
from ..tree import Node
from .entries import Entry, EntryKind
from .reparse import JUNCTION
from .xattrs import parse

__all__ = [
    "CREATION_TIME",
    "FILE_ATTRIBUTES",
    "MOUNT_POINT",
    "SECURITY",
    "SECURITY_TEXT",
    "header_of",
]

CREATION_TIME: Final = "LIBARCHIVE.creationtime"
FILE_ATTRIBUTES: Final = "MSWINDOWS.fileattr"
MOUNT_POINT: Final = "MSWINDOWS.mountpoint"
SECURITY: Final = "MSWINDOWS.rawsd"
SECURITY_TEXT: Final = "MSWINDOWS.sd"
"""The descriptor as SDDL: old layers have it so, none of ours."""

_FIELD: Final = 100
"""Bytes of the name and link fields."""
_SIZE_LIMIT: Final = 1 << 33
"""Sizes from here on have no room in the header (POSIX.1-2001: 11 octal digits)."""
_MODES: Final = {
    EntryKind.FILE: b"0100000\0",
    EntryKind.STREAM: b"0100000\0",
    EntryKind.FOLDER: b"0040000\0",
    EntryKind.SYMLINK: b"0120000\0",
    EntryKind.HARD_LINK: b"0000644\0",
}
_NOBODY: Final = b"0000000\0" * 2
_MAGIC: Final = b"ustar\x0000"
_PAX_NAME: Final = b"././@PaxHeader"


def header_of(entry: Entry, *, faithful: bool) -> bytes:
    """Return the header blocks of *entry*.

    The time of the last access is that of the last write, unless *faithful*: it changes with
    every reading, and two captures of one system would be two images.
    """
    size = entry.blob.size if entry.blob else 0
    name, link = entry.path.encode(), entry.link.encode()
    records = [] if entry.kind is EntryKind.HARD_LINK else _records(entry, faithful)
    if len(link) > _FIELD or not link.isascii():
        records.append((b"linkpath", link))
    if len(name) > _FIELD or not name.isascii():
        records.append((b"path", name))
    if size >= _SIZE_LIMIT:
        records.append((b"size", b"%d" % size))
    records.sort()
    pax = b"".join(_record(key, value) for key, value in records)
    block = _block(
        _field(name),
        entry.kind.value[:1],
        size if size < _SIZE_LIMIT else 0,
        _MODES[entry.kind],
        max(0, entry.node.written - UNIX_EPOCH) // 10_000_000,
        _field(link),
    )
    return _pax_block(len(pax)) + pax.ljust(padded(len(pax)), b"\0") + block if pax else block


def _records(entry: Entry, faithful: bool) -> list[tuple[bytes, bytes]]:
    node = entry.node
    written = to_pax(node.written)
    records = [
        (b"atime", to_pax(node.accessed) if faithful else written),
        (b"ctime", written),  # a WIM does not have the time of the last change of the metadata
        (b"mtime", written),
    ]
    return records if entry.kind is EntryKind.STREAM else records + _own_records(node)


def _own_records(node: Node) -> list[tuple[bytes, bytes]]:
    """Return what belongs to a file itself, and to none of its streams."""
    records = [
        (CREATION_TIME.encode(), to_pax(node.created)),
        (FILE_ATTRIBUTES.encode(), b"%d" % node.attributes),
    ]
    if node.security is not None:
        records.append((SECURITY.encode(), _base64(node.security)))
    if node.reparse is not None and node.reparse.tag == JUNCTION:
        records.append((MOUNT_POINT.encode(), b"1"))
    if node.items.xattrs:
        records += [one.record for one in parse(node.items.xattrs)]
    return records


@lru_cache(maxsize=4096)
def _base64(data: bytes) -> bytes:
    """Encode a security descriptor; a system has some hundred of them for all its files."""
    return base64.b64encode(data)


def _record(key: bytes, value: bytes) -> bytes:
    """Return a PAX record, whose length counts its own digits too."""
    rest = len(key) + len(value) + 3
    length = rest + len(str(rest))
    length = rest + len(str(length))
    return b"%d %s=%s\n" % (length, key, value)


def _field(text: bytes) -> bytes:
    """Return a name for readers that know no PAX: ASCII, as much as there is room for."""
    if not text.isascii():
        text = text.decode().encode("ascii", "replace")
    return text[:_FIELD]


@lru_cache(maxsize=4096)
def _pax_block(size: int) -> bytes:
    return _block(_PAX_NAME, b"x", size, b"0000644\0", 0, b"")


def _block(name: bytes, flag: bytes, size: int, mode: bytes, seconds: int, link: bytes) -> bytes:
    head = b"%s%s%s%011o\0%011o\0" % (name.ljust(_FIELD, b"\0"), mode, _NOBODY, size, seconds)
    rest = b"%s%s%s" % (flag, link.ljust(_FIELD, b"\0"), _MAGIC)
    total = sum(head) + sum(rest) + 8 * ord(" ")
    return b"%s%06o\0 %s" % (head, total, rest.ljust(BLOCK - len(head) - 8, b"\0"))
