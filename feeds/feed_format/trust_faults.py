"""Why a feed is not trusted: what python-tuf refused, as this project's errors."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from tuf.api.exceptions import (
    BadVersionNumberError,
    DownloadHTTPError,
    ExpiredMetadataError,
    LengthOrHashMismatchError,
    RepositoryError,
    UnsignedMetadataError,
)
from tuf.api.metadata import Metadata, MetaFile, Root, Signed, Snapshot, Targets
from tuf.api.serialization import DeserializationError
from tuf.ngclient._internal.trusted_metadata_set import TrustedMetadataSet

from provider_core.digests import Digest
from provider_core.errors import (
    DigestMismatch,
    DocumentError,
    Error,
    Expired,
    IntegrityError,
    Rollback,
    SignatureError,
)

from .roles import ROLES
from .tuf_client import LastDownload, TufFetcher

__all__ = ["Scene", "translated_fault"]

_STALE = "the copy or mirror is damaged, half updated, or held back; try again, or another one"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """Where verifying stopped."""

    trusted: TrustedMetadataSet
    """What had been verified."""
    fetcher: TufFetcher
    """Knows the file that was read last."""
    now: datetime
    """The host's time, UTC."""
    accepted: timedelta
    """How long after their end signatures still count."""

    @property
    def last(self) -> LastDownload:
        """The file that was read last."""
        return self.fetcher.last


def translated_fault(error: Exception, scene: Scene) -> Error:
    """Return what to raise for *error*, one of tuf's, met in *scene*."""
    match error:
        case ExpiredMetadataError():
            return _expired(scene)
        case UnsignedMetadataError():
            return _unsigned(scene)
        case BadVersionNumberError():
            return _bad_version(scene)
        case LengthOrHashMismatchError():
            return _mismatch(scene)
        case DeserializationError():
            reason = str(error.__cause__ or error)[:200]
            return DocumentError(f"not TUF metadata: {reason}", what=scene.last.path)
        case DownloadHTTPError():
            return _absent(error, scene)
        case _:
            return IntegrityError(f"{scene.last.path}: {error}", hint=_STALE)


def _expired(scene: Scene) -> Expired:
    ends = dict(_ends(scene))
    over = {role: scene.now - end for role, end in ends.items() if end <= scene.now}
    past = {role: age for role, age in over.items() if age >= scene.accepted}
    role = max(past, key=lambda role: past[role])
    days = max(over.values()).days + 1
    # A root lives for years: that even it has ended is more often a clock than a feed.
    doubt = (
        f"; even its root has, so look whether this host's clock, {scene.now:%Y-%m-%d}, is right"
        if "root" in past
        else ""
    )
    return Expired(
        f"the signatures of the role {role} ended on {ends[role]:%Y-%m-%d},"
        f" {_span(past[role])} ago{doubt}",
        hint=f"ask for a newer copy of the feed, or accept this one: --accept-expired {days}d"
        f" (for all sources, the setting accept_expired = '{days}d')",
        role=role,
        expires=ends[role].isoformat(),
        age_seconds=int(past[role].total_seconds()),
        setting="accept-expired",
        clock_suspected=bool(doubt),
    )


def _ends(scene: Scene) -> Iterator[tuple[str, datetime]]:
    """Yield role and end of everything that is known, what was read last included."""
    for role in ROLES:
        if role in scene.trusted:
            yield role, scene.trusted[role].expires
    signed = _read(scene.last.data)
    if signed is not None and signed.type not in scene.trusted:
        yield signed.type, signed.expires


def _unsigned(scene: Scene) -> SignatureError:
    return SignatureError(
        f"{scene.last.path} is not signed by the keys that count for it",
        hint="it was changed, or signed with a key that was revoked; do not use this copy",
        path=scene.last.path,
    )


def _bad_version(scene: Scene) -> IntegrityError:
    signed = _read(scene.last.data)
    found = signed.version if signed is not None else 0
    expected = _expected(scene)
    if expected is not None and found != expected.version:
        return IntegrityError(
            f"{scene.last.path} says that it is version {found}, not {expected.version}:"
            " files of different times are mixed",
            hint=_STALE,
            path=scene.last.path,
            found=found,
            expected=expected.version,
        )
    seen = scene.trusted[signed.type].version if signed and signed.type in scene.trusted else 0
    return Rollback(
        f"{scene.last.path} goes back behind what was seen before (version {found}, seen {seen})",
        hint="this copy is older than the last one; take the newest, or go back on purpose:"
        f" --accept-rollback {found}",
        path=scene.last.path,
        found=found,
        seen=seen,
    )


def _mismatch(scene: Scene) -> IntegrityError:
    expected = _expected(scene)
    named = (expected.hashes or {}).get("sha256", "") if expected is not None else ""
    return DigestMismatch(
        f"sha256:{named}", Digest.of(scene.last.data), what=f"the signed file {scene.last.path}"
    )


def _expected(scene: Scene) -> MetaFile | None:
    """Return what signed metadata says of the file that was read last; None if nothing does."""
    name = scene.last.path.rpartition("/")[2]
    if name.endswith(f".{Root.type}.json"):
        return MetaFile(int(name.partition(".")[0]))
    if name.endswith(f".{Snapshot.type}.json"):
        return scene.trusted.timestamp.snapshot_meta
    if name.endswith(f".{Targets.type}.json"):
        return scene.trusted.snapshot.meta.get("targets.json")
    return None


def _absent(error: DownloadHTTPError, scene: Scene) -> Error:
    cause = error.__cause__
    if scene.last.path.endswith("timestamp.json") and isinstance(cause, Error):
        return cause
    return IntegrityError(
        f"{scene.last.path} is missing, though signed metadata names it",
        hint=_STALE,
        path=scene.last.path,
    )


def _read(data: bytes) -> Signed | None:
    try:
        return Metadata.from_bytes(data).signed
    except RepositoryError:
        return None


def _span(age: timedelta) -> str:
    if age < timedelta(days=2):
        return f"{age / timedelta(hours=1):.0f} hours"
    return f"{age.days} days"
