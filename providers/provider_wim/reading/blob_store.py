"""The blobs of a set by hash, span by span."""

from __future__ import annotations

import hashlib
import threading
from collections import defaultdict
from collections.abc import Iterable, Iterator

from provider_core.context import Spool
from provider_core.errors import WimError

from ..tree import Blob, Piece
from ..wim_format.blob_table import StoredBlob
from .decoders import DecoderPool
from .hashes import check_hash
from .limits import Limits
from .part_set import PartSet
from .resources import decode_chunks
from .small_blobs import read_blobs
from .solid_run import SolidRun
from .spans import Span, spans_of
from .spool_file import SpoolFile

__all__ = ["BlobStore"]


class BlobStore:
    """Finds blobs and reads spans of them; thread-safe but for `close`."""

    def __init__(self, parts: PartSet, pool: DecoderPool, spool: Spool, limits: Limits) -> None:
        self._parts = parts
        self._pool = pool
        self._limits = limits
        self._spool = spool
        self._runs: dict[tuple[int, int], tuple[SolidRun, SpoolFile]] = {}
        self._lock = threading.Lock()

    def find(self, sha1: bytes) -> Blob:
        """Return the blob of a hash.  Raises WimError if there is none."""
        return self._stored(sha1).blob

    def spans(self, blob: Blob) -> Iterator[Span]:
        """Yield the spans of *blob*, in order.  Raises WimError."""
        stored = self._stored_as(blob)
        return spans_of(blob, stored, self._parts[stored.part])

    def read(self, span: Span) -> Piece:
        """Return the bytes of *span*; the hash is checked if it is a whole blob.

        Raises WimError, NotSupported, NoSpace, StoreError.
        """
        stored, part = span.stored, self._parts[span.stored.part]
        place = stored.offset + span.offset
        data: Piece
        if span.chunks:
            data = decode_chunks(part, span.chunks, part.kind, self._pool)
        elif stored.run < 0:
            data = part.read_at(place, span.size)
        else:
            run, spool = self._run(stored)
            data = run.read(place, span.size, self._pool, spool)
        if span.is_whole:
            check_hash(hashlib.sha1(data, usedforsecurity=False).digest(), span.blob)
        return data

    def read_into(self, places: Iterable[tuple[Blob, int]], out: memoryview) -> None:
        """Put each blob at its offset in *out*, the hash checked.

        Raises WimError, NotSupported, NoSpace, StoreError.
        """
        by_part: defaultdict[int, list[tuple[StoredBlob, int]]] = defaultdict(list)
        for blob, place in places:
            stored = self._stored_as(blob)
            if stored.run < 0:
                by_part[stored.part].append((stored, place))
            else:
                out[place : place + blob.size] = self.read(Span(blob, stored, 0, blob.size))
        for number, wanted in by_part.items():
            read_blobs(self._parts[number], wanted, self._pool, out)

    def close(self) -> None:
        """Let the spools vanish."""
        for _, spool in self._runs.values():
            spool.close()

    def _stored(self, sha1: bytes) -> StoredBlob:
        stored = self._parts.table.blobs.get(sha1)
        if stored is None:
            raise WimError(f"blob {sha1.hex()} is not there", where="blob table")
        return stored

    def _stored_as(self, blob: Blob) -> StoredBlob:
        stored = self._stored(blob.sha1)
        if stored.blob != blob:
            raise WimError(f"blob {blob.sha1.hex()} has another size than is said")
        return stored

    def _run(self, stored: StoredBlob) -> tuple[SolidRun, SpoolFile]:
        key = stored.part, stored.run
        with self._lock:
            known = self._runs.get(key)
            if known is None:
                run = SolidRun(self._parts[stored.part], self._parts.table.runs[key])
                self._limits.check(run.size, "a solid resource")
                self._limits.check_room(run.size, "a solid resource")
                known = self._runs[key] = run, SpoolFile(self._spool, run.size)
            return known
