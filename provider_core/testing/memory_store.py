"""A store without a disk, for the tests of providers and operations."""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import BinaryIO

from ..digests import Digest
from ..errors import BlobNotFound, DigestMismatch, UsageError
from ..model import FileStamp, Pin
from ..oci import DOCUMENT_LIMIT, Descriptor
from ..store import Collected, Damage, IndexEntry, Lease, Record
from ..store.condemning import Rules, condemn, needed_digests
from ..store.graph import walk
from ..store.index_json import render_index
from ..store.missing import blob_damage, check_roots
from ..store.records import check_record
from ..store.stamped import open_stamped
from ..store.verified import check_limit, verified
from .memory_content import Content, MemoryLease, MemoryWriter, digest_of

__all__ = ["MemoryStore"]


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
        self._content = Content(clock=clock)
        self._records: dict[tuple[Digest, str], Record] = {}

    def overwrite(self, digest: Digest, data: bytes) -> None:
        """Damage a blob: give it the content *data*, whatever its digest says."""
        self._content.blobs[digest] = data

    def close(self) -> None:
        """Do nothing; what is in memory is never left open."""

    def has(self, descriptor: Descriptor) -> bool:
        return self._content.size_of(descriptor.digest) == descriptor.size

    def open(self, root: Pin) -> BinaryIO:
        if isinstance(root, FileStamp):
            return open_stamped(root)
        data = self._content.blobs.get(root.digest)
        if data is None:
            raise BlobNotFound(root.digest)
        return verified(io.BytesIO(data), root)

    def read(self, descriptor: Descriptor, *, limit: int = DOCUMENT_LIMIT) -> bytes:
        check_limit(descriptor, limit)
        with self.open(descriptor) as stream:
            return stream.read()

    def lease(self) -> MemoryLease:
        return MemoryLease(self._content)

    def writer(self, lease: Lease) -> MemoryWriter:
        if not isinstance(lease, MemoryLease):
            raise UsageError("the lease is another store's", hint="take one from this store")
        return MemoryWriter(self._content, lease)

    def blobs(self) -> Iterator[tuple[Digest, int]]:
        with self._content.mutex:
            found = tuple(self._content.blobs.items())
        yield from ((digest, len(data)) for digest, data in found)

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
            now=self._content.clock(),
            only=None if only is None else frozenset(only),
            dry_run=dry_run,
        )
        with self._content.mutex:
            claimed = {digest for lease in self._content.leases for digest in lease.digests}
            documents = filter(self._looks_like_document, claimed)
            needed = needed_digests(roots(), claimed, documents, self._load_checked)
            aged = (
                (digest, len(data), self._content.modified[digest])
                for digest, data in self._content.blobs.items()
            )
            doomed = condemn(aged, needed, rules)
            if not dry_run:
                gone = {digest for digest, _ in doomed.blobs}
                for digest in gone:
                    del self._content.blobs[digest]
                for root, key in tuple(self._records):
                    if root in gone:
                        self.drop_record(root, key)
            leftover = self._content.sweep(claimed, rules) if rules.only is None else 0
        return doomed.collected(leftover)

    def check(self, roots: Iterable[Descriptor] = ()) -> Iterator[Damage]:
        sizes: dict[Digest, int] = {}
        blobs = self._content.blobs
        yield from check_roots(roots, self._load, blobs.__contains__, sizes)
        for digest, data in tuple(blobs.items()):
            actual = digest_of(data, digest.algorithm)
            if actual != digest:
                kind = blob_damage(len(data), sizes.get(digest, len(data)), actual in blobs)
                detail = f"blobs/{digest.algorithm}/{digest.hex} holds {actual}"
                yield Damage(kind=kind, digest=digest, detail=detail)

    def repair(self, damages: Iterable[Damage]) -> tuple[Damage, ...]:
        moved = []
        for damage in damages:
            data = self._content.blobs.get(damage.digest) if damage.digest else None
            if damage.digest is None or data is None:
                continue
            if digest_of(data, damage.digest.algorithm) != damage.digest:
                del self._content.blobs[damage.digest]
                moved.append(damage)
        return tuple(moved)

    def flush(self) -> None:
        """Do nothing; what is in memory is as durable as it gets."""

    def write_records(self, records: Sequence[Record]) -> None:
        for record in records:
            check_record(record)
        self._records |= {(record.root, record.key): record for record in records}

    def drop_record(self, root: Digest, key: str) -> None:
        self._records.pop((root, key), None)

    def records(self) -> Iterator[Record]:
        here = self._content.blobs
        yield from [record for record in self._records.values() if record.root in here]

    def write_index(self, entries: Sequence[IndexEntry]) -> None:
        self.index = render_index(entries)

    def _load(self, descriptor: Descriptor) -> bytes | None:
        if self._content.size_of(descriptor.digest) is None:
            return None
        return self.read(descriptor)

    def _looks_like_document(self, digest: Digest) -> bool:
        return self._content.blobs.get(digest, b"").lstrip().startswith(b"{")

    def _load_checked(self, digest: Digest) -> bytes | None:
        data = self._content.blobs.get(digest)
        if data is None:
            return None
        actual = digest_of(data, digest.algorithm)
        if actual != digest:
            raise DigestMismatch(digest, actual, what=f"the blob {digest}")
        return data if len(data) <= DOCUMENT_LIMIT else None
