"""A new feed: its keys, its first root, its first publication."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from feed_format import (
    ROLES,
    FeedRoles,
    PublicKey,
    RoleKeys,
    create_feed,
    is_feed,
    open_publisher,
    roles_of,
)
from feed_format.paths import INGEST, LOCK
from provider_core.errors import Exists, UsageError

from .keyring_folder import KeyringFolder, keep_outside
from .passphrases import Passphrases
from .publishing import ONLINE, online_keys
from .role_changes import Keys, with_changes
from .root_drafts import RootDraft

__all__ = ["NewRoot", "begin_feed", "draft_root", "refuse_taken"]

_LEFT = frozenset({INGEST, LOCK})
"""What `create_feed` may leave if it is killed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRoot:
    """Who is to sign a new feed, besides one key for its root and one for everything else."""

    signers: Keys
    """Others' public keys, by role."""
    thresholds: Mapping[str, int]
    """How many signatures a role wants, where it is not one."""
    root_folder: Path
    """Where the root key goes."""
    root_passphrases: Passphrases
    """Have its passphrase."""
    may_wait: bool
    """Whether others may sign the root later."""


def draft_root(new: NewRoot, keyring: KeyringFolder, now: datetime) -> RootDraft:
    """Make the keys of a new feed; return its first root, signed by those that are here.

    Raises UsageError, before anything is made, for thresholds that cannot be reached, or only
    by others who may not sign later; without a passphrase or the word that there is none;
    StoreError.
    """
    _check(new, keyring)
    root = keyring.public(keyring.make("root", new.root_folder, new.root_passphrases))
    online = keyring.public(keyring.make("online"))
    draft = RootDraft.first(_roles(root, online, new), now)
    return draft.signed_by(keyring.signers(draft.roles.root.keys))


def begin_feed(
    path: Path,
    roots: Sequence[bytes],
    keyring: KeyringFolder,
    *,
    at_least: int = 0,
    clock: Callable[[], datetime],
    lock_seconds: float,
) -> None:
    """Make the feed of *roots* in the folder *path*, absent or empty, and publish it, empty.

    *at_least* is the version of that publication, for a feed that goes on after it was lost.

    Raises Exists if something else is there, IntegrityError if a root is not signed as it has to
    be, UsageError if no key is here that may publish, Locked, StoreError.
    """
    refuse_taken(path)
    roles = roles_of(roots[-1])
    for role in ONLINE:
        _check_role(role, roles, keyring)
    keyring.unlock(online_keys(roles))
    signers = keyring.signers(online_keys(roles))
    create_feed(path, roots, lock_seconds=lock_seconds)
    with open_publisher(path, signers, clock=clock, lock_seconds=lock_seconds) as publisher:
        publisher.publish(at_least=at_least)


def refuse_taken(path: Path, *folders: Path) -> None:
    """Raise Exists if *path* is not free for a feed; UsageError if a key folder is inside it."""
    if is_feed(path):
        raise Exists(f"the feed {path}", hint="`ferry feed add` publishes images in it")
    if path.exists() and (not path.is_dir() or {one.name for one in path.iterdir()} - _LEFT):
        raise Exists(str(path), hint="name an empty folder, or one that does not exist yet")
    for folder in folders:
        keep_outside(path, folder)


def _check(new: NewRoot, keyring: KeyringFolder) -> None:
    """Raise UsageError if the keys that are made, and others that are here, do not suffice."""
    stand_ins = (PublicKey(raw=bytes(32)), PublicKey(raw=bytes([1] * 32)))
    roles = _roles(*stand_ins, new)
    for role in ONLINE if new.may_wait else ROLES:
        _check_role(role, roles, keyring, made=stand_ins)


def _check_role(
    role: str, roles: FeedRoles, keyring: KeyringFolder, made: tuple[PublicKey, ...] = ()
) -> None:
    """Raise UsageError if those of the keys of *role* that are here, or *made*, do not suffice."""
    keys, threshold = roles.of(role).keys, roles.of(role).threshold
    here = sum(key in made or keyring.find(key) is not None for key in keys)
    if here < threshold:
        raise UsageError(
            f"the role {role} wants {threshold} signatures, keys for {here} are here",
            hint="say --to FILE: it gets the root for the others to sign"
            if role == "root"
            else "one machine signs a publication: bring the keys here (`ferry key restore` does,"
            " from a backup), or lower the threshold",
            role=role,
        )


def _roles(root: PublicKey, online: PublicKey, new: NewRoot) -> FeedRoles:
    roles = FeedRoles.split(root=RoleKeys(keys=(root,)), online=RoleKeys(keys=(online,)))
    return with_changes(roles, new.signers, new.thresholds)
