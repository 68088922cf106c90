"""Changes as the archive of a layer: POSIX pax, the same changes the same bytes.

Owners are numbers alone: names mean something else in every image.
"""

from __future__ import annotations

import tarfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from typing import BinaryIO

from ..errors import Conflict, NotSupported
from .comparing import Change
from .entries import Attributes, Kind
from .reading import XATTR

__all__ = ["Content", "layer_size", "write_layer"]

Content = Callable[[str, Attributes], AbstractContextManager[BinaryIO]]
"""Opens the content of a file: by its path in the new tree, and as it was seen there."""
_END = bytes(2 * tarfile.BLOCKSIZE)
_PIECE = 1 << 20
_TYPES = {
    Kind.FILE: tarfile.REGTYPE,
    Kind.FOLDER: tarfile.DIRTYPE,
    Kind.SYMLINK: tarfile.SYMTYPE,
    Kind.FIFO: tarfile.FIFOTYPE,
    Kind.CHARACTER: tarfile.CHRTYPE,
    Kind.BLOCK: tarfile.BLKTYPE,
}


def write_layer(
    changes: Iterable[Change], content: Content, *, newest: int | None = None
) -> Iterator[bytes]:
    """Yield the uncompressed archive of *changes*, in pieces of at most 1 MiB.

    Times after *newest*, seconds since 1970, become *newest* (reproducible-builds.org,
    SOURCE_DATE_EPOCH).  Raises Conflict if a file has become shorter or longer meanwhile,
    NotSupported for an extended attribute that the format cannot name, and what *content* does.
    """
    for change in changes:
        yield _header(change, newest)
        attributes = change.attributes
        if attributes is not None and change.link is None and attributes.kind is Kind.FILE:
            with content(change.source, attributes) as file:
                yield from _copied(file, attributes.size, change.path)
    yield _END


def layer_size(changes: Iterable[Change]) -> int:
    """Return the size of the archive of *changes*, bytes."""
    return len(_END) + sum(
        len(_header(change, None)) + _padded(_content_size(change)) for change in changes
    )


def _content_size(change: Change) -> int:
    return 0 if change.link is not None or change.attributes is None else change.attributes.size


def _padded(size: int) -> int:
    return -(-size // tarfile.BLOCKSIZE) * tarfile.BLOCKSIZE


def _copied(file: BinaryIO, size: int, path: str) -> Iterator[bytes]:
    left = size
    while left:
        piece = file.read(min(left, _PIECE))
        if not piece:
            break
        left -= len(piece)
        yield piece
    if left or file.read(1):
        raise Conflict(
            f"the file {path!a} changed its size while it was read",
            hint="leave the folder alone meanwhile, and repeat the command",
            path=path,
        )
    yield bytes(_padded(size) - size)


def _header(change: Change, newest: int | None) -> bytes:
    info = tarfile.TarInfo(change.path or ".")
    attributes = change.attributes
    if attributes is None:
        info.mode = 0
        return _encoded(info)
    info.mode, info.uid, info.gid = attributes.mode, attributes.uid, attributes.gid
    info.mtime = attributes.mtime if newest is None else min(attributes.mtime, newest)
    info.type = tarfile.LNKTYPE if change.link is not None else _TYPES[attributes.kind]
    info.linkname = attributes.target if change.link is None else change.link
    info.size = _content_size(change)
    info.devmajor, info.devminor = attributes.device
    info.pax_headers = {
        _checked(XATTR + name, change.path): value.decode("utf-8", "surrogateescape")
        for name, value in sorted(attributes.xattrs.items())
    }
    return _encoded(info)


def _encoded(info: tarfile.TarInfo) -> bytes:
    return info.tobuf(tarfile.PAX_FORMAT, "utf-8", "surrogateescape")


def _checked(keyword: str, path: str) -> str:
    if "=" in keyword:
        raise NotSupported(
            f"{path!a} has the extended attribute {keyword.removeprefix(XATTR)!a}, "
            "whose name cannot be in a layer",
            hint="remove it: setfattr --remove",
        )
    return keyword
