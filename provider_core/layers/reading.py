"""A layer's archive as entries: POSIX pax and ustar with the GNU extensions, as `tarfile` reads it.

Contents are hashed as they pass; they are kept nowhere.
"""

from __future__ import annotations

import tarfile
from collections.abc import Iterator
from tarfile import InvalidHeaderError, ReadError, TruncatedHeaderError  # type: ignore[attr-defined]
from typing import Any, Self

from ..digests import Digest, Hasher
from ..errors import DocumentError
from .entries import Attributes, Entry, Kind
from .forward import ForwardStream
from .names import clean_path

__all__ = ["XATTR", "read_layer"]

XATTR = "SCHILY.xattr."
"""Before the name of an extended attribute in a pax header (star, and every engine)."""
_MOST_ENTRIES = 5_000_000
_MOST_SPARSE = 64 << 30
"""Bytes of a file with holes: a header alone can claim any size, and the holes are hashed."""
_PIECE = 1 << 20
_WHAT = "layer"
_KINDS = {
    tarfile.REGTYPE: Kind.FILE,
    tarfile.AREGTYPE: Kind.FILE,
    tarfile.CONTTYPE: Kind.FILE,
    tarfile.GNUTYPE_SPARSE: Kind.FILE,
    tarfile.DIRTYPE: Kind.FOLDER,
    tarfile.SYMTYPE: Kind.SYMLINK,
    tarfile.FIFOTYPE: Kind.FIFO,
    tarfile.CHRTYPE: Kind.CHARACTER,
    tarfile.BLKTYPE: Kind.BLOCK,
}


def read_layer(pieces: Iterator[bytes]) -> Iterator[Entry]:
    """Yield the entries of a layer, in its order; *pieces* are its uncompressed bytes.

    Sparse files are told with the content they stand for.  All of *pieces* is read.  Raises
    DocumentError for what is no tar archive, for names that lead out of the image, and for more
    than five million entries.
    """
    try:
        yield from _entries(pieces)
    except (tarfile.TarError, OverflowError, ValueError) as error:
        raise DocumentError(f"it is no tar archive ({error})", what=_WHAT) from error
    for _ in pieces:
        pass


def _entries(pieces: Iterator[bytes]) -> Iterator[Entry]:
    stream: Any = ForwardStream(pieces)
    archive: Any = tarfile.open(  # noqa: SIM115 - it has nothing to close but the stream
        fileobj=stream, mode="r:", encoding="utf-8", errors="surrogateescape", tarinfo=_Header
    )
    count = 0
    while (member := archive.next()) is not None:
        count += 1
        if count > _MOST_ENTRIES:
            raise DocumentError(f"more than {_MOST_ENTRIES} entries", what=_WHAT)
        yield _entry(archive, member)
        archive.members = []  # tarfile remembers every one, for who seeks


class _Header(tarfile.TarInfo):
    """A header that is damaged or cut off is an error; to `tarfile` it is the archive's end."""

    @classmethod
    def fromtarfile(cls, tarfile: Any) -> Self:
        try:
            return super().fromtarfile(tarfile)
        except (InvalidHeaderError, TruncatedHeaderError) as error:
            raise ReadError(str(error)) from error


def _entry(archive: tarfile.TarFile, member: tarfile.TarInfo) -> Entry:
    path = clean_path(member.name)
    if member.islnk():
        return Entry(path=path, link=clean_path(member.linkname))
    kind = _KINDS.get(member.type)
    if kind is None:
        raise DocumentError(f"{path[:200]!a} is of the unknown type {member.type!a}", what=_WHAT)
    is_file = kind is Kind.FILE
    attributes = Attributes(
        kind=kind,
        mode=member.mode & 0o7777,
        uid=member.uid,
        gid=member.gid,
        mtime=int(member.mtime // 1),
        size=member.size if is_file else 0,
        target=member.linkname if kind is Kind.SYMLINK else "",
        device=(member.devmajor, member.devminor)
        if kind in (Kind.CHARACTER, Kind.BLOCK)
        else (0, 0),
        xattrs=_xattrs(member),
    )
    return Entry(
        path=path, attributes=attributes, digest=_content(archive, member) if is_file else None
    )


def _xattrs(member: tarfile.TarInfo) -> dict[str, bytes]:
    return {
        key.removeprefix(XATTR): value.encode("utf-8", "surrogateescape")
        for key, value in member.pax_headers.items()
        if key.startswith(XATTR)
    }


def _content(archive: tarfile.TarFile, member: tarfile.TarInfo) -> Digest:
    """Hash a file's content, holes as zeros; DocumentError if the archive ends before."""
    if member.issparse() and member.size > _MOST_SPARSE:
        raise DocumentError(f"{member.name[:200]!a} is a sparse file too large", what=_WHAT)
    hasher = Hasher()
    content = archive.extractfile(member)
    assert content is not None, "it is a file"
    while piece := content.read(_PIECE):
        hasher.update(piece)
    if hasher.size != member.size:
        raise DocumentError(f"{member.name[:200]!a} is cut off", what=_WHAT)
    return hasher.digest()
