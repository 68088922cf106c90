"""A store that keeps nothing: what goes in is hashed, and only small documents are remembered.

So a file is verified by the very code that would install it.
"""

from __future__ import annotations

import io
import threading
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import BinaryIO, Final, Self

from ..digests import Digest, Hasher
from ..errors import BlobNotFound, DigestMismatch, DocumentError, NotSupported, SizeMismatch
from ..model import FileStamp, Pin
from ..oci import Descriptor
from ..oci.media_types import is_layer
from ..store import Computed, Partial, Reader

__all__ = ["HashingStore"]

_SMALL: Final = 4 << 20
"""Bytes up to which content is remembered: manifests, indexes and configs are read again.

Layers are not, however small: there may be any number of them.
"""


class HashingStore:
    """A Reader and Writer at once; local files are opened through *files*."""

    def __init__(self, files: Reader) -> None:
        self._files = files
        self._sizes: dict[Digest, int] = {}
        self._small: dict[Digest, bytes] = {}
        self._lock = threading.Lock()

    @property
    def size(self) -> int:
        """Bytes of everything that was right."""
        return sum(self._sizes.values())

    def has(self, descriptor: Descriptor) -> bool:
        return self._sizes.get(descriptor.digest) == descriptor.size

    def open(self, root: Pin) -> BinaryIO:
        if isinstance(root, FileStamp):
            return self._files.open(root)
        if root.digest not in self._small:
            raise BlobNotFound(root.digest, "what is remembered while it is verified")
        return io.BytesIO(self._small[root.digest])

    def read(self, descriptor: Descriptor, *, limit: int = _SMALL) -> bytes:
        if descriptor.size > limit:
            raise DocumentError(f"{descriptor.size} bytes, at most {limit}", what="document")
        with self.open(descriptor) as file:
            return file.read()

    def expect(self, descriptor: Descriptor) -> Partial | None:
        return None if self.has(descriptor) else _Expected(self, descriptor)

    def compute(self, limit: int) -> Computed:
        return _Made(self, limit)

    def commit_many(self, partials: Sequence[Partial]) -> None:
        for partial in partials:
            partial.commit()

    def note(self, digest: Digest, size: int, data: bytes | None) -> None:
        """Remember that content of *digest* was right; *data* if it is small."""
        with self._lock:
            self._sizes[digest] = size
            if data is not None:
                self._small[digest] = data


class _Hashed:
    """Content on its way through a hasher."""

    def __init__(self, store: HashingStore, algorithm: str, limit: int) -> None:
        self._store = store
        self._hasher = Hasher(algorithm)
        self._limit = limit
        self._size = 0
        self._small: bytearray | None = bytearray()

    def append(self, data: bytes | bytearray | memoryview) -> None:
        self._size += len(data)
        if self._size > self._limit:
            raise SizeMismatch(self._limit, self._size)
        self._hasher.update(data)
        if self._small is not None:
            self._small += data
            if len(self._small) > _SMALL:
                self._small = None

    def settle(self, media_type: str) -> Digest:
        digest, small = self._hasher.digest(), self._small
        if is_layer(media_type):
            small = None
        self._store.note(digest, self._size, None if small is None else bytes(small))
        return digest

    def close(self) -> None:
        """Nothing was kept."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


class _Expected(_Hashed):
    """A Partial that takes its bytes in order."""

    def __init__(self, store: HashingStore, descriptor: Descriptor) -> None:
        super().__init__(store, descriptor.digest.algorithm, descriptor.size)
        self.descriptor = descriptor

    def gaps(self) -> tuple[tuple[int, int], ...]:
        left = self._size, self.descriptor.size
        return (left,) if left[0] < left[1] else ()

    def write(self, offset: int, data: bytes | bytearray | memoryview) -> None:
        if offset != self._size:
            raise NotSupported("content that comes out of order is not verified", hint="install it")
        self.append(data)

    def adopt(self, file: BinaryIO, hashed: Callable[[int], None]) -> bool:
        return False

    def commit(self) -> None:
        expected = self.descriptor
        if self._size != expected.size:
            raise SizeMismatch(expected.size, self._size, what=str(expected.digest))
        actual = self._hasher.digest()
        if actual != expected.digest:
            raise DigestMismatch(expected.digest, actual)
        self.settle(expected.media_type)


class _Made(_Hashed):
    """A Computed whose bytes are counted, hashed and dropped."""

    def __init__(self, store: HashingStore, limit: int) -> None:
        super().__init__(store, "sha256", limit)

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.append(data)

    def commit(self, media_type: str) -> Descriptor:
        return Descriptor(media_type=media_type, digest=self.settle(media_type), size=self._size)
