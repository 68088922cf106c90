"""Directory entries and their stream entries, as they lie in a metadata resource."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Final

from provider_core.errors import WimError

from ..tree import NOTHING, Attribute, TaggedItems
from .tagged_items import parse_items

__all__ = ["NO_HASH", "Dentry", "RawStream", "check_name", "parse_dentry"]

NO_HASH: Final = bytes(20)
_LENGTH: Final = struct.Struct("<Q")
_FIXED: Final = struct.Struct("<QIIQ16xQQQ20s4xIHHHHH")
_STREAM: Final = struct.Struct("<Q8x20sH")
_MOST_NAME: Final = 2 * 255
"""Bytes of the longest name that NTFS has."""
_NOT_FIXED: Final = 0x1
_WHERE: Final = "metadata, directory entry"
_REPARSE_POINT: Final = int(Attribute.REPARSE_POINT)  # operators of flags are slow
_FORBIDDEN: Final = frozenset("/\\\0")

RawStream = tuple[str, bytes]
"""Name ('' for an unnamed one) and SHA-1 of a stream; 20 zeros for no bytes."""


@dataclass(slots=True)
class Dentry:
    """One entry; unlike the other values it is made by the hundred thousand and soon gone."""

    name: str
    short_name: str
    attributes: int
    security_id: int
    """Number of its descriptor, or `NO_DESCRIPTOR`."""
    children: int
    """Offset of the entries in it; 0 for none."""
    created: int
    accessed: int
    written: int
    reparse_tag: int
    """0 unless it is a reparse point."""
    not_fixed: bool
    link_group: int
    """0 for a reparse point, whose fields share the room."""
    streams: list[RawStream]
    """The main one first, if it has one."""
    items: TaggedItems
    end: int
    """The offset behind it and its stream entries."""


def parse_dentry(data: bytes, position: int) -> Dentry | None:
    """Read the entry at *position*; None for the mark that ends a directory.

    Raises WimError.
    """
    if position + 8 > len(data):
        raise WimError("it lies outside of the metadata", where=_WHERE)
    (length,) = _LENGTH.unpack_from(data, position)
    if length <= 8:
        return None
    if length < _FIXED.size or length > len(data) - position:
        raise WimError(f"{length} bytes are too few or too many", where=_WHERE)
    (
        _,
        attributes,
        security_id,
        children,
        created,
        accessed,
        written,
        sha1,
        low,
        middle,
        high,
        stream_count,
        short_size,
        name_size,
    ) = _FIXED.unpack_from(data, position)
    place = position + _FIXED.size
    limit = position + length
    name, place = _name(data, place, name_size, limit)
    short_name, place = _name(data, place, short_size, limit) if short_size else ("", place)
    place = (place - position + 7 & ~7) + position
    streams, end = [("", sha1)], (length + 7 & ~7) + position
    if stream_count:
        end = _streams(data, end, stream_count, streams)
    reparse = attributes & _REPARSE_POINT
    return Dentry(
        name,
        short_name,
        attributes,
        security_id,
        children,
        created,
        accessed,
        written,
        low if reparse else 0,
        bool(reparse and high & _NOT_FIXED),
        0 if reparse else low | middle << 32 | high << 48,
        streams,
        parse_items(data[place:limit]) if place + 8 <= limit else NOTHING,
        end,
    )


def check_name(name: str) -> None:
    """Refuse a name that nothing in a directory can have.  Raises WimError."""
    if name in ("", ".", "..") or not _FORBIDDEN.isdisjoint(name):
        raise WimError(f"{name[:80]!r} is no name", where=_WHERE)


def _name(data: bytes, position: int, size: int, limit: int) -> tuple[str, int]:
    """Return a name of *size* bytes and the offset behind the zero that ends it."""
    if not size:
        return "", position
    if size & 1 or size > _MOST_NAME or position + size > limit:
        raise WimError(f"a name of {size} bytes", where=_WHERE)
    name = data[position : position + size].decode("utf-16-le", "surrogatepass")
    return name, position + size + 2


def _streams(data: bytes, position: int, count: int, streams: list[RawStream]) -> int:
    """Append *count* stream entries; return the offset behind them."""
    for _ in range(count):
        if position + _STREAM.size > len(data):
            raise WimError("its streams lie outside of the metadata", where=_WHERE)
        length, sha1, name_size = _STREAM.unpack_from(data, position)
        if length < _STREAM.size or length > len(data) - position:
            raise WimError(f"a stream entry of {length} bytes", where=_WHERE)
        name, _ = _name(data, position + _STREAM.size, name_size, position + length)
        if "\0" in name:
            raise WimError("a stream has a zero in its name", where=_WHERE)
        streams.append((name, sha1))
        position += length + 7 & ~7
    return position
