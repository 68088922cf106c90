"""Locks between processes: native ones only, which end with the process that holds them.

Two kinds.  `held` is the store's one lock, kept for moments by those who add to a lease and for
a whole run by collection.  `claim` locks a file itself, for as long as its process works on it: a
lease, or content on its way in.  A file that can be claimed belongs to nobody alive.
"""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..disk.durable import OPEN_FLAGS
from ..errors import Locked

__all__ = ["claim", "held"]

_LONGEST_PAUSE = 0.01
"""Seconds; waiting is no queue, and who sleeps longer is overtaken more often."""


@contextmanager
def held(path: Path, timeout: float) -> Iterator[None]:
    """Hold the lock file *path*, made if need be; Locked after *timeout* seconds."""
    fd = os.open(path, os.O_RDWR | os.O_CREAT | OPEN_FLAGS, 0o600)
    try:
        _wait(fd, path, timeout)
        yield
    finally:
        os.close(fd)


def claim(path: Path, *, create: bool = False) -> int | None:
    """Open *path* and lock it; return its descriptor, None if somebody else has it.

    Closing the descriptor ends the claim.  Raises FileNotFoundError without *create*,
    other OSErrors.
    """
    flags = os.O_RDWR | OPEN_FLAGS | (os.O_CREAT if create else 0)
    while True:
        fd = os.open(path, flags, 0o600)
        try:
            if not stat.S_ISREG(os.fstat(fd).st_mode):
                raise FileNotFoundError(0, "not a regular file", str(path))
            if not _try(fd):
                os.close(fd)
                return None
            if _is_at(fd, path):
                return fd
        except BaseException:
            os.close(fd)
            raise
        # Between open and lock its owner has renamed or removed it: what is locked is no longer
        # what the name means, and writing to it would change a blob that is visible.
        os.close(fd)


def _wait(fd: int, path: Path, timeout: float) -> None:
    deadline = time.monotonic() + timeout
    pause = 0.001
    while not _try(fd):
        if time.monotonic() >= deadline:
            raise Locked(f"the store {path.parent}", seconds=timeout)
        time.sleep(pause)
        pause = min(pause * 2, _LONGEST_PAUSE)


def _try(fd: int) -> bool:
    from filelock import lock_descriptor  # heavy, and reading commands need no lock

    return lock_descriptor(fd, blocking=False)


def _is_at(fd: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(fd), os.lstat(path))
    except FileNotFoundError:
        return False
