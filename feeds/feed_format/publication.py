"""Making a publication: the three signed files that follow from a list, as bytes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from tuf.api.metadata import MetaFile, Root, Snapshot, Targets, Timestamp

from .keys import Signer
from .published_state import Publication
from .roles import Lives
from .signing import expiry, sign_role
from .target_list import TargetList

__all__ = ["SignedFiles", "Signing", "renewed", "signed_publication"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Signing:
    """Who signs, when, for how long."""

    root: Root
    """Names the keys of each role."""
    signers: Sequence[Signer]
    """The keys that are here."""
    lives: Lives
    """How long the signatures hold."""
    now: datetime
    """The time, with its zone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedFiles:
    """The files of a publication, and what they say."""

    publication: Publication
    """What they say."""
    targets: bytes | None
    """N.targets.json; None if the one that is there stays."""
    snapshot: bytes | None
    """N.snapshot.json; None if the one that is there stays."""


def signed_publication(files: TargetList, version: int, signing: Signing) -> SignedFiles:
    """Return the publication *version* of *files*, everything signed anew.

    Raises UsageError if keys are missing.
    """
    targets = files.signed(version, _expires(signing, Targets.type))
    targets_data = sign_role(targets, signing.root, signing.signers)
    meta = _meta(version, targets_data)
    return _pointed(files, targets, meta, version, signing, targets_data=targets_data)


def renewed(publication: Publication, version: int, signing: Signing) -> SignedFiles:
    """Return the publication *version* with the content of *publication*.

    The timestamp is always signed anew, the others only when half of their life or less is
    left, so that a machine with the timestamp's key alone can keep a feed fresh.

    Raises UsageError if keys are missing.
    """
    if _is_aging(publication.targets.expires, Targets.type, signing):
        return signed_publication(publication.list, version, signing)
    if _is_aging(publication.snapshot.expires, Snapshot.type, signing):
        meta = publication.snapshot.meta["targets.json"]
        return _pointed(publication.list, publication.targets, meta, version, signing)
    timestamp, pointer = _timestamp(publication.timestamp.snapshot_meta, version, signing)
    kept = Publication(
        timestamp=timestamp,
        snapshot=publication.snapshot,
        targets=publication.targets,
        list=publication.list,
        pointer=pointer,
    )
    return SignedFiles(publication=kept, targets=None, snapshot=None)


def _pointed(
    files: TargetList,
    targets: Targets,
    meta: MetaFile,
    version: int,
    signing: Signing,
    *,
    targets_data: bytes | None = None,
) -> SignedFiles:
    snapshot = Snapshot(
        version=version,
        expires=_expires(signing, Snapshot.type),
        meta={"targets.json": meta},
    )
    snapshot_data = sign_role(snapshot, signing.root, signing.signers)
    timestamp, pointer = _timestamp(_meta(version, snapshot_data), version, signing)
    publication = Publication(
        timestamp=timestamp, snapshot=snapshot, targets=targets, list=files, pointer=pointer
    )
    return SignedFiles(publication=publication, targets=targets_data, snapshot=snapshot_data)


def _timestamp(meta: MetaFile, version: int, signing: Signing) -> tuple[Timestamp, bytes]:
    timestamp = Timestamp(
        version=version, expires=_expires(signing, Timestamp.type), snapshot_meta=meta
    )
    return timestamp, sign_role(timestamp, signing.root, signing.signers)


def _meta(version: int, data: bytes) -> MetaFile:
    return MetaFile.from_data(version, data, ["sha256"])


def _expires(signing: Signing, role: str) -> datetime:
    return expiry(signing.now, signing.lives.of(role))


def _is_aging(expires: datetime, role: str, signing: Signing) -> bool:
    return expires - signing.now <= signing.lives.of(role) / 2
