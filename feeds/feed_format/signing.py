"""Signing TUF metadata, and checking that enough of the right keys did."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from securesystemslib.signer import Signature
from tuf.api.exceptions import RepositoryError
from tuf.api.metadata import Metadata, Root, Snapshot, Targets, Timestamp

from provider_core.errors import DocumentError, SignatureError, UsageError

from .keys import PublicKey, Signer

__all__ = ["add_signatures", "check_signed", "expiry", "read_metadata", "sign_role"]

T = TypeVar("T", Root, Timestamp, Snapshot, Targets)


def read_metadata(kind: type[T], data: bytes, what: str) -> Metadata[T]:
    """Read one metadata file; nothing is verified.  Raises DocumentError, calling it *what*."""
    try:
        metadata = Metadata[T].from_bytes(data)
    except RepositoryError as error:
        # tuf's own sentence is the same for every fault; its cause says what is wrong.
        reason = str(error.__cause__ or error)[:200]
        raise DocumentError(f"not TUF metadata: {reason}", what=what) from None
    if not isinstance(metadata.signed, kind):
        reason = f"it is of the role {metadata.signed.type}, not {kind.type}"
        raise DocumentError(reason, what=what)
    return metadata


def sign_role(signed: T, root: Root, signers: Iterable[Signer]) -> bytes:
    """Return the metadata file of *signed*, with a signature of each signer that *root* names.

    Raises UsageError if they are fewer than the role's threshold.
    """
    role = root.roles[signed.type]
    able = [signer for signer in signers if PublicKey.of(signer).id in role.keyids]
    metadata = Metadata(signed)
    add_signatures(metadata, able)
    if len(metadata.signatures) < role.threshold:
        raise UsageError(
            f"the role {signed.type} wants {role.threshold} signatures,"
            f" keys for {len(metadata.signatures)} are here",
            hint="bring the key files of this feed; `ferry key list` shows which it knows",
            role=signed.type,
            threshold=role.threshold,
            found=len(metadata.signatures),
        )
    return metadata.to_bytes()


def add_signatures(metadata: Metadata[T], signers: Iterable[Signer]) -> None:
    """Add each signer's signature to *metadata*, replacing one of the same key."""
    payload = metadata.signed_bytes
    for signer in signers:
        keyid = PublicKey.of(signer).id
        metadata.signatures[keyid] = Signature(keyid, signer.sign(payload).hex())


def check_signed(metadata: Metadata[T], root: Root, what: str) -> None:
    """Raise SignatureError, calling it *what*, unless *root*'s keys for its role signed it."""
    role = metadata.signed.type
    try:
        root.verify_delegate(role, metadata.signed_bytes, metadata.signatures)
    except RepositoryError:
        raise SignatureError(
            f"{what} is not signed by {root.roles[role].threshold} of the keys"
            f" that root {root.version} names for it",
            hint="it was changed, or signed with a key that was revoked",
            what=what,
            role=role,
        ) from None


def expiry(now: datetime, life: timedelta) -> datetime:
    """Return when a signature made *now* ends, in whole seconds of UTC (TUF 4.2.1)."""
    return (now.astimezone(UTC) + life).replace(microsecond=0)
