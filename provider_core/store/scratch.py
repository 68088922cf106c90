"""Files in ingest/: claimed by the process that writes them, visible only when they are whole."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Self

from ..disk.direct import DirectWrites
from ..disk.durable import read_at, remove, rename, sync_file, sync_folder, write_at
from ..disk.failures import disk_errors, translated
from ..disk.sharing import share_blocks
from ..disk.systems import open_files_move
from ..errors import StoreError
from .locks import claim

__all__ = ["FRESH", "ScratchFile", "place_file", "write_file"]

FLUSH_EVERY = 256 << 20
"""Bytes after which what was written is flushed, so that a large file's last flush is short."""
FRESH = "new-"
"""What the names of files begin with whose digest is not known yet."""


class ScratchFile:
    """A file in ingest/ that this process has claimed; what nobody has claimed is left over."""

    def __init__(self, path: Path, fd: int) -> None:
        self.path = path
        self._fd: int | None = fd
        self._direct = DirectWrites(path, fd)
        self._unflushed = 0

    @classmethod
    def claim(cls, path: Path) -> Self | None:
        """Claim *path*, made if need be; None if another process works on it."""
        with disk_errors(path):
            fd = claim(path, create=True)
        return None if fd is None else cls(path, fd)

    @classmethod
    def fresh(cls, folder: Path, stem: str = FRESH) -> Self:
        """Make a file in *folder* whose name begins with *stem* and is nobody else's."""
        while True:
            made = cls.claim(folder / f"{stem}{secrets.token_hex(8)}")
            if made is not None:
                return made

    @property
    def fd(self) -> int:
        """The open file; StoreError once it was closed."""
        if self._fd is None:
            raise StoreError(f"{self.path.name} is closed already", hint="open it again")
        return self._fd

    def size(self) -> int:
        """Return how many bytes the file has."""
        return os.fstat(self.fd).st_size

    def write_at(self, offset: int, data: memoryview) -> None:
        """Write all of *data* at *offset*.  Raises NoSpace, StoreError.

        Flushes now and then; if that fails the file is dropped, as by `sync`.
        """
        with disk_errors(self.path, needed=len(data)):
            write_at(self.fd, offset, data)
        self._unflushed += len(data)
        if self._unflushed >= FLUSH_EVERY:
            self.sync()

    def write_directly(self, offset: int, data: memoryview) -> None:
        """Do what `write_at` does, past the page cache if it can: for what is not read again soon.

        It can for whole blocks in a `block_buffer`, where the file system has direct writes.
        """
        with disk_errors(self.path, needed=len(data)):
            count = self._direct.write(offset, data)
        if count < len(data):
            self.write_at(offset + count, data[count:])

    def read_at(self, offset: int, buffer: memoryview) -> int:
        """Read into *buffer* from *offset*; return how many bytes came.  Raises StoreError."""
        with disk_errors(self.path):
            return read_at(self.fd, offset, buffer)

    def share(self, source: int, size: int) -> bool:
        """Become a copy of the *size* bytes of the open file *source* that shares its blocks.

        False, and nothing has changed, if the disk cannot do so or the file has another size.
        """
        return os.fstat(source).st_size == size and share_blocks(source, self.fd)

    def truncate(self, size: int) -> None:
        """Cut the file to *size* bytes."""
        with disk_errors(self.path):
            os.ftruncate(self.fd, size)

    def sync(self) -> None:
        """Flush to the disk; the file is dropped if that fails, for a second try would lie."""
        self._unflushed = 0
        try:
            os.utime(self.fd if os.utime in os.supports_fd else self.path)
            sync_file(self.fd)
        except OSError as error:
            self.discard()
            raise translated(error, self.path) from error

    def place(self, target: Path, mode: int) -> None:
        """Give the file its final name; its folder is still to be flushed."""
        with disk_errors(target):
            if open_files_move():
                # While it is still claimed: once the lock is gone, whoever had opened it under
                # its old name may lock it, and sees that the name is no longer its own.
                rename(self.path, target)
                os.chmod(self.fd, mode)
                self.close()
            else:
                self.close()
                rename(self.path, target)
                target.chmod(mode)

    def discard(self) -> None:
        """Remove the file."""
        if self._fd is not None:
            with disk_errors(self.path):
                remove(self.path)
            self.close()

    def close(self) -> None:
        """End the claim; the file stays.  Further calls do nothing."""
        self._direct.close()
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None


def write_file(path: Path, data: bytes, *, scratch: Path) -> None:
    """Give *path* the content *data*, all or nothing, durably; *scratch* is on the same disk.

    Raises NoSpace, StoreError; what was there before stays then.
    """
    place_file(path, data, scratch=scratch)
    with disk_errors(path):
        sync_folder(path.parent)


def place_file(path: Path, data: bytes, *, scratch: Path) -> None:
    """Do what `write_file` does, but for the flush of the folder, which is the caller's."""
    file = ScratchFile.fresh(scratch)
    try:
        file.write_at(0, memoryview(data))
        file.sync()
        file.place(path, 0o644)
    finally:
        file.discard()
