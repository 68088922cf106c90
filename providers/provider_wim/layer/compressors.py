"""How a layer is compressed: gzip that every engine takes, smaller zstd, or not at all."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol

import zstandard
from isal import isal_zlib

from provider_core.oci.media_types import OCI_LAYER, OCI_LAYER_GZIP, OCI_LAYER_ZSTD

from ..tree import Piece

__all__ = ["COMPRESSIONS", "Compressor", "LayerCompression"]

_GZIP_LEVEL: Final = 2
"""Of ISA-L's four: 8 % more bytes than zlib's level 6 at 14 times its speed.  Level 3 saves one of
the eight and costs a third of the speed; whoever wants it small takes zstd, 7 % less than zlib."""
_ZSTD_LEVEL: Final = 3
_GZIP_WINDOW: Final = 31
"""zlib's number for 32 KiB and gzip around it."""


class Compressor(Protocol):
    """One stream being compressed."""

    def compress(self, data: Piece, /) -> bytes:
        """Take *data* and return what is ready."""

    def flush(self) -> bytes:
        """Return the rest; nothing is taken afterwards."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerCompression:
    """One way to compress."""

    media_type: str
    start: Callable[[], Compressor]
    """Begins a stream."""


class _Plain:
    """Hands on what it is given."""

    def compress(self, data: Piece, /) -> bytes:
        return bytes(data)

    def flush(self) -> bytes:
        return b""


def _gzip() -> Compressor:
    started: Any = isal_zlib.compressobj(_GZIP_LEVEL, isal_zlib.DEFLATED, _GZIP_WINDOW)
    compressor: Compressor = started
    return compressor


def _zstd() -> Compressor:
    # One thread and no time or size in the frame: the same bytes everywhere.
    started: Any = zstandard.ZstdCompressor(level=_ZSTD_LEVEL, write_checksum=True).compressobj()
    compressor: Compressor = started
    return compressor


COMPRESSIONS: Final[Mapping[str, LayerCompression]] = {
    "gzip": LayerCompression(media_type=OCI_LAYER_GZIP, start=_gzip),
    "zstd": LayerCompression(media_type=OCI_LAYER_ZSTD, start=_zstd),
    "none": LayerCompression(media_type=OCI_LAYER, start=_Plain),
}
"""By the names that the option ``layer-compression`` takes; the first is the usual one."""
