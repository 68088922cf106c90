"""A spool that several threads append to and read from."""

from __future__ import annotations

import threading
from typing import IO

from provider_core.context import Spool

__all__ = ["SpoolFile"]


class SpoolFile:
    """At most *limit* bytes in a file of *spool*, which is opened when the first ones come."""

    def __init__(self, spool: Spool, limit: int) -> None:
        self._spool = spool
        self._limit = limit
        self._file: IO[bytes] | None = None
        self._end = 0
        self._lock = threading.Lock()

    def append(self, data: memoryview) -> int:
        """Write *data*; return where it is.  Raises NoSpace, StoreError."""
        with self._lock:
            if self._file is None:
                self._file = self._spool(self._limit)
            place = self._end
            self._file.seek(place)
            self._file.write(data)
            self._end += len(data)
            return place

    def read_at(self, offset: int, size: int) -> bytes:
        """Return *size* bytes that were written at *offset*."""
        with self._lock:
            assert self._file is not None
            self._file.seek(offset)
            return self._file.read(size)

    def close(self) -> None:
        """Let the file vanish."""
        with self._lock:
            if self._file is not None:
                self._file.close()
