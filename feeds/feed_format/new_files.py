"""Files that appear whole under a name that nothing has yet."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from provider_core.disk.durable import remove, rename, sync_file, sync_folder, write_at
from provider_core.disk.failures import disk_errors
from provider_core.errors import Exists

__all__ = ["write_new"]


def write_new(path: Path, data: bytes, mode: int) -> None:
    """Write *data* to *path* with the permissions *mode*, whole or not at all, durably.

    Raises Exists if something is there, NoSpace, StoreError.
    """
    scratch = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    with disk_errors(path, needed=len(data)):
        fd = os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        try:
            try:
                write_at(fd, 0, memoryview(data))
                sync_file(fd)
            finally:
                os.close(fd)
            _name(scratch, path)
        finally:
            remove(scratch)
        sync_folder(path.parent)


def _name(scratch: Path, path: Path) -> None:
    try:
        os.link(scratch, path)
    except FileExistsError:
        raise _exists(path) from None
    except OSError:  # no hard links here, as on a stick: then only one may write at a time
        if os.path.lexists(path):
            raise _exists(path) from None
        rename(scratch, path)


def _exists(path: Path) -> Exists:
    return Exists(str(path), hint="it is never overwritten; choose another file")
