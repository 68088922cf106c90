"""Writing a file of the user's: whole under its name, or not at all."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from pathlib import Path

from ..errors import Exists, NoSuchFile
from .durable import rename, sync_file, sync_folder
from .failures import disk_errors

__all__ = ["check_free", "write_whole"]


def check_free(path: Path, *, force: bool) -> None:
    """Raise Exists if *path* is there and may not be replaced, NoSuchFile without its folder."""
    if os.path.lexists(path) and not force:
        raise Exists(str(path))
    if not path.absolute().parent.is_dir():
        raise NoSuchFile(path.parent)


def write_whole(path: Path, data: bytes) -> None:
    """Write *data* beside *path*, flush it, and give it that name; StoreError, NoSpace."""
    folder = path.absolute().parent
    with disk_errors(path):
        number, name = tempfile.mkstemp(dir=folder, prefix=f".{path.name}.")
        try:
            with os.fdopen(number, "wb") as file:
                file.write(data)
                file.flush()
                sync_file(file.fileno())
            os.chmod(name, 0o666 & ~_umask())
            rename(Path(name), path)
        except BaseException:
            with suppress(OSError):
                os.unlink(name)
            raise
        sync_folder(folder)


def _umask() -> int:
    """Return the process's umask, which can only be read by setting it."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
