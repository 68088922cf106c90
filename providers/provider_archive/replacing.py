"""A file that appears whole or not at all."""

from __future__ import annotations

import errno
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from provider_core.errors import Error, Exists, NoSpace, NoSuchFile, StoreError, UsageError
from provider_core.store.disk_errors import free_bytes
from provider_core.store.durable import sync_file, sync_folder

__all__ = ["replacing"]

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})


@contextmanager
def replacing(destination: Path, size: int, *, force: bool) -> Iterator[BinaryIO]:
    """Open a file of *size* bytes to write, which becomes *destination* at the end, durably.

    It is written beside it under a temporary name, which is gone if anything fails.  Raises
    Exists if there is something and not *force*, UsageError if that is no file, NoSuchFile if
    the folder is missing, NoSpace before the first byte, StoreError.
    """
    _check(destination, size, force=force)
    temporary = destination.with_name(f".ferry-{secrets.token_hex(8)}.part")
    try:
        with _created(temporary) as out:
            yield out
            out.flush()
            sync_file(out.fileno())
        _check_absent(destination, force=force)
        os.replace(temporary, destination)
        sync_folder(destination.parent)
    except OSError as error:
        raise _translated(error, destination, size) from error
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)


def _created(path: Path) -> BinaryIO:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
    flags |= getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0)
    return os.fdopen(os.open(path, flags, 0o666), "wb")


def _check(destination: Path, size: int, *, force: bool) -> None:
    if not destination.parent.is_dir():
        raise NoSuchFile(destination.parent)
    _check_absent(destination, force=force)
    free = free_bytes(destination.parent)
    if free < size:
        raise NoSpace(destination.parent, needed=size, free=free)


def _check_absent(destination: Path, *, force: bool) -> None:
    if not os.path.lexists(destination):
        return
    if not force:
        raise Exists(str(destination))
    if not destination.is_file():
        raise UsageError(
            f"{destination} is not a file, and is not replaced", hint="choose another path"
        )


def _translated(error: OSError, destination: Path, size: int) -> Error:
    if error.errno in _FULL:
        return NoSpace(destination.parent, needed=size, free=free_bytes(destination.parent))
    return StoreError(
        f"{destination} cannot be written: {error.strerror or error}",
        hint="check the permissions of its folder, or choose another one",
        path=str(destination),
    )
