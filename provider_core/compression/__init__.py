"""gzip and zstd around archives and layers, recognised by content and bounded."""

from .unpacking import HEAD, Compression, compression_of, decompressed

__all__ = ["HEAD", "Compression", "compression_of", "decompressed"]
