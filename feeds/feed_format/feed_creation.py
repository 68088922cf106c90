"""The beginning of a feed: an empty image layout and the roots of its trust."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from provider_core.disk.durable import remove
from provider_core.disk.failures import disk_errors
from provider_core.errors import Exists
from provider_core.oci.layout import INDEX_FILE, LAYOUT_BYTES, LAYOUT_FILE, layout_index

from .feed_folder import FeedFolder
from .feed_lock import feed_lock
from .paths import INGEST, LOCK, ROOT_COPY, TRUST, role_file
from .root_chain import check_chain

__all__ = ["create_feed", "discard_feed", "is_feed"]

_FIRST = role_file("root", 1)


def is_feed(path: Path) -> bool:
    """Whether the folder *path* has the mark of a feed, its first root."""
    return FeedFolder(path).has(_FIRST)


def create_feed(path: Path, roots: Sequence[bytes], *, lock_seconds: float = 10) -> None:
    """Make a feed in the folder *path*, which is absent or empty, with the signed *roots*.

    *roots* is the whole chain from version 1 on.  Nobody can read the feed before its first
    publication.  What ended halfway is finished by the same call again.

    Raises Exists if something else is there, IntegrityError for a chain that is not whole,
    Locked, NoSpace, StoreError.
    """
    check_chain(roots)
    folder, wanted = FeedFolder(path), _files(roots)
    with disk_errors(path):
        path.mkdir(parents=True, exist_ok=True)
    with feed_lock(folder.path(LOCK), lock_seconds), folder.stage() as files:
        if is_feed(path) or not _has_begun(folder, wanted):
            raise Exists(str(path), hint="name an empty folder, or one that does not exist yet")
        for name, data in wanted.items():
            files.add(name, data)
        files.commit()


def discard_feed(path: Path, *, keep_folder: bool) -> None:
    """Remove the feed in *path*, which was never published; the caller holds its lock.

    With *keep_folder* its folder stays, as it does if something else is in it.  Ended halfway,
    it leaves what `create_feed` takes for its own.  Raises StoreError.
    """
    folder = FeedFolder(path)
    with disk_errors(path):
        for name in ("blobs", INGEST, INDEX_FILE):
            _remove(folder.path(name))
        for name in folder.names(TRUST):
            if not name.endswith("root.json"):
                _remove(folder.path(f"{TRUST}/{name}"))
        for name in (_FIRST, TRUST, LAYOUT_FILE, LOCK):
            _remove(folder.path(name))
        if not keep_folder and not list(folder.names(".")):
            path.rmdir()


def _files(roots: Sequence[bytes]) -> dict[str, bytes]:
    """Return the files of a feed without a publication; the mark of a feed is the last."""
    return {
        LAYOUT_FILE: LAYOUT_BYTES,
        INDEX_FILE: layout_index(()),
        ROOT_COPY: roots[0],
        **{
            role_file("root", version): root
            for version, root in reversed(list(enumerate(roots, start=1)))
        },
    }


def _has_begun(folder: FeedFolder, wanted: Mapping[str, bytes]) -> bool:
    """Whether nothing is in *folder* but what makes it the feed that is *wanted*."""
    own = {INGEST, LOCK, *(name.partition("/")[0] for name in wanted)}
    there = [*folder.names("."), *(f"{TRUST}/{name}" for name in folder.names(TRUST))]
    return all(
        _has(folder, name, wanted[name]) if name in wanted else name in own for name in there
    )


def _has(folder: FeedFolder, name: str, data: bytes) -> bool:
    return folder.has(name, len(data)) and folder.read(name, len(data)) == data


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        remove(path)
