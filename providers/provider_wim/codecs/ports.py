"""What a codec is, as small protocols; libwim's and our own both keep them."""

from __future__ import annotations

from typing import Protocol

from ..wim_format.compression import Compression

__all__ = ["Codec", "Compressor", "Decoder"]


class Decoder(Protocol):
    """Decodes chunks of one compression and chunk size, one at a time: not thread-safe."""

    def decode(self, chunk: bytes | memoryview, out: memoryview) -> None:
        """Fill *out*, which has the chunk's size after decompression and is writable.

        Raises WimError if *chunk* is damaged.
        """


class Compressor(Protocol):
    """Compresses chunks of one compression and chunk size, one at a time: not thread-safe."""

    def compress(self, chunk: bytes) -> bytes | None:
        """Return *chunk* compressed; None if that would not make it smaller."""


class Codec(Protocol):
    """Makes decoders."""

    @property
    def name(self) -> str:
        """Whose it is, with its version: 'libwim 1.13.5', 'Python'."""

    @property
    def is_parallel(self) -> bool:
        """Whether decoders work at the same time in several threads."""

    def decoder(self, compression: Compression, chunk_size: int) -> Decoder:
        """Return a new decoder of chunks of at most *chunk_size* bytes.

        Raises NotSupported if it cannot decode *compression*.
        """
