"""What this provider is called and recognised by, and where its packages keep their place."""

from __future__ import annotations

from typing import Final

__all__ = ["LOCATION", "MARKERS", "PROVIDER"]

PROVIDER: Final = "feed"
MARKERS: Final = ("trust/1.root.json", "volume-*/trust/1.root.json")
"""What a feed's folder is recognised by, and a folder of volumes."""
LOCATION: Final = "io.imageferry.image.location"
"""Annotation of packages that were named directly, by their place on this host; never published."""
