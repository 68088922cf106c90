"""Reading the medium itself, not what the system remembers of it."""

from __future__ import annotations

import errno
import os
from pathlib import Path

from . import durable
from .failures import disk_errors

__all__ = ["forget_cached"]

_CANNOT_FLUSH = frozenset({errno.EINVAL, errno.ENOSYS, errno.ENOTSUP, errno.EROFS})
"""What file systems answer that have nothing to flush, those of DVDs among them."""


def forget_cached(path: Path) -> None:
    """Have the system forget what it has cached of the file *path*, or of all files below it.

    The next read comes from the medium then, where the system can be told so (POSIX).  What was
    copied there a moment ago is flushed first: the system keeps what it has still to write.
    Raises StoreError for what cannot be opened, and for a medium that does not take its bytes.
    """
    if not hasattr(os, "posix_fadvise"):  # macOS and Windows
        return
    files = [path] if path.is_file() else [one for one in path.rglob("*") if one.is_file()]
    for file in files:
        if file.is_symlink():
            continue
        with disk_errors(file), file.open("rb") as opened:
            _flush(opened.fileno())
            durable.forget_cached(opened.fileno())


def _flush(fd: int) -> None:
    try:
        durable.sync_file(fd)
    except OSError as error:
        if error.errno not in _CANNOT_FLUSH:
            raise
