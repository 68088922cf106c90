"""Verified content by digest: an OCI image layout on disk (image-spec, image-layout.md)."""

from __future__ import annotations

from .directory import DirectoryStore
from .ports import (
    Collected,
    Computed,
    Damage,
    IndexEntry,
    Lease,
    Partial,
    Reader,
    Record,
    Store,
    Writer,
)
from .pouring import copy, pour, put

__all__ = [
    "Collected",
    "Computed",
    "Damage",
    "DirectoryStore",
    "IndexEntry",
    "Lease",
    "Partial",
    "Reader",
    "Record",
    "Store",
    "Writer",
    "copy",
    "pour",
    "put",
]
