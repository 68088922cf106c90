"""Providers' own files: a folder a source with its lock, and spools that vanish."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from filelock import FileLock, Timeout

from ..digests import Digest
from ..disk.failures import disk_errors
from ..errors import Locked, NoSpace
from ..home import Home
from ..references import name_key

__all__ = ["FolderState", "open_spool", "state_of"]


class FolderState:
    """A folder (0700) of a home that is made when it is first used."""

    def __init__(self, home: Home, *names: str) -> None:
        self._home = home
        self._names = names

    @property
    def folder(self) -> Path:
        """Where the files are; exists.  StoreError if it cannot be made."""
        return self._home.folder(*self._names)

    @contextmanager
    def lock(self, seconds: float = 30.0) -> Iterator[None]:
        """Hold the folder's lock; Locked when another process keeps it longer."""
        folder = self.folder
        try:
            with FileLock(folder / "lock", timeout=seconds):
                yield
        except Timeout as error:
            raise Locked(str(folder), seconds=seconds) from error


def state_of(home: Home, provider: str, source: str) -> FolderState:
    """Return the state of a source; names never become paths, their digests do."""
    key = Digest.of(f"{provider}\n{name_key(source)}".encode()).hex[:32]
    return FolderState(home, home.state.name, key)


class _Limited(io.RawIOBase):
    """A temporary file that refuses to grow beyond its limit."""

    def __init__(self, folder: Path, limit: int) -> None:
        self._folder = folder
        self._limit = limit
        self._file = tempfile.TemporaryFile(dir=folder, buffering=0)  # noqa: SIM115 - see close()

    def readable(self) -> bool:
        return True

    def writable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        return self._file.readinto(buffer) or 0  # type: ignore[arg-type]

    def write(self, data: object) -> int:
        view = memoryview(data)  # type: ignore[arg-type]
        if self._file.tell() + view.nbytes > self._limit:
            raise NoSpace("the spool", needed=self._file.tell() + view.nbytes, free=self._limit)
        with disk_errors(self._folder):
            return self._file.write(view) or 0

    def seek(self, offset: int, whence: int = 0) -> int:
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()

    def truncate(self, size: int | None = None) -> int:
        return self._file.truncate(size)

    def close(self) -> None:
        if not self.closed:
            super().close()
            self._file.close()


def open_spool(home: Home, limit: int) -> IO[bytes]:
    """Open a private temporary file of at most *limit* bytes in *home*, gone when closed."""
    folder = home.folder("spool")
    with disk_errors(folder):
        return io.BufferedRandom(_Limited(folder, limit))
