"""What Windows image files are called as media, and how they are recognised."""

from __future__ import annotations

from typing import Final

__all__ = ["MAGIC", "MARKERS", "PIPABLE", "PROVIDER", "SUFFIX", "WIM"]

PROVIDER: Final = "wim"
"""This provider's name."""
WIM: Final = "application/x-ms-wim"
"""Media type of a file, artifact type of one in a feed or registry."""
MAGIC: Final = b"MSWIM\0\0\0"
"""The first bytes of a .wim, .swm or .esd file."""
PIPABLE: Final = b"WLPWM\0\0\0"
"""The first bytes of wimlib's own form, which is recognised to be refused with the way out."""
MARKERS: Final = ("*.wim", "*.swm", "*.esd")
"""What makes a folder one of ours."""
SUFFIX: Final = ".wim"
"""Ending of what `save` writes."""
