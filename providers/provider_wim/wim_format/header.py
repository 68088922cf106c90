"""The header: the first 208 bytes of every WIM file, or of every part of a split one."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from enum import IntFlag
from typing import Final, Self

from provider_core.errors import NotSupported, WimError

from .compression import Compression, check_chunk_size
from .resource_header import ABSENT, ResourceHeader

__all__ = ["HEADER_SIZE", "MAGIC", "VERSION", "VERSION_SOLID", "Header", "HeaderFlag"]

MAGIC: Final = b"MSWIM\0\0\0"
HEADER_SIZE: Final = 208
VERSION: Final = 0x10D00
VERSION_SOLID: Final = 0xE00
"""Of files that may have solid resources."""
_PIPABLE: Final = b"WLPWM\0\0\0"
_WHERE: Final = "header"
_FRONT: Final = struct.Struct("<8sIIII16sHHI")
_TABLE, _XML, _BOOT, _BOOT_INDEX, _INTEGRITY = 48, 72, 96, 120, 124
_MOST_IMAGES: Final = 1 << 16


class HeaderFlag(IntFlag):
    """The flags of a file."""

    COMPRESSED = 0x2
    READONLY = 0x4
    SPANNED = 0x8
    RESOURCE_ONLY = 0x10
    METADATA_ONLY = 0x20
    WRITE_IN_PROGRESS = 0x40
    LINKS_FIXED = 0x80
    """Absolute targets of links were made relative to the image's root when it was captured."""
    XPRESS = 0x20000
    LZX = 0x40000
    LZMS = 0x80000
    XPRESS_2 = 0x200000


_WAYS: Final = {
    HeaderFlag.XPRESS: Compression.XPRESS,
    HeaderFlag.XPRESS_2: Compression.XPRESS,
    HeaderFlag.LZX: Compression.LZX,
    HeaderFlag.LZMS: Compression.LZMS,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """What a file says of itself in front."""

    version: int = VERSION
    """`VERSION` or `VERSION_SOLID`."""
    flags: int = 0
    """Bits of `HeaderFlag`."""
    chunk_size: int = 0
    """Bytes of a chunk before compression; 0 if nothing is compressed."""
    guid: bytes
    """16 bytes that all parts of a split set share."""
    part: int = 1
    """Number of this part, from 1."""
    parts: int = 1
    """How many parts the set has."""
    images: int
    """How many images the set has."""
    table: ResourceHeader
    """The blob table."""
    xml: ResourceHeader
    boot_metadata: ResourceHeader = ABSENT
    """Metadata of the image to boot; absent if there is none."""
    boot_index: int = 0
    """Number of the image to boot, 0 if there is none."""
    integrity: ResourceHeader = ABSENT
    """The integrity table; absent in most files."""

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """Read the first `HEADER_SIZE` bytes of a file.

        Raises WimError; NotSupported for pipable files and for parts of images alone.
        """
        if data[:8] == _PIPABLE:
            raise NotSupported(
                "it is a pipable WIM file of wimlib, which is not read",
                hint="`wimlib-imagex export FILE all OUT.wim` makes an ordinary one of it",
            )
        if data[:8] != MAGIC:
            raise WimError("it is no WIM file: the first bytes are others", where=_WHERE)
        if len(data) < HEADER_SIZE:
            raise WimError("it ends within the header", where=_WHERE)
        _, size, version, flags, chunk_size, guid, part, parts, images = _FRONT.unpack_from(data)
        if size != HEADER_SIZE or version not in (VERSION, VERSION_SOLID):
            reason = f"size {size} and version {version:#x} are unknown"
            raise WimError(reason, where=_WHERE)
        found = cls(
            version=version,
            flags=flags,
            chunk_size=chunk_size,
            guid=guid,
            part=part,
            parts=parts,
            images=images,
            table=ResourceHeader.parse(data, _TABLE, "header, blob table"),
            xml=ResourceHeader.parse(data, _XML, "header, XML"),
            boot_metadata=ResourceHeader.parse(data, _BOOT, "header, boot metadata"),
            boot_index=int.from_bytes(data[_BOOT_INDEX : _BOOT_INDEX + 4], "little"),
            integrity=ResourceHeader.parse(data, _INTEGRITY, "header, integrity table"),
        )
        found._check()
        return found

    def pack(self) -> bytes:
        """Return the 208 bytes."""
        front = _FRONT.pack(
            MAGIC,
            HEADER_SIZE,
            self.version,
            self.flags,
            self.chunk_size,
            self.guid,
            self.part,
            self.parts,
            self.images,
        )
        back = b"".join(
            (
                self.table.pack(),
                self.xml.pack(),
                self.boot_metadata.pack(),
                self.boot_index.to_bytes(4, "little"),
                self.integrity.pack(),
            )
        )
        return (front + back).ljust(HEADER_SIZE, b"\0")

    @property
    def compression(self) -> Compression:
        """How its resources are compressed, those that are; WimError if the flags contradict."""
        if not self.flags & HeaderFlag.COMPRESSED:
            return Compression.NONE
        ways = {way for flag, way in _WAYS.items() if self.flags & flag}
        if len(ways) != 1:
            raise WimError("its flags name no compression, or several", where=_WHERE)
        return ways.pop()

    def _check(self) -> None:
        check_chunk_size(self.compression, self.chunk_size, _WHERE)
        if not 1 <= self.part <= self.parts:
            raise WimError(f"part {self.part} of {self.parts}", where=_WHERE)
        if self.images > _MOST_IMAGES:
            raise WimError(f"{self.images} images", where=_WHERE)
        if self.boot_index > self.images:
            raise WimError(f"image {self.boot_index} of {self.images} boots", where=_WHERE)
        if self.flags & HeaderFlag.WRITE_IN_PROGRESS:
            raise WimError(
                "it was being written when it was last changed",
                where=_WHERE,
                hint="if no program writes it now, its writing was broken off; make it anew",
            )
        if self.flags & (HeaderFlag.RESOURCE_ONLY | HeaderFlag.METADATA_ONLY):
            raise NotSupported(
                "it holds images without their content, or content without images",
                hint="export its images to one file with `wimlib-imagex export --ref`",
            )
