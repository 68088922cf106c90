"""The keys of a feed beside those that are here: who may sign what, and from which file."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from feed_format import ROLES, FeedRoles, PublicKey, roles_of
from provider_core.errors import Ambiguous, UsageError

from .courier import COURIER, COURIER_KEY, kept_roots
from .keyring_folder import KeyFile, KeyringFolder
from .role_changes import ROLE_WORDS

__all__ = ["FeedKey", "chosen_key", "courier_here", "feed_keys", "keys_here"]

_LEAST = 4
"""Digits of an id that name a key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedKey:
    """A key that a feed knows, or that is here."""

    id: str
    """The TUF key id, 64 hexadecimal digits."""
    roles: tuple[str, ...] = ()
    """What it may sign, in the order of ROLES, or 'courier'; () if no feed was asked."""
    file: KeyFile | None = None
    """Its private half, None if that is not here."""
    public: PublicKey | None = None
    """Its public half, None if that is not known without the passphrase."""

    @property
    def role_words(self) -> str:
        """What it may sign, as people say it: 'root', 'online', 'root, timestamp'."""
        words = [word for word in ("root", "online") if set(ROLE_WORDS[word]) <= set(self.roles)]
        named = {role for word in words for role in ROLE_WORDS[word]}
        return ", ".join((*words, *(role for role in self.roles if role not in named)))

    @property
    def protection(self) -> str:
        """How the private half is protected: 'passphrase', 'permissions', '' if it is not here."""
        if self.file is None:
            return ""
        return "passphrase" if self.file.is_protected else "permissions"


def feed_keys(roles: FeedRoles, keyring: KeyringFolder) -> tuple[FeedKey, ...]:
    """Return every key of *roles*, those of the root first.  Raises StoreError."""
    known = dict.fromkeys(key for role in ROLES for key in roles.of(role).keys)
    return tuple(
        FeedKey(
            id=key.id,
            roles=tuple(role for role in ROLES if key in roles.of(role).keys),
            file=keyring.find(key),
            public=key,
        )
        for key in known
    )


def keys_here(keyring: KeyringFolder) -> tuple[FeedKey, ...]:
    """Return every key that is here, whatever feed it is of.  Raises StoreError."""
    return tuple(FeedKey(id=file.id, file=file) for file in keyring.files())


def courier_here(keyring: KeyringFolder) -> tuple[FeedKey, ...]:
    """Return the courier key of the home, () if it has made no bundle yet.

    Raises DocumentError if its roots are damaged, StoreError.
    """
    roots, path = kept_roots(keyring.own), keyring.own / COURIER_KEY
    if not roots or not path.exists():
        return ()
    (key,) = roles_of(roots[-1]).root.keys
    return (FeedKey(id=key.id, roles=(COURIER,), file=KeyFile(id=key.id, path=path), public=key),)


def chosen_key(text: str, keys: Iterable[FeedKey]) -> FeedKey:
    """Return the one of a feed's *keys* that *text* means.

    That is a role which only one key has ('root', 'online', 'targets' …), or an id's beginning.

    Raises UsageError, Ambiguous.
    """
    wanted = ROLE_WORDS.get(text, ())
    if wanted:
        found = [key for key in keys if set(wanted) & set(key.roles)]
    else:
        digits = text.lower() if len(text) >= _LEAST else "-"
        found = [key for key in keys if key.id.startswith(digits)]
    if not found:
        raise UsageError(
            f"this feed has no key {text!r}",
            hint="`ferry key list PATH` shows its keys; name one by its role, or by the first"
            f" {_LEAST} digits of its id or more",
            key=text,
        )
    if len(found) > 1:
        raise Ambiguous(
            f"the key {text!r}",
            [key.id[:16] for key in found],
            hint="name it by the first digits of its id",
        )
    return found[0]
