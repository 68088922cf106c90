"""Roots: the documents that say which keys count, each signed by the one before.

A root is made without signatures, travels to whoever holds root keys, comes back with theirs,
and counts when the thresholds of its predecessor and of itself are reached (TUF 5.3.4).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import pairwise
from typing import Final

from securesystemslib.signer import Key
from tuf.api.metadata import Metadata, Role, Root

from provider_core.errors import (
    DocumentError,
    IntegrityError,
    NotSupported,
    Rollback,
    UsageError,
)

from .keys import PublicKey, Signer
from .roles import ROLES, FeedRoles, RoleKeys
from .signing import add_signatures, check_signed, read_metadata

__all__ = [
    "ROOT_LIMIT",
    "check_chain",
    "check_first",
    "check_next",
    "first_root",
    "next_root",
    "read_root",
    "roles_of",
    "root_version",
    "sign_root",
    "signers_of",
    "valid_signers",
]

ROOT_LIMIT: Final = 512_000
"""Bytes of the largest root that is read, python-tuf's own limit."""

_ED25519 = "ed25519"


def first_root(roles: FeedRoles, expires: datetime) -> bytes:
    """Return the unsigned first root of a feed with *roles*."""
    return _unsigned(1, roles, expires)


def next_root(previous: bytes, roles: FeedRoles, expires: datetime) -> bytes:
    """Return the unsigned root that follows *previous*: other keys, thresholds, or a new life.

    Raises DocumentError if *previous* is no root.
    """
    return _unsigned(root_version(previous) + 1, roles, expires)


def sign_root(root: bytes, signers: Iterable[Signer]) -> bytes:
    """Return *root* with the signatures of *signers* besides those it has.

    Raises DocumentError if it is no root.
    """
    metadata = read_root(root)
    add_signatures(metadata, signers)
    return metadata.to_bytes()


def signers_of(root: bytes) -> frozenset[str]:
    """Return the key ids whose signature is in *root*, right or wrong.  Raises DocumentError."""
    return frozenset(read_root(root).signatures)


def valid_signers(root: bytes, *others: bytes) -> frozenset[PublicKey]:
    """Return the keys that signed *root*, of those that it or one of *others* names for roots.

    Raises DocumentError, NotSupported as `roles_of` does.
    """
    metadata = read_root(root)
    named = {key for one in (root, *others) for key in roles_of(one).root.keys}
    return frozenset(
        key
        for key in named
        if key.id in metadata.signatures
        and key.verifies(_signature(metadata, key), metadata.signed_bytes)
    )


def roles_of(root: bytes) -> FeedRoles:
    """Return the keys that *root* names.

    Raises DocumentError if it is no root, or names a key twice or one that is not in it;
    NotSupported for keys of another kind than Ed25519.
    """
    signed = read_root(root).signed
    return FeedRoles(**{role: _role_keys(signed, role) for role in ROLES})


def root_version(root: bytes) -> int:
    """Return the version of *root*.  Raises DocumentError."""
    return read_root(root).signed.version


def check_first(root: bytes) -> None:
    """Raise unless *root*, where trust begins, is signed as it asks itself.

    Raises SignatureError, DocumentError.
    """
    metadata = read_root(root)
    check_signed(metadata, metadata.signed, f"root {metadata.signed.version}")


def check_next(previous: bytes, root: bytes) -> None:
    """Raise unless *root* may follow *previous*: the next version, signed as both ask.

    Raises SignatureError, Rollback, IntegrityError, DocumentError.
    """
    old, new = read_root(previous), read_root(root)
    if new.signed.version <= old.signed.version:
        raise Rollback(
            f"root {new.signed.version} cannot follow root {old.signed.version}",
            hint="make the new root from the newest one",
            found=new.signed.version,
            seen=old.signed.version,
        )
    if new.signed.version != old.signed.version + 1:
        raise IntegrityError(
            f"root {new.signed.version} cannot follow root {old.signed.version}: one is missing",
            hint="apply the roots one after the other",
            found=new.signed.version,
            seen=old.signed.version,
        )
    check_signed(new, old.signed, f"root {new.signed.version}")
    check_signed(new, new.signed, f"root {new.signed.version}")


def check_chain(roots: Sequence[bytes]) -> None:
    """Raise unless *roots* are a whole chain from version 1 on, each as `check_next` asks.

    Raises as `check_next` does; DocumentError for an empty chain.
    """
    if not roots:
        raise DocumentError("there is no root", what="chain of roots")
    if root_version(roots[0]) != 1:
        reason = f"it begins with version {root_version(roots[0])}, not 1"
        raise DocumentError(reason, what="chain of roots")
    check_first(roots[0])
    for previous, root in pairwise(roots):
        check_next(previous, root)


def read_root(data: bytes) -> Metadata[Root]:
    """Read a root; nothing is verified.  Raises DocumentError."""
    if len(data) > ROOT_LIMIT:
        raise DocumentError(f"{len(data)} bytes, at most {ROOT_LIMIT} are allowed", what="root")
    return read_metadata(Root, data, "root")


def _signature(metadata: Metadata[Root], key: PublicKey) -> bytes:
    try:
        return bytes.fromhex(metadata.signatures[key.id].signature)
    except ValueError:
        return b""


def _unsigned(version: int, roles: FeedRoles, expires: datetime) -> bytes:
    keys: dict[str, Key] = {key.id: key.tuf_key for role in ROLES for key in roles.of(role).keys}
    signed = Root(
        version=version,
        expires=expires,
        keys=keys,
        roles={
            role: Role([key.id for key in roles.of(role).keys], roles.of(role).threshold)
            for role in ROLES
        },
        consistent_snapshot=True,
    )
    return Metadata(signed).to_bytes()


def _role_keys(root: Root, role: str) -> RoleKeys:
    found = root.roles[role]
    if not set(found.keyids) <= set(root.keys):
        raise DocumentError("it names a key that is not in it", path=f"roles.{role}", what="root")
    keys = tuple(_public_key(root.keys[keyid]) for keyid in found.keyids)
    try:
        return RoleKeys(keys=keys, threshold=found.threshold)
    except UsageError as error:
        raise DocumentError(error.message, path=f"roles.{role}", what="root") from None


def _public_key(key: Key) -> PublicKey:
    if key.keytype != _ED25519:
        raise NotSupported(
            f"the root names a key of the kind {key.keytype[:32]!a}",
            hint="rotate with the tool that made this feed; ferry makes Ed25519 keys only",
            kind=key.keytype,
        )
    try:
        return PublicKey(raw=bytes.fromhex(key.keyval["public"]))
    except (KeyError, ValueError):
        raise DocumentError("a key of it is malformed", what="root") from None
