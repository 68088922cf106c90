"""Which codec is used."""

from __future__ import annotations

from provider_core.errors import NotSupported

from ..wim_format.compression import Compression
from .libwim import find_libwim
from .ports import Codec, Compressor
from .python_codec import INSTALL_LIBWIM, PythonCodec

__all__ = ["best_codec", "compressor"]


def best_codec() -> Codec:
    """Return libwim's codec where the system has it, else our own; both decode the same."""
    return find_libwim() or PythonCodec()


def compressor(compression: Compression, chunk_size: int, *, level: int = 0) -> Compressor:
    """Return a new compressor; *level* is libwim's, 0 for its usual one.

    Raises NotSupported if the system has no libwim, since only it compresses.
    """
    libwim = find_libwim()
    if libwim is None:
        raise NotSupported(
            f"{compression.name} is written through libwim, which is not here",
            hint=f"save without compression, or install it: {INSTALL_LIBWIM}",
            compression=compression.name,
        )
    return libwim.compressor(compression, chunk_size, level)
