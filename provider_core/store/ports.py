"""What a store is, as small protocols; the directory store and the memory double both keep them.

The expected digest and size come before the bytes, and the store verifies: whoever writes cannot
make a wrong blob visible.  Nothing but a `Digest` ever becomes a path.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import BinaryIO, Protocol, Self

from ..digests import Digest
from ..model import Pin
from ..oci import Descriptor

__all__ = [
    "Collected",
    "Computed",
    "Damage",
    "IndexEntry",
    "Lease",
    "Partial",
    "Reader",
    "Record",
    "Store",
    "Writer",
    "nobody",
]


def nobody(count: int) -> None:
    """Do nothing: what is told of bytes where nobody wants to know."""


class Reader(Protocol):
    """Verified content, to read."""

    def has(self, descriptor: Descriptor) -> bool:
        """Whether the blob is here, whole: its file exists with the descriptor's size."""

    def open(self, root: Pin) -> BinaryIO:
        """Open a blob, or the one local file of a FileStamp; seekable, closed by the caller.

        A blob read from start to end without seeking is hashed on the way: the read that meets
        the end raises DigestMismatch or SizeMismatch.  A FileStamp's size and mtime are checked
        when it is opened and again when it is closed (Conflict: the file moved meanwhile).

        Raises BlobNotFound, NoSuchFile, Conflict.
        """

    def read(self, descriptor: Descriptor, *, limit: int = 4 << 20) -> bytes:
        """Return a small blob whole, its digest checked.

        Raises BlobNotFound, DigestMismatch, SizeMismatch; DocumentError above *limit* bytes.
        """


class Partial(Protocol):
    """A blob on its way in; survives the process, so that the next one goes on with the gaps.

    Two callers of one digest share it: either may write any gap, the first commit wins.
    """

    descriptor: Descriptor

    def gaps(self) -> tuple[tuple[int, int], ...]:
        """Return the missing byte ranges [start, end), in order; () when all bytes are here."""

    def write(self, offset: int, data: bytes | bytearray | memoryview) -> None:
        """Write *data* at *offset*; SizeMismatch if it would pass the expected size.

        It is valid during the call only: whoever keeps it copies it.
        """

    def adopt(self, file: BinaryIO, hashed: Callable[[int], None]) -> bool:
        """Take over the whole local *file* by sharing its blocks; False if that cannot be done.

        Then nothing has changed, and the bytes are to be written.  What was taken over is read back
        from here and hashed; *hashed* is told the bytes of each piece, and may raise.
        """

    def commit(self) -> None:
        """Verify and make visible, durably.

        Raises SizeMismatch while gaps are left; DigestMismatch, and then the bytes are dropped.
        """

    def close(self) -> None:
        """Let go; what was written is kept for the next `expect` of this digest."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...


class Computed(Protocol):
    """A blob that is made here; its digest is known when it is whole."""

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Append; SizeMismatch beyond the limit given to `compute`."""

    def commit(self, media_type: str) -> Descriptor:
        """Make visible, durably, and return its descriptor."""

    def close(self) -> None:
        """Let go; without a commit nothing is kept."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...


class Writer(Protocol):
    """The way into the store; everything it touches is under its lease."""

    def expect(self, descriptor: Descriptor) -> Partial | None:
        """Return where to write a blob whose digest is known; None if it is here already.

        Raises SizeMismatch if the blob is here with another size than the descriptor says.
        """

    def compute(self, limit: int) -> Computed:
        """Return where to write a blob of at most *limit* bytes whose digest is not known yet."""

    def commit_many(self, partials: Sequence[Partial]) -> None:
        """Commit several at once: flush all, rename all, flush the folder once."""


class Lease(Protocol):
    """A running operation's claim on digests; ends with the process at the latest."""

    def add(self, digests: Iterable[Digest]) -> None:
        """Claim *digests* too, whether they are here or not."""

    def release(self) -> None:
        """End the claim; further calls do nothing."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Collected:
    """What a collection removed, or would remove."""

    digests: tuple[Digest, ...]
    """Blobs."""
    size: int
    """Bytes of those blobs and of abandoned partial content."""
    kept_for_grace: int = 0
    """Blobs that nothing needs and that are younger than the grace time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Damage:
    """One thing that is wrong in a store."""

    kind: str
    """'missing', 'altered', 'truncated', 'misplaced', 'foreign', 'record'; a home's 'catalog'."""
    digest: Digest | None
    """The blob, None if the thing has no digest."""
    detail: str
    """One sentence; names the file, relative to the store."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What one row of the catalog says, kept beside the blobs to rebuild it from."""

    root: Digest
    """What the row's image consists of; several rows may share it."""
    key: str
    """What makes the row one of a kind; opaque here, at most 4096 characters."""
    document: bytes
    """JSON of catalog.codec; opaque here, at most 1 MiB."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexEntry:
    """A line of the derived index.json for other tools."""

    name: str
    """``name:tag``; becomes org.opencontainers.image.ref.name."""
    root: Descriptor


class Store(Reader, Protocol):
    """Verified bytes by digest, an OCI image layout to everybody else."""

    def lease(self) -> Lease:
        """Return a new, empty lease of this process."""

    def writer(self, lease: Lease) -> Writer:
        """Return a writer whose content is under *lease*."""

    def blobs(self) -> Iterator[tuple[Digest, int]]:
        """Yield every blob's digest and size in bytes, in no order."""

    def reach(self, roots: Iterable[Descriptor]) -> tuple[Descriptor, ...]:
        """Return what *roots* refer to, roots included, each once, as far as it is here.

        Manifests and indexes are read and followed (config, layers, manifests, subject not).
        A sparse index's absent manifests are left out; they are no damage.
        """

    def collect(
        self,
        roots: Callable[[], Iterable[Descriptor]],
        *,
        grace: float,
        only: Iterable[Digest] | None = None,
        dry_run: bool = False,
    ) -> Collected:
        """Remove what neither *roots* nor a live lease reaches and is older than *grace* seconds.

        *roots* is asked under the store's lock, after the leases were read, so that a running
        install is protected by its lease or by its row.  *only* confines it to those digests.
        A modification time in the future counts as young unless *grace* is 0.

        A damaged manifest is garbage like any other if nothing reaches it.  One that is needed
        stops collection with nothing removed, confined or not: whether it refers to one of
        *only* is not known.  Raises IntegrityError then; UsageError if *grace* is not finite.
        """

    def check(self, roots: Iterable[Descriptor] = ()) -> Iterator[Damage]:
        """Read and hash every blob; yield everything that is wrong, and what *roots* miss."""

    def repair(self, damages: Iterable[Damage]) -> tuple[Damage, ...]:
        """Move damaged files to quarantine/, never delete; return what was moved."""

    def flush(self) -> None:
        """See to it that every blob that is visible stays so after a power cut.

        Blobs that this process committed are durable already; those of another one may be seen
        a moment before their folder is flushed.  Whoever names content in a catalog flushes
        first.  Once this has failed it fails for good, since a second try would prove nothing.

        Raises StoreError.
        """

    def write_records(self, records: Sequence[Record]) -> None:
        """Keep *records*, durably and after a `flush`, each in the place of its root's and key's.

        Raises DocumentError, and keeps none, if one of them is no small JSON object.
        """

    def drop_record(self, root: Digest, key: str) -> None:
        """Forget the record of *root* and *key*, durably; nothing if there is none."""

    def records(self) -> Iterator[Record]:
        """Yield all records whose root is here."""

    def write_index(self, entries: Sequence[IndexEntry]) -> None:
        """Write index.json anew; ferry never reads it."""
