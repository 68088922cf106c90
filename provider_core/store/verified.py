"""Reading a blob: hashed on the way, so that nobody gets to the end of wrong bytes unwarned."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Protocol

from ..digests import Hasher
from ..errors import DigestMismatch, DocumentError, SizeMismatch
from ..oci import Descriptor

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

__all__ = ["RawFile", "check_limit", "verified"]

_BUFFER = 256 << 10


class RawFile(Protocol):
    """What is needed of the file below."""

    def readinto(self, buffer: WriteableBuffer, /) -> int | None: ...

    def seek(self, offset: int, whence: int = 0, /) -> int: ...

    def close(self) -> None: ...


def verified(inner: RawFile, descriptor: Descriptor) -> io.BufferedReader:
    """Return *inner* as a seekable stream that must have the digest and size of *descriptor*.

    The read that meets the end raises SizeMismatch, or, if all bytes were read in order since
    the last seek to the start, DigestMismatch; the bytes of that read are withheld.
    """
    return io.BufferedReader(_VerifiedFile(inner, descriptor), _BUFFER)


def check_limit(descriptor: Descriptor, limit: int) -> None:
    """Raise DocumentError if the blob is larger than *limit* bytes."""
    if descriptor.size > limit:
        reason = f"{descriptor.size} bytes, at most {limit} are read at once"
        raise DocumentError(reason, what=str(descriptor.digest))


class _VerifiedFile(io.RawIOBase):
    def __init__(self, inner: RawFile, descriptor: Descriptor) -> None:
        self._inner = inner
        self._descriptor = descriptor
        self._there = inner.seek(0, io.SEEK_END)
        self._position = inner.seek(0)
        self._hasher = Hasher(descriptor.digest.algorithm)

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        self._position = self._inner.seek(offset, whence)
        if self._position == 0:
            self._hasher = Hasher(self._descriptor.digest.algorithm)
        return self._position

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        view = memoryview(buffer).cast("B")
        count = self._inner.readinto(view) or 0
        if self._position == self._hasher.size:
            self._hasher.update(view[:count])
        self._position += count
        if not count or self._position >= min(self._there, self._descriptor.size):
            self._check_end()
        return count

    def readall(self) -> bytes:
        end = min(self._there, self._descriptor.size)
        data = bytearray()
        buffer = memoryview(bytearray(min(max(end - self._position, 1), 4 * _BUFFER)))
        while count := self.readinto(buffer):
            data += buffer[:count]
        return bytes(data)

    def close(self) -> None:
        if not self.closed:
            try:
                super().close()
            finally:
                self._inner.close()

    def _check_end(self) -> None:
        expected, what = self._descriptor, str(self._descriptor.digest)
        if self._there != expected.size:
            raise SizeMismatch(expected.size, self._there, what=what)
        if self._position < expected.size:  # cut while it was open
            raise SizeMismatch(expected.size, self._position, what=what)
        if self._position == self._hasher.size and self._hasher.digest() != expected.digest:
            raise DigestMismatch(expected.digest, self._hasher.digest())
