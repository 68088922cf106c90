"""Database files beside each other: copies that survive a power cut, and free names for them."""

from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from ..disk.durable import rename, sync_file, sync_folder

__all__ = ["beside", "copy_database", "copy_file", "keep_copy", "put_in_place"]


def beside(path: Path, ending: str) -> Path:
    """Return the path of the file that belongs to *path* and is called by *ending*."""
    return path.with_name(f"{path.name}.{ending}")


def copy_database(source: sqlite3.Connection, target: Path) -> None:
    """Write what *source* holds to the new file *target*, durably.

    Raises what SQLite raises, and OSError; FileExistsError if *target* is there.
    """
    target.touch(mode=0o600, exist_ok=False)
    try:
        with closing(sqlite3.connect(target, isolation_level=None)) as copy:
            source.backup(copy)
        _sync(target)
    except BaseException:
        target.unlink(missing_ok=True)
        raise


def keep_copy(path: Path, event: str) -> Path:
    """Copy the file *path* as it is to ``NAME.before-EVENT-N``, durably; return the copy.

    N is the first number from 1 that is free.  Raises OSError.
    """
    number = 1
    while (target := beside(path, f"before-{event}-{number}")).exists():
        number += 1
    copy_file(path, target)
    return target


def copy_file(path: Path, target: Path) -> None:
    """Copy the file *path* as it is to *target*, durably.  Raises OSError."""
    shutil.copyfile(path, target)
    _sync(target)


def put_in_place(new: Path, path: Path) -> None:
    """Give the file *new* the name *path*, durably and at once, whatever had that name."""
    rename(new, path)
    sync_folder(path.parent)


def _sync(path: Path) -> None:
    fd = os.open(path, os.O_RDWR)
    try:
        sync_file(fd)
    finally:
        os.close(fd)
    sync_folder(path.parent)
