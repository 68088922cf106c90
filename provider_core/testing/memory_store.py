"""A store without a disk, for the tests of providers and operations."""

from __future__ import annotations

import io
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import BinaryIO, Self

from ..digests import Digest, Hasher
from ..errors import BlobNotFound, Conflict, DigestMismatch, SizeMismatch, UsageError
from ..model import FileStamp, Pin
from ..oci import DOCUMENT_LIMIT, Descriptor, parse_json
from ..store import Collected, Damage, IndexEntry, Lease, Partial, Record
from ..store.condemning import Rules, condemn, needed_digests
from ..store.graph import document_in, walk
from ..store.index_json import render_index
from ..store.missing import check_roots
from ..store.ranges import Ranges
from ..store.stamped import open_stamped
from ..store.verified import check_limit, verified

__all__ = ["MemoryStore"]


@dataclass(slots=True)
class _Content:
    data: bytes
    modified: float


@dataclass(slots=True)
class _Ingest:
    """Bytes on their way in; outlives the partials that write it, as a file would."""

    descriptor: Descriptor
    data: bytearray = field(default_factory=bytearray)
    have: Ranges = field(default_factory=Ranges)
    mutex: threading.Lock = field(default_factory=threading.Lock)


class MemoryStore:
    """A Store in memory that keeps every promise but durability; local files may be pins.

    Example::

        store = MemoryStore()
        with store.lease() as lease:
            descriptor = put(store.writer(lease), b"{}", "application/json")
        assert store.read(descriptor) == b"{}"
    """

    def __init__(self, *, clock: Callable[[], float] = time.time) -> None:
        self.index = render_index(())
        """What `write_index` wrote last, as other tools would read it."""
        self._clock = clock
        self._blobs: dict[Digest, _Content] = {}
        self._ingest: dict[Digest, _Ingest] = {}
        self._records: dict[Digest, Record] = {}
        self._leases: set[_MemoryLease] = set()
        self._mutex = threading.RLock()

    def overwrite(self, digest: Digest, data: bytes) -> None:
        """Damage a blob: give it the content *data*, whatever its digest says."""
        self._blobs[digest].data = data

    def has(self, descriptor: Descriptor) -> bool:
        return self._size_of(descriptor.digest) == descriptor.size

    def open(self, root: Pin) -> BinaryIO:
        if isinstance(root, FileStamp):
            return open_stamped(root)
        content = self._blobs.get(root.digest)
        if content is None:
            raise BlobNotFound(root.digest)
        return verified(io.BytesIO(content.data), root)

    def read(self, descriptor: Descriptor, *, limit: int = DOCUMENT_LIMIT) -> bytes:
        check_limit(descriptor, limit)
        with self.open(descriptor) as stream:
            return stream.read()

    def lease(self) -> _MemoryLease:
        return _MemoryLease(self._leases, self._mutex)

    def writer(self, lease: Lease) -> _MemoryWriter:
        if not isinstance(lease, _MemoryLease):
            raise UsageError("the lease is another store's", hint="take one from this store")
        return _MemoryWriter(self, lease)

    def blobs(self) -> Iterator[tuple[Digest, int]]:
        with self._mutex:
            sizes = [(digest, len(content.data)) for digest, content in self._blobs.items()]
        yield from sizes

    def reach(self, roots: Iterable[Descriptor]) -> tuple[Descriptor, ...]:
        links = (link.descriptor for link in walk(roots, self._load))
        return tuple(descriptor for descriptor in links if self.has(descriptor))

    def collect(
        self,
        roots: Callable[[], Iterable[Descriptor]],
        *,
        grace: float,
        only: Iterable[Digest] | None = None,
        dry_run: bool = False,
    ) -> Collected:
        rules = Rules(
            grace=grace,
            now=self._clock(),
            only=None if only is None else frozenset(only),
            dry_run=dry_run,
        )
        with self._mutex:
            claimed = {digest for lease in self._leases for digest in lease.digests}
            documents = filter(None, map(self._claimed_document, claimed))
            needed = needed_digests((*roots(), *documents), claimed, self._load)
            aged = ((digest, len(it.data), it.modified) for digest, it in self._blobs.items())
            doomed = condemn(aged, needed, rules)
            if not dry_run:
                for digest, _ in doomed.blobs:
                    del self._blobs[digest]
                    self._records.pop(digest, None)
        return Collected(
            digests=tuple(digest for digest, _ in doomed.blobs),
            size=sum(size for _, size in doomed.blobs),
            kept_for_grace=doomed.kept_for_grace,
        )

    def check(self, roots: Iterable[Descriptor] = ()) -> Iterator[Damage]:
        sizes: dict[Digest, int] = {}
        yield from check_roots(roots, self._load, self._blobs.__contains__, sizes)
        for digest, content in tuple(self._blobs.items()):
            actual = _digest_of(content.data, digest.algorithm)
            if actual != digest:
                kind = _kind(len(content.data), sizes.get(digest), actual in self._blobs)
                detail = f"blobs/{digest.algorithm}/{digest.hex} holds {actual}"
                yield Damage(kind=kind, digest=digest, detail=detail)

    def repair(self, damages: Iterable[Damage]) -> tuple[Damage, ...]:
        moved = []
        for damage in damages:
            content = self._blobs.get(damage.digest) if damage.digest else None
            if damage.digest is None or content is None:
                continue
            if _digest_of(content.data, damage.digest.algorithm) != damage.digest:
                del self._blobs[damage.digest]
                moved.append(damage)
        return tuple(moved)

    def write_record(self, record: Record) -> None:
        parse_json(record.document, limit=1 << 20, what="record")
        self._records[record.root] = record

    def records(self) -> Iterator[Record]:
        yield from [it for it in self._records.values() if it.root in self._blobs]

    def write_index(self, entries: Sequence[IndexEntry]) -> None:
        self.index = render_index(entries)
