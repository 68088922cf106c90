"""Resource headers: where something lies in the file, 24 bytes wherever one is found."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from enum import IntFlag
from typing import Final, Self

from provider_core.errors import WimError

__all__ = ["ABSENT", "RESOURCE_HEADER_SIZE", "ResourceFlag", "ResourceHeader"]

RESOURCE_HEADER_SIZE: Final = 24
_LAYOUT: Final = struct.Struct("<QQQ")
_SIZE_BITS: Final = 56
_SIZE_MASK: Final = (1 << _SIZE_BITS) - 1
_MOST_FILE: Final = 1 << 62
"""Beyond any file; offsets and sizes are kept below, so that sums are honest elsewhere too."""


class ResourceFlag(IntFlag):
    """The flags of a resource."""

    FREE = 0x01
    METADATA = 0x02
    COMPRESSED = 0x04
    SPANNED = 0x08
    SOLID = 0x10


_COMPRESSED: Final = int(ResourceFlag.COMPRESSED)  # operators of flags are slow
_NOT_AS_IT_IS: Final = int(ResourceFlag.COMPRESSED | ResourceFlag.SOLID)


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceHeader:
    """Where a resource lies, and how large it is before and after."""

    offset: int = 0
    """Bytes from the start of the file."""
    stored_size: int = 0
    """Bytes in the file."""
    size: int = 0
    """Bytes after decompression."""
    flags: int = 0
    """Bits of `ResourceFlag`."""

    @classmethod
    def parse(cls, data: bytes | memoryview, position: int, where: str) -> Self:
        """Read the 24 bytes at *position*.

        Raises WimError for numbers that no file can have, and for a resource that is stored as
        it is but with two sizes.
        """
        packed, offset, size = _LAYOUT.unpack_from(data, position)
        found = cls(
            offset=offset,
            stored_size=packed & _SIZE_MASK,
            size=size,
            flags=packed >> _SIZE_BITS,
        )
        if offset > _MOST_FILE or size > _MOST_FILE:
            raise WimError("an offset or size is beyond any file", where=where)
        if not found.flags & _NOT_AS_IT_IS and found.stored_size != size:
            reason = f"{found.stored_size} bytes stored as they are should be {size}"
            raise WimError(reason, where=where)
        return found

    def pack(self) -> bytes:
        """Return the 24 bytes."""
        return _LAYOUT.pack(self.stored_size | self.flags << _SIZE_BITS, self.offset, self.size)

    @property
    def is_compressed(self) -> bool:
        """Whether it is divided into chunks."""
        return bool(self.flags & _COMPRESSED)

    @property
    def is_absent(self) -> bool:
        """Whether there is no such resource."""
        return not self.stored_size

    @property
    def end(self) -> int:
        """The offset behind its last byte."""
        return self.offset + self.stored_size


ABSENT: Final = ResourceHeader()
"""Where nothing is."""
