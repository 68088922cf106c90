"""The base of a delta: what a bundle leaves out, since its receivers have it already."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Self

from provider_core.digests import Digest
from provider_core.oci import dump_json, read_document

from .blob_lists import blob_list, read_blob
from .format_version import FORMAT, FORMAT_KEY, check_format

__all__ = ["BASE_TARGET", "Base"]

BASE_TARGET: Final = "base.json"
"""TUF target path of the file."""

_LIMIT: Final = 32 << 20
_MOST: Final = 400_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Base:
    """The blobs that the images of a bundle need and that it does not carry."""

    blobs: Mapping[Digest, int] = field(hash=False)
    """Size in bytes by digest."""

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """Read a base file of at most 32 MiB.

        Raises DocumentError for what breaks the format, NotSupported for another major version.
        """
        node = read_document(data, limit=_LIMIT, what=BASE_TARGET)
        check_format(node)
        return cls(blobs=dict(map(read_blob, node.array("blobs", limit=_MOST))))

    def as_bytes(self) -> bytes:
        """Return the file, which `parse` reads."""
        return dump_json({FORMAT_KEY: FORMAT, "blobs": blob_list(self.blobs)})
