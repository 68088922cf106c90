"""What the operating system refuses, as this project's errors."""

from __future__ import annotations

import errno
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..errors import Error, NoSpace, StoreError

__all__ = ["disk_errors", "free_bytes", "is_full", "is_read_only", "read_only_error", "translated"]

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
_READ_ONLY = frozenset({errno.EROFS, errno.EACCES, errno.EPERM})
_HINTS = {
    errno.EIO: "the disk may be failing; `ferry store check` names what it has damaged",
    errno.EFBIG: "the file system, or a limit (`ulimit -f`), forbids files of this size",
    errno.EMFILE: "raise the limit of open files (`ulimit -n`)",
    errno.ENFILE: "the machine has too many open files; end some programs",
}


@contextmanager
def disk_errors(where: Path, *, needed: int = 0) -> Iterator[None]:
    """Turn an OSError about *where* into StoreError or NoSpace (*needed* in bytes)."""
    try:
        yield
    except OSError as error:
        raise translated(error, where, needed=needed) from error


def translated(error: OSError, where: Path, *, needed: int = 0) -> Error:
    """Return what to raise for *error*, met while using *where*."""
    reason = error.strerror or str(error)
    if is_full(error):
        return NoSpace(where, needed=needed, free=free_bytes(where))
    if error.errno in _READ_ONLY:
        return read_only_error(where, reason)
    return StoreError(
        f"{where} cannot be used: {reason}",
        hint=_HINTS.get(error.errno or 0, "look at the disk and at who owns the folder"),
        path=str(where),
        reason=reason,
    )


def read_only_error(where: Path, reason: str) -> StoreError:
    """Return the error of a place that may be read but not changed."""
    return StoreError(
        f"{where} cannot be changed: {reason}",
        hint="it can still be read; choose another place to write to (a home: --home)",
        path=str(where),
        reason=reason,
        read_only=True,
    )


def is_full(error: OSError) -> bool:
    """Whether *error* says that the disk, or a user's share of it, has no room."""
    return error.errno in _FULL


def is_read_only(error: Error) -> bool:
    """Whether *error* says that the place may be read but not changed."""
    return bool(error.fields.get("read_only"))


def free_bytes(where: Path) -> int:
    """Return the bytes that are free where *where* is or would be; 0 if that is not known."""
    for folder in (where, *where.parents):
        try:
            return shutil.disk_usage(folder).free
        except OSError:
            continue
    return 0
