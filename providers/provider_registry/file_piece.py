"""A piece of a file as the body of a request: sent as it is read, so that memory stays small."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from provider_core.errors import SizeMismatch, StoreError

__all__ = ["FilePiece"]

_STEP = 1 << 20


class FilePiece:
    """*count* bytes of *stream* from *start* on, a transport's Body; one reader at a time."""

    def __init__(self, stream: BinaryIO, start: int, count: int) -> None:
        self._stream = stream
        self._start = start
        self._count = count

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[bytes]:
        """Read it from its beginning; SizeMismatch if the file is shorter, StoreError."""
        at, end = self._start, self._start + self._count
        while at < end:
            data = self._read(at, min(_STEP, end - at))
            if not data:
                raise SizeMismatch(end, at, what="the blob")
            yield data
            at += len(data)

    def _read(self, at: int, count: int) -> bytes:
        try:
            self._stream.seek(at)
            return self._stream.read(count)
        except OSError as error:
            raise StoreError(
                f"what is to be sent cannot be read: {error.strerror or error}",
                hint="`ferry store check` finds what is damaged",
            ) from error
