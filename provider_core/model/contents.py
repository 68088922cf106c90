"""What a provider poured into the store, and what save hands on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from ..digests import Digest
from ..oci import Descriptor
from ..platforms import Platform
from .packages import Package, PackageId
from .pins import Pin
from .withdrawals import Withdrawal

__all__ = ["Content", "Contents", "Held", "Saved", "Snapshot"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What `install` or `convert` brought: every blob below *root* is in the store."""

    root: Pin
    """The manifest or index; a FileStamp if the local file stays where it is."""
    platforms: tuple[Platform, ...] = ()
    """The platforms that are whole in the store; () if the root has none (an artifact)."""
    referrers: tuple[Descriptor, ...] = ()
    """Manifests whose subject is the root or a manifest below it: signatures, SBOMs."""
    evidence: tuple[Descriptor, ...] = ()
    """Signed metadata by which it was verified; travels with it."""
    original: Pin | None = None
    """What it was converted from, if that is kept."""
    facts: Mapping[str, str] = field(default_factory=dict, hash=False)
    """What was learnt while reading, OCI annotation keys; shown, never trusted."""

    @property
    def blobs(self) -> tuple[Descriptor, ...]:
        """Descriptors that collection must keep, besides what they refer to."""
        pins = (self.root, self.original, *self.referrers, *self.evidence)
        return tuple(pin for pin in pins if isinstance(pin, Descriptor))


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """What a package consists of, known without its bytes."""

    descriptors: tuple[Descriptor, ...]
    """Every blob that installing it would need."""
    pulls: int = 0
    """Rate-limited requests that installing it would spend."""
    pulls_left: int | None = None
    """How many of them the source allows now; None: unlimited, or unknown."""
    exact: bool = True
    """False if the descriptors' sizes are upper bounds or some are not known yet."""
    at_most: int | None = None
    """Bytes of everything at most, where that is not *exact*; None: as the package's size says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """One image as `save` gets it; installed and cached images alike."""

    package: Package
    content: Content
    names: tuple[str, ...]
    """``name:tag`` for each name it has here, the version first; case as the user knows it."""
    platforms: tuple[Platform, ...] = ()
    """The platforms to save, all whole in the store; () for an artifact."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """What `save` wrote."""

    location: str
    """Path or URL."""
    names: tuple[str, ...]
    """``name:tag`` as written there."""
    roots: tuple[Digest, ...]
    """Digest of each image's root as written, in the order of the images."""
    written: int
    """Bytes."""
    reused: int = 0
    """Bytes that were there already."""
    left_out: int = 0
    """Bytes that its receivers have, and that therefore do not travel."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """The difference between what the catalog knows of a source and what there is now."""

    since: str | None
    """The token it is relative to; None if *upserts* is everything there is."""
    token: str
    """The token for the next question; opaque."""
    upserts: Iterable[Package] = ()
    """New and changed offers; may be a generator, read once."""
    removed: Iterable[PackageId] = ()
    """Offers that are gone."""
    facts: Mapping[str, str] = field(default_factory=dict, hash=False)
    """What is known of the source itself now, few and short: which series it is of, for one."""
    until: str = ""
    """When the offers can no longer be believed without asking again, ISO 8601 in UTC: the end of
    the signatures that they were verified by; '' for never."""
    withdrawn: tuple[Withdrawal, ...] = ()
    """Everything that the source advises to use no more, at this state."""
