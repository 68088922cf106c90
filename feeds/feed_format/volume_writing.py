"""Volumes on their way: a folder with a mark in it, until every volume is whole.

What ended early is begun again by the same command: blobs that are whole stay, all else is made
anew.  A volume gets its pointer last, so nobody reads one that is not whole.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import BinaryIO, Final

from provider_core.digests import Digest
from provider_core.disk.durable import make_folder, remove, sync_folder
from provider_core.disk.failures import disk_errors
from provider_core.disk.folders import remove_folder
from provider_core.errors import Exists, Locked, SizeMismatch
from provider_core.oci.layout import blob_path
from provider_core.store.locks import claim

from .checksums import files_of, write_checksums
from .feed_folder import FeedFolder, StagedFiles
from .paths import INGEST, VOLUME_FILE, piece_path, role_file, volume_folder
from .volume_numbers import volume_file
from .volume_packing import Part, count_volumes
from .volumes import Piece, Volume

__all__ = ["UNFINISHED", "Open", "VolumeWriter", "unfinished_volumes"]

UNFINISHED: Final = "unfinished"
"""The file that marks a folder whose volumes are being made."""

Open = Callable[[], BinaryIO]
"""Opens a blob, which is verified by who reads it to its end."""

_CHUNK: Final = 1 << 20
_BATCH_FILES: Final = 64
_BATCH_BYTES: Final = 64 << 20


@contextmanager
def unfinished_volumes(path: Path) -> Iterator[None]:
    """Take the folder *path* to make volumes in it; its mark goes when all are whole.

    Raises Exists unless it is absent, empty or marked, Locked while another process works on it,
    NoSpace, StoreError.
    """
    mark = path / UNFINISHED
    with disk_errors(path):
        make_folder(path, 0o755)
        if not os.listdir(path):
            os.close(os.open(mark, os.O_WRONLY | os.O_CREAT, 0o644))
            sync_folder(path)
        try:
            fd = claim(mark)
        except FileNotFoundError:
            raise Exists(str(path), hint="name an empty folder, or none yet") from None
    if fd is None:
        raise Locked(f"the folder {path}")
    try:
        yield
        with disk_errors(path):
            remove_folder(path / INGEST)
            remove(mark)
            sync_folder(path)
    finally:
        os.close(fd)


class VolumeWriter:
    """Makes volumes of *parts* in the folder *path*: `pour`, `finish`, in `unfinished_volumes`."""

    def __init__(self, path: Path, parts: Sequence[Part]) -> None:
        self._folder = FeedFolder(path)
        self._parts = parts
        count = count_volumes(parts)
        self._names = [volume_folder(number, count) for number in range(1, count + 1)]
        self.poured = 0
        """Bytes of content that were written."""
        self.written = 0
        """Bytes of everything that was written."""

    def missing(self) -> int:
        """Return how many bytes of content are not there yet; pieces never are."""
        return sum(part.length for part in self._parts if not self._is_there(part))

    def pour(self, content: Mapping[Digest, Open]) -> tuple[Volume, ...]:
        """Write the content; return what is on which volume then.

        Raises NoSpace, StoreError, and what reading raises.
        """
        self._clear()
        pieces: list[list[Piece]] = [[] for _ in self._names]
        with self._folder.stage() as files:
            batch = _Batch(files)
            for digest, parts in groupby(self._parts, key=lambda part: part.blob):
                self._pour_blob(content[digest], list(parts), batch, pieces)
            files.commit()
            self.poured = files.size
        whole: list[dict[Digest, int]] = [{} for _ in self._names]
        for part in self._parts:
            if part.is_whole:
                whole[part.volume - 1][part.blob] = part.length
        return tuple(
            Volume(blobs=found, pieces=tuple(cut)) for found, cut in zip(whole, pieces, strict=True)
        )

    def finish(self, metadata: FeedFolder) -> None:
        """Give every volume all files of *metadata*, the pointer last, and its checksums.

        Raises NoSpace, StoreError.
        """
        pointer = role_file("timestamp")
        with self._folder.stage() as files:
            for name in files_of(metadata):
                if name != pointer:
                    self._add_everywhere(files, name, _content(metadata, name))
            for number, volume in enumerate(self._names, start=1):
                data = volume_file(number, len(self._names))
                files.add(f"{volume}/{VOLUME_FILE}", data)
            files.commit()
            self._add_everywhere(files, pointer, _content(metadata, pointer))
            files.commit()
            self.written = self.poured + files.size
        for volume in self._names:
            write_checksums(FeedFolder(self._folder.path(volume)))
            with disk_errors(self._folder.root):
                remove_folder(self._folder.path(f"{volume}/{INGEST}"))

    def _add_everywhere(self, files: StagedFiles, name: str, data: bytes) -> None:
        for volume in self._names:
            files.add(f"{volume}/{name}", data)

    def _pour_blob(
        self, open_: Open, parts: Sequence[Part], batch: _Batch, pieces: list[list[Piece]]
    ) -> None:
        if all(map(self._is_there, parts)):
            return
        with open_() as stream:
            for part in parts:
                hand_over = partial(_hand_over, stream, part.length)
                if part.is_whole:
                    batch.files.fill(self._path(part), hand_over)
                else:
                    named = partial(_piece_on, self._names[part.volume - 1])
                    digest = batch.files.fill_named(named, hand_over)
                    pieces[part.volume - 1].append(_piece(part, digest))
                batch.done()

    def _clear(self) -> None:
        """Remove what others have left, except blobs that are needed where they are."""
        kept = {self._where(part) for part in self._parts if self._is_there(part)}
        root = self._folder.root
        with disk_errors(root):
            remove_folder(root / INGEST)
            for volume in root.glob("volume-*"):
                if volume.is_symlink() or not volume.is_dir():
                    remove(volume)
                else:
                    remove(volume / role_file("timestamp"))
                    _clear_folder(volume, kept)

    def _is_there(self, part: Part) -> bool:
        return part.is_whole and self._folder.has(self._path(part), part.length)

    def _path(self, part: Part) -> str:
        """Return where a whole blob goes."""
        return f"{self._names[part.volume - 1]}/{blob_path(part.blob)}"

    def _where(self, part: Part) -> Path:
        return self._folder.path(self._path(part))


class _Batch:
    """Files that become visible a batch at a time, so that what ends early keeps most of them."""

    def __init__(self, files: StagedFiles) -> None:
        self.files = files
        self._count = 0
        self._size = 0

    def done(self) -> None:
        """Note one more file."""
        self._count += 1
        if self._count >= _BATCH_FILES or self.files.size - self._size >= _BATCH_BYTES:
            self.files.commit()
            self._count, self._size = 0, self.files.size


def _piece(part: Part, digest: Digest) -> Piece:
    return Piece(blob=part.blob, offset=part.offset, length=part.length, digest=digest)


def _piece_on(volume: str, digest: Digest) -> str:
    return f"{volume}/{piece_path(digest)}"


def _clear_folder(folder: Path, kept: Collection[Path]) -> None:
    """Remove everything from *folder* but the files *kept*, and itself if it is empty then.

    Links are removed, never followed; *folder* is none.
    """
    for name, folders, files in os.walk(folder, topdown=False):
        place = Path(name)
        for path in (place / one for one in files):
            if path not in kept:
                remove(path)
        for path in (place / one for one in folders):
            if path.is_symlink():
                remove(path)
        if not os.listdir(place):
            place.rmdir()


def _hand_over(stream: BinaryIO, count: int, write: Callable[[memoryview], None]) -> None:
    """Give *write* the next *count* bytes of *stream*."""
    left = count
    while left:
        data = stream.read(min(left, _CHUNK))
        if not data:
            raise SizeMismatch(count, count - left, what="content")
        write(memoryview(data))
        left -= len(data)


def _content(folder: FeedFolder, name: str) -> bytes:
    return folder.read(name, folder.path(name).stat().st_size)
