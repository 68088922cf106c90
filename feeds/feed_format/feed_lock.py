"""One publisher at a time: a native lock on a file of the feed, gone with its process."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from provider_core.disk.failures import disk_errors
from provider_core.errors import Locked
from provider_core.store.locks import claim

__all__ = ["feed_lock"]

_PAUSE = 0.02
"""Seconds between two tries."""


@contextmanager
def feed_lock(path: Path, seconds: float) -> Iterator[None]:
    """Hold the lock file *path*, made if need be.

    Raises Locked if another publisher keeps it for *seconds*, StoreError.
    """
    fd = _wait(path, seconds)
    try:
        yield
    finally:
        os.close(fd)


def _wait(path: Path, seconds: float) -> int:
    deadline = time.monotonic() + seconds
    while True:
        with disk_errors(path):
            fd = claim(path, create=True)
        if fd is not None:
            return fd
        if time.monotonic() >= deadline:
            raise Locked(f"the feed {path.parent}", seconds=seconds)
        time.sleep(_PAUSE)
