"""A feed's folder: bounded reads, and files that appear whole, many at a time."""

from __future__ import annotations

import os
import secrets
import stat
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Final, Protocol, Self

from provider_core.digests import Digest, Hasher
from provider_core.disk.durable import (
    open_regular,
    remove,
    rename,
    sync_file,
    sync_folder,
    write_at,
)
from provider_core.disk.failures import disk_errors
from provider_core.errors import NoSuchFile, SizeMismatch

from .paths import INGEST

__all__ = ["FeedFolder", "Fetch", "StagedFiles", "folder_fetch"]

_SYNC_THREADS: Final = 4
_ABSENT = (FileNotFoundError, NotADirectoryError)


class Fetch(Protocol):
    """The way to a feed's files, wherever it is."""

    def __call__(self, path: str, limit: int, /) -> bytes:
        """Return the file at *path*, relative to the feed, of at most *limit* bytes.

        Raises NotFoundError if there is none, SizeMismatch beyond *limit*, TransportError.
        """


def folder_fetch(folder: Path) -> Fetch:
    """Return the way to the feed in *folder*, on a disk or a stick; it is only read."""
    return FeedFolder(folder).read


class FeedFolder:
    """The folder *root* of one feed."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def path(self, name: str) -> Path:
        """Return where the file *name* (see `paths`) is."""
        return self.root.joinpath(*name.split("/"))

    def read(self, name: str, limit: int) -> bytes:
        """Return the file *name* of at most *limit* bytes; a Fetch.

        Raises NoSuchFile if no regular file is there, SizeMismatch, StoreError.
        """
        path = self.path(name)
        with disk_errors(path):
            try:
                file = open(open_regular(path), "rb")  # noqa: SIM115  # closed below
            except _ABSENT:
                raise NoSuchFile(path) from None
            with file:
                data = file.read(limit + 1)
        if len(data) > limit:
            raise SizeMismatch(limit, len(data), what=name)
        return data

    def has(self, name: str, size: int | None = None) -> bool:
        """Whether the regular file *name* is there, with *size* bytes unless that is None."""
        path = self.path(name)
        with disk_errors(path):
            try:
                status = os.lstat(path)
            except _ABSENT:
                return False
        return stat.S_ISREG(status.st_mode) and size in (None, status.st_size)

    def names(self, folder: str) -> Iterator[str]:
        """Yield the name of every entry of *folder*, in order; nothing if there is none."""
        path = self.path(folder)
        with disk_errors(path):
            try:
                yield from sorted(os.listdir(path))
            except _ABSENT:
                return

    def stage(self) -> StagedFiles:
        """Return a batch of new files; see StagedFiles."""
        return StagedFiles(self)

    def replace(self, name: str, data: bytes) -> None:
        """Give *name* the content *data*, all or nothing, durably.  Raises NoSpace, StoreError."""
        with self.stage() as files:
            files.add(name, data)
            files.commit()

    def remove(self, name: str) -> int:
        """Remove the file *name*; return its bytes, 0 if it was not there.  Raises StoreError."""
        path = self.path(name)
        with disk_errors(path):
            try:
                size = path.lstat().st_size
            except _ABSENT:
                return 0
            remove(path)
        return size

    def clear_ingest(self) -> None:
        """Remove what publishers that died have left in ingest/; the caller holds the lock."""
        for name in list(self.names(INGEST)):
            self.remove(f"{INGEST}/{name}")


class StagedFiles:
    """Files that are written aside and become visible together: flushed, renamed, flushed.

    A context manager; what was not committed is removed at its end.
    """

    def __init__(self, folder: FeedFolder) -> None:
        self._folder = folder
        self._ingest = folder.path(INGEST)
        self._waiting: dict[Path, Path] = {}
        self._made: set[Path] = set()
        self.size = 0
        """Bytes added so far."""

    def add(self, name: str, data: bytes) -> None:
        """Stage a file; the last of one name counts.  Raises NoSpace, StoreError."""
        self.fill(name, lambda write: write(memoryview(data)))

    def fill(self, name: str, pour: Callable[[Callable[[memoryview], None]], None]) -> None:
        """Stage a file whose bytes *pour* hands, piece by piece, to the function it is given.

        Raises NoSpace, StoreError, and what *pour* raises; the file is dropped then.
        """
        target = self._folder.path(name)
        self._keep(target, self._poured(target, pour))

    def fill_named(
        self, name: Callable[[Digest], str], pour: Callable[[Callable[[memoryview], None]], None]
    ) -> Digest:
        """Stage a file as `fill` does, under the *name* of its SHA-256; return that."""
        hasher = Hasher()

        def pour_hashed(write: Callable[[memoryview], None]) -> None:
            def write_hashed(piece: memoryview) -> None:
                hasher.update(piece)
                write(piece)

            pour(write_hashed)

        scratch = self._poured(self._ingest, pour_hashed)
        self._keep(self._folder.path(name(hasher.digest())), scratch)
        return hasher.digest()

    def commit(self) -> None:
        """Make all staged files visible, durably.  Raises NoSpace, StoreError."""
        with disk_errors(self._folder.root):
            with ThreadPoolExecutor(_SYNC_THREADS) as threads:
                list(threads.map(_flush, self._waiting.values()))
            for target, scratch in self._waiting.items():
                self._make_folder(target.parent)
                rename(scratch, target)
            for folder in {target.parent for target in self._waiting}:
                sync_folder(folder)
        self._waiting.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for scratch in self._waiting.values():
            remove(scratch)
        self._waiting.clear()

    def _keep(self, target: Path, scratch: Path) -> None:
        replaced = self._waiting.pop(target, None)
        if replaced is not None:
            remove(replaced)
        self._waiting[target] = scratch

    def _poured(self, target: Path, pour: Callable[[Callable[[memoryview], None]], None]) -> Path:
        """Return a new file with what *pour* hands over; errors name *target*."""
        with disk_errors(target):
            self._ingest.mkdir(parents=True, exist_ok=True)
            scratch = self._ingest / secrets.token_hex(8)
            fd = os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
        written = 0

        def write(piece: memoryview) -> None:
            nonlocal written
            with disk_errors(target, needed=len(piece)):
                write_at(fd, written, piece)
            written += len(piece)
            self.size += len(piece)

        try:
            pour(write)
        except BaseException:
            remove(scratch)
            raise
        finally:
            os.close(fd)
        return scratch

    def _make_folder(self, folder: Path) -> None:
        if folder in self._made:
            return
        missing = [parent for parent in (folder, *folder.parents) if not parent.exists()]
        folder.mkdir(parents=True, exist_ok=True)
        for made in missing:
            sync_folder(made.parent)
        self._made.add(folder)


def _flush(path: Path) -> None:
    fd = os.open(path, os.O_RDWR)
    try:
        sync_file(fd)
    finally:
        os.close(fd)
