"""Verified content by digest: an OCI image layout on disk (image-spec, image-layout.md)."""

from __future__ import annotations

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

__all__ = [
    "Collected",
    "Computed",
    "Damage",
    "IndexEntry",
    "Lease",
    "Partial",
    "Reader",
    "Record",
    "Store",
    "Writer",
]
