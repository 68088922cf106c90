"""What is in a memory store, and the ways in: for `memory_store` alone."""

from __future__ import annotations

import threading
from collections.abc import Callable, Container, Iterable, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import BinaryIO, Self

from ..digests import Digest, Hasher
from ..errors import Conflict, DigestMismatch, SizeMismatch
from ..oci import Descriptor
from ..store import Partial
from ..store.condemning import Rules
from ..store.ranges import Ranges

__all__ = ["Content", "MemoryLease", "MemoryWriter", "digest_of"]


def digest_of(data: bytes | bytearray, algorithm: str) -> Digest:
    """Return the digest of *data* by *algorithm*."""
    hasher = Hasher(algorithm)
    hasher.update(data)
    return hasher.digest()


@dataclass(slots=True, kw_only=True)
class _Ingest:
    """Bytes on their way in; outlives the partials that write it, as a file would."""

    size: int
    data: bytearray
    modified: float
    have: Ranges = field(default_factory=Ranges)
    users: int = 0


@dataclass(slots=True, kw_only=True)
class Content:
    """The state of one memory store; every access is under its mutex."""

    clock: Callable[[], float]
    blobs: dict[Digest, bytes] = field(default_factory=dict)
    modified: dict[Digest, float] = field(default_factory=dict)
    """When each blob came, seconds since 1970."""
    ingest: dict[Digest, _Ingest] = field(default_factory=dict)
    leases: set[MemoryLease] = field(default_factory=set)
    mutex: threading.RLock = field(default_factory=threading.RLock)

    def size_of(self, digest: Digest) -> int | None:
        """Return the bytes of a blob, None if it is not here."""
        with self.mutex:
            data = self.blobs.get(digest)
            return None if data is None else len(data)

    def add(self, digest: Digest, data: bytes) -> None:
        """Make a verified blob visible."""
        with self.mutex:
            self.blobs.setdefault(digest, data)
            self.modified[digest] = self.clock()

    def sweep(self, claimed: Container[Digest], rules: Rules) -> int:
        """Drop what is on its way in and nobody works on or claims; return its bytes."""
        swept = [
            (digest, ingest.have.total)
            for digest, ingest in self.ingest.items()
            if not ingest.users and digest not in claimed and not rules.is_young(ingest.modified)
        ]
        if not rules.dry_run:
            for digest, _ in swept:
                del self.ingest[digest]
        return sum(size for _, size in swept)


class _Closing:
    """Closes itself at the end of a with statement."""

    def close(self) -> None:
        """Let go."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


class MemoryLease:
    """A lease; ends with the process like everything in memory."""

    def __init__(self, content: Content) -> None:
        self._content = content
        self.digests: set[Digest] = set()
        """What it claims."""
        self._released = False

    def add(self, digests: Iterable[Digest]) -> None:
        with self._content.mutex:
            if self._released:
                raise Conflict("the lease was released already", hint="take another one")
            self.digests.update(digests)
            self._content.leases.add(self)

    def release(self) -> None:
        with self._content.mutex:
            self._released = True
            self._content.leases.discard(self)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.release()


class MemoryPartial(_Closing):
    """One caller's share of a blob on its way in."""

    def __init__(self, content: Content, descriptor: Descriptor) -> None:
        self.descriptor = descriptor
        self._content = content
        self._closed = False
        content.ingest[descriptor.digest].users += 1

    def gaps(self) -> tuple[tuple[int, int], ...]:
        with self._content.mutex:
            ingest = self._ingest()
            return () if ingest is None else tuple(ingest.have.missing(0, ingest.size))

    def write(self, offset: int, data: bytes | bytearray | memoryview) -> None:
        view = memoryview(data).cast("B")
        end = offset + len(view)
        if offset < 0 or end > self.descriptor.size:
            raise SizeMismatch(self.descriptor.size, end, what=str(self.descriptor.digest))
        with self._content.mutex:
            ingest = self._ingest()
            if ingest is None:
                return
            for start, stop in tuple(ingest.have.missing(offset, end)):
                ingest.data[start:stop] = view[start - offset : stop - offset]
                ingest.have.add(start, stop)
                ingest.modified = self._content.clock()

    def adopt(self, file: BinaryIO, hashed: Callable[[int], None]) -> bool:
        return False

    def commit(self) -> None:
        digest = self.descriptor.digest
        with self._content.mutex:
            ingest = self._ingest()
            if ingest is None:
                return
            if tuple(ingest.have.missing(0, ingest.size)):
                raise SizeMismatch(ingest.size, ingest.have.total, what=str(digest))
            actual = digest_of(ingest.data, digest.algorithm)
            if actual != digest:
                ingest.have.clear()
                raise DigestMismatch(digest, actual)
            self._content.add(digest, bytes(ingest.data))
            del self._content.ingest[digest]

    def close(self) -> None:
        with self._content.mutex:
            ingest = self._content.ingest.get(self.descriptor.digest)
            if not self._closed and ingest is not None:
                ingest.users -= 1
            self._closed = True

    def _ingest(self) -> _Ingest | None:
        """Return the shared bytes; None once the blob is here."""
        if self._closed:
            raise Conflict(f"{self.descriptor.digest} was closed already", hint="expect it again")
        return self._content.ingest.get(self.descriptor.digest)


class MemoryComputed(_Closing):
    """A blob that is made here."""

    def __init__(self, content: Content, lease: MemoryLease, limit: int) -> None:
        self._content = content
        self._lease = lease
        self._limit = limit
        self._data = bytearray()
        self._closed = False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self._check()
        size = len(self._data) + memoryview(data).nbytes
        if size > self._limit:
            raise SizeMismatch(self._limit, size, what="computed content")
        self._data += data

    def commit(self, media_type: str) -> Descriptor:
        self._check()
        descriptor = Descriptor.of(bytes(self._data), media_type)
        self._lease.add([descriptor.digest])
        self._content.add(descriptor.digest, bytes(self._data))
        self.close()
        return descriptor

    def close(self) -> None:
        self._closed = True

    def _check(self) -> None:
        if self._closed:
            raise Conflict(
                "the computed content was closed or committed already",
                hint="compute once for each blob",
            )


class MemoryWriter:
    """The way into a memory store, under one lease."""

    def __init__(self, content: Content, lease: MemoryLease) -> None:
        self._content = content
        self._lease = lease

    def expect(self, descriptor: Descriptor) -> MemoryPartial | None:
        self._lease.add([descriptor.digest])
        with self._content.mutex:
            size = self._content.size_of(descriptor.digest)
            if size is None:
                ingest = self._content.ingest.setdefault(
                    descriptor.digest,
                    _Ingest(
                        size=descriptor.size,
                        data=bytearray(descriptor.size),
                        modified=self._content.clock(),
                    ),
                )
                size = ingest.size
                if size == descriptor.size:
                    return MemoryPartial(self._content, descriptor)
            if size != descriptor.size:
                raise SizeMismatch(descriptor.size, size, what=str(descriptor.digest))
            return None

    def compute(self, limit: int) -> MemoryComputed:
        return MemoryComputed(self._content, self._lease, limit)

    def commit_many(self, partials: Sequence[Partial]) -> None:
        for partial in partials:
            partial.commit()
