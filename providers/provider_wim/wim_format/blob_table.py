"""The blob table: every resource of a part, 50 bytes each."""

from __future__ import annotations

import struct
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

from provider_core.errors import WimError

from ..tree import Blob
from .resource_header import RESOURCE_HEADER_SIZE, ResourceFlag, ResourceHeader

__all__ = [
    "MOST_TABLE",
    "ROW_SIZE",
    "BlobTable",
    "StoredBlob",
    "check_apart",
    "pack_row",
    "parse_table",
]

ROW_SIZE: Final = 50
MOST_TABLE: Final = ROW_SIZE * 600_000
"""Bytes of the largest table that is read; Windows itself has some 100,000 blobs."""
SOLID_MARK: Final = 1 << 32
"""What a row has for a size if it is a solid resource and no blob."""
_TAIL: Final = struct.Struct("<HI20s")
_ANY_SIZE: Final = 1 << 63
_WHERE: Final = "blob table"
_NO_HASH: Final = bytes(20)
_FREE: Final = int(ResourceFlag.FREE)  # plain numbers: operators of flags are slow
_COMPRESSED: Final = int(ResourceFlag.COMPRESSED)
_METADATA: Final = int(ResourceFlag.METADATA)
_SPANNED: Final = int(ResourceFlag.SPANNED)
_SOLID: Final = int(ResourceFlag.SOLID)


@dataclass(frozen=True, slots=True)
class StoredBlob:
    """Where a blob is; there are many, so that its fields are few and plain."""

    blob: Blob
    """Its hash and size."""
    part: int
    """Number of the part whose file has it."""
    offset: int
    """Bytes from the start of the file; in a solid run, of what the run decodes to."""
    stored_size: int
    """Bytes in the file; 0 in a solid run."""
    is_compressed: bool = False
    """Whether it is divided into chunks of its own."""
    run: int = -1
    """Number of the solid run of this part that it is in, from 0; -1 for none."""

    @property
    def resource(self) -> ResourceHeader:
        """Its own resource, if it is in no run."""
        flags = _COMPRESSED if self.is_compressed else 0
        return ResourceHeader(
            offset=self.offset, stored_size=self.stored_size, size=self.blob.size, flags=flags
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class BlobTable:
    """What the tables of all parts say."""

    blobs: dict[bytes, StoredBlob] = field(default_factory=dict)
    """By SHA-1."""
    metadata: list[StoredBlob] = field(default_factory=list)
    """The metadata of each image, in the order of the images."""
    runs: dict[tuple[int, int], list[ResourceHeader]] = field(default_factory=dict)
    """The solid resources of each run, by part and number of the run.

    A run is rows of solid resources and solid blobs without others between; offsets of its blobs
    count through all its resources.
    """


def parse_table(
    data: bytes, part: int, file_size: int, table: BlobTable, *, solid: bool = True
) -> None:
    """Add the rows of the table of *part*, whose file has *file_size* bytes, to *table*.

    Left out are free rows, rows of other parts, since their own tables have them, and metadata
    without a reference, which deleted images leave behind.  Without *solid* the flag of solid
    resources means nothing, as in files of the usual version.  Raises WimError, also for two
    blobs of one hash, and for resources or solid blobs that overlap or lead out of the file.
    """
    if len(data) % ROW_SIZE:
        raise WimError(f"{len(data)} bytes are no number of rows", where=_WHERE)
    reader = _Rows(part, table, _SOLID if solid else 0)
    for position in range(0, len(data), ROW_SIZE):
        row_part, references, sha1 = _TAIL.unpack_from(data, position + RESOURCE_HEADER_SIZE)
        resource = ResourceHeader.parse(data, position, _WHERE)
        unused = resource.flags & _FREE or (resource.flags & _METADATA and not references)
        if row_part == part and not unused:
            reader.add(resource, sha1)
    check_apart(reader.places, file_size, _WHERE)
    for inside in reader.inside:
        check_apart(inside, _ANY_SIZE, _WHERE)


def pack_row(resource: ResourceHeader, sha1: bytes, *, part: int = 1, references: int = 1) -> bytes:
    """Return the 50 bytes of a row."""
    return resource.pack() + _TAIL.pack(part, references, sha1)


class _Rows:
    """Sorts rows by what they are; *solid* is the flag of solid ones, 0 if there is none."""

    def __init__(self, part: int, table: BlobTable, solid: int) -> None:
        self.places: list[tuple[int, int]] = []
        """Of resources in the file."""
        self.inside: list[list[tuple[int, int]]] = []
        """Of blobs in each solid run."""
        self._solid = solid
        self._part = part
        self._table = table
        self._run = -1
        self._in_run = False

    def add(self, resource: ResourceHeader, sha1: bytes) -> None:
        if resource.flags & _SPANNED:
            raise WimError("a resource goes on in another part", where=_WHERE)
        if not resource.flags & self._solid:
            self._in_run = False
            self.places.append((resource.offset, resource.end))
            self._add_plain(resource, sha1)
        elif resource.size == SOLID_MARK:
            self.places.append((resource.offset, resource.end))
            self._add_to_run(resource)
        elif not self._in_run:
            raise WimError("a solid blob belongs to no solid resource", where=_WHERE)
        else:
            blob = Blob(sha1=sha1, size=resource.stored_size)
            self.inside[-1].append((resource.offset, resource.offset + blob.size))
            self._keep(StoredBlob(blob, self._part, resource.offset, 0, run=self._run))

    def _add_plain(self, resource: ResourceHeader, sha1: bytes) -> None:
        stored = StoredBlob(
            Blob(sha1=sha1, size=resource.size),
            self._part,
            resource.offset,
            resource.stored_size,
            resource.is_compressed,
        )
        if resource.flags & _METADATA:
            self._table.metadata.append(stored)
        else:
            self._keep(stored)

    def _add_to_run(self, resource: ResourceHeader) -> None:
        if not self._in_run:
            self._run += 1
            self._in_run = True
            self.inside.append([])
        self._table.runs.setdefault((self._part, self._run), []).append(resource)

    def _keep(self, stored: StoredBlob) -> None:
        blob = stored.blob
        if blob.sha1 == _NO_HASH:
            return
        known = self._table.blobs.setdefault(blob.sha1, stored)
        if known.blob.size != blob.size:
            raise WimError(f"two blobs have the hash {blob.sha1.hex()}", where=_WHERE)


def check_apart(places: Iterable[tuple[int, int]], file_size: int, where: str) -> None:
    """Refuse ranges [start, end) that overlap or lead out of the file.  Raises WimError."""
    ordered = [*sorted(places), (file_size, file_size)]
    for (_, end), (start, _) in pairwise(ordered):
        if start < end:
            what = "leads out of the file" if start == file_size else "overlaps another"
            raise WimError(f"a resource {what} at byte {start}", where=where)
