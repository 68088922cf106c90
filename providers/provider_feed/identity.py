"""What this provider is called, and where its packages keep the place they were listed from."""

from __future__ import annotations

from typing import Final

__all__ = ["LOCATION", "PROVIDER"]

PROVIDER: Final = "feed"
LOCATION: Final = "io.imageferry.image.location"
"""Annotation of packages of a feed that was named directly: its folder or URL."""
