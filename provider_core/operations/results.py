"""What operations answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from ..digests import Digest
from ..errors import Error
from ..model import Held, Installed, Package, Plan, Saved, Source

if TYPE_CHECKING:
    from ..platforms import PlatformSet
    from ..store import Reader

__all__ = [
    "Branch",
    "Delivered",
    "Gathered",
    "HistoryEntry",
    "InstallResult",
    "Moved",
    "PruneResult",
    "RefreshResult",
    "Removal",
    "SaveResult",
    "SourceRow",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class InstallResult:
    """What `install` did."""

    plan: Plan
    installed: tuple[Installed, ...]
    """New or replaced, dependencies first."""
    kept: tuple[Installed, ...]
    """Asked for and here already."""
    failed: tuple[tuple[str, Error], ...] = ()
    """Requests that failed and why; only with Wishes.keep_going."""
    revision: int = 0
    """Of the catalog afterwards."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SaveResult:
    """What `save` did."""

    plan: Plan
    saved: Saved
    packages: tuple[Package, ...]
    """In the order of the requests."""
    name_counts: tuple[int, ...] = ()
    """How many names each of them has here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """What happened to a provider of this home."""

    name: str
    distribution: str
    version: str = ""
    """That is here now; '' if it was taken away."""
    before: str = ""
    """That was here before; '' if it is new."""
    path: Path
    """Its folder."""

    @property
    def changed(self) -> bool:
        """Whether anything was done."""
        return self.version != self.before


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """Images that are whole in the store, ready to be written elsewhere."""

    images: tuple[Held, ...]
    """What was asked for, then what that requires."""
    requested: int
    """How many of them were asked for."""
    plan: Plan
    """What was fetched."""
    platforms: PlatformSet
    """The platforms that were wanted."""
    reader: Reader
    """Has their content."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Removal:
    """What `uninstall` did to one image."""

    image: Installed
    untagged: tuple[str, ...]
    """``name:tag`` of each name that went."""
    deleted: tuple[Digest, ...]
    """Blobs that went with it; the first is its root."""
    freed: int
    """Bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PruneResult:
    """What `prune` did."""

    removals: tuple[Removal, ...]
    kept: tuple[tuple[Installed, tuple[str, ...]], ...]
    """Images that the rules would have taken, and who needs them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """An installed image where it stands in its family."""

    image: Installed
    above: tuple[bool, ...]
    """For each generation from its first ancestor's children down to its own: whether a sibling
    follows further below; () for an image whose parent is not installed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryEntry:
    """A line of an image's history (OCI image config, history)."""

    image: str
    """Short id for the image itself, ``<missing>`` for what has none of its own."""
    created: str
    created_by: str
    size: int
    """Bytes of the layer as it lies in the store; 0 for an empty one."""
    comment: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """What `move_store` did."""

    before: Path
    """Where the store was."""
    path: Path
    """Where it is."""
    copied: int
    """Bytes that were copied and verified; 0 for a rename."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRow:
    """A line of `ferry source list`."""

    source: Source
    builtin: bool
    offers: int | None
    """Offers in the catalog; None if it is not indexed."""
    refreshed: str = ""
    """When its offers were last brought up to date; '' if never."""
    facts: Mapping[str, str] = field(default_factory=dict)
    """What its last refresh told of the source itself."""
    until: str = ""
    """When the signatures that vouch for its offers end, ISO 8601 in UTC; '' if nothing ends."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RefreshResult:
    """What `refresh` did to one source."""

    source: Source
    changed: bool
    offers: int
    """Offers afterwards."""
