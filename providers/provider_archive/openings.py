"""Opening what was named: a layout folder, or an archive in whatever is wrapped around it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final

from provider_core.compression import HEAD, Compression, compression_of, decompressed
from provider_core.context import Context
from provider_core.errors import NotSupported
from provider_core.tar.headers import BLOCK

from .docker_images import DOCKER_INDEX, LEGACY_INDEX
from .holders import ArchiveHolder, FolderHolder, Holder, open_file
from .layout import Layout
from .tar_table import is_tar, read_table

__all__ = ["is_compressed", "open_archive", "open_holder"]

_SIGNED: Final = "trust/1.root.json"
"""What makes a layout a signed feed (`feed_format.paths`)."""
_LEAST_LIMIT: Final = 64 << 20
_MOST_RATIO: Final = 100
"""Images shrink to a half or a third; what grows a hundredfold was made to fill a disk."""


@contextmanager
def open_holder(path: Path, context: Context) -> Iterator[Holder | None]:
    """Open a file or folder; None if there is no image in it.

    Raises as `open_archive`, NotSupported for a signed feed, and NoSuchFile, UsageError, StoreError
    if it cannot be opened.
    """
    if path.is_dir():
        _check_unsigned(path)
        folder = FolderHolder(path)
        yield folder if Layout.is_in(folder) else None
        return
    with open_file(path) as stream, open_archive(path, stream, context) as holder:
        yield holder


@contextmanager
def open_archive(path: Path, stream: IO[bytes], context: Context) -> Iterator[Holder | None]:
    """Open the archive in the seekable *stream*, read in place if it is plain.

    A compressed one is unpacked into a spool, at most to a hundred times its size (64 MiB at
    least).  None if it is no image archive.  Raises DocumentError and SizeMismatch for an
    archive that breaks its format or the rules of `tar_table`, NotSupported for the form that
    Docker wrote before 1.10, NoSpace.
    """
    stream.seek(0)
    compression = compression_of(stream.read(HEAD))
    size = stream.seek(0, 2)
    stream.seek(0)
    if compression is Compression.NONE:
        yield _holder(path, stream, size)
        return
    limit = max(_LEAST_LIMIT, _MOST_RATIO * size)
    pieces = decompressed(stream, compression, limit=limit, what=str(path))
    first = next(pieces, b"")
    if not is_tar(first[:BLOCK]):
        pieces.close()
        yield None
        return
    with context.spool(limit) as spool:
        size = spool.write(first)
        for piece in _told(pieces, path, context):
            size += spool.write(piece)
        yield _holder(path, spool, size)


def _check_unsigned(folder: Path) -> None:
    """Raise NotSupported for a signed feed: a bare layout has no signatures to look at."""
    if (folder / _SIGNED).exists():
        raise NotSupported(
            f"{folder} is a signed feed, which is not read as a layout that nobody signed",
            hint="enable the provider feed: ferry provider list",
        )


def is_compressed(path: Path) -> bool:
    """Whether *path* is a file that must be unpacked to be read."""
    if path.is_dir():
        return False
    with open_file(path) as stream:
        return compression_of(stream.read(HEAD)) is not Compression.NONE


def _holder(path: Path, stream: IO[bytes], size: int) -> Holder | None:
    table = read_table(stream, size)
    if table is None:
        return None
    holder = ArchiveHolder(path, stream, table)
    if Layout.is_in(holder) or holder.size(DOCKER_INDEX) is not None:
        table.require_clean()
        return holder
    if holder.size(LEGACY_INDEX) is not None:
        raise NotSupported(
            f"{path} has the form that Docker wrote before version 1.10",
            hint="load it into a current Docker and save it again",
        )
    return None


def _told(pieces: Iterator[bytes], path: Path, context: Context) -> Iterator[bytes]:
    key = str(path)
    context.progress.start(key, f"unpacking {path.name}", None)
    for piece in pieces:
        context.check()
        context.progress.advance(key, len(piece))
        yield piece
    context.progress.done(key)
