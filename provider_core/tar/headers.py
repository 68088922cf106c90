"""One 512-byte header block of a tar archive: bytes to values, nothing trusted.

The format is POSIX.1-2001 ustar with the GNU extensions that real writers use (base-256 sizes,
long names); the standard library decodes the block, this module bounds what comes out.
"""

from __future__ import annotations

import tarfile
from dataclasses import dataclass
from enum import Enum, auto

from ..errors import DocumentError

__all__ = ["BLOCK", "Header", "Kind", "decode_header", "padded"]

BLOCK = 512
"""Everything in a tar archive is a multiple of this, bytes."""
_WHAT = "tar archive"


class Kind(Enum):
    """What follows a header."""

    FILE = auto()
    FOLDER = auto()
    SYMLINK = auto()
    HARD_LINK = auto()
    PAX = auto()
    """Extended header of the next member."""
    PAX_GLOBAL = auto()
    LONG_NAME = auto()
    """GNU: the next member's name."""
    LONG_LINK = auto()
    """GNU: the next member's link target."""
    OTHER = auto()
    """Devices, pipes, sparse and unknown members: never accepted."""


_KINDS = {
    tarfile.REGTYPE: Kind.FILE,
    tarfile.AREGTYPE: Kind.FILE,
    tarfile.DIRTYPE: Kind.FOLDER,
    tarfile.SYMTYPE: Kind.SYMLINK,
    tarfile.LNKTYPE: Kind.HARD_LINK,
    tarfile.XHDTYPE: Kind.PAX,
    tarfile.XGLTYPE: Kind.PAX_GLOBAL,
    tarfile.GNUTYPE_LONGNAME: Kind.LONG_NAME,
    tarfile.GNUTYPE_LONGLINK: Kind.LONG_LINK,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """A decoded header block."""

    name: str
    """As written, undecodable bytes as surrogates."""
    kind: Kind
    size: int
    """Bytes that follow, as the header says; never negative."""
    link: str
    """Target of a link, '' otherwise."""


def decode_header(block: bytes) -> Header | None:
    """Decode one block; None if it is all zeros, the end mark.

    Raises DocumentError: too short, wrong checksum, no number where one should be.
    """
    if len(block) == BLOCK and not block.strip(b"\0"):
        return None
    try:
        info = tarfile.TarInfo.frombuf(block, "utf-8", "surrogateescape")
    except tarfile.HeaderError as error:
        raise DocumentError(f"bad header ({error})", what=_WHAT) from error
    if info.size < 0:
        raise DocumentError(f"a size of {info.size} bytes", what=_WHAT)
    return Header(
        name=info.name, kind=_KINDS.get(info.type, Kind.OTHER), size=info.size, link=info.linkname
    )


def padded(size: int) -> int:
    """Return *size* rounded up to whole blocks, bytes."""
    return -(-size // BLOCK) * BLOCK
