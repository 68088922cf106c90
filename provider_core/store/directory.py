"""The store on a disk: an OCI image layout with verified content, shared by processes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from ..digests import Digest
from ..disk.failures import disk_errors
from ..errors import Locked, UsageError
from ..model import FileStamp, Pin
from ..oci import DOCUMENT_LIMIT, Descriptor
from .blob_file import open_blob, read_blob, size_of_blob
from .checking import check_files
from .collecting import collect_garbage
from .condemning import Rules
from .flushing import Flushing
from .graph import walk
from .index_json import render_index
from .layout import Layout
from .leases import DirectoryLease, has_live_leases
from .locks import held
from .missing import check_roots
from .moving import copy_store
from .partials import Partials
from .ports import Collected, Damage, IndexEntry, Lease, Record
from .records import drop_record, read_records, write_records
from .repairing import repair_files
from .scratch import write_file
from .stamped import open_stamped
from .writing import DirectoryWriter

__all__ = ["DirectoryStore"]


class DirectoryStore:
    """A Store in the folder *path*; nothing is made there before the first write.

    Any number of processes and threads may use one folder.  Reading works on read-only media
    and on a full disk; an object with *read_only* never writes.  *clock* tells seconds since
    1970 and decides nothing but what collection finds old; *timeout* is how long to wait for
    the store's lock, in seconds; *place* tells where the store is by now, *path* if None:
    nothing is written to one that was moved away.
    """

    def __init__(
        self,
        path: Path,
        *,
        clock: Callable[[], float] = time.time,
        read_only: bool = False,
        timeout: float = 60.0,
        place: Callable[[], Path] | None = None,
    ) -> None:
        self._layout = Layout(path.absolute(), read_only=read_only, place=place)
        self._clock = clock
        self._timeout = timeout
        self._partials = Partials(self._layout)
        self._flushing = Flushing(self._layout)

    @property
    def path(self) -> Path:
        """The folder; other tools may read it as an OCI image layout."""
        return self._layout.root

    def close(self) -> None:
        """Close partial content that callers have left open; what was written is kept."""
        self._partials.close()

    def has(self, descriptor: Descriptor) -> bool:
        return size_of_blob(self._layout.blob(descriptor.digest)) == descriptor.size

    def open(self, root: Pin) -> BinaryIO:
        if isinstance(root, FileStamp):
            return open_stamped(root)
        return open_blob(self._layout.blob(root.digest), root)

    def read(self, descriptor: Descriptor, *, limit: int = DOCUMENT_LIMIT) -> bytes:
        return read_blob(self._layout.blob(descriptor.digest), descriptor, limit)

    def lease(self) -> DirectoryLease:
        return DirectoryLease(self._layout, self._timeout)

    def writer(self, lease: Lease) -> DirectoryWriter:
        if not isinstance(lease, DirectoryLease):
            raise UsageError("the lease is another store's", hint="take one from this store")
        return DirectoryWriter(self._layout, self._partials, lease)

    def blobs(self) -> Iterator[tuple[Digest, int]]:
        with disk_errors(self._layout.blobs):
            for digest, status in self._layout.blob_files():
                yield digest, status.st_size

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
        return collect_garbage(self._layout, roots, rules, self._timeout)

    def check(self, roots: Iterable[Descriptor] = ()) -> Iterator[Damage]:
        sizes: dict[Digest, int] = {}
        with disk_errors(self._layout.root):
            yield from check_roots(roots, self._load, self._is_present, sizes)
            yield from check_files(self._layout, sizes)

    def repair(self, damages: Iterable[Damage]) -> tuple[Damage, ...]:
        return repair_files(self._layout, damages, self._timeout)

    def flush(self) -> None:
        if self.path.exists():
            self._layout.prepare()
            self._flushing.flush()

    def write_records(self, records: Sequence[Record]) -> None:
        self._layout.prepare()
        self._flushing.flush()
        write_records(self._layout, records)

    def drop_record(self, root: Digest, key: str) -> None:
        drop_record(self._layout, root, key)

    def records(self) -> Iterator[Record]:
        with disk_errors(self._layout.records):
            yield from read_records(self._layout)

    def write_index(self, entries: Sequence[IndexEntry]) -> None:
        self._layout.prepare()
        write_file(self._layout.index, render_index(entries), scratch=self._layout.ingest)

    @contextmanager
    def at_rest(self) -> Iterator[None]:
        """Hold the lock of a store that no running command works with; Locked if one does."""
        self._layout.prepare()
        with disk_errors(self.path), held(self._layout.lock, 0):
            if has_live_leases(self._layout):
                raise Locked(f"the store {self.path}", seconds=0)
            yield

    def copy_to(self, target: Path, advance: Callable[[int], None]) -> int:
        """Copy all of a store at rest to the new folder *target*; see `copy_store`."""
        return copy_store(self._layout, target, advance)

    def _is_present(self, digest: Digest) -> bool:
        return size_of_blob(self._layout.blob(digest)) is not None

    def _load(self, descriptor: Descriptor) -> bytes | None:
        if not self._is_present(descriptor.digest):
            return None
        return self.read(descriptor)
