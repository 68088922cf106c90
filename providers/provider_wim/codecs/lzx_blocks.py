"""Heads of LZX blocks: their kind, size and codes."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from provider_core.errors import WimError

from .bit_reader import BitReader
from .huffman import decode_table
from .lzx_slots import slots_of

__all__ = ["ALIGNED_WIDTH", "MAIN_WIDTH", "BlockKind", "CodeLengths", "Codes", "read_size"]

MAIN_WIDTH: Final = 16
"""Bits of the longest codeword of the main code and of the length code."""
ALIGNED_WIDTH: Final = 7
_LITERALS: Final = 256
_LENGTH_SYMBOLS: Final = 249
_USUAL_SIZE: Final = 32768
_PRE_SYMBOLS: Final = 20
_PRE_WIDTH: Final = 15


class BlockKind(IntEnum):
    """What a block is."""

    VERBATIM = 1
    ALIGNED = 2
    """The low three bits of offsets have a code of their own."""
    UNCOMPRESSED = 3


@dataclass(frozen=True, slots=True)
class Codes:
    """The tables of a block, see `decode_table`."""

    main: list[int]
    length: list[int]
    aligned: list[int] | None
    """None if the block is not ALIGNED."""


def read_size(bits: BitReader, order: int) -> int:
    """Return the size of a block after decompression, bytes."""
    if bits.take(1):
        return _USUAL_SIZE
    size = bits.take(16)
    return size << 8 | bits.take(8) if order >= 16 else size


class CodeLengths:
    """Codeword lengths, each block's told as the difference to the one before."""

    def __init__(self, order: int) -> None:
        self._main = bytearray(_LITERALS + 8 * slots_of(order))
        self._length = bytearray(_LENGTH_SYMBOLS)

    def read(self, bits: BitReader, kind: BlockKind) -> Codes:
        """Read the codes of the next block.  Raises WimError."""
        aligned = None
        if kind is BlockKind.ALIGNED:
            aligned = decode_table([bits.take(3) for _ in range(8)], ALIGNED_WIDTH)
        _read_lengths(bits, self._main, 0, _LITERALS)
        _read_lengths(bits, self._main, _LITERALS, len(self._main))
        _read_lengths(bits, self._length, 0, _LENGTH_SYMBOLS)
        return Codes(
            decode_table(self._main, MAIN_WIDTH), decode_table(self._length, MAIN_WIDTH), aligned
        )


def _read_lengths(bits: BitReader, lengths: bytearray, start: int, end: int) -> None:
    """Change lengths[start:end], which have a code of their own in front."""
    table = decode_table([bits.take(4) for _ in range(_PRE_SYMBOLS)], _PRE_WIDTH)
    while start < end:
        symbol = bits.symbol(table, _PRE_WIDTH)
        count = 1
        if symbol < 17:
            value = (lengths[start] - symbol) % 17
        elif symbol < 19:
            count = 4 + bits.take(4) if symbol == 17 else 20 + bits.take(5)
            value = 0
        else:
            count = 4 + bits.take(1)
            value = _repeated(bits.symbol(table, _PRE_WIDTH), lengths[start])
        count = min(count, end - start)
        lengths[start : start + count] = bytes((value,)) * count
        start += count


def _repeated(symbol: int, old: int) -> int:
    if symbol > 17:
        raise WimError("a chunk repeats a length that is none")
    return (old - symbol) % 17
