"""XPRESS with Huffman codes ([MS-XCA] 2.2), in Python.

A chunk is a table of 512 codeword lengths, 4 bits each, and then a stream of 16-bit words, read
from their high bits.  Bytes of long lengths stand between the words, behind those that a
decoder must have taken by then to have 16 bits at hand.
"""

from __future__ import annotations

import struct
from typing import Final

from provider_core.errors import WimError

from .huffman import END_OF_LITERALS, decode_table
from .matches import outside, repeated

__all__ = ["XpressDecoder", "decode_xpress"]

_TABLE: Final = 256
"""Bytes of the table of lengths."""
_WIDTH: Final = 15
"""Bits of the longest codeword."""
_PADDING: Final = bytes(16)
"""Zeros that a decoder may take behind the end, since it takes whole words ahead."""


class XpressDecoder:
    """Decodes chunks, without state."""

    def decode(self, chunk: bytes | memoryview, out: memoryview) -> None:
        """Fill *out*."""
        out[:] = decode_xpress(bytes(chunk), len(out))


def decode_xpress(chunk: bytes, size: int) -> bytearray:
    """Return the *size* bytes that *chunk* stands for.  Raises WimError."""
    if len(chunk) < _TABLE:
        raise WimError("a chunk is too short")
    lengths = bytearray(2 * _TABLE)
    lengths[0::2] = chunk[:_TABLE].translate(_LOW_NIBBLES)
    lengths[1::2] = chunk[:_TABLE].translate(_HIGH_NIBBLES)
    try:
        out = _decode(decode_table(lengths, _WIDTH), chunk + _PADDING, size)
    except IndexError:
        raise WimError("a chunk ends early") from None
    if len(out) != size:
        raise outside()
    return out


def _decode(table: list[int], data: bytes, size: int) -> bytearray:
    # The words are taken two at a time; where bytes stand between them, the second is given
    # back.  `bits` holds `count` bits that are still to be used, and used ones above them.
    out = bytearray()
    literal = out.append
    at_even, at_odd = _words(data[_TABLE:]), _words(data[_TABLE + 1 :])
    words, place = at_even, 2
    bits, count = words[0] << 16 | words[1], 32
    while len(out) < size:
        if count < 32:
            bits = (bits & 0xFFFFFFFF) << 32 | words[place] << 16 | words[place + 1]
            place += 2
            count += 32
        entry = table[bits >> count - 15 & 0x7FFF]
        count -= entry & 31
        if entry < END_OF_LITERALS:
            literal(entry >> 5)
            continue
        symbol = entry >> 5
        length = symbol & 15
        if length == 15:
            back = (count >> 4) - 1
            bits >>= 16 * back
            count -= 16 * back
            start = 2 * (place - back) + (words is at_odd) + _TABLE
            length, start = _long_length(data, start)
            words = at_odd if start & 1 else at_even
            place = start - _TABLE >> 1
        offset_bits = symbol - 256 >> 4
        count -= offset_bits
        offset = 1 << offset_bits | bits >> count & (1 << offset_bits) - 1
        length += 3
        start = len(out) - offset
        if start < 0:
            raise outside()
        out += out[start : start + length] if offset >= length else repeated(out, offset, length)
    return out


def _long_length(data: bytes, start: int) -> tuple[int, int]:
    """Return a length that is given in bytes at *start*, and the offset behind them."""
    length = 15 + data[start]
    if length < 15 + 255:
        return length, start + 1
    return data[start + 1] | data[start + 2] << 8, start + 3


def _words(data: bytes) -> tuple[int, ...]:
    return struct.unpack(f"<{len(data) // 2}H", data[: len(data) & ~1])


_LOW_NIBBLES: Final = bytes(byte & 15 for byte in range(256))
_HIGH_NIBBLES: Final = bytes(byte >> 4 for byte in range(256))
