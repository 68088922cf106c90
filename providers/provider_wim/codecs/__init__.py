"""Chunk codecs: XPRESS, LZX and LZMS, through libwim where the system has it, else our own."""

from __future__ import annotations

from .choosing import best_codec, compressor
from .ports import Codec, Compressor, Decoder
from .python_codec import INSTALL_LIBWIM

__all__ = ["INSTALL_LIBWIM", "Codec", "Compressor", "Decoder", "best_codec", "compressor"]
