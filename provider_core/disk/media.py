"""What a place to write to can take: asked before the first byte, not found out at the last."""

from __future__ import annotations

import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from ..errors import NoSpace
from .failures import disk_errors, read_only_error
from .mounts import file_system

__all__ = ["FAT_LARGEST", "Medium", "files_at_once", "medium_of", "require_writable"]

FAT_LARGEST = (4 << 30) - 1
"""Bytes of the largest file of FAT32, whose directories have 32 bits for a size."""

_DISCS = frozenset({"iso9660", "udf"})
_FAT = frozenset({"vfat", "msdos", "fuse.fusefat"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Medium:
    """The file system that a place is on."""

    type: str
    """As the mount table calls it: 'ext4', 'vfat'; '' if it is not known."""
    free: int | None
    """Bytes that can be written; None if that is not known."""
    largest_file: int | None
    """Bytes of the largest file that it takes, or that this process may write; None: any."""

    def require_space(self, path: Path, needed: int) -> None:
        """Raise NoSpace if *needed* bytes do not fit; *path* is what the medium was asked for."""
        if self.free is not None and needed > self.free:
            raise NoSpace(path, needed=needed, free=self.free)


def medium_of(path: Path) -> Medium:
    """Return what *path*, which need not exist, is or would be on."""
    kind = file_system(path)
    limits = [FAT_LARGEST] if kind in _FAT else []
    allowed = _allowed_file()
    if allowed is not None:
        limits.append(allowed)
    return Medium(type=kind, free=_free(path), largest_file=min(limits, default=None))


def files_at_once(path: Path) -> int:
    """Return how many files are worth reading at once where *path* is: 1 on a disc, else 2.

    There the head would go to and fro between two; elsewhere one is hashed while one is read.
    """
    return 1 if file_system(path) in _DISCS else 2


def require_writable(path: Path) -> None:
    """Raise StoreError if *path*, which need not exist, is or would be on a read-only medium."""
    if sys.platform == "win32":
        return
    place = _existing(path)
    with disk_errors(place):
        if os.statvfs(place).f_flag & os.ST_RDONLY:
            raise read_only_error(path, "its medium is read-only")


def _existing(path: Path) -> Path:
    """Return *path*, or the first folder above it that exists."""
    return next(one for one in (path.absolute(), *path.absolute().parents) if one.exists())


def _free(path: Path) -> int | None:
    place = _existing(path)
    with disk_errors(place):
        usage = shutil.disk_usage(place)
    return usage.free if usage.total else None  # some file systems do not tell how large they are


def _allowed_file() -> int | None:
    """Return the bytes that a file of this process may have (``ulimit -f``); None: any."""
    if sys.platform == "win32":
        return None
    import resource

    soft, _ = resource.getrlimit(resource.RLIMIT_FSIZE)
    return None if soft == resource.RLIM_INFINITY else soft
