"""Where an image's files are: in an archive or in a folder, both without unpacking anything.

Files are asked for by a fixed name or by digest; nothing that a document says becomes a path.
"""

from __future__ import annotations

import io
import os
import stat
from pathlib import Path
from typing import IO, BinaryIO, Protocol

from provider_core.errors import DocumentError, Error, NoSuchFile, StoreError, UsageError

from .tar_table import Member, Table

__all__ = ["ArchiveHolder", "FolderHolder", "Holder", "file_error", "open_file", "read_file"]


class Holder(Protocol):
    """Read access to an image layout or archive."""

    @property
    def path(self) -> Path:
        """The file or folder, for messages."""

    def size(self, name: str) -> int | None:
        """Return the size in bytes of a file of a fixed name, None if there is none."""

    def open(self, name: str) -> BinaryIO:
        """Open a file that `size` knows; closed by the caller.  Raises StoreError."""


class ArchiveHolder:
    """A tar archive, read in place through its table."""

    def __init__(self, path: Path, stream: IO[bytes], table: Table) -> None:
        self.path = path
        self._stream = stream
        self._table = table

    def size(self, name: str) -> int | None:
        member = self._table.members.get(name)
        return None if member is None else member.size

    def open(self, name: str) -> BinaryIO:
        return io.BufferedReader(_Region(self._stream, self._table.members[name]), 1 << 16)


class FolderHolder:
    """An image layout folder; links and special files in it count as absent."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def size(self, name: str) -> int | None:
        try:
            status = os.lstat(self.path / name)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise file_error(self.path / name, error) from error
        return status.st_size if stat.S_ISREG(status.st_mode) else None

    def open(self, name: str) -> BinaryIO:
        return open_file(self.path / name, follow=False)


def read_file(holder: Holder, name: str, limit: int) -> bytes:
    """Read a document of a fixed name that is there.

    Raises DocumentError if it is absent or has more than *limit* bytes.
    """
    size = holder.size(name)
    if size is None or size > limit:
        reason = "it is missing" if size is None else f"{size} bytes, at most {limit} are allowed"
        raise DocumentError(reason, what=name)
    with holder.open(name) as stream:
        return stream.read(limit)


def open_file(path: Path, *, follow: bool = True) -> BinaryIO:
    """Open a regular file to read; without *follow* a symbolic link is refused.

    Raises NoSuchFile, UsageError for what is no regular file, StoreError for the rest.
    """
    flags = os.O_RDONLY | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
    # Opening a pipe would wait for its writer.
    flags |= getattr(os, "O_NONBLOCK", 0)
    if not follow:
        flags |= getattr(os, "O_NOFOLLOW", 0)
    try:
        descriptor = os.open(path, flags)
    except OSError as error:
        raise file_error(path, error) from error
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise UsageError(f"{path} is not a regular file", hint="name an archive or a folder")
    return os.fdopen(descriptor, "rb")


def file_error(path: Path, error: OSError) -> Error:
    """Return our error for what the system said of *path*."""
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return NoSuchFile(path)
    return StoreError(
        f"{path} cannot be read: {error.strerror}", hint="check the permissions", path=str(path)
    )


class _Region(io.RawIOBase):
    """A stretch of a seekable stream, as a stream of its own."""

    def __init__(self, stream: IO[bytes], member: Member) -> None:
        self._stream = stream
        self._member = member
        self._position = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET, /) -> int:
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._position, os.SEEK_END: self._member.size}
        self._position = max(0, base[whence] + offset)
        return self._position

    def tell(self) -> int:
        return self._position

    def readinto(self, buffer: memoryview, /) -> int:  # type: ignore[override]
        left = max(0, self._member.size - self._position)
        view = memoryview(buffer)[:left]
        self._stream.seek(self._member.offset + self._position)
        data = self._stream.read(len(view))
        view[: len(data)] = data
        self._position += len(data)
        return len(data)
