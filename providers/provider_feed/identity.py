"""What this provider is called, and where its packages keep the place they were listed from."""

from __future__ import annotations

from typing import Final

__all__ = ["LOCATION", "PROVIDER"]

PROVIDER: Final = "feed"
LOCATION: Final = "io.imageferry.image.location"
"""Annotation of packages that were named directly, by their place on this host; never published."""
