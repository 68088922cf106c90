"""A file that appears whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from .digests import Digest
from .disk.durable import OPEN_FLAGS, sync_file, sync_folder
from .disk.failures import disk_errors, free_bytes
from .disk.systems import open_files_move
from .errors import (
    Conflict,
    Exists,
    NoSpace,
    NoSuchFile,
    UsageError,
)
from .store.locks import claim

__all__ = ["Output", "replacing"]

FLUSH_EVERY = 64 << 20
"""Bytes; a disk that takes longer for them than work may stand still is not one to write to."""


class Output:
    """The file being written, flushed now and then so that the last flush is short."""

    def __init__(self, file: BinaryIO, beat: Callable[[], None]) -> None:
        self._file = file
        self._beat = beat
        self._unflushed = 0

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Write *data* at the file's position, which is its end unless `seek` moved it."""
        self._file.write(data)
        self._unflushed += len(data)
        if self._unflushed >= FLUSH_EVERY:
            self.flush()

    def tell(self) -> int:
        """Return the file's position, bytes."""
        return self._file.tell()

    def seek(self, position: int) -> None:
        """Go to *position*, to read or write from there on."""
        self._file.seek(position)

    def read(self, count: int) -> bytes:
        """Return what was written at the file's position, at most *count* bytes."""
        return self._file.read(count)

    def cut(self) -> None:
        """Take away everything from the file's position on."""
        self._file.truncate()

    def flush(self) -> None:
        """Bring everything to the disk, showing signs of life before and after."""
        self._unflushed = 0
        self._beat()
        self._file.flush()
        sync_file(self._file.fileno())
        self._beat()


@contextmanager
def replacing(
    destination: Path, size: int, *, force: bool, beat: Callable[[], None]
) -> Iterator[Output]:
    """Open a file of *size* bytes to write, which becomes *destination* at the end, durably.

    It is written beside it, under a temporary name that goes with the destination: what a
    killed process left there is used again, and two that write one destination meet.  *beat* is
    called around every flush, the last time right before the file gets its name: what it raises
    then leaves nothing.  Raises Exists if there is something and not *force*, UsageError if that
    is no file, NoSuchFile if the folder is missing, NoSpace before the first byte, Conflict,
    StoreError.
    """
    _check(destination, size, force=force)
    temporary = destination.with_name(f".ferry-{Digest.of(os.fsencode(destination)).hex[:16]}.part")
    with disk_errors(destination, needed=size):
        with _claimed(temporary, destination) as file:
            try:
                out = Output(file, beat)
                yield out
                out.flush()
                if open_files_move():  # nobody else can claim it before it has its name
                    _place(temporary, destination, force=force)
            except BaseException:
                with suppress(OSError):
                    temporary.unlink(missing_ok=True)
                raise
        if not open_files_move():
            _place(temporary, destination, force=force)
        sync_folder(destination.parent)


def _place(temporary: Path, destination: Path, *, force: bool) -> None:
    """Give the file its name; without *force* never one that is taken, if the disk has links."""
    _check_absent(destination, force=force)
    if not force:
        try:
            os.link(temporary, destination)
        except FileExistsError as error:
            raise Exists(str(destination)) from error
        except OSError:
            pass  # FAT and some network disks have no links
        else:
            temporary.unlink(missing_ok=True)
            return
    os.replace(temporary, destination)


def _claimed(path: Path, destination: Path) -> BinaryIO:
    """Open *path* empty, locked for this process; Conflict if another one has it."""
    with suppress(FileNotFoundError):
        if path.lstat().st_nlink > 1:  # of a process that was killed between its two names
            path.unlink()
    # Made apart from the claim, so that it has the mode of the user's files.
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | OPEN_FLAGS, 0o666))
    with suppress(FileNotFoundError):  # its owner has just finished
        fd = claim(path)
        if fd is not None:
            os.ftruncate(fd, 0)
            return os.fdopen(fd, "w+b")
    raise Conflict(
        f"{destination} is being written by another process",
        hint="wait for it to end, or choose another path",
        path=str(destination),
    )


def _check(destination: Path, size: int, *, force: bool) -> None:
    if not destination.parent.is_dir():
        raise NoSuchFile(destination.parent)
    _check_absent(destination, force=force)
    free = free_bytes(destination.parent)
    if free < size:
        raise NoSpace(destination.parent, needed=size, free=free)


def _check_absent(destination: Path, *, force: bool) -> None:
    if not os.path.lexists(destination):
        return
    if not force:
        raise Exists(str(destination))
    if not destination.is_file():
        raise UsageError(
            f"{destination} is not a file, and is not replaced", hint="choose another path"
        )
