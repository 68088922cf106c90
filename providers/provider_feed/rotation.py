"""Changing the keys of a feed: the next root, signed by whoever is here, and put into place."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from feed_format import FeedRoles, PublicKey, PublishedFeed, rotate
from provider_core.errors import UsageError

from .feed_keys import FeedKey
from .keyring_folder import KeyringFolder
from .publishing import online_keys
from .role_changes import Keys, with_changes
from .root_drafts import RootDraft

__all__ = ["Change", "changed_root", "placed", "revoked_root"]

_STAND_IN: Final = PublicKey(raw=bytes(32))
"""In the place of a key that is not made before it is known that it can be signed in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What is to be different about who signs a feed."""

    old: FeedKey | None = None
    """The key that goes; None if all stay."""
    given: PublicKey | None = None
    """What takes its place; None for a key that is made here."""
    signers: Keys = field(default_factory=dict)
    """Further keys, by role."""
    thresholds: Mapping[str, int] = field(default_factory=dict)
    """How many signatures a role wants, where that changes."""


def changed_root(
    feed: PublishedFeed, change: Change, keyring: KeyringFolder, now: datetime, *, may_wait: bool
) -> RootDraft:
    """Return the next root of *feed*, with the signatures of the keys that are here.

    A key that is made goes beside the old one, if that is here.

    Raises UsageError for thresholds that cannot be reached, for a missing or wrong passphrase,
    and, before anything is made, if others' signatures are wanted unless it *may_wait* for them.
    """
    roles = with_changes(feed.keys, change.signers, change.thresholds)
    old = change.old
    if not may_wait:
        _check(feed, _replaced(roles, old, change.given or _STAND_IN), keyring, now)
    if old is not None:
        roles = _replaced(roles, old, change.given or _made(old, keyring))
    return _drafted(feed, roles, keyring, now)


def revoked_root(
    feed: PublishedFeed, key: FeedKey, keyring: KeyringFolder, now: datetime, *, may_wait: bool
) -> RootDraft:
    """Return the next root of *feed*, without *key*, with the signatures of the keys here.

    Raises UsageError if too few keys would be left, and as `changed_root` does.
    """
    roles = _without(feed.keys, key)
    if not may_wait:
        _check(feed, roles, keyring, now)
    return _drafted(feed, roles, keyring, now)


def placed(
    feed: PublishedFeed,
    draft: RootDraft,
    keyring: KeyringFolder,
    *,
    clock: Callable[[], datetime],
    lock_seconds: float,
) -> bool:
    """Put the root *draft* into *feed*, signing everything again if that is needed.

    Return whether it was not there yet.  Raises as `rotate` does.
    """
    signers = keyring.signers(online_keys(draft.roles))
    return rotate(feed.path, draft.data, signers, clock=clock, lock_seconds=lock_seconds)


def _drafted(
    feed: PublishedFeed, roles: FeedRoles, keyring: KeyringFolder, now: datetime
) -> RootDraft:
    draft = RootDraft.after(feed.root, roles, now)
    return draft.signed_by(keyring.signers(draft.could_sign))


def _check(feed: PublishedFeed, roles: FeedRoles, keyring: KeyringFolder, now: datetime) -> None:
    """Raise UsageError unless the root keys that are here can sign *roles* in."""
    draft = RootDraft.after(feed.root, roles, now)
    here = (key for key in draft.could_sign if key == _STAND_IN or keyring.find(key) is not None)
    missing = draft.missing_with(here)
    if missing:
        raise UsageError(
            f"root {draft.version} wants {missing} more signatures than root keys are here",
            hint="say where the keys are, --keys DIR; or say --to FILE, which others then sign",
            missing=missing,
        )


def _replaced(roles: FeedRoles, old: FeedKey | None, new: PublicKey) -> FeedRoles:
    return roles if old is None else roles.replacing(old.id, new)


def _made(old: FeedKey, keyring: KeyringFolder) -> PublicKey:
    folder = None if old.file is None else old.file.path.parent
    return keyring.public(keyring.make(old.role_words, folder))


def _without(roles: FeedRoles, key: FeedKey) -> FeedRoles:
    for role in key.roles:
        left = len(roles.of(role).keys) - 1
        if left < roles.of(role).threshold:
            raise UsageError(
                f"without this key the role {role} has {left} keys, and wants"
                f" {roles.of(role).threshold} signatures",
                hint="put another one in its place: `ferry key rotate PATH KEY`",
                role=role,
            )
    return roles.replacing(key.id, None)
