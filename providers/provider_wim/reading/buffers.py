"""Memory for chunks: large pieces go back to the system as soon as nobody uses them."""

from __future__ import annotations

import mmap
from typing import Final

__all__ = ["LARGE", "new_buffer"]

LARGE: Final = 4 << 20
"""Bytes from which a piece has pages of its own.

malloc keeps what was freed, a few dozen megabytes for each thread that ever needed them.
"""


def new_buffer(size: int) -> memoryview:
    """Return *size* writable bytes, zeros."""
    return memoryview(mmap.mmap(-1, size) if size >= LARGE else bytearray(size))
