"""WimFile: a file or a split set, opened."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Sequence
from typing import BinaryIO, Final

from provider_core.context import Spool
from provider_core.errors import NotSupported, WimError

from ..codecs import Codec, best_codec
from ..tree import Node, WimImage, walk
from ..wim_format.dentry import NO_HASH
from ..wim_format.header import Header
from ..wim_format.metadata import MOST_METADATA, parse_metadata
from ..wim_format.xml_data import MOST_XML, parse_xml
from .blob_store import BlobStore
from .blobs import Blobs
from .decoders import DecoderPool
from .integrity_check import check_integrity
from .limits import Limits
from .part_set import PartSet
from .resources import read_resource

__all__ = ["WimFile"]

_MOST_WORKERS: Final = 4


def _never() -> None:
    """Go on."""


class WimFile:
    """What is in *streams*: the parts of one set, in any order, which the caller closes.

    Raises WimError and NotSupported for what is damaged, and for what is not read.
    """

    def __init__(
        self,
        streams: Sequence[BinaryIO],
        *,
        limits: Limits | None = None,
        codec: Codec | None = None,
        check: Callable[[], None] = _never,
    ) -> None:
        self._limits = limits or Limits()
        self._pool = DecoderPool(codec or best_codec())
        self._check = check
        self._parts = PartSet(streams, self._pool)
        first = self._parts.first
        xml = read_resource(first, first.header.xml, self._pool, most=MOST_XML, where="XML")
        self.images: tuple[WimImage, ...] = parse_xml(xml, first.header.images)
        """What the XML says of the images, in order."""

    @property
    def header(self) -> Header:
        """The header of the first part."""
        return self._parts.first.header

    def blobs(self, spool: Spool) -> Blobs:
        """Return the contents; solid ones are decoded into files of *spool*, each chunk once."""
        store = BlobStore(self._parts, self._pool, spool, self._limits)
        parallel = self._pool.codec.is_parallel
        workers = min(os.cpu_count() or 1, _MOST_WORKERS) if parallel else 1
        return Blobs(store, workers, self._check)

    def tree(self, index: int, blobs: Blobs) -> Node:
        """Return the root of image *index*, counted from 1.

        Raises WimError, also if its files are larger than the limits allow.
        """
        if not 1 <= index <= len(self.images):
            raise NotSupported(
                f"there is no image {index} in it",
                hint=f"it has {len(self.images)}; `ferry find` lists them",
            )
        root = parse_metadata(self._metadata(index), blobs.find, blobs.read)
        self._limits.check(_total(root), f"image {index}")
        return root

    def check_integrity(self) -> bool:
        """Check the integrity tables; False if there are none.  Raises WimError."""
        checked = [check_integrity(part, self._pool, self._check) for part in self._parts]
        return all(checked)

    def _metadata(self, index: int) -> bytes:
        stored = self._parts.table.metadata[index - 1]
        part = self._parts[stored.part]
        where = f"metadata of image {index}"
        data = read_resource(part, stored.resource, self._pool, most=MOST_METADATA, where=where)
        digest = hashlib.sha1(data, usedforsecurity=False).digest()
        if stored.blob.sha1 not in (NO_HASH, digest):
            reason = f"its hash is {digest.hex()}, not {stored.blob.sha1.hex()}"
            raise WimError(reason, where=where)
        return data


def _total(root: Node) -> int:
    """Return the bytes of all streams below *root*, several names of one file once."""
    total = 0
    seen: set[int] = set()
    for _, node in walk(root):
        if node.link_group:
            if node.link_group in seen:
                continue
            seen.add(node.link_group)
        blobs = [node.data, *(stream.blob for stream in node.streams)]
        total += sum(blob.size for blob in blobs if blob is not None)
    return total
