"""A layer's entries as the standard library reads them, to be compared with another's."""

from __future__ import annotations

import hashlib
import tarfile
from pathlib import Path
from typing import NamedTuple

__all__ = ["Line", "dump_layer"]


class Line(NamedTuple):
    """Everything an entry says; owners by number, times in whole seconds."""

    name: str
    type: bytes
    mode: int
    uid: int
    gid: int
    size: int
    mtime: int
    link: str
    device: tuple[int, int]
    xattrs: tuple[tuple[str, str], ...]
    content: str
    """SHA-256 of a file's content, '' for everything else."""


def dump_layer(blob: Path) -> list[Line]:
    """Return the entries of a layer, plain or in gzip, in their order."""
    with tarfile.open(blob, errors="surrogateescape") as archive:
        return [_line(archive, member) for member in archive]


def _line(archive: tarfile.TarFile, member: tarfile.TarInfo) -> Line:
    content = archive.extractfile(member) if member.isreg() else None
    return Line(
        name=member.name,
        type=member.type,
        mode=member.mode,
        uid=member.uid,
        gid=member.gid,
        size=member.size,
        mtime=int(member.mtime),
        link=member.linkname,
        device=(member.devmajor, member.devminor),
        xattrs=tuple(
            sorted(
                (key, value)
                for key, value in member.pax_headers.items()
                if key.startswith("SCHILY.xattr.")
            )
        ),
        content=hashlib.sha256(content.read()).hexdigest() if content else "",
    )
