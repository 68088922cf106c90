"""libwim as an oracle: what it decodes and how it compresses."""

from __future__ import annotations

from provider_wim.codecs.libwim import LibwimCodec, find_libwim
from provider_wim.wim_format.compression import Compression

from ....peers.peer import require

__all__ = ["compressed_by_libwim", "decoded_by_libwim", "libwim"]


def libwim() -> LibwimCodec:
    """Return the codec; skip or fail without the library."""
    codec = find_libwim()
    require(codec is not None, "libwim (Debian: libwim15) is not installed")
    assert codec is not None
    return codec


def decoded_by_libwim(way: str, chunk: bytes, size: int, chunk_size: int) -> bytearray:
    """Return what libwim makes of *chunk*; WimError as it says."""
    out = bytearray(size)
    libwim().decoder(Compression[way], chunk_size).decode(chunk, memoryview(out))
    return out


def compressed_by_libwim(way: str, data: bytes, chunk_size: int) -> bytes | None:
    """Return *data* as one chunk; None if it does not become smaller."""
    return libwim().compressor(Compression[way], chunk_size, 0).compress(data)
