"""What a verified feed is: its signed list, who signed it, until when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from provider_core.digests import Digest

from .target_list import TargetList

__all__ = ["RoleState", "TrustedFeed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleState:
    """The signed metadata of one role."""

    role: str
    """One of ROLES."""
    version: int
    """Its version, which never falls."""
    expires: datetime
    """When its signatures end, UTC."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustedFeed:
    """A feed's metadata, verified from a root down."""

    list: TargetList
    """The shards and further files."""
    roles: tuple[RoleState, ...]
    """In the order of ROLES."""
    root: bytes
    """The newest root, which may be pinned from now on."""
    fingerprint: Digest
    """Of the root that verifying began with; the feed's own if that was its first."""
    pinned: bool
    """Whether that root was known beforehand; False: whoever made the feed vouches for it."""
    base: str
    """Folder of the metadata, relative to the feed."""
    metadata: Mapping[str, bytes] = field(hash=False, repr=False)
    """The signed files as they came, by path below *base*; roots first, the pointer last."""

    @property
    def version(self) -> int:
        """Number of the publication: the timestamp's version."""
        return self.role("timestamp").version

    @property
    def expires(self) -> datetime:
        """When the first of its roles ends, UTC."""
        return min(role.expires for role in self.roles)

    def role(self, name: str) -> RoleState:
        """Return the state of the role *name*, one of ROLES."""
        (found,) = (role for role in self.roles if role.role == name)
        return found
