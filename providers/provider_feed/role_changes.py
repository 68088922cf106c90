"""Changes to who signs a feed: signers that are added, keys that are replaced, thresholds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

from feed_format import ROLES, FeedRoles, PublicKey, RoleKeys, read_public_key
from provider_core.errors import UsageError

__all__ = ["ROLE_WORDS", "read_signers", "read_thresholds", "with_changes"]

ROLE_WORDS: Final[Mapping[str, tuple[str, ...]]] = {
    "root": ("root",),
    "online": ("targets", "snapshot", "timestamp"),
    "targets": ("targets",),
    "snapshot": ("snapshot",),
    "timestamp": ("timestamp",),
}
"""What a user says → the roles that it means."""

Keys = Mapping[str, tuple[PublicKey, ...]]
"""Keys by role, one of ROLES."""


def read_signers(told: Iterable[str]) -> Keys:
    """Read texts ``ROLE=FILE``, each a public key for a role.

    Raises UsageError, NoSuchFile, DocumentError for what is no public key.
    """
    found: dict[str, tuple[PublicKey, ...]] = {}
    for text in told:
        roles, file = _split(text, "ROLE=FILE, such as root=anna.pub")
        key = read_public_key(Path(file).expanduser())
        for role in roles:
            found[role] = (*found.get(role, ()), key)
    return found


def read_thresholds(told: Iterable[str]) -> Mapping[str, int]:
    """Read texts ``ROLE=N``; return how many signatures each role is to want.  UsageError."""
    found: dict[str, int] = {}
    for text in told:
        roles, number = _split(text, "ROLE=N, such as root=2")
        if not number.isascii() or not number.isdigit():
            raise UsageError(
                f"{number!r} is no number of signatures", hint="write ROLE=N, such as root=2"
            )
        found |= dict.fromkeys(roles, int(number))
    return found


def with_changes(roles: FeedRoles, signers: Keys, thresholds: Mapping[str, int]) -> FeedRoles:
    """Return *roles* with further signers and other thresholds.

    Raises UsageError for a threshold that the keys of its role cannot reach.
    """
    changed = {
        role: RoleKeys(
            keys=tuple(dict.fromkeys((*roles.of(role).keys, *signers.get(role, ())))),
            threshold=thresholds.get(role, roles.of(role).threshold),
        )
        for role in ROLES
    }
    return replace(roles, **changed)


def _split(text: str, form: str) -> tuple[tuple[str, ...], str]:
    word, mark, value = text.partition("=")
    if word not in ROLE_WORDS or not mark or not value:
        raise UsageError(
            f"{text!r} says nothing about a role",
            hint=f"write {form}; roles are {', '.join(ROLE_WORDS)}",
        )
    return ROLE_WORDS[word], value
