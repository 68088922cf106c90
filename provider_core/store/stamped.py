"""Local files that stay where they are: opened, and known to be the ones that were looked at."""

from __future__ import annotations

import io
import os
import stat
from pathlib import Path

from ..disk.failures import disk_errors
from ..errors import Conflict, NoSuchFile, NotSupported
from ..model import FileMark, FileStamp
from .blob_file import DiskFile

__all__ = ["open_stamped"]

_FLAGS = os.O_RDONLY | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
_BUFFER = 256 << 10


def open_stamped(stamp: FileStamp) -> io.BufferedReader:
    """Open the one file of *stamp*; closing it raises Conflict if it was changed meanwhile.

    Raises NoSuchFile; Conflict if it is not as the stamp says; NotSupported if there are
    several files; StoreError.
    """
    if len(stamp.files) != 1:
        raise NotSupported(
            f"{len(stamp.files)} files do not make one stream",
            hint="open the files one by one, each by a stamp of its own",
            files=[mark.path for mark in stamp.files],
        )
    mark = stamp.files[0]
    path = Path(mark.path)
    with disk_errors(path):
        try:
            if not stat.S_ISREG(path.stat().st_mode):
                raise NoSuchFile(path)
            fd = os.open(path, _FLAGS)
        except (FileNotFoundError, NotADirectoryError) as error:
            raise NoSuchFile(path) from error
    try:
        _check(fd, mark)
    except BaseException:
        os.close(fd)
        raise
    return io.BufferedReader(_StampedFile(fd, mark), _BUFFER)


class _StampedFile(DiskFile):
    def __init__(self, fd: int, mark: FileMark) -> None:
        super().__init__(fd, Path(mark.path))
        self._mark = mark

    def close(self) -> None:
        if not self.closed:
            try:
                _check(self.fileno(), self._mark)
            finally:
                super().close()


def _check(fd: int, mark: FileMark) -> None:
    now = os.fstat(fd)
    if (now.st_size, now.st_mtime_ns) != (mark.size, mark.mtime_ns):
        raise Conflict(
            f"{mark.path} was changed after it was looked at",
            hint="repeat the command; it looks at the file again",
            path=mark.path,
        )
