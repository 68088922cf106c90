"""How chunks are compressed, and the chunk sizes of each way."""

from __future__ import annotations

from enum import IntEnum
from typing import Final

from provider_core.errors import NotSupported, WimError

__all__ = ["MOST_CHUNK", "Compression", "check_chunk_size"]

MOST_CHUNK: Final = 64 << 20
"""Bytes of the largest chunk that is read: a chunk is decoded in one piece of memory.

Microsoft's solid files have just these; wimlib can be told to make larger ones.
"""


class Compression(IntEnum):
    """A way of compression, numbered as in solid resources and by libwim."""

    NONE = 0
    XPRESS = 1
    """XPRESS with Huffman codes ([MS-XCA] 2.1 and 2.2)."""
    LZX = 2
    """The LZX of WIM files: window and block sizes differ from those of cabinets."""
    LZMS = 3
    """What solid files usually have."""


_POWERS: Final = {
    Compression.XPRESS: range(12, 17),
    Compression.LZX: range(15, 22),
    Compression.LZMS: range(15, 31),
}
"""The powers of two that chunks may have."""


def check_chunk_size(compression: Compression, size: int, where: str) -> None:
    """Refuse a chunk *size* in bytes that *compression* cannot have.

    Raises WimError; NotSupported for one that it may have and that is too large for us.
    """
    if compression is Compression.NONE:
        return
    if size & (size - 1) or size.bit_length() - 1 not in _POWERS[compression]:
        raise WimError(f"{size} bytes is no chunk size of {compression.name}", where=where)
    if size > MOST_CHUNK:
        raise NotSupported(
            f"chunks of {size} bytes are not read; {MOST_CHUNK} bytes is the most",
            hint="write it again with `wimlib-imagex export … --solid --solid-chunk-size=64M`",
            chunk_size=size,
        )
