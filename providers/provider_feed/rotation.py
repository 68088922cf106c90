"""Changing the keys of a feed: the next root, signed by whoever is here, and put into place."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from feed_format import FeedRoles, PublicKey, PublishedFeed, rotate
from provider_core.errors import UsageError

from .feed_keys import FeedKey
from .keyring_folder import KeyringFolder
from .publishing import online_keys
from .root_drafts import RootDraft

__all__ = ["check_signable", "drafted", "placed", "without_key"]


def drafted(
    feed: PublishedFeed, roles: FeedRoles, keyring: KeyringFolder, now: datetime
) -> RootDraft:
    """Return the next root of *feed*, naming *roles*, with the signatures of the keys here.

    Raises UsageError for a missing or wrong passphrase.
    """
    draft = RootDraft.after(feed.root, roles, now)
    return draft.signed_by(keyring.signers(draft.could_sign))


def check_signable(
    feed: PublishedFeed,
    roles: FeedRoles,
    keyring: KeyringFolder,
    now: datetime,
    *,
    new: tuple[PublicKey, ...] = (),
) -> None:
    """Raise UsageError unless the root keys that are here, and *new*, can sign *roles* in."""
    draft = RootDraft.after(feed.root, roles, now)
    here = [key for key in draft.could_sign if key in new or keyring.find(key) is not None]
    missing = draft.missing_with(here)
    if missing:
        raise UsageError(
            f"root {draft.version} wants {missing} more signatures than root keys are here",
            hint="say where the keys are, --keys DIR; or say --to FILE, which others then sign",
            missing=missing,
        )


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


def without_key(roles: FeedRoles, key: FeedKey) -> FeedRoles:
    """Return *roles* without *key*.  Raises UsageError if too few keys would be left."""
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
