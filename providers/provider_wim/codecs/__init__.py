"""Chunk codecs: XPRESS, LZX and LZMS, through libwim where the system has it, else our own."""

from __future__ import annotations
