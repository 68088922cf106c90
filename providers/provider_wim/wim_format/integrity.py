"""The integrity table: SHA-1 of the file piece by piece, header and XML left out."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Self

from provider_core.errors import WimError

from .header import HEADER_SIZE

__all__ = ["PIECE", "IntegrityTable"]

PIECE: Final = 10 << 20
"""Bytes of a piece, as every writer has them."""
_HEAD: Final = struct.Struct("<III")
_HASH: Final = 20
_WHERE: Final = "integrity table"


@dataclass(frozen=True, slots=True, kw_only=True)
class IntegrityTable:
    """The hashes of the bytes from the end of the header to the end of the blob table."""

    piece: int
    """Bytes of every piece but the last."""
    hashes: Sequence[bytes]
    """SHA-1 of each, 20 bytes."""

    @classmethod
    def parse(cls, data: bytes, end: int) -> Self:
        """Read a table of the bytes up to the offset *end*.  Raises WimError."""
        if len(data) < _HEAD.size:
            raise WimError("it is too short", where=_WHERE)
        size, count, piece = _HEAD.unpack_from(data)
        covered = end - HEADER_SIZE
        if size != len(data) or size != _HEAD.size + count * _HASH or not piece:
            raise WimError("its size and its number of hashes do not agree", where=_WHERE)
        if count != -(-covered // piece):
            raise WimError(f"{count} hashes of {piece} bytes do not cover the file", where=_WHERE)
        places = range(_HEAD.size, size, _HASH)
        return cls(piece=piece, hashes=[data[place : place + _HASH] for place in places])

    def pack(self) -> bytes:
        """Return the table as it is stored."""
        size = _HEAD.size + _HASH * len(self.hashes)
        return _HEAD.pack(size, len(self.hashes), self.piece) + b"".join(self.hashes)
