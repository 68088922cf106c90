"""Compressing content chunk by chunk, on as many cores as there are."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from threading import local
from types import TracebackType
from typing import Final, Self

from ..codecs import compressor
from ..codecs.ports import Compressor
from ..wim_format.compression import Compression

__all__ = ["CHUNK", "ChunkCompressor", "in_chunks"]

CHUNK: Final = 32 << 10
"""Bytes; what every reader takes, in XPRESS and in LZX."""
_BATCH: Final = 32
"""Chunks that one thread compresses at a time."""


def in_chunks(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the bytes of *pieces* in chunks, all but the last of `CHUNK` bytes."""
    rest = bytearray()
    for piece in pieces:
        rest += piece
        whole = len(rest) - len(rest) % CHUNK
        for start in range(0, whole, CHUNK):
            yield bytes(rest[start : start + CHUNK])
        del rest[:whole]
    if rest:
        yield bytes(rest)


class ChunkCompressor:
    """Compresses through libwim; a context manager that ends its threads.

    Raises NotSupported if the system has no libwim.
    """

    def __init__(self, compression: Compression) -> None:
        self.compression = compression
        compressor(compression, CHUNK)  # refused now, not in the middle of a file
        self._workers = os.cpu_count() or 1
        self._pool = ThreadPoolExecutor(self._workers, thread_name_prefix="compress")
        self._own = local()

    def compressed(self, chunks: Iterable[bytes]) -> Iterator[tuple[bytes, bytes]]:
        """Yield each chunk with what it became: itself, where it would not get smaller."""
        waiting = iter(chunks)
        running: deque[Future[list[tuple[bytes, bytes]]]] = deque()
        while True:
            while len(running) <= self._workers and (batch := list(islice(waiting, _BATCH))):
                running.append(self._pool.submit(self._batch, batch))
            if not running:
                return
            yield from running.popleft().result()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._pool.shutdown(cancel_futures=True)

    def _batch(self, chunks: Iterable[bytes]) -> list[tuple[bytes, bytes]]:
        own: Compressor | None = getattr(self._own, "compressor", None)
        if own is None:
            own = self._own.compressor = compressor(self.compression, CHUNK)
        return [(chunk, own.compress(chunk) or chunk) for chunk in chunks]
