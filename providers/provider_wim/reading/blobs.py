"""Blobs: the contents of an opened file, as a `BlobSource`."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import Self

from ..tree import Blob, Piece
from .blob_store import BlobStore
from .hashes import check_hash
from .pipeline import Pipeline

__all__ = ["Blobs"]


class Blobs:
    """A `BlobSource` over *store* with *workers* threads, which end with the context.

    *check* is called now and then and may raise, to give up.  For one consumer at a time.
    """

    def __init__(self, store: BlobStore, workers: int, check: Callable[[], None]) -> None:
        self.parallel = workers
        """How many threads it is worth to read on."""
        self._store = store
        self._check = check
        self._workers = ThreadPoolExecutor(workers, thread_name_prefix="wim")
        self._pipeline = self._new(())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._workers.shutdown(cancel_futures=True)
        self._store.close()

    def find(self, sha1: bytes) -> Blob:
        """Return the blob of a hash.  Raises WimError if there is none."""
        return self._store.find(sha1)

    def announce(self, blobs: Iterable[Blob]) -> None:
        self._pipeline = self._new(blobs)

    def pieces(self, blob: Blob) -> Iterator[Piece]:
        pipeline = self._pipeline
        if pipeline.next_blob() != blob:
            pipeline = self._new((blob,))
        left = blob.size
        digest = None
        while left:
            self._check()
            pipeline.next_blob()
            piece = pipeline.next_piece()
            left -= len(piece)
            if digest is None and left:
                digest = hashlib.sha1(usedforsecurity=False)
            if digest is not None:
                digest.update(piece)
                if not left:
                    check_hash(digest.digest(), blob)
            yield piece

    def read_into(self, places: Iterable[tuple[Blob, int]], out: memoryview) -> None:
        self._check()
        self._store.read_into(places, out)

    def read(self, blob: Blob) -> bytes:
        """Return a small blob whole, on the caller's own thread.

        Raises as `pieces`.
        """
        self._check()
        return b"".join(map(self._store.read, self._store.spans(blob)))

    def _new(self, blobs: Iterable[Blob]) -> Pipeline:
        return Pipeline(blobs, self._store.spans, self._store.read, self._workers)
