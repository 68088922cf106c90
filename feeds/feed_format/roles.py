"""Roles: who signs what, how many signatures it takes, how long they hold."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Self

from provider_core.errors import UsageError

from .keys import PublicKey

__all__ = ["ROLES", "FeedRoles", "Lives", "RoleKeys"]

ROLES: Final = ("root", "targets", "snapshot", "timestamp")


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleKeys:
    """The keys of a role.  Raises UsageError for a threshold that they cannot reach."""

    keys: tuple[PublicKey, ...]
    """Any of them may sign."""
    threshold: int = 1
    """How many different ones have to."""

    def __post_init__(self) -> None:
        if len(set(self.keys)) != len(self.keys):
            raise UsageError("a key is named twice for one role", hint="name each key once")
        if not 1 <= self.threshold <= len(self.keys):
            raise UsageError(
                f"{self.threshold} signatures cannot be asked of {len(self.keys)} keys",
                hint="the threshold is between 1 and the number of keys",
                threshold=self.threshold,
                keys=len(self.keys),
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedRoles:
    """The keys of a feed."""

    root: RoleKeys
    """Say who the others are; kept apart, used for rotations only."""
    targets: RoleKeys
    """Say what is in the feed."""
    snapshot: RoleKeys
    """Say which metadata belongs together."""
    timestamp: RoleKeys
    """Say that it is the newest."""

    @classmethod
    def split(cls, *, root: RoleKeys, online: RoleKeys) -> Self:
        """Return the usual arrangement: *root* apart, *online* for everything else."""
        return cls(root=root, targets=online, snapshot=online, timestamp=online)

    def of(self, role: str) -> RoleKeys:
        """Return the keys of *role*, one of ROLES."""
        keys: RoleKeys = getattr(self, role)
        return keys

    def replacing(self, key_id: str, new: PublicKey | None) -> Self:
        """Return the roles with *new* in place of the key *key_id*; None revokes it.

        Raises UsageError if no role has that key, or too few keys for its threshold are left.
        """
        if not any(key.id == key_id for role in ROLES for key in self.of(role).keys):
            raise UsageError(
                f"no role of this feed has the key {key_id[:12]}",
                hint="`ferry key list` shows the keys of a feed",
                key=key_id,
            )
        return type(self)(**{role: _replacing(self.of(role), key_id, new) for role in ROLES})


@dataclass(frozen=True, slots=True, kw_only=True)
class Lives:
    """How long new signatures hold."""

    root: timedelta = timedelta(days=5 * 365)
    """Of the root: long, for signing it again takes keys that are locked away."""
    targets: timedelta = timedelta(days=365)
    """Of the list of what is in the feed."""
    snapshot: timedelta = timedelta(days=365)
    """Of the list of metadata."""
    timestamp: timedelta = timedelta(days=30)
    """Of the newest pointer; how long a feed can be held back without its readers noticing."""

    def __post_init__(self) -> None:
        for role in ROLES:
            if self.of(role) < timedelta(seconds=1):
                raise UsageError(
                    f"signatures of the role {role} would have ended before they are read",
                    hint="give a life of at least a second",
                    role=role,
                )

    @classmethod
    def bundle(cls, valid_for: timedelta) -> Self:
        """Return the lives of a bundle that holds for *valid_for*; its root lives on."""
        return cls(targets=valid_for, snapshot=valid_for, timestamp=valid_for)

    def of(self, role: str) -> timedelta:
        """Return the life of *role*, one of ROLES."""
        life: timedelta = getattr(self, role)
        return life


def _replacing(role: RoleKeys, key_id: str, new: PublicKey | None) -> RoleKeys:
    swapped = (new if key.id == key_id else key for key in role.keys)
    keys = dict.fromkeys(key for key in swapped if key is not None)
    return RoleKeys(keys=tuple(keys), threshold=role.threshold)
