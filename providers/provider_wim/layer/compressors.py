"""How a layer is compressed: gzip that every engine takes, smaller zstd, or not at all."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final, Protocol

from provider_core.errors import UsageError
from provider_core.oci.media_types import OCI_LAYER, OCI_LAYER_GZIP, OCI_LAYER_ZSTD

if TYPE_CHECKING:
    from ..tree import Piece

__all__ = ["COMPRESSIONS", "Compressor", "LayerCompression", "compression_at"]

_MOST_ISAL: Final = 3
"""The highest of ISA-L's levels; higher ones are zlib's, which takes many times as long."""
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
    is_smaller: bool
    """Whether less comes out than goes in, as a rule."""
    start: Callable[[], Compressor]
    """Begins a stream."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Way:
    """A way to compress, with its levels; an empty range for none."""

    media_type: str
    start: Callable[[int], Compressor]
    levels: range = range(0)
    usual: int = 0


class _Plain:
    """Hands on what it is given."""

    def compress(self, data: Piece, /) -> bytes:
        return bytes(data)

    def flush(self) -> bytes:
        return b""


def _gzip(level: int) -> Compressor:
    from isal import isal_zlib

    library: Any = isal_zlib if level <= _MOST_ISAL else zlib
    compressor: Compressor = library.compressobj(level, zlib.DEFLATED, _GZIP_WINDOW)
    return compressor


def _zstd(level: int) -> Compressor:
    import zstandard

    # One thread and no time or size in the frame: the same bytes everywhere.
    started: Any = zstandard.ZstdCompressor(level=level, write_checksum=True).compressobj()
    compressor: Compressor = started
    return compressor


def _plain(level: int) -> Compressor:
    return _Plain()


_WAYS: Final[Mapping[str, _Way]] = {
    # ISA-L's 2: 11 to 16 % more bytes than `pigz -6` at 15 times its speed; zlib's 5: 2 % more.
    "gzip": _Way(media_type=OCI_LAYER_GZIP, start=_gzip, levels=range(1, 10), usual=2),
    "zstd": _Way(media_type=OCI_LAYER_ZSTD, start=_zstd, levels=range(1, 20), usual=3),
    "none": _Way(media_type=OCI_LAYER, start=_plain),
}
COMPRESSIONS: Final = tuple(_WAYS)
"""The names that the option ``layer-compression`` takes; the first is the usual one."""


def compression_at(name: str, level: int | None = None) -> LayerCompression:
    """Return the compression of this name, at its usual level for None.

    Raises UsageError for a level that it does not have.
    """
    way = _WAYS[name]
    if level is not None and level not in way.levels:
        levels = way.levels
        has = f"{levels[0]} to {levels[-1]}" if levels else "no levels"
        raise UsageError(
            f"level {level} is none of {name}'s, which has {has}",
            hint="leave --layer-level out for the usual one",
        )
    start = partial(way.start, way.usual if level is None else level)
    return LayerCompression(media_type=way.media_type, is_smaller=bool(way.levels), start=start)
