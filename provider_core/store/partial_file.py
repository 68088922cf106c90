"""Content of a known digest on its way in: what is here of it, and what it hashes to.

Beside the bytes lies a record of the ranges that were written, so that the next process goes on
with the gaps.  The record is written now and then and never flushed: what it misses is fetched
again, and if it promises what a power cut took away, the digest tells, and the bytes are dropped.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from ..digests import Hasher
from ..disk.durable import remove, rename
from ..errors import DigestMismatch, Error, SizeMismatch
from ..oci import Descriptor
from .ports import nobody
from .ranges import Ranges
from .scratch import ScratchFile

__all__ = ["RECORD_SUFFIX", "PartialFile", "record_of"]

RECORD_SUFFIX = ".json"

_RECORD_EVERY = 4 << 20
_RECORD_LIMIT = 1 << 20
_PIECE = 1 << 20
_BUFFER = 256 << 10
"""Bytes read at once to be hashed; they still are in the processor's cache then."""


def record_of(path: Path) -> Path:
    """Return where the ranges of the partial file *path* are noted."""
    return path.with_name(path.name + RECORD_SUFFIX)


class PartialFile:
    """One blob's file in ingest/, shared by all threads that write it; each byte is written once.

    What is here already is never written over, so that the hash that was computed while bytes
    came in order is that of the bytes on the disk.
    """

    def __init__(self, file: ScratchFile, descriptor: Descriptor, *, resumable: bool) -> None:
        self.descriptor = descriptor
        self.users = 0
        """How many callers share it; counted by `Partials`."""
        self._file = file
        self._record = record_of(file.path) if resumable else None
        self._mutex = threading.Lock()
        self._have = Ranges()
        self._hasher = Hasher(descriptor.digest.algorithm)
        self._unrecorded = 0
        self._resumed = False
        self._placed = False
        self._flushed = False
        self._failure: Error | None = None

    @property
    def usable(self) -> bool:
        """Whether it can still become a blob."""
        return not self._placed and self._failure is None

    def resume(self) -> None:
        """Take over what an earlier process has left, and hash it from the start; once."""
        with self._mutex:
            if self._resumed:
                return
            self._resumed = True
            if self._record is not None:
                self._have = _read_record(self._record, self.descriptor.size, self._file.size())
            if not self._have.total:
                self._file.truncate(0)
            self._hash_up_to(self._have.prefix)

    def gaps(self) -> tuple[tuple[int, int], ...]:
        """Return the missing ranges."""
        with self._mutex:
            return () if self._placed else self._gaps()

    def write(self, offset: int, data: bytes | bytearray | memoryview) -> None:
        """Write what of *data* is not here yet."""
        view = memoryview(data).cast("B")
        if offset < 0 or offset + len(view) > self.descriptor.size:
            size = offset + len(view)
            raise SizeMismatch(self.descriptor.size, size, what=str(self.descriptor.digest))
        with self._mutex:
            self.check()
            if self._placed:
                return
            for start, end in tuple(self._have.missing(offset, offset + len(view))):
                self._take(start, view[start - offset : end - offset])
            # What came over other connections is hashed while more comes, not all at the end.
            if self._have.prefix - self._hasher.size >= _PIECE:
                self._hash_up_to(self._have.prefix)
            if self._unrecorded >= _RECORD_EVERY:
                self._write_record()

    def adopt(self, source: int, hashed: Callable[[int], None]) -> bool:
        """Do what `Partial.adopt` promises with the open file *source*."""
        with self._mutex:
            self.check()
            size = self.descriptor.size
            if self._placed or self._have.total or not self._file.share(source, size):
                return False
            self._have.add(0, size)
            self._unrecorded = size
            self._hash_up_to(size, hashed)
            return True

    def seal(self) -> None:
        """Verify size and digest and flush the bytes; nothing if that was done."""
        with self._mutex:
            self.check()
            if self._placed:
                return
            if self._gaps():
                what = str(self.descriptor.digest)
                raise SizeMismatch(self.descriptor.size, self._have.total, what=what)
            self._hash_up_to(self.descriptor.size)
            if self._hasher.digest() != self.descriptor.digest:
                actual = self._hasher.digest()
                self._drop()
                raise DigestMismatch(self.descriptor.digest, actual)
            self._file.truncate(self.descriptor.size)
            try:
                self._file.sync()
            except Error as error:
                self._failure = error
                self._remove_record()
                raise

    @property
    def is_unflushed(self) -> bool:
        """Whether it is visible, and its folder is still to be flushed."""
        return self._placed and not self._flushed and self._failure is None

    def check(self) -> None:
        """Raise what has kept it from becoming a blob, if anything has."""
        if self._failure is not None:
            raise self._failure

    def place(self, target: Path) -> bool:
        """Make a sealed file visible at *target*; return whether its folder is to be flushed."""
        with self._mutex:
            self.check()
            if not self._placed:
                self._file.place(target, 0o444)
                self._placed = True
                self._remove_record()
            return not self._flushed

    def flushed(self) -> None:
        """Note that its folder was flushed: it is visible for good."""
        with self._mutex:
            self._flushed = True

    def withdraw(self, target: Path, error: Error) -> None:
        """Take what was placed at *target* away again, and answer everything with *error*."""
        with self._mutex:
            self._failure = error
            with suppress(OSError):
                remove(target)

    def close(self) -> None:
        """Note what is here and end the claim; a file with nothing in it goes."""
        with self._mutex:
            if not self._placed and self._failure is None:
                if self._record is None or not self._have.total:
                    self._remove_record()
                    self._file.discard()
                elif self._unrecorded:
                    self._write_record()
            self._file.close()

    def _gaps(self) -> tuple[tuple[int, int], ...]:
        return tuple(self._have.missing(0, self.descriptor.size))

    def _take(self, start: int, data: memoryview) -> None:
        if start == self._hasher.size:
            self._file.write_directly(start, data)
            self._hasher.update(data)
        else:  # it is read again, to be hashed in its turn
            self._file.write_at(start, data)
        self._have.add(start, start + len(data))
        self._unrecorded += len(data)

    def _hash_up_to(self, end: int, hashed: Callable[[int], None] = nobody) -> None:
        buffer = memoryview(bytearray(_BUFFER))
        while (done := self._hasher.size) < end:
            count = self._file.read_at(done, buffer[: end - done])
            if not count:
                raise SizeMismatch(end, done, what=str(self.descriptor.digest))
            self._hasher.update(buffer[:count])
            hashed(count)

    def _drop(self) -> None:
        self._file.truncate(0)
        self._have.clear()
        self._hasher = Hasher(self.descriptor.digest.algorithm)
        self._unrecorded = 0
        self._remove_record()

    def _write_record(self) -> None:
        self._unrecorded = 0
        if self._record is None:
            return
        document = {"size": self.descriptor.size, "ranges": list(self._have)}
        beside = self._record.with_name(self._record.name + ".tmp")
        # On a full disk there is no room for it; what is not noted is fetched again.
        with suppress(OSError):
            beside.write_text(json.dumps(document), encoding="utf-8")
            rename(beside, self._record)

    def _remove_record(self) -> None:
        if self._record is not None:
            with suppress(OSError):
                remove(self._record)


def _read_record(path: Path, size: int, there: int) -> Ranges:
    """Return the ranges noted in *path*, as far as they fit *size* and the bytes *there*."""
    ranges = Ranges()
    try:
        with path.open("rb") as file:
            document = json.loads(file.read(_RECORD_LIMIT))
    except (OSError, ValueError, RecursionError):
        return ranges
    match document:
        case {"size": noted, "ranges": [*pairs]} if noted == size:
            for pair in pairs:
                match pair:
                    case [int(start), int(end)] if start >= 0:
                        ranges.add(start, min(end, size, there))
    return ranges
