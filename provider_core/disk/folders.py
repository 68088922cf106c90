"""Whole folders: another name, or gone."""

from __future__ import annotations

import errno
import os
import shutil
import stat
import sys
from collections.abc import Callable
from pathlib import Path

from .durable import sync_file, sync_folder

__all__ = ["remove_folder", "rename_folder", "sync_tree"]

_NEEDS_COPY = frozenset({errno.EXDEV, errno.EBUSY, errno.EACCES, errno.EPERM})


def rename_folder(source: Path, target: Path) -> bool:
    """Give the folder *source* the new name *target*, durably; False if it cannot be renamed.

    It cannot be to another file system, nor where it is a mount point, nor where open files pin
    it (Windows).  Raises OSError for anything else.
    """
    try:
        os.rename(source, target)
    except OSError as error:
        if error.errno in _NEEDS_COPY:
            return False
        raise
    sync_folder(target.parent)
    sync_folder(source.parent)
    return True


def remove_folder(path: Path) -> None:
    """Remove the folder *path* and all that is in it, links not followed; nothing if it is gone.

    A mount point stays, empty.  Raises OSError.
    """
    if not os.path.lexists(path):
        return

    def failed(function: Callable[[str], object], name: str, error: BaseException) -> None:
        if sys.platform == "win32" and isinstance(error, PermissionError):
            os.chmod(name, stat.S_IWRITE)  # read-only files cannot be removed there
            function(name)
        elif not (isinstance(error, OSError) and error.errno == errno.EBUSY and name == str(path)):
            raise error

    if sys.version_info >= (3, 12):
        shutil.rmtree(str(path), onexc=failed)
    else:
        shutil.rmtree(str(path), onerror=lambda call, name, info: failed(call, name, info[1]))
    sync_folder(path.parent)


def sync_tree(path: Path) -> None:
    """Flush the files and folders below the folder *path*, and itself; links are left alone.

    Raises OSError.
    """
    for place, _, names in os.walk(path, topdown=False):
        for file in (Path(place) / name for name in names):
            if not file.is_symlink():
                with file.open("r+b") as opened:
                    sync_file(opened.fileno())
        sync_folder(Path(place))
