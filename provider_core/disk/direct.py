"""Writing past the system's memory: bytes that are not read again soon need not pass through it.

A copy into the page cache costs as much as hashing does, and a flush later waits for all of it.
Direct writes (open(2), O_DIRECT) take whole blocks from memory that begins at one.  Where a system
or a file system has none, or not for these bytes, the caller writes the usual way.
"""

from __future__ import annotations

import errno
import mmap
import os
import time
from contextlib import suppress
from pathlib import Path

from .durable import OPEN_FLAGS

__all__ = ["BLOCK", "DirectWrites", "block_buffer"]

BLOCK = 4096
"""Bytes; what offsets, lengths and addresses are multiples of, on every usual disk."""

_LEAST = 64 * BLOCK
"""Bytes from which a write of its own is worth it."""
_SLOW = 100e6
"""Bytes a second: a disk with a head that moves; many writes in the system's order are faster."""
_JUDGED_AFTER = 0.2
"""Seconds of writing."""
_FLAG = getattr(os, "O_DIRECT", 0)
"""0 where the system has no direct writes: macOS and Windows."""
_CANNOT = frozenset({errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP})
"""What a file system answers that takes no direct writes, or not these."""


def block_buffer(size: int) -> memoryview:
    """Return *size* bytes of memory, all 0, that begin at a block; freed with the last view."""
    return memoryview(mmap.mmap(-1, max(size, 1)))[:size]


class DirectWrites:
    """Takes what may be written directly of one open file, until that is refused or slow."""

    def __init__(self, path: Path, fd: int) -> None:
        """Write to the file *path*, which is open as *fd*; nothing is opened before it is used."""
        self._path = path
        self._fd = fd
        self._direct: int | None = None
        self._refused = not _FLAG
        self._written = 0
        self._spent = 0.0

    def write(self, offset: int, data: memoryview) -> int:
        """Write whole blocks of the beginning of *data* at *offset*; return how many bytes went.

        0 where that cannot be done.  Raises OSError for a disk that is full or failing.
        """
        size = len(data) // BLOCK * BLOCK
        if size < _LEAST or offset % BLOCK or (direct := self._opened()) is None:
            return 0
        began = time.monotonic()
        try:
            count = os.pwrite(direct, data[:size], offset) // BLOCK * BLOCK
        except OSError as error:
            if error.errno not in _CANNOT:
                raise
            self.close()
            return 0
        self._judge(count, time.monotonic() - began)
        return count

    def close(self) -> None:
        """Write nothing directly any more."""
        self._refused = True
        if self._direct is not None:
            os.close(self._direct)
            self._direct = None

    def _judge(self, count: int, seconds: float) -> None:
        """Go on only if the disk is not slow this way."""
        self._written += count
        self._spent += seconds
        if self._spent > _JUDGED_AFTER and self._written < _SLOW * self._spent:
            self.close()

    def _opened(self) -> int | None:
        """Return the file opened for direct writes, None where that is refused."""
        if self._direct is None and not self._refused:
            with suppress(OSError):
                self._direct = os.open(self._path, os.O_WRONLY | _FLAG | OPEN_FLAGS)
            if self._direct is None or not self._is_same(self._direct):
                self.close()
        return self._direct

    def _is_same(self, fd: int) -> bool:
        return os.path.samestat(os.fstat(fd), os.fstat(self._fd))
