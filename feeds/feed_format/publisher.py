"""Publishing: a feed's folder changes in steps that no reader ever sees half of.

Content comes first, then shards and the signed lists under names that are new, and last the one
small file that points to them.  Whoever follows an older pointer finds everything it names until
`prune` finds it old enough.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from provider_core.digests import Digest
from provider_core.errors import (
    Conflict,
    NoSuchFile,
    NotFoundError,
    PackageNotFound,
    SizeMismatch,
)
from provider_core.model import Package
from provider_core.oci import Descriptor
from provider_core.oci.layout import INDEX_FILE, LAYOUT_INDEX_LIMIT, blob_path
from provider_core.references import name_key
from provider_core.store import Reader

from .documents import Document, Key, document_of, package_key
from .evidence import Evidence, write_evidence
from .feed_blobs import pour_blobs
from .feed_edit import FeedEdit
from .feed_folder import FeedFolder, StagedFiles
from .feed_lock import feed_lock
from .keys import Signer
from .layout_index import changed_index
from .paths import CHECKSUMS, LOCK, role_file
from .pruning import Pruned, outdated, sweep
from .publication import SignedFiles, Signing, renewed, signed_publication
from .published_state import METADATA_LIMIT, Publication, load_publication, load_roots
from .roles import Lives
from .root_chain import read_root
from .target_list import TargetList
from .trust_reader import utc_now

__all__ = ["Published", "Publisher", "open_publisher"]

_RETENTION = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """What a publication was."""

    version: int
    """Its number; rises with every publication and refresh of the feed."""
    written: int
    """Bytes of documents, shards and signed files; images are poured before."""


@contextmanager
def open_publisher(
    path: Path,
    signers: Sequence[Signer],
    *,
    lives: Lives | None = None,
    clock: Callable[[], datetime] = utc_now,
    lock_seconds: float = 10,
) -> Iterator[Publisher]:
    """Open the feed in the folder *path* to change it, alone, signing with *signers*.

    What is there is verified first: nothing is signed that its own keys did not sign before.

    Raises NoSuchFile if it is no feed, Locked if another publisher has it, IntegrityError if it
    was tampered with, NotSupported for another major version of the format, StoreError.
    """
    folder = FeedFolder(path)
    if not folder.has(role_file("root", 1)):
        raise NoSuchFile(folder.path(role_file("root", 1)))
    with feed_lock(folder.path(LOCK), lock_seconds):
        folder.clear_ingest()
        yield Publisher(folder, signers, lives or Lives(), clock)


class Publisher:
    """A feed being changed; made by `open_publisher`, for one thread.

    `add`, `remove` and `set_file` say what will be different; `publish` makes it so.
    """

    def __init__(
        self,
        folder: FeedFolder,
        signers: Sequence[Signer],
        lives: Lives,
        clock: Callable[[], datetime],
    ) -> None:
        self._folder = folder
        self._signers = signers
        self._lives = lives
        self._clock = clock
        roots = load_roots(folder)
        self._root = roots[-1]
        self._current = load_publication(folder, self._root)
        self._edit = self._fresh_edit()

    @property
    def version(self) -> int:
        """Number of the newest publication; 0 before the first."""
        return self._current.timestamp.version if self._current else 0

    def document(self, name: str) -> Document | None:
        """Return what the feed says of *name*, pending changes included; None if nothing.

        Raises IntegrityError for a damaged feed.
        """
        return self._edit.document(name)

    def names(self) -> tuple[str, ...]:
        """Return the names that are published, in the form that compares, in order."""
        return tuple(sorted(self._edit.names()))

    def has(self, digest: Digest, size: int) -> bool:
        """Whether the feed carries the blob, of *size* bytes."""
        return self._folder.has(blob_path(digest), size)

    def file(self, target: str) -> bytes | None:
        """Return the signed file *target* beside the shards, pending changes included.

        None if there is none.  Raises IntegrityError for a damaged feed.
        """
        return self._edit.file(target)

    def add(
        self,
        packages: Iterable[Package],
        *,
        reader: Reader | None = None,
        blobs: Iterable[Descriptor] = (),
        referrers: Iterable[Descriptor] = (),
    ) -> int:
        """Offer *packages*, in place of those of the same name, version and platform.

        *blobs* are copied from *reader* at once where the feed lacks them: everything below the
        pins, and below *referrers*, manifests about packages (all of one name then).  Return
        the bytes copied.

        Raises DocumentError for pins that are files of this host, BlobNotFound, DigestMismatch,
        SizeMismatch, NoSpace, StoreError.
        """
        documents = [document_of(group, referrers) for group in _by_name(packages)]
        copied = pour_blobs(self._folder, reader, blobs) if reader is not None else 0
        for document in documents:
            existing = self._edit.document(document.name)
            self._edit.put(existing.merged(document) if existing else document)
        return copied

    def remove(self, name: str, keys: Iterable[Key] | None = None) -> tuple[Package, ...]:
        """Offer *name* no longer, or only without the packages of *keys*; return those.

        Raises PackageNotFound if there is nothing of it; IntegrityError for a damaged feed.
        """
        document = self._edit.document(name)
        wanted = None if keys is None else frozenset(keys)
        gone = tuple(
            package
            for package in (document.packages if document else ())
            if wanted is None or package_key(package) in wanted
        )
        if document is None or not gone:
            raise PackageNotFound(name, hint="`ferry feed list` shows what the feed offers")
        rest = document.without(map(package_key, gone))
        if rest is None:
            self._edit.drop(name)
        else:
            self._edit.put(rest)
        return gone

    def set_file(self, target: str, data: bytes | None) -> None:
        """Publish *data* as the signed file *target* beside the shards; None takes it away.

        Raises DocumentError for a name with a slash.
        """
        self._edit.set_file(target, data)

    def add_evidence(self, evidence: Evidence) -> None:
        """Carry another publisher's signed files, at once.  Raises NoSpace, StoreError."""
        write_evidence(self._folder, evidence)

    def publish(self, *, at_least: int = 0) -> Published:
        """Make the changes visible, all at once, as a version of at least *at_least*.

        Raises UsageError if keys are missing, Conflict if somebody else has published in spite
        of the lock or if two names have one lower-case form, NoSpace, StoreError.
        """
        version = max(self.version + 1, at_least)
        signing = self._signing()
        with self._folder.stage() as files:
            listed = self._edit.write(files, signing.now)
            signed = signed_publication(listed, version, signing)
            self._stage_index(files)
            published = self._place(signed, files)
        self._edit = self._fresh_edit()
        return published

    def refresh(self) -> Published:
        """Sign the newest publication again, so that it stays fresh.

        Changes that are pending stay so.  Raises NoSuchFile before the first publication, and
        as `publish` does.
        """
        with self._folder.stage() as files:
            return self._place(renewed(self._published(), self.version + 1, self._signing()), files)

    def prune(self, *, newest: int | None = None, retention: timedelta = _RETENTION) -> Pruned:
        """Offer only the *newest* versions of each name and variant; remove what is left over.

        Files stay for *retention* after the publication that no longer needs them, for readers
        that still follow an older one.  Labels are kept.  Raises as `publish` does.
        """
        gone = 0 if newest is None else self._drop_outdated(newest)
        if not self._edit.is_empty:
            self.publish()
        current = self._published()
        self._folder.remove(CHECKSUMS)
        self._folder.replace(INDEX_FILE, self._whole_index())
        files, size = sweep(self._folder, current, self._signing().now, retention)
        return Pruned(versions=gone, files=files, size=size)

    def _drop_outdated(self, newest: int) -> int:
        count = 0
        for name in self.names():
            document = self._edit.document(name)
            if document is not None and (keys := outdated(document, newest)):
                count += len(self.remove(name, keys))
        return count

    def _published(self) -> Publication:
        if self._current is None:
            raise NoSuchFile(self._folder.path(role_file("timestamp")))
        return self._current

    def _signing(self) -> Signing:
        return Signing(
            root=read_root(self._root).signed,
            signers=self._signers,
            lives=self._lives,
            now=self._clock().astimezone(UTC).replace(microsecond=0),
        )

    def _fresh_edit(self) -> FeedEdit:
        current = self._current
        files = current.list if current else TargetList.empty(self._signing().now)
        return FeedEdit(self._folder.read, files)

    def _stage_index(self, files: StagedFiles) -> None:
        try:
            existing = self._folder.read(INDEX_FILE, LAYOUT_INDEX_LIMIT)
        except (NotFoundError, SizeMismatch):
            existing = None
        index = changed_index(existing, self._edit.documents)
        for nested in index.nested:
            files.add(blob_path(nested.digest), nested.raw)
        files.add(INDEX_FILE, index.data)

    def _whole_index(self) -> bytes:
        """Return the index made anew, without what publishers that died have left in it."""
        documents = {name: self._edit.document(name) for name in self.names()}
        return changed_index(None, documents).data

    def _place(self, signed: SignedFiles, files: StagedFiles) -> Published:
        version = signed.publication.timestamp.version
        for role, data in (("targets", signed.targets), ("snapshot", signed.snapshot)):
            if data is not None:
                files.add(role_file(role, version), data)
        files.commit()
        self._check_unmoved()
        self._folder.remove(CHECKSUMS)  # it would be wrong; whoever wrote it writes it again
        self._folder.replace(role_file("timestamp"), signed.publication.pointer)
        self._current = signed.publication
        return Published(version=version, written=files.size + len(signed.publication.pointer))

    def _check_unmoved(self) -> None:
        # The lock holds for this machine; a shared folder may be written from another one.
        try:
            pointer = self._folder.read(role_file("timestamp"), METADATA_LIMIT)
        except NotFoundError:
            pointer = None
        if pointer != (self._current.pointer if self._current else None):
            raise Conflict(
                f"somebody else has published to {self._folder.root} in the meantime",
                hint="run the command again; it begins with what is there now",
                path=str(self._folder.root),
            )


def _by_name(packages: Iterable[Package]) -> Iterable[list[Package]]:
    groups: defaultdict[str, list[Package]] = defaultdict(list)
    for package in packages:
        groups[name_key(package.name)].append(package)
    return groups.values()
