"""How a verb is to be done: what the flags of the command line say, as one value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ..digests import Digest
from ..platforms import PlatformSet
from ..versions import ANY, VersionRange

if TYPE_CHECKING:
    from ..signatures import Signer

__all__ = ["Wishes"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """Everything beside the request itself; the defaults wish for nothing special."""

    versions: VersionRange = ANY
    """A range that holds besides the request's own (--version, --min, --max)."""
    variant: str | None = None
    """A variant (--variant), for a request that names none."""
    prereleases: bool = False
    """Whether pre-releases count."""
    all_versions: bool = False
    """find: every version, not the newest of each name alone."""
    source: str = ""
    """Ask this source alone, by name; '' for all."""
    remote: bool = False
    """find: whether a question without a name may leave the machine."""
    strict: bool = False
    """find: whether a fault of any source fails the whole."""
    platforms: PlatformSet | None = None
    """What to install or save; None for the settings', else this host's (install), or what is
    here (save)."""
    force: bool = False
    """Replace what is there."""
    allow_untrusted: bool = False
    """Use sources that nobody vouches for."""
    sha256: Digest | None = None
    """install FILE: the digest the file must have."""
    locked: frozenset[Digest] | None = None
    """The only content that may be brought, by the digests of roots; None for any."""
    signed_by: tuple[Signer, ...] = ()
    """One of these must have signed each image, besides what its source asks for; () if it
    need not be signed."""
    tags: tuple[str, ...] = ()
    """install: further names for what is asked for, TAG of its own name or NAME:TAG."""
    keep_going: bool = False
    """Go on with the other requests when one fails."""
    keep_original: bool | None = None
    """Whether what an image is converted from is kept beside it; None: an artifact of a source
    is, since it may be asked for again, and a local file is not, since its owner has it."""
    options: Mapping[str, Any] = field(default_factory=dict, hash=False)
    """Options of providers, by OptionSpec name."""

    @property
    def told(self) -> dict[str, Any]:
        """What every provider is told of them, beside the options that it has."""
        return {"allow-untrusted": self.allow_untrusted}
