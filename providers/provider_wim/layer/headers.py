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
_FLAGS: Final = (b"0", b"0", b"1", b"2", b"5")
"""Type flags, by `EntryKind`."""
_MODES: Final = (b"0100000\0", b"0100000\0", b"0000644\0", b"0120000\0", b"0040000\0")
"""Modes, by `EntryKind`."""
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
    pax = b"".join(_records(entry, name, link, size, faithful))
    block = _block(
        _field(name),
        _FLAGS[entry.kind],
        size if size < _SIZE_LIMIT else 0,
        _MODES[entry.kind],
        max(0, entry.node.written - UNIX_EPOCH) // 10_000_000,
        _field(link),
    )
    return _pax_block(len(pax)) + pax.ljust(padded(len(pax)), b"\0") + block if pax else block


def _records(entry: Entry, name: bytes, link: bytes, size: int, faithful: bool) -> list[bytes]:
    """Return the records that a member needs; a further name of a file has none of its own."""
    node, records = entry.node, []
    if entry.kind is not EntryKind.HARD_LINK:
        if entry.kind is not EntryKind.STREAM:
            records = _own_records(node)
        # A WIM does not have the time of the last change of the metadata.
        atime, ctime, mtime = _times(node.written)
        records += (_times(node.accessed)[0] if faithful else atime, ctime)
    if len(link) > _FIELD or not link.isascii():
        records.append(_record(b"linkpath", link))
    if entry.kind is not EntryKind.HARD_LINK:
        records.append(mtime)
    if len(name) > _FIELD or not name.isascii():
        records.append(_record(b"path", name))
    if size >= _SIZE_LIMIT:
        records.append(_record(b"size", b"%d" % size))
    return records


def _own_records(node: Node) -> list[bytes]:
    """Return what belongs to a file itself, and to none of its streams."""
    records = [_creation(node.created), _attributes(node.attributes)]
    if node.reparse is not None and node.reparse.tag == JUNCTION:
        records.append(_record(MOUNT_POINT.encode(), b"1"))
    if node.security is not None:
        records.append(_security(node.security))
    if node.items.xattrs:
        records += (_record(*pair) for pair in sorted(a.record for a in parse(node.items.xattrs)))
    return records


# A system has some hundred security descriptors, and not many more times, for all its files.


@lru_cache(maxsize=4096)
def _security(data: bytes) -> bytes:
    return _record(SECURITY.encode(), base64.b64encode(data))


@lru_cache(maxsize=4096)
def _attributes(attributes: int) -> bytes:
    return _record(FILE_ATTRIBUTES.encode(), b"%d" % attributes)


@lru_cache(maxsize=4096)
def _creation(filetime: int) -> bytes:
    return _record(CREATION_TIME.encode(), to_pax(filetime))


@lru_cache(maxsize=4096)
def _times(filetime: int) -> tuple[bytes, bytes, bytes]:
    """Return the records of last access, change and write for one and the same time."""
    text = to_pax(filetime)
    return _record(b"atime", text), _record(b"ctime", text), _record(b"mtime", text)


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
