"""Checking a file against its integrity table."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Final

from provider_core.errors import WimError

from ..wim_format.header import HEADER_SIZE
from ..wim_format.integrity import IntegrityTable
from .decoders import DecoderPool
from .part import Part
from .resources import read_resource

__all__ = ["check_integrity"]

_MOST: Final = 32 << 20
"""Bytes of the largest table: that of a file of 16 TB."""
_PIECE: Final = 1 << 20
_WHERE: Final = "integrity table"


def check_integrity(part: Part, pool: DecoderPool, check: Callable[[], None]) -> bool:
    """Hash the file and compare; False if it has no table.  Raises WimError.

    *check* is called with every piece and may raise, to give up.
    """
    header = part.header
    if header.integrity.is_absent:
        return False
    data = read_resource(part, header.integrity, pool, most=_MOST, where=_WHERE)
    end = header.table.end
    table = IntegrityTable.parse(data, end)
    start = HEADER_SIZE
    for expected in table.hashes:
        stop = min(start + table.piece, end)
        digest = hashlib.sha1(usedforsecurity=False)
        for offset in range(start, stop, _PIECE):
            check()
            digest.update(part.read_at(offset, min(_PIECE, stop - offset)))
        if digest.digest() != expected:
            raise WimError(f"bytes {start} to {stop} are damaged", where=_WHERE)
        start = stop
    return True
