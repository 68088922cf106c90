"""Blobs on the disk, read: regular files only, never through a symbolic link."""

from __future__ import annotations

import io
import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING

from ..disk.durable import open_regular
from ..disk.failures import disk_errors
from ..errors import BlobNotFound
from ..oci import Descriptor
from .verified import check_limit, verified

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

__all__ = ["DiskFile", "open_blob", "read_blob", "size_of_blob"]

_ABSENT = (FileNotFoundError, NotADirectoryError)


class DiskFile(io.FileIO):
    """An open file whose read errors are StoreError."""

    def __init__(self, fd: int, path: Path) -> None:
        super().__init__(fd)
        self._path = path

    def readinto(self, buffer: WriteableBuffer, /) -> int | None:
        with disk_errors(self._path):
            return super().readinto(buffer)

    def readall(self) -> bytes:
        with disk_errors(self._path):
            return super().readall() or b""


def size_of_blob(path: Path) -> int | None:
    """Return the bytes of the blob at *path*; None if no regular file is there.

    Raises StoreError.
    """
    with disk_errors(path):
        try:
            status = os.lstat(path)
        except _ABSENT:
            return None
    return status.st_size if stat.S_ISREG(status.st_mode) else None


def open_blob(path: Path, descriptor: Descriptor) -> io.BufferedReader:
    """Open the blob *descriptor* at *path*; reading it is as `verified` says.

    Raises BlobNotFound if no regular file is there, StoreError.
    """
    with disk_errors(path):
        try:
            fd = open_regular(path)
        except _ABSENT as error:
            raise BlobNotFound(descriptor.digest) from error
    return verified(DiskFile(fd, path), descriptor)


def read_blob(path: Path, descriptor: Descriptor, limit: int) -> bytes:
    """Return the blob *descriptor* at *path* whole, checked.

    Raises BlobNotFound, DigestMismatch, SizeMismatch; DocumentError above *limit* bytes.
    """
    check_limit(descriptor, limit)
    with open_blob(path, descriptor) as stream:
        return stream.read()
