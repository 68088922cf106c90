"""Our own decoders: slower, and needing nothing but Python."""

from __future__ import annotations

import sys
from typing import Final

from provider_core.errors import NotSupported

from ..wim_format.compression import Compression
from .lzx import LzxDecoder
from .ports import Decoder
from .xpress import XpressDecoder

__all__ = ["INSTALL_LIBWIM", "PythonCodec"]

_COMMANDS: Final = {
    "darwin": "`brew install wimlib`",
    "win32": "put libwim-15.dll of wimlib.net beside python.exe",
}
INSTALL_LIBWIM: Final = _COMMANDS.get(
    sys.platform, "`apt install libwim15` (Debian), `dnf install wimlib` (Fedora)"
)
"""How the user's system gets libwim."""


class PythonCodec:
    """XPRESS and LZX."""

    name = "Python"
    is_parallel = False

    def decoder(self, compression: Compression, chunk_size: int) -> Decoder:
        """Return a new decoder; NotSupported for LZMS."""
        if compression is Compression.XPRESS:
            return XpressDecoder()
        if compression is Compression.LZX:
            return LzxDecoder(chunk_size)
        raise NotSupported(
            "LZMS, the compression of .esd files, is read through libwim, which is not here",
            hint=f"install it: {INSTALL_LIBWIM}",
            compression=compression.name,
        )
