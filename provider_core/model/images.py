"""What is installed on this host."""

from __future__ import annotations

from dataclasses import dataclass

from ..digests import Digest
from ..platforms import Platform
from ..references import name_key
from .contents import Content
from .packages import Package, Parent

__all__ = ["Hold", "ImageKey", "Installed", "Tag"]


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class ImageKey:
    """What makes an installed image one of a kind in a home."""

    name: str
    """The name without case (references.name_key)."""
    version: str
    """The version's exact text."""
    platform: str = ""
    """The package's one platform; '' for an index."""

    @classmethod
    def of(cls, package: Package) -> ImageKey:
        """Return the key that *package* has once it is installed."""
        platform = str(package.id.platform) if package.id.platform else ""
        return cls(name=name_key(package.name), version=package.version, platform=platform)

    def __str__(self) -> str:
        """Return ``name version platform`` without empty parts."""
        return " ".join(part for part in (self.name, self.version, self.platform) if part)


@dataclass(frozen=True, slots=True, kw_only=True)
class Installed:
    """An installed image: what was asked for, what came, and what its content says."""

    package: Package
    content: Content
    image_id: Digest
    """Config digest, as Docker's IMAGE ID; of the first platform for an index."""
    diff_ids: tuple[Digest, ...] = ()
    """Digests of the uncompressed layers, base first (OCI image-spec, rootfs.diff_ids)."""
    publisher: str = ""
    is_os_image: bool = False
    parent: Parent | None = None
    created: str = ""
    """When the image was made, ISO 8601; '' if its config does not say."""
    size: int = 0
    """Bytes of every blob below its root that is in the store."""
    installed_at: str = ""
    """ISO 8601, UTC."""
    uninstalls: bool = False
    """Whether its provider must be asked before it goes (Feature.UNINSTALL)."""

    @property
    def key(self) -> ImageKey:
        """Its key in the catalog."""
        return ImageKey.of(self.package)

    @property
    def name(self) -> str:
        """Name as its source spells it."""
        return self.package.name

    @property
    def version(self) -> str:
        """Version as its source spells it."""
        return self.package.version

    @property
    def platforms(self) -> tuple[Platform, ...]:
        """The platforms that are here."""
        return self.content.platforms


@dataclass(frozen=True, slots=True, kw_only=True)
class Tag:
    """A further name of an installed image."""

    name: str
    """As the user wrote it; compared without case."""
    tag: str
    image: ImageKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """A user's word that an image must stay."""

    image: ImageKey
    reason: str
