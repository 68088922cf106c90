"""Roots: a manifest or an index, told apart by what is in them."""

from __future__ import annotations

from .index import Index
from .json_document import read_document
from .manifest import Manifest
from .remembering import remembering

__all__ = ["parse_root"]


def parse_root(data: bytes, *, media_type: str = "") -> Manifest | Index:
    """Read a manifest or index of at most 4 MiB, whichever its fields make it.

    *media_type* is the type it came with, '' if with none.

    Raises DocumentError as `Manifest.parse` and `Index.parse` do, so also for what could be read
    as either (CVE-2021-41190), and for what is neither.
    """
    return _read(data, media_type)


@remembering
def _read(data: bytes, media_type: str) -> Manifest | Index:
    node = read_document(data, what="manifest or index")
    if node.has("manifests"):
        return Index.from_node(node, raw=data, media_type=media_type)
    return Manifest.from_node(node, raw=data, media_type=media_type)
