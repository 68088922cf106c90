"""The files of an image layout (OCI image-spec 1.1 image-layout.md): names and contents."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from ..digests import Digest
from .descriptor import Descriptor
from .index import Index
from .json_document import read_document

__all__ = [
    "BLOBS_FOLDER",
    "INDEX_FILE",
    "LAYOUT_BYTES",
    "LAYOUT_FILE",
    "LAYOUT_INDEX_LIMIT",
    "LAYOUT_LIMIT",
    "blob_path",
    "layout_index",
    "parse_layout",
    "parse_layout_index",
]

LAYOUT_FILE: Final = "oci-layout"
LAYOUT_BYTES: Final = b'{"imageLayoutVersion":"1.0.0"}'
LAYOUT_LIMIT: Final = 4 << 10
"""Bytes of the largest oci-layout file that is read."""
INDEX_FILE: Final = "index.json"
LAYOUT_INDEX_LIMIT: Final = 16 << 20
"""Bytes of the largest index.json that is read: no blob, and 10,000 long names fit in."""
BLOBS_FOLDER: Final = "blobs"

_KEYS = ("imageLayoutVersion",)


def parse_layout(data: bytes) -> str:
    """Return the version in an oci-layout file, 1.x.

    Raises DocumentError for other versions and for what is no such file.
    """
    node = read_document(data, limit=LAYOUT_LIMIT, what=LAYOUT_FILE)
    node.exact_case(_KEYS)
    version = node.required("imageLayoutVersion", str)
    if version.partition(".")[0] != "1":
        raise node.error(f"{version[:64]!a} is not 1.x", "imageLayoutVersion")
    return version


def parse_layout_index(data: bytes) -> Index:
    """Read an index.json of at most 16 MiB; DocumentError as `Index.parse`."""
    return Index.parse(data, limit=LAYOUT_INDEX_LIMIT)


def layout_index(entries: Sequence[Descriptor]) -> bytes:
    """Return the index.json of *entries*, whose names are their REF_NAME annotations.

    Raises DocumentError for more than 10,000 entries or 16 MiB.
    """
    return Index.build(entries, limit=LAYOUT_INDEX_LIMIT).raw


def blob_path(digest: Digest) -> str:
    """Return where the blob is, from the layout's folder, with forward slashes."""
    return f"{BLOBS_FOLDER}/{digest.algorithm}/{digest.hex}"
