"""Small files that change as a whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

from .durable import rename, sync_file, sync_folder
from .failures import disk_errors

__all__ = ["replace_file"]


def replace_file(path: Path, data: bytes) -> None:
    """Give *path* the content *data*, durably; who reads meanwhile sees the old or the new.

    Its folder exists and is this user's own.  Raises NoSpace, StoreError; what was there stays
    then.
    """
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    with disk_errors(path):
        try:
            with beside.open("wb") as file:
                file.write(data)
                file.flush()
                sync_file(file.fileno())
            rename(beside, path)
        except OSError:
            beside.unlink(missing_ok=True)
            raise
        sync_folder(path.parent)
