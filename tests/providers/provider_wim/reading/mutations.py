"""Changing bytes of a file where they mean most, and reading what comes of it."""

from __future__ import annotations

import io
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import IO

from provider_core.errors import IntegrityError, NotSupported
from provider_wim.codecs import Codec
from provider_wim.reading import Limits, WimFile
from provider_wim.tree import walk
from provider_wim.wim_format.header import Header

__all__ = ["Change", "changed", "places_of", "read_or_refuse"]

_MOST = 8 << 20
_STORED_METADATA = 0x02
_ROW = 50


@dataclass(frozen=True)
class Change:
    """Bytes put over others; the file ends there if it is *cut*."""

    place: float
    """From 0 to 1, among the places that mean most."""
    data: bytes
    cut: bool = False


@cache
def places_of(path: Path) -> tuple[int, ...]:
    """Return the offsets of header, blob table, XML, integrity table and metadata, and some more.

    The metadata is compressed where the file is, so that changes there are changes of a chunk.
    """
    data = path.read_bytes()
    header = Header.parse(data)
    ranges = [(0, 208)]
    for resource in (header.table, header.xml, header.integrity):
        ranges.append((resource.offset, resource.end))
    for row in range(header.table.offset, header.table.end, _ROW):
        start = int.from_bytes(data[row + 8 : row + 16], "little")
        size = int.from_bytes(data[row : row + 7], "little")
        most = size if data[row + 7] & _STORED_METADATA else 300
        ranges.append((start, min(start + min(size, most), len(data))))
    return tuple(place for start, end in ranges for place in range(start, end))


def changed(path: Path, changes: list[Change]) -> bytes:
    """Return the file with *changes* made."""
    places = places_of(path)
    data = bytearray(path.read_bytes())
    for change in changes:
        place = places[int(change.place * len(places))]
        data[place : place + len(change.data)] = change.data
        if change.cut and len(changes) == 1:
            del data[place + len(change.data) :]
    return bytes(data)


def read_or_refuse(data: bytes, codec: Codec | None = None) -> bool:
    """Read everything in a file; False if it is refused.  Any other error passes."""
    try:
        _read(data, codec)
    except (IntegrityError, NotSupported):
        return False
    return True


def _spool(limit: int) -> IO[bytes]:
    return tempfile.SpooledTemporaryFile(max_size=_MOST)


def _read(data: bytes, codec: Codec | None) -> None:
    wim = WimFile([io.BytesIO(data)], codec=codec, limits=Limits(unpacked=_MOST))
    with wim.blobs(_spool) as blobs:
        for image in wim.images:
            nodes = [node for _, node in walk(wim.tree(image.index, blobs))]
            blobs.announce(node.data for node in nodes if node.data is not None)
            for node in nodes:
                if node.data is not None:
                    whole = memoryview(bytearray(node.data.size))
                    blobs.read_into([(node.data, 0)], whole)
                    assert b"".join(blobs.pieces(node.data)) == whole
    wim.check_integrity()
