"""LZX as WIM files have it, in Python.

As in [MS-PATCH] and in cabinets, but each chunk stands alone, windows are as large as chunks,
a block says in one bit that it has 32 KiB, and calls of x86 code are always translated.
"""

from __future__ import annotations

import struct
from typing import Final

from provider_core.errors import WimError

from .bit_reader import BitReader
from .huffman import END_OF_LITERALS
from .lzx_blocks import BlockKind, CodeLengths, Codes, read_size
from .lzx_slots import EXTRA_BITS, FIRST_EXPLICIT, SLOT_BASES
from .matches import outside, repeated
from .x86_calls import restore_calls

__all__ = ["LzxDecoder", "decode_lzx"]

_OFFSETS: Final = struct.Struct("<III")

Offsets = tuple[int, int, int]
"""The three offsets that were used last, the latest first."""


class LzxDecoder:
    """Decodes chunks of one size, without state between them."""

    def __init__(self, chunk_size: int) -> None:
        self._order = chunk_size.bit_length() - 1

    def decode(self, chunk: bytes | memoryview, out: memoryview) -> None:
        """Fill *out*."""
        out[:] = decode_lzx(bytes(chunk), len(out), self._order)


def decode_lzx(chunk: bytes, size: int, order: int) -> bytearray:
    """Return the *size* bytes that *chunk* stands for, its window ``1 << order`` bytes.

    Raises WimError.
    """
    out = bytearray()
    bits = BitReader(chunk)
    lengths = CodeLengths(order)
    offsets = (1, 1, 1)
    try:
        while len(out) < size:
            kind = bits.take(3)
            end = len(out) + read_size(bits, order)
            if not 1 <= kind <= 3 or not len(out) < end <= size:
                raise WimError("a chunk has a block of no known kind, or of a wrong size")
            if kind == BlockKind.UNCOMPRESSED:
                offsets = _copy_block(bits, out, end)
            else:
                codes = lengths.read(bits, BlockKind(kind))
                offsets = _decode_block(bits, codes, out, end, offsets)
    except (IndexError, struct.error):
        raise WimError("a chunk ends early") from None
    restore_calls(out)
    return out


def _copy_block(bits: BitReader, out: bytearray, end: int) -> Offsets:
    position = bits.align()
    first, second, third = _OFFSETS.unpack_from(bits.data, position)
    if not first or not second or not third:
        raise outside()
    position += _OFFSETS.size
    size = end - len(out)
    if position + size > bits.size:
        raise WimError("a chunk ends early")
    out += bits.data[position : position + size]
    bits.seek(position + size + (size & 1))
    return first, second, third


def _decode_block(
    bits: BitReader, codes: Codes, out: bytearray, end: int, offsets: Offsets
) -> Offsets:
    # The same steps as BitReader's methods, on variables of this function: they are the
    # decoder's whole cost.  At the top at least 32 bits are at hand, enough for two codewords.
    pairs, place, window, count = bits.pairs, bits.place, bits.bits, bits.count
    main, length_table, aligned = codes.main, codes.length, codes.aligned
    first, second, third = offsets
    literal = out.append
    while len(out) < end:
        if count < 32:
            window = (window & 0xFFFFFFFF) << 32 | pairs[place]
            place += 1
            count += 32
        entry = main[window >> count - 16 & 0xFFFF]
        count -= entry & 31
        if entry < END_OF_LITERALS:
            literal(entry >> 5)
            continue
        symbol = entry >> 5
        length = symbol & 7
        if length == 7:
            entry = length_table[window >> count - 16 & 0xFFFF]
            count -= entry & 31
            length += entry >> 5
        length += 2
        slot = symbol - 256 >> 3
        if slot == 0:
            offset = first
        elif slot < FIRST_EXPLICIT:
            if slot == 1:
                offset, second = second, first
            else:
                offset, third = third, first
            first = offset
        else:
            extra = EXTRA_BITS[slot]
            offset = SLOT_BASES[slot]
            if count < 32:
                window = (window & 0xFFFFFFFF) << 32 | pairs[place]
                place += 1
                count += 32
            if aligned is not None and extra >= 3:
                count -= extra - 3
                offset += (window >> count & (1 << extra - 3) - 1) << 3
                entry = aligned[window >> count - 7 & 0x7F]
                count -= entry & 31
                offset += entry >> 5
            else:
                count -= extra
                offset += window >> count & (1 << extra) - 1
            first, second, third = offset, first, second
        start = len(out) - offset
        if start < 0 or len(out) + length > end:
            raise outside()
        out += out[start : start + length] if offset >= length else repeated(out, offset, length)
    bits.place, bits.bits, bits.count = place, window, count
    return first, second, third
