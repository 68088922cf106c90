"""Decoders to borrow, since one works for one thread at a time."""

from __future__ import annotations

from collections import defaultdict

from ..codecs import Codec, Decoder
from ..wim_format.compression import Compression

__all__ = ["ChunkKind", "DecoderPool"]

ChunkKind = tuple[Compression, int]
"""How chunks are compressed, and the size of all but the last, bytes after decompression."""


class DecoderPool:
    """Keeps the decoders that nobody uses just now; thread-safe, for lists are."""

    def __init__(self, codec: Codec) -> None:
        self.codec = codec
        self._idle: defaultdict[ChunkKind, list[Decoder]] = defaultdict(list)

    def borrow(self, kind: ChunkKind) -> Decoder:
        """Lend a decoder, to be given back.  Raises NotSupported as `Codec.decoder`."""
        try:
            return self._idle[kind].pop()
        except IndexError:
            return self.codec.decoder(*kind)

    def give_back(self, kind: ChunkKind, decoder: Decoder) -> None:
        """Take a decoder back; one that failed may be left to vanish."""
        self._idle[kind].append(decoder)
