"""Content that is made here: hashed while it is written, named when it is whole."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from ..digests import Digest, Hasher
from ..disk.direct import block_buffer
from ..disk.durable import remove, sync_folder
from ..disk.failures import disk_errors
from ..errors import Conflict, SizeMismatch
from ..oci import Descriptor
from .blob_file import size_of_blob
from .layout import Layout
from .scratch import ScratchFile

__all__ = ["DirectoryComputed"]

_BUFFER = 1 << 20


class DirectoryComputed:
    """A file in ingest/ that becomes a blob; for one thread at a time."""

    def __init__(self, layout: Layout, limit: int, *, claim: Callable[[Digest], None]) -> None:
        self._layout = layout
        self._limit = limit
        self._claim = claim
        self._file = ScratchFile.fresh(layout.ingest)
        self._hasher = Hasher()
        self._buffer = block_buffer(_BUFFER)
        self._filled = 0
        self._written = 0
        self._closed = False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self._check()
        view = memoryview(data).cast("B")
        size = self._hasher.size + len(view)
        if size > self._limit:
            raise SizeMismatch(self._limit, size, what="computed content")
        self._hasher.update(view)
        while view:
            room = self._buffer[self._filled :][: len(view)]
            room[:], view = view[: len(room)], view[len(room) :]
            self._filled += len(room)
            if self._filled == _BUFFER:
                self._flush()

    def commit(self, media_type: str) -> Descriptor:
        self._check()
        self._flush()
        digest = self._hasher.digest()
        descriptor = Descriptor(media_type=media_type, digest=digest, size=self._hasher.size)
        self._claim(digest)
        target = self._layout.blob(digest)
        if size_of_blob(target) != descriptor.size:
            self._file.sync()
            self._file.place(target, 0o444)
            _flush_folder(target)
        self.close()
        return descriptor

    def close(self) -> None:
        if not self._closed:
            self._closed = True
            self._file.discard()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _check(self) -> None:
        if self._closed:
            raise Conflict(
                "the computed content was closed or committed already",
                hint="compute once for each blob",
            )

    def _flush(self) -> None:
        self._file.write_directly(self._written, self._buffer[: self._filled])
        self._written += self._filled
        self._filled = 0


def _flush_folder(target: Path) -> None:
    """Flush the name *target*; what could not be flushed is taken out of sight again."""
    with disk_errors(target):
        try:
            sync_folder(target.parent)
        except OSError:
            with suppress(OSError):
                remove(target)
            raise
