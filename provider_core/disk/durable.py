"""Bytes that survive a power cut: the one place that flushes files and folders.

A name is durable only when both its file and its folder were flushed, in this order.  A flush
that failed must not be repeated: the kernel has marked the pages clean, and a second flush would
report a success that is none.  Whoever meets such a failure drops the file.
"""

from __future__ import annotations

import os
import stat
import sys
from contextlib import suppress
from pathlib import Path

__all__ = [
    "OPEN_FLAGS",
    "forget_cached",
    "make_folder",
    "open_regular",
    "read_at",
    "remove",
    "rename",
    "sync_file",
    "sync_folder",
    "write_at",
]

OPEN_FLAGS = (
    getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_BINARY", 0)
    | getattr(os, "O_NOINHERIT", 0)
)
"""For every open in the store: not inherited, not through a symbolic link, not as text."""


def sync_file(fd: int) -> None:
    """Flush the file behind *fd* to the disk; OSError must not be answered by trying again."""
    if sys.platform == "darwin":
        import fcntl

        # fsync leaves the data in the drive's own cache there.
        fcntl.fcntl(fd, fcntl.F_FULLFSYNC)
    else:
        os.fsync(fd)


def forget_cached(fd: int) -> None:
    """Let go of what memory has of the flushed file *fd*, so that the disk is read next.

    A hint, which not every system takes.
    """
    if hasattr(os, "posix_fadvise"):
        os.posix_fadvise(fd, 0, 0, os.POSIX_FADV_DONTNEED)


def sync_folder(path: Path) -> None:
    """Flush the names in the folder *path*; Windows does so by itself."""
    if sys.platform == "win32":
        return
    fd = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def make_folder(path: Path, mode: int = 0o700) -> bool:
    """Make the folder *path* durably, and those above it that are missing; False if it was there.

    Each that is made has *mode*, as far as the umask allows.  A folder whose name could not be
    flushed is taken away again, so that nobody finds it and believes in it.
    """
    try:
        path.mkdir(mode=mode)
    except FileExistsError:
        if not path.is_dir():
            raise
        return False
    except FileNotFoundError:
        make_folder(path.parent, mode)
        return make_folder(path, mode)
    try:
        sync_folder(path.parent)
    except OSError:
        with suppress(OSError):
            path.rmdir()
        raise
    return True


def open_regular(path: Path) -> int:
    """Open *path* to read; FileNotFoundError if it is absent or no regular file."""
    nonblock = getattr(os, "O_NONBLOCK", 0)  # else a FIFO in its place would wait for a writer
    try:
        fd = os.open(path, os.O_RDONLY | nonblock | OPEN_FLAGS)
    except OSError as error:
        if path.is_symlink() or path.is_dir():
            raise FileNotFoundError(error.errno, "not a regular file", str(path)) from error
        raise
    if not stat.S_ISREG(os.fstat(fd).st_mode):
        os.close(fd)
        raise FileNotFoundError(0, "not a regular file", str(path))
    return fd


def write_at(fd: int, offset: int, data: memoryview) -> None:
    """Write all of *data* at *offset*; the system may take less than it was given at a time."""
    while data:
        if sys.platform == "win32":
            os.lseek(fd, offset, os.SEEK_SET)
            count = os.write(fd, data)
        else:
            count = os.pwrite(fd, data, offset)
        data, offset = data[count:], offset + count


def read_at(fd: int, offset: int, buffer: memoryview) -> int:
    """Read into *buffer* from *offset*; return how many bytes came, 0 at the end."""
    if sys.platform == "win32":
        os.lseek(fd, offset, os.SEEK_SET)
        data = os.read(fd, len(buffer))
        buffer[: len(data)] = data
        return len(data)
    return os.preadv(fd, [buffer], offset)


def rename(source: Path, target: Path) -> None:
    """Give *source* the name *target*, replacing what has it; sync the folder afterwards."""
    os.replace(source, target)


def remove(path: Path) -> bool:
    """Remove the file or link *path*; return False if it was not there."""
    if sys.platform == "win32" and path.exists():
        path.chmod(stat.S_IWRITE)  # read-only files cannot be removed there
    try:
        path.unlink()
    except FileNotFoundError:
        return False
    return True
