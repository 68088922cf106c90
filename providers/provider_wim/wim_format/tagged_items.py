"""Tagged items: what a directory entry has behind its names."""

from __future__ import annotations

import struct
from dataclasses import replace
from typing import Final

from provider_core.errors import WimError

from ..tree import NOTHING, TaggedItems, UnixData

__all__ = ["parse_items"]

_HEAD: Final = struct.Struct("<II")
_UNIX: Final = struct.Struct("<IIII")
_OBJECT_ID, _XATTRS, _UNIX_DATA, _OLD_XATTRS = 0x1, 0x2, 0x337DD873, 0x337DD874
_OBJECT_ID_SIZES: Final = range(16, 65)
_MOST: Final = 64
_WHERE: Final = "metadata, tagged items"


def parse_items(data: bytes) -> TaggedItems:
    """Read items, each aligned to 8 bytes: tag, length, data.  Raises WimError.

    Bytes at the end that are too few for an item are padding.
    """
    items, position, left = NOTHING, 0, _MOST
    while position + _HEAD.size <= len(data):
        tag, size = _HEAD.unpack_from(data, position)
        position += _HEAD.size
        left -= 1
        if not left:
            raise WimError(f"an entry has more than {_MOST} items", where=_WHERE)
        if size > len(data) - position:
            raise WimError("an item leads out of its entry", where=_WHERE)
        if tag or size:
            items = _with(items, tag, data[position : position + size])
        position += (size + 7) & ~7
    return items


def _with(items: TaggedItems, tag: int, value: bytes) -> TaggedItems:
    if tag == _OBJECT_ID and len(value) in _OBJECT_ID_SIZES:
        return replace(items, object_id=value)
    if tag == _XATTRS:
        return replace(items, xattrs=value)
    if tag == _UNIX_DATA and len(value) >= _UNIX.size:
        uid, gid, mode, device = _UNIX.unpack_from(value)
        return replace(items, unix=UnixData(uid=uid, gid=gid, mode=mode, device=device))
    return replace(items, unknown=(*items.unknown, tag))
