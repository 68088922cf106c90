"""Roots on their way: made, signed by one key holder after the other, put into the feed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Self

from feed_format import (
    FeedRoles,
    Lives,
    PublicKey,
    Signer,
    first_root,
    next_root,
    roles_of,
    root_version,
    sign_root,
    valid_signers,
)
from provider_core.disk.failures import disk_errors
from provider_core.errors import DocumentError, NoSuchFile

from .whole_files import replace_file

__all__ = ["RootDraft"]

_LIMIT = 512_000
"""Bytes of the largest root that is read, as `root_chain.ROOT_LIMIT`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RootDraft:
    """A root and the one it is to follow."""

    data: bytes
    """The root, with the signatures it has so far."""
    previous: bytes | None
    """The root before it; None for the first one, or if it is not known here."""

    @classmethod
    def first(cls, roles: FeedRoles, now: datetime) -> Self:
        """Return the first root of a new feed, unsigned."""
        return cls(data=first_root(roles, now + Lives().root), previous=None)

    @classmethod
    def after(cls, previous: bytes, roles: FeedRoles, now: datetime) -> Self:
        """Return the root that follows *previous* and names *roles*, unsigned."""
        return cls(data=next_root(previous, roles, now + Lives().root), previous=previous)

    @classmethod
    def read(cls, path: Path, previous: bytes | None = None) -> Self:
        """Read a root that travels.  Raises NoSuchFile, DocumentError, StoreError."""
        with disk_errors(path):
            try:
                with path.open("rb") as file:
                    data = file.read(_LIMIT + 1)
            except FileNotFoundError:
                raise NoSuchFile(path) from None
        draft = cls(data=data, previous=previous)
        try:
            draft.roles  # noqa: B018  # reads it
        except DocumentError as error:
            raise DocumentError(str(error.fields["reason"]), what=str(path)) from error
        return draft

    def write(self, path: Path) -> None:
        """Write the root to *path*, whole or not at all.  Raises NoSpace, StoreError."""
        replace_file(path, self.data)

    def signed_by(self, signers: Iterable[Signer]) -> Self:
        """Return the root with the signatures of *signers* besides those it has."""
        return replace(self, data=sign_root(self.data, signers))

    @property
    def version(self) -> int:
        """Version of the root."""
        return root_version(self.data)

    @property
    def roles(self) -> FeedRoles:
        """The keys it names."""
        return roles_of(self.data)

    @property
    def _before(self) -> tuple[bytes, ...]:
        return () if self.previous is None else (self.previous,)

    @property
    def signed(self) -> frozenset[PublicKey]:
        """The keys whose signatures it has, those that are right."""
        return valid_signers(self.data, *self._before)

    @property
    def could_sign(self) -> frozenset[PublicKey]:
        """The keys whose signatures would count and that it does not have."""
        keys = {key for root in (self.data, *self._before) for key in roles_of(root).root.keys}
        return frozenset(keys) - self.signed

    @property
    def missing(self) -> int:
        """How many signatures it still wants, at least; 0 if it may be put into the feed.

        Those that its predecessor wants count too, where that is known.
        """
        return self.missing_with(())

    def missing_with(self, more: Iterable[PublicKey]) -> int:
        """Return how many signatures were still missing if *more* signed it too."""
        signed = self.signed | frozenset(more)
        roles = (roles_of(root).root for root in (self.data, *self._before))
        return max(max(0, one.threshold - len(signed & set(one.keys))) for one in roles)
