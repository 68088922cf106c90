"""Room kept free for the catalog, so that images can be uninstalled from a full disk."""

from __future__ import annotations

import contextlib
import os
import shutil
from pathlib import Path

__all__ = ["Ballast"]

_SIZE = 256 << 10
_ROOM = 4 * _SIZE
"""Bytes free below which a change might not fit."""


class Ballast:
    """A file of 256 KiB that is given up when a change would find no room."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def make_room(self) -> None:
        """Remove the file if less than 1 MiB is free beside it."""
        with contextlib.suppress(OSError):
            if shutil.disk_usage(self._path.parent).free < _ROOM:
                self._path.unlink()

    def restore(self) -> None:
        """Make the file again if there is plenty of room; it is only a precaution."""
        with contextlib.suppress(OSError):
            if not self._path.exists() and shutil.disk_usage(self._path.parent).free > 2 * _ROOM:
                # Random, so that a file system that compresses cannot keep it in nothing.
                self._path.write_bytes(os.urandom(_SIZE))
