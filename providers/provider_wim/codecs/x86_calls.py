"""Undoing what LZX does to x86 code: calls (E8) have their targets made absolute."""

from __future__ import annotations

import struct
from typing import Final

__all__ = ["restore_calls"]

_CALL: Final = 0xE8
_TAIL: Final = 10
"""Bytes at the end of a chunk where no call begins."""
_FILE_SIZE: Final = 12_000_000
"""What WIM files take for the size of the program, whatever it is."""
_TARGET: Final = struct.Struct("<i")


def restore_calls(data: bytearray) -> None:
    """Make the targets of calls in a chunk relative again, in place."""
    end = len(data) - _TAIL
    place = data.find(_CALL, 0, max(end, 0))
    while place >= 0:
        (target,) = _TARGET.unpack_from(data, place + 1)
        if 0 <= target < _FILE_SIZE:
            _TARGET.pack_into(data, place + 1, target - place)
        elif -place <= target < 0:
            _TARGET.pack_into(data, place + 1, target + _FILE_SIZE)
        place = data.find(_CALL, place + 5, end) if place + 5 < end else -1
