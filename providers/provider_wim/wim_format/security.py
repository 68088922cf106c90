"""Security data: the descriptors of an image, in front of its metadata."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import Final

from provider_core.errors import WimError

__all__ = ["NO_DESCRIPTOR", "parse_security"]

NO_DESCRIPTOR: Final = 0xFFFFFFFF
"""The id of a node that has no security descriptor."""
_HEAD: Final = struct.Struct("<II")
_MOST: Final = 1 << 16
"""Descriptors of the largest image that is read; Windows has some thousand different ones."""
_WHERE: Final = "metadata, security data"


def parse_security(data: bytes) -> tuple[Sequence[bytes], int]:
    """Return the descriptors, and the offset of the root behind them.  Raises WimError."""
    if len(data) < _HEAD.size:
        raise WimError("it is too short", where=_WHERE)
    total, count = _HEAD.unpack_from(data)
    position = _HEAD.size + 8 * count
    if count > _MOST or total > len(data) or (count and position > total):
        raise WimError(f"{count} descriptors in {total} bytes", where=_WHERE)
    descriptors = []
    for size in struct.unpack_from(f"<{count}Q", data, _HEAD.size):
        if size > total - position:
            raise WimError("a descriptor leads out of it", where=_WHERE)
        descriptors.append(data[position : position + size])
        position += size
    return descriptors, (max(total, _HEAD.size) + 7) & ~7
