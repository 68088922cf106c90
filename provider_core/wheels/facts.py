"""What a wheel says of itself, read without installing it; bounded, for it may be foreign."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from importlib.metadata import Distribution, PathDistribution
from pathlib import Path
from typing import Final, Self

from packaging.utils import InvalidWheelFilename, canonicalize_name, parse_wheel_filename

from ..digests import Digest
from ..errors import DocumentError

__all__ = ["Facts", "Wheel", "wheels_in"]

_LONGEST: Final = 4 << 20
"""Bytes of a file of metadata; the longest descriptions have some hundred thousand."""
PROVIDER_GROUP: Final = "provider_core.providers"
"""As discovery.PROVIDER_GROUP, which stands on a higher floor."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """A distribution, installed or not."""

    name: str
    """In the form that is compared: 'imageferry-acme'."""
    version: str
    requires: tuple[str, ...]
    """Its requirements as it writes them, those of extras and of other systems too."""
    providers: tuple[str, ...]
    """What the providers in it are called, in alphabetical order."""

    @classmethod
    def of(cls, distribution: Distribution) -> Self:
        """Return what *distribution* says."""
        points = distribution.entry_points.select(group=PROVIDER_GROUP)
        return cls(
            name=canonicalize_name(distribution.metadata["Name"]),
            version=distribution.version,
            requires=tuple(distribution.requires or ()),
            providers=tuple(sorted(point.name for point in points)),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Wheel:
    """A wheel in a folder."""

    path: Path
    facts: Facts
    digest: Digest
    """Of the file."""
    size: int
    """Of the file, in bytes."""

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read a wheel.  Raises DocumentError if it is none, OSError."""
        try:
            name, version, _, _ = parse_wheel_filename(path.name)
            with zipfile.ZipFile(path) as archive:
                facts = Facts.of(PathDistribution(zipfile.Path(archive, _info_folder(archive))))
        except (zipfile.BadZipFile, InvalidWheelFilename, ValueError, KeyError) as error:
            raise DocumentError(str(error), what=path.name) from error
        if (facts.name, facts.version) != (name, str(version)):
            raise DocumentError(f"inside it is {facts.name} {facts.version}", what=path.name)
        with path.open("rb") as file:
            digest, size = Digest.of_stream(file)
        return cls(path=path, facts=facts, digest=digest, size=size)

    @property
    def requirement(self) -> str:
        """The line of a requirements file that means this very file."""
        return f"{self.facts.name}=={self.facts.version} --hash=sha256:{self.digest.hex}"


def wheels_in(folder: Path) -> tuple[Wheel, ...]:
    """Read the wheels that lie in *folder*, in the order of their names."""
    return tuple(map(Wheel.read, sorted(folder.glob("*.whl"))))


def _info_folder(archive: zipfile.ZipFile) -> str:
    """Return the name of the folder of metadata, with its slash; ValueError if it is unfit."""
    folders = {f"{name.partition('/')[0]}/" for name in archive.namelist()}
    found = [name for name in folders if name.endswith(".dist-info/")]
    if len(found) != 1:
        raise ValueError(f"it has {len(found)} .dist-info folders")
    for member in archive.infolist():
        if member.filename.startswith(found[0]) and member.file_size > _LONGEST:
            raise ValueError(f"{member.filename} is longer than {_LONGEST} bytes")
    return found[0]
