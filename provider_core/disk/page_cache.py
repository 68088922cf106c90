"""Reading the medium itself, not what the system remembers of it."""

from __future__ import annotations

import os
from pathlib import Path

from .failures import disk_errors

__all__ = ["forget_cached"]


def forget_cached(path: Path) -> None:
    """Have the system forget what it has cached of the file *path*, or of all files below it.

    The next read comes from the medium then, where the system can be told so (POSIX).
    Raises StoreError for what cannot be opened.
    """
    if not hasattr(os, "posix_fadvise"):  # macOS and Windows
        return
    files = [path] if path.is_file() else [one for one in path.rglob("*") if one.is_file()]
    for file in files:
        if file.is_symlink():
            continue
        with disk_errors(file), file.open("rb") as opened:
            os.posix_fadvise(opened.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
