"""Decoders to borrow, since one works for one thread at a time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager

from ..codecs import Codec, Decoder
from ..wim_format.compression import Compression

__all__ = ["DecoderPool"]


class DecoderPool:
    """Keeps the decoders that nobody uses just now; thread-safe, for lists are."""

    def __init__(self, codec: Codec) -> None:
        self.codec = codec
        self._idle: defaultdict[tuple[Compression, int], list[Decoder]] = defaultdict(list)

    @contextmanager
    def borrowed(self, compression: Compression, chunk_size: int) -> Iterator[Decoder]:
        """Lend a decoder.  Raises NotSupported as `Codec.decoder`."""
        idle = self._idle[compression, chunk_size]
        try:
            decoder = idle.pop()
        except IndexError:
            decoder = self.codec.decoder(compression, chunk_size)
        yield decoder
        idle.append(decoder)
