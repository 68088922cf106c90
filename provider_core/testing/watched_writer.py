"""A Writer that counts what goes through it, and can fail or stop at any write."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import BinaryIO, Self

from ..digests import Digest
from ..oci import Descriptor
from ..store import Computed, Partial, Writer

__all__ = ["WatchedWriter"]


class WatchedWriter:
    """Passes everything on to *inner* and remembers how many bytes of which blob.

    Example::

        writer = WatchedWriter(store.writer(lease), on_write=lambda: token.cancel())
        provider.install(package, store, writer, context)
        assert writer.written[descriptor.digest] == descriptor.size
    """

    def __init__(self, inner: Writer, *, on_write: Callable[[], None] | None = None) -> None:
        self.written: Counter[Digest] = Counter()
        """Bytes of each blob that was expected."""
        self.computed = 0
        """Bytes of blobs whose digest was not known before."""
        self._inner = inner
        self._on_write = on_write or _nothing

    def expect(self, descriptor: Descriptor) -> Partial | None:
        partial = self._inner.expect(descriptor)
        return None if partial is None else _WatchedPartial(partial, self.count)

    def compute(self, limit: int) -> Computed:
        return _WatchedComputed(self._inner.compute(limit), self.count)

    def commit_many(self, partials: Sequence[Partial]) -> None:
        self._inner.commit_many(
            [one.partial if isinstance(one, _WatchedPartial) else one for one in partials]
        )

    def count(self, digest: Digest | None, size: int) -> None:
        """Note *size* bytes of a blob, before they are written."""
        self._on_write()
        if digest is None:
            self.computed += size
        else:
            self.written[digest] += size


Count = Callable[[Digest | None, int], None]


class _Watched:
    def __init__(self, piece: Partial | Computed) -> None:
        self._piece = piece

    def close(self) -> None:
        self._piece.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


class _WatchedPartial(_Watched):
    def __init__(self, partial: Partial, count: Count) -> None:
        super().__init__(partial)
        self.partial = partial
        self.descriptor = partial.descriptor
        self._count = count

    def gaps(self) -> tuple[tuple[int, int], ...]:
        return self.partial.gaps()

    def write(self, offset: int, data: bytes | bytearray | memoryview) -> None:
        self._count(self.descriptor.digest, memoryview(data).nbytes)
        self.partial.write(offset, data)

    def adopt(self, file: BinaryIO, hashed: Callable[[int], None]) -> bool:
        def counted(count: int) -> None:
            self._count(self.descriptor.digest, count)
            hashed(count)

        return self.partial.adopt(file, counted)

    def commit(self) -> None:
        self.partial.commit()


class _WatchedComputed(_Watched):
    def __init__(self, computed: Computed, count: Count) -> None:
        super().__init__(computed)
        self._computed = computed
        self._count = count

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self._count(None, memoryview(data).nbytes)
        self._computed.write(data)

    def commit(self, media_type: str) -> Descriptor:
        return self._computed.commit(media_type)


def _nothing() -> None:
    pass
