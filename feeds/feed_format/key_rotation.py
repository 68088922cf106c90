"""Rotation: other keys for a feed that goes on, lost and stolen ones included.

`root_chain.next_root` makes the new root, its signers sign it wherever they are, and `rotate`
puts it into the feed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from provider_core.errors import NoSuchFile, SignatureError

from .feed_folder import FeedFolder
from .feed_lock import feed_lock
from .keys import Signer
from .paths import CHECKSUMS, LOCK, role_file
from .publication import SignedFiles, Signing, signed_publication
from .published_state import Publication, load_publication, load_roots
from .roles import Lives
from .root_chain import check_next, read_root, root_version
from .trust_reader import utc_now

__all__ = ["rotate"]


def rotate(
    path: Path,
    root: bytes,
    signers: Sequence[Signer] = (),
    *,
    lives: Lives | None = None,
    clock: Callable[[], datetime] = utc_now,
    lock_seconds: float = 10,
) -> bool:
    """Put the signed *root* into the feed in the folder *path*; return whether it was new.

    Where its keys for targets, snapshot or timestamp are not those that signed what is there,
    everything is signed again, by *signers*; else none are needed.  What ended halfway is
    finished by the same call again.

    Raises NoSuchFile if it is no feed; SignatureError, Rollback or IntegrityError for a root that
    may not follow; UsageError if keys are missing; Locked, StoreError.
    """
    folder = FeedFolder(path)
    if not folder.has(role_file("root", 1)):
        raise NoSuchFile(folder.path(role_file("root", 1)))
    signing = Signing(
        root=read_root(root).signed,
        signers=signers,
        lives=lives or Lives(),
        now=clock().astimezone(UTC).replace(microsecond=0),
    )
    with feed_lock(folder.path(LOCK), lock_seconds):
        folder.clear_ingest()
        roots = load_roots(folder)
        is_new = root != roots[-1]
        if is_new:
            check_next(roots[-1], root)
        orphaned = _orphaned(folder, root, roots if is_new else roots[:-1])
        signed = None if orphaned is None else _signed_again(orphaned, signing)
        if is_new or signed is not None:
            folder.remove(CHECKSUMS)  # it would be wrong
        _place(folder, root, signed)
    return is_new


def _orphaned(folder: FeedFolder, root: bytes, before: Sequence[bytes]) -> Publication | None:
    """Return the newest publication if *root* no longer vouches for it, but its predecessor."""
    try:
        load_publication(folder, root)
    except SignatureError:
        if not before:
            raise
        return load_publication(folder, before[-1])
    return None


def _signed_again(publication: Publication, signing: Signing) -> SignedFiles:
    return signed_publication(publication.list, publication.timestamp.version + 1, signing)


def _place(folder: FeedFolder, root: bytes, signed: SignedFiles | None) -> None:
    # The lists first, under new names; between root and pointer a reader sees keys that do not
    # fit, for a moment, and tries again.
    if signed is not None:
        version = signed.publication.timestamp.version
        with folder.stage() as files:
            for role, data in (("targets", signed.targets), ("snapshot", signed.snapshot)):
                if data is not None:
                    files.add(role_file(role, version), data)
            files.commit()
    folder.replace(role_file("root", root_version(root)), root)
    if signed is not None:
        folder.replace(role_file("timestamp"), signed.publication.pointer)
