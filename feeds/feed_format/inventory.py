"""Inventories: exactly what a receiver has, so that a sender need not guess.

Digests are listed one by one, never as a filter that may be wrong: a blob that is left out of a
bundle by mistake makes it worthless on the far side.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Self

from provider_core.digests import Digest
from provider_core.errors import UsageError
from provider_core.oci import Node, dump_json, read_document
from provider_core.platforms import Platform

from .blob_lists import blob_list, read_blob

__all__ = ["INVENTORY_LIMIT", "Inventory", "PinnedFeed"]

INVENTORY_LIMIT: Final = 256 << 20
"""Bytes of the largest inventory that is read: some two million blobs."""

SCHEMA: Final = "ferry.inventory/1"

_WHAT: Final = "inventory"
_MOST: Final = 4_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class PinnedFeed:
    """A feed that the receiver follows."""

    fingerprint: Digest
    """Of the root that is pinned."""
    root_version: int = 1
    """Version of that root."""
    series: str = ""
    """The series of the last bundle; '' if it was none."""
    bundle: int = 0
    """Version of the last bundle; 0 if there was none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inventory:
    """What one home has."""

    host: str
    """Name of its machine, for people."""
    made: str
    """When, ISO 8601 in UTC."""
    revision: int
    """Revision of its catalog."""
    platforms: tuple[Platform, ...]
    """The platforms it installs."""
    blobs: Mapping[Digest, int] = field(hash=False, repr=False)
    """Size in bytes of everything that installed images need."""
    feeds: tuple[PinnedFeed, ...] = ()
    """The feeds that it follows."""

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """Read an inventory.  Raises DocumentError, with the path, for what breaks its format."""
        node = read_document(data, limit=INVENTORY_LIMIT, what=_WHAT)
        schema = node.required("schema", str)
        if schema != SCHEMA:
            raise node.error(f"{schema[:64]!a} is no schema of an inventory", "schema")
        return cls(
            host=node.optional("host", str, ""),
            made=node.optional("made", str, ""),
            revision=node.optional("revision", int, 0),
            platforms=tuple(map(_platform, node.array("platforms", limit=1000))),
            blobs=dict(map(read_blob, node.array("blobs", limit=_MOST))),
            feeds=tuple(map(_feed, node.array("feeds", limit=10_000))),
        )

    def as_bytes(self) -> bytes:
        """Return the document, which `parse` reads."""
        return dump_json(self.as_json())

    def as_json(self) -> dict[str, Any]:
        """Return the document as JSON values."""
        return {
            "schema": SCHEMA,
            "host": self.host,
            "made": self.made,
            "revision": self.revision,
            "platforms": [{"platform": str(platform)} for platform in self.platforms],
            "feeds": [
                {
                    "fingerprint": str(feed.fingerprint),
                    "root_version": feed.root_version,
                    "series": feed.series,
                    "bundle": feed.bundle,
                }
                for feed in self.feeds
            ],
            "blobs": blob_list(self.blobs),
        }


def _platform(node: Node) -> Platform:
    text = node.required("platform", str)
    try:
        return Platform.parse(text)
    except UsageError:
        raise node.error(f"{text[:64]!a} is no platform", "platform") from None


def _feed(node: Node) -> PinnedFeed:
    return PinnedFeed(
        fingerprint=node.digest("fingerprint"),
        root_version=node.optional("root_version", int, 1),
        series=node.optional("series", str, ""),
        bundle=node.optional("bundle", int, 0),
    )
