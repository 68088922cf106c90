"""All files of a set: one, or the parts of a split one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import BinaryIO, Final

from provider_core.errors import WimError

from ..wim_format.blob_table import MOST_TABLE, BlobTable, parse_table
from ..wim_format.header import VERSION_SOLID
from .decoders import DecoderPool
from .part import Part
from .resources import read_resource

__all__ = ["PartSet"]

_WHERE: Final = "split set"


class PartSet:
    """The parts, in order, and what their blob tables say.

    Raises WimError and NotSupported for files that do not belong together or are not whole.
    """

    def __init__(self, streams: Sequence[BinaryIO], pool: DecoderPool) -> None:
        parts = sorted(map(Part, streams), key=lambda part: part.header.part)
        _check(parts)
        self._parts = parts
        self.table = BlobTable()
        left = MOST_TABLE
        for part in parts:
            rows = read_resource(part, part.header.table, pool, most=left, where="blob table")
            left -= len(rows)
            solid = part.header.version == VERSION_SOLID
            parse_table(rows, part.header.part, part.size, self.table, solid=solid)
        _check_metadata(self.table, self.first)

    def __getitem__(self, number: int) -> Part:
        """Return the part *number*, from 1."""
        return self._parts[number - 1]

    def __iter__(self) -> Iterator[Part]:
        return iter(self._parts)

    @property
    def first(self) -> Part:
        """The part with the XML and the metadata."""
        return self._parts[0]


def _check(parts: Sequence[Part]) -> None:
    first = parts[0].header
    numbers = [part.header.part for part in parts]
    for part in parts:
        header = part.header
        same = (header.guid, header.parts, header.images, header.compression, header.chunk_size)
        if same != (first.guid, first.parts, first.images, first.compression, first.chunk_size):
            raise WimError("its files are parts of different sets", where=_WHERE)
    missing = sorted(set(range(1, first.parts + 1)) - set(numbers))
    if missing:
        named = ", ".join(map(str, missing[:8]))
        raise WimError(
            f"part {named} of {first.parts} is missing",
            where=_WHERE,
            hint="put all parts into one folder: NAME.swm, NAME2.swm, NAME3.swm …",
        )
    if len(numbers) != first.parts:
        raise WimError("it has a part twice", where=_WHERE)


def _check_metadata(table: BlobTable, first: Part) -> None:
    images = first.header.images
    if len(table.metadata) != images:
        reason = f"it has the metadata of {len(table.metadata)} images, {images} are announced"
        raise WimError(reason, where="blob table")
