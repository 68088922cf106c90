"""What a feed's own folder says of it, verified against its own roots: its publisher's view.

Only reads, so it works beside a publisher and on read-only media; nothing is pinned, so it says
nothing about trust.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tuf.api.metadata import Root, Snapshot, Targets, Timestamp

from provider_core.digests import Digest
from provider_core.errors import SignatureError

from .documents import Document
from .feed_edit import FeedEdit
from .feed_folder import FeedFolder
from .fingerprints import fingerprint_of
from .published_state import Publication, load_publication, load_roots
from .roles import FeedRoles
from .root_chain import read_root, roles_of, root_version
from .trusted_feed import RoleState

__all__ = ["PublishedFeed", "read_feed"]

_TRIES = 4
_PAUSE = 0.1
"""Seconds between two tries: longer than a publisher needs from root to pointer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedFeed:
    """A feed in a folder."""

    path: Path
    """Where it is."""
    roots: tuple[bytes, ...]
    """From version 1 on, a whole chain."""
    publication: Publication | None
    """The newest one; None before the first."""

    @property
    def root(self) -> bytes:
        """The newest root."""
        return self.roots[-1]

    @property
    def fingerprint(self) -> Digest:
        """What readers pin: of its first root."""
        return fingerprint_of(self.roots[0])

    @property
    def keys(self) -> FeedRoles:
        """The keys that count now.  Raises NotSupported for other kinds than Ed25519."""
        return roles_of(self.root)

    @property
    def states(self) -> tuple[RoleState, ...]:
        """Version and end of what was signed, in the order of ROLES; the root alone at first."""
        root, found = read_root(self.root).signed, self.publication
        signed: list[Root | Targets | Snapshot | Timestamp] = [root]
        if found is not None:
            signed += [found.targets, found.snapshot, found.timestamp]
        return tuple(
            RoleState(role=one.type, version=one.version, expires=one.expires) for one in signed
        )

    @property
    def version(self) -> int:
        """Number of the newest publication; 0 before the first."""
        return self.publication.timestamp.version if self.publication else 0

    @property
    def root_version(self) -> int:
        """Version of the newest root."""
        return root_version(self.root)

    def file(self, target: str) -> bytes | None:
        """Return the target file *target* beside the shards; None if there is none.

        Raises IntegrityError, NotFoundError for a damaged feed, StoreError.
        """
        if self.publication is None:
            return None
        return FeedEdit(FeedFolder(self.path).read, self.publication.list).file(target)

    def documents(self) -> Iterator[Document]:
        """Yield what is said of each name, in the order of the names.

        Raises IntegrityError, NotFoundError for a damaged feed, StoreError.
        """
        if self.publication is None:
            return
        content = FeedEdit(FeedFolder(self.path).read, self.publication.list)
        for name in sorted(content.names()):
            document = content.document(name)
            if document is not None:
                yield document


def read_feed(path: Path) -> PublishedFeed:
    """Read the feed in the folder *path*; ends of signatures do not matter here.

    A signature that does not fit is met by further tries after a moment, for a publisher may
    just be changing keys.

    Raises NoSuchFile if it is no feed, IntegrityError if it was damaged or tampered with,
    NotSupported for another major version of the format, StoreError.
    """
    for _ in range(_TRIES - 1):
        try:
            return _read(path)
        except SignatureError:
            time.sleep(_PAUSE)
    return _read(path)


def _read(path: Path) -> PublishedFeed:
    folder = FeedFolder(path)
    roots = load_roots(folder)
    return PublishedFeed(path=path, roots=roots, publication=load_publication(folder, roots[-1]))
