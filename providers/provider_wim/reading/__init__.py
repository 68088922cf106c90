"""Opened WIM files: their parts, images and blobs, read in thin shells over `wim_format`."""

from __future__ import annotations

from .blobs import Blobs
from .limits import Limits
from .listing import Listing, list_file
from .split_set import parts_beside
from .wim_file import WimFile

__all__ = ["Blobs", "Limits", "Listing", "WimFile", "list_file", "parts_beside"]
