"""Digests: the name of content by its hash, and the one way to compute it.

The grammar is that of the OCI image specification (descriptor, "Digests"), confined to its two
registered algorithms and to lower-case hexadecimal of the exact length.  A `Digest` cannot be
made of anything else, so that it is safe as part of a path.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import Any, Protocol, Self

from .errors import DocumentError, SizeMismatch

__all__ = ["Digest", "Hasher"]

_HEX_DIGITS = {"sha256": 64, "sha512": 128}
_HEX = re.compile("[0-9a-f]+")
_CHUNK = 1 << 20


class _Readable(Protocol):
    def read(self, size: int = -1, /) -> bytes: ...


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Digest:
    """The hash that names content; ordered by its text.

    Raises DocumentError if the fields are not a digest.
    """

    algorithm: str
    """'sha256' or 'sha512'."""
    hex: str
    """The hash, 64 or 128 lower-case hexadecimal digits."""

    def __post_init__(self) -> None:
        expected = _HEX_DIGITS.get(self.algorithm)
        if expected is None:
            reason = f"its algorithm {self.algorithm[:32]!r} is not one of {', '.join(_HEX_DIGITS)}"
            raise DocumentError(reason, what="digest")
        if len(self.hex) != expected or not _HEX.fullmatch(self.hex):
            reason = f"{self.algorithm} has {expected} lower-case hexadecimal digits"
            raise DocumentError(reason, what="digest")

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``sha256:…``, exactly; DocumentError for anything else."""
        algorithm, colon, digits = text.partition(":")
        if not colon:
            raise DocumentError("it has no 'algorithm:' in front", what="digest")
        return cls(algorithm=algorithm, hex=digits)

    @classmethod
    def of(cls, data: bytes | bytearray | memoryview) -> Self:
        """Return the SHA-256 digest of *data*."""
        return cls(algorithm="sha256", hex=hashlib.sha256(data).hexdigest())

    @classmethod
    def of_stream(
        cls, stream: _Readable, limit: int | None = None, *, chunk: int = _CHUNK
    ) -> tuple[Digest, int]:
        """Read *stream* to its end; return its SHA-256 digest and its size in bytes.

        At most *chunk* bytes are in memory.  Raises SizeMismatch as soon as more than *limit*
        bytes came (None: no limit); what reading the stream raises passes through.
        """
        hasher = Hasher()
        buffer = memoryview(bytearray(chunk))
        while count := _fill(stream, buffer):
            hasher.update(buffer[:count])
            if limit is not None and hasher.size > limit:
                raise SizeMismatch(limit, hasher.size)
        return hasher.digest(), hasher.size

    @property
    def short(self) -> str:
        """The first 12 hexadecimal digits, as Docker shows image ids; for people only."""
        return self.hex[:12]

    def __str__(self) -> str:
        """Return ``algorithm:hex``, which `parse` reads."""
        return f"{self.algorithm}:{self.hex}"


class Hasher:
    """Computes a digest piece by piece and counts the bytes."""

    __slots__ = ("_algorithm", "_hash", "size")

    def __init__(self, algorithm: str = "sha256") -> None:
        if algorithm not in _HEX_DIGITS:
            raise DocumentError(f"unknown algorithm {algorithm[:32]!r}", what="digest")
        self._algorithm = algorithm
        self._hash = hashlib.new(algorithm)
        self.size = 0
        """Bytes seen so far."""

    def update(self, data: bytes | bytearray | memoryview) -> None:
        """Append *data*; large pieces are hashed without the interpreter lock."""
        self._hash.update(data)
        self.size += memoryview(data).nbytes

    def digest(self) -> Digest:
        """Return the digest of what was seen so far; more may follow."""
        return Digest(algorithm=self._algorithm, hex=self._hash.hexdigest())


def _fill(stream: _Readable, buffer: memoryview) -> int:
    # Reading into one buffer spares an allocation of its size for every piece; not every stream
    # of a decompressor or an HTTP client can do it.
    readinto: Any = getattr(stream, "readinto", None)
    if readinto is not None:
        return readinto(buffer) or 0
    data = stream.read(len(buffer))
    buffer[: len(data)] = data
    return len(data)
