"""What sources offer, and how it is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from ..digests import Digest
from ..oci import Descriptor
from ..platforms import Platform
from ..references import Name, name_key
from ..versions import ANY, Version, VersionRange
from .pins import Pin

if TYPE_CHECKING:
    from ..errors import Error

__all__ = ["FindResult", "Package", "PackageId", "Parent", "Query", "Requirement"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageId:
    """Which package, from where."""

    provider: str
    """Name of the provider that reaches it."""
    source: str
    """Name of its source; '' for a file, folder or URL that was named directly."""
    name: str
    """As its source spells it; compared without case."""
    version: str
    """As its source spells it; '' if it has none."""
    platform: Platform | None = None
    """The one platform it is for; None for an index of several, or if unknown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parent:
    """The image that another one was made from."""

    name: str
    """Name, '' if only the digest is known."""
    version: str = ""
    """Version, '' if unknown."""
    publisher: str = ""
    """Publisher, '' if unknown."""
    digest: Digest | None = None
    """Digest of its manifest or index, None if unknown (OCI annotation base.digest)."""

    def __str__(self) -> str:
        """Return it as the page of 2016 printed it."""
        return (
            f"ContainerImage (Name = '{self.name}') "
            f"[Publisher = '{self.publisher}', Version = '{self.version}']"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement:
    """Something that must be installed before a package is of use."""

    name: Name
    """The request for it, with its range or digest."""
    reason: str = "dependency"
    """Why, in one or two words: 'parent', 'base image', 'dependency'."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """An offer: an image that a source was seen to have."""

    id: PackageId
    pin: Pin
    """Its root: the manifest or index, or the local files it is in."""
    platforms: tuple[Platform, ...] = ()
    """Every platform it is known to hold; () if unknown."""
    publisher: str = ""
    """Who made it, as the source says; '' if it does not."""
    summary: str = ""
    """One line about it, foreign text."""
    is_os_image: bool | None = None
    """Whether it is a base OS image, as the source says; None if it does not."""
    parent: Parent | None = None
    """What it was made from, as the source says."""
    requires: tuple[Requirement, ...] = ()
    """What must be installed first, as the source says."""
    size: int | None = None
    """Bytes to transfer at most; None if unknown."""
    published: str = ""
    """When, ISO 8601 in UTC; '' if unknown."""
    annotations: Mapping[str, str] = field(default_factory=dict, hash=False)
    """Further facts of its source, OCI annotation keys where one exists."""

    @property
    def name(self) -> str:
        """Name as its source spells it."""
        return self.id.name

    @property
    def version(self) -> str:
        """Version as its source spells it."""
        return self.id.version

    @property
    def media_type(self) -> str:
        """Artifact type of the pin if it has one, else its media type."""
        if isinstance(self.pin, Descriptor):
            return self.pin.artifact_type or self.pin.media_type
        return self.pin.media_type

    def __str__(self) -> str:
        """Return ``name version`` and the platform if there is one."""
        platform = f" ({self.id.platform})" if self.id.platform else ""
        return f"{self.name} {self.version}".rstrip() + platform


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A question to providers and the catalog; providers may answer too much, never too little."""

    name: str = ""
    """A name, a pattern with * and ?, or '' for everything; compared without case."""
    words: str = ""
    """Words to look for in names and summaries; '' for none."""
    tag: str = ""
    """The exact version text (Docker's name:tag); '' for any."""
    versions: VersionRange = ANY
    """Minimum and maximum, both hold."""
    variant: str | None = None
    """The variant ('alpine'), '' for none, None for any."""
    digest: Digest | None = None
    """Digest of the pin."""
    prereleases: bool = False
    """Whether pre-releases count."""
    all_versions: bool = False
    """Every version, not the newest alone."""

    @classmethod
    def of(cls, name: Name, *, prereleases: bool = False, all_versions: bool = False) -> Query:
        """Return the question that a typed reference asks."""
        return cls(
            name=name.name,
            tag=name.tag,
            versions=name.versions,
            variant=name.variant,
            digest=name.digest,
            prereleases=prereleases,
            all_versions=all_versions,
        )

    @property
    def is_broad(self) -> bool:
        """Whether it names nothing: no name, or wildcards only."""
        return not self.name.strip("*?") and not self.words

    @property
    def has_wildcard(self) -> bool:
        """Whether the name is a pattern."""
        return any(sign in self.name for sign in "*?")

    def wants_name(self, name: str) -> bool:
        """Whether *name* is asked for, whatever its versions."""
        if not self.name:
            return True
        if self.has_wildcard:
            return fnmatchcase(name_key(name), name_key(self.name).replace("[", "[[]"))
        return name_key(name) == name_key(self.name)

    def wants(self, package: Package) -> bool:
        """Whether *package* answers the question, all conditions together."""
        return (
            self.wants_name(package.name)
            and self._wants_words(package)
            and self.wants_version(Version.parse(package.version))
            and self._wants_pin(package.pin)
        )

    def wants_version(self, version: Version) -> bool:
        """Whether *version* is asked for; the exact text of a tag settles it."""
        if self.tag:
            return version.text == self.tag
        if self.digest is not None:
            return True
        if self.variant is not None and version.variant != self.variant:
            return False
        return self.versions.contains(version, prereleases=self.prereleases)

    def _wants_pin(self, pin: Pin) -> bool:
        """Whether the pin is what was asked for; the digest of a stamp is a header's alone."""
        if self.digest is None:
            return True
        return isinstance(pin, Descriptor) and pin.digest == self.digest

    def _wants_words(self, package: Package) -> bool:
        text = name_key(f"{package.name} {package.summary}")
        return all(name_key(word) in text for word in self.words.split())


@dataclass(frozen=True, slots=True, kw_only=True)
class FindResult:
    """What was found, and which sources could not answer."""

    packages: tuple[Package, ...] = ()
    """Newest first within a name, names in order."""
    faults: tuple[Error, ...] = ()
    """One for each source that failed, never mixed into the packages."""
