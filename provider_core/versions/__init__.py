"""Versions of images: their order, variants and labels, and ranges of them."""

from __future__ import annotations

from ._choice import floating, newest
from ._ranges import ANY, VersionRange
from ._version import MOST_CHARACTERS, Version

__all__ = ["ANY", "MOST_CHARACTERS", "Version", "VersionRange", "floating", "newest"]
