"""Where a package was listed from."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from provider_core.model import FileMark, PackageId
from provider_core.platforms import Platform

__all__ = ["PROVIDER", "Origin"]

PROVIDER: Final = "archive"
"""This provider's name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """A place, and whose it is."""

    path: Path
    """The archive or folder."""
    mark: FileMark
    """*path* as it was before it was opened."""
    source: str
    """Name of the source; '' for a file or folder that was named."""

    def package_id(self, name: str, version: str, platform: Platform | None) -> PackageId:
        """Return the identity of a package found here."""
        return PackageId(
            provider=PROVIDER, source=self.source, name=name, version=version, platform=platform
        )
