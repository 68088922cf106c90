"""The beginning of a feed: an empty image layout and the roots of its trust."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from provider_core.disk.failures import disk_errors
from provider_core.errors import Exists
from provider_core.oci.layout import INDEX_FILE, LAYOUT_BYTES, LAYOUT_FILE, layout_index

from .feed_folder import FeedFolder
from .feed_lock import feed_lock
from .paths import INGEST, LOCK, ROOT_COPY, role_file
from .root_chain import check_chain

__all__ = ["create_feed", "is_feed"]

_OWN = frozenset({INGEST, LOCK})


def is_feed(path: Path) -> bool:
    """Whether the folder *path* has the mark of a feed, its first root."""
    return FeedFolder(path).has(role_file("root", 1))


def create_feed(path: Path, roots: Sequence[bytes], *, lock_seconds: float = 10) -> None:
    """Make a feed in the folder *path*, which is absent or empty, with the signed *roots*.

    *roots* is the whole chain from version 1 on.  Nobody can read the feed before its first
    publication.

    Raises Exists if something else is there, IntegrityError for a chain that is not whole,
    Locked, NoSpace, StoreError.
    """
    check_chain(roots)
    folder = FeedFolder(path)
    with disk_errors(path):
        path.mkdir(parents=True, exist_ok=True)
    with feed_lock(folder.path(LOCK), lock_seconds), folder.stage() as files:
        if set(folder.names(".")) - _OWN:
            raise Exists(str(path), hint="name an empty folder, or one that does not exist yet")
        files.add(LAYOUT_FILE, LAYOUT_BYTES)
        files.add(INDEX_FILE, layout_index(()))
        files.add(ROOT_COPY, roots[0])
        for version, root in reversed(list(enumerate(roots, start=1))):
            files.add(role_file("root", version), root)
        files.commit()
