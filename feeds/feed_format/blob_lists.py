"""Lists of blobs in documents: digest and size, in the order of the digests."""

from __future__ import annotations

from collections.abc import Mapping

from provider_core.digests import Digest
from provider_core.oci import Node

__all__ = ["blob_list", "read_blob"]


def blob_list(blobs: Mapping[Digest, int]) -> list[dict[str, object]]:
    """Return *blobs*, sizes in bytes by digest, as JSON values."""
    ordered = sorted(blobs.items(), key=lambda item: str(item[0]))
    return [{"digest": str(digest), "size": size} for digest, size in ordered]


def read_blob(node: Node) -> tuple[Digest, int]:
    """Read an entry of a list.  Raises DocumentError, with its path."""
    size = node.required("size", int)
    if size < 0:
        raise node.error(f"{size} is no size in bytes", "size")
    return node.digest("digest"), size
