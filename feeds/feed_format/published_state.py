"""What a feed's folder holds now, verified before anything is signed on top of it.

A publisher extends feeds that come back from elsewhere, on a stick for example.  It must not sign
what somebody else has put there, so everything it builds on is checked as a client would, except
that signatures may have expired.
"""

from __future__ import annotations

from dataclasses import dataclass

from tuf.api.metadata import Metadata, MetaFile, Root, Snapshot, T, Targets, Timestamp

from provider_core.digests import Digest
from provider_core.errors import DigestMismatch, IntegrityError, NoSuchFile, NotFoundError

from .feed_folder import FeedFolder
from .paths import TRUST, role_file
from .root_chain import ROOT_LIMIT, check_chain, read_root
from .signing import check_signed, read_metadata
from .target_list import TargetList

__all__ = ["Publication", "load_publication", "load_roots"]

METADATA_LIMIT = 5_000_000
"""Bytes of the largest snapshot or targets file, python-tuf's own limit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """The newest publication of a feed."""

    timestamp: Timestamp
    """The pointer; its version is that of the publication."""
    snapshot: Snapshot
    """Which targets metadata it is."""
    targets: Targets
    """The targets metadata."""
    list: TargetList
    """What that says."""
    pointer: bytes
    """timestamp.json as it is in the folder."""


def load_roots(folder: FeedFolder, *, base: str = TRUST) -> tuple[bytes, ...]:
    """Return the roots in *base*, the feed's own or another's, from 1 on, verified as a chain.

    Raises NoSuchFile if it is no feed, IntegrityError, StoreError.
    """
    roots: list[bytes] = []
    while True:
        try:
            version = len(roots) + 1
            roots.append(folder.read(role_file("root", version, base=base), ROOT_LIMIT))
        except NotFoundError:
            break
    if not roots:
        raise NoSuchFile(folder.path(role_file("root", 1, base=base)))
    check_chain(roots)
    return tuple(roots)


def load_publication(folder: FeedFolder, root: bytes, *, base: str = TRUST) -> Publication | None:
    """Return the newest publication in *base*, signed by the keys of *root*; None without any.

    Raises IntegrityError, StoreError.
    """
    keys, name = read_root(root).signed, role_file("timestamp", base=base)
    try:
        pointer = folder.read(name, METADATA_LIMIT)
    except NoSuchFile:
        return None
    timestamp = _checked(Timestamp, pointer, keys, name)
    snapshot = _listed(folder, Snapshot, timestamp.signed.snapshot_meta, keys, base)
    listed = snapshot.signed.meta.get("targets.json")
    if listed is None:
        raise IntegrityError(f"{folder.root} names no targets in its snapshot", hint=_HINT)
    targets = _listed(folder, Targets, listed, keys, base)
    return Publication(
        timestamp=timestamp.signed,
        snapshot=snapshot.signed,
        targets=targets.signed,
        list=TargetList.read(targets.signed),
        pointer=pointer,
    )


_HINT = "the folder is damaged or was changed; publish from an intact copy"


def _listed(
    folder: FeedFolder, kind: type[T], meta: MetaFile, root: Root, base: str
) -> Metadata[T]:
    name = role_file(kind.type, meta.version, base=base)
    try:
        data = folder.read(name, METADATA_LIMIT)
    except NoSuchFile as error:
        raise IntegrityError(
            f"{error.message}, though signed metadata names it", hint=_HINT
        ) from error
    expected = (meta.hashes or {}).get("sha256", "")
    if Digest.of(data).hex != expected:
        raise DigestMismatch(f"sha256:{expected}", Digest.of(data), what=name)
    metadata = _checked(kind, data, root, name)
    if metadata.signed.version != meta.version:
        raise IntegrityError(
            f"{name} says that it is version {metadata.signed.version}", hint=_HINT
        )
    return metadata


def _checked(kind: type[T], data: bytes, root: Root, name: str) -> Metadata[T]:
    metadata = read_metadata(kind, data, name)
    check_signed(metadata, root, name)
    return metadata
