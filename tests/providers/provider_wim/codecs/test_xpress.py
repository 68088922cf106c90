from __future__ import annotations

import struct

import pytest

from provider_core.errors import WimError
from provider_wim.codecs.xpress import decode_xpress

from .libwim import decoded_by_libwim

LONG = [(18, b"\x00"), (272, b"\xfe"), (273, b"\xff\x0e\x01"), (40_000, b"\xff\x3d\x9c")]


def chunk_of(lengths: dict[int, int], stream: bytes) -> bytes:
    """Return a chunk with these codeword lengths by symbol."""
    table = bytearray(256)
    for symbol, length in lengths.items():
        table[symbol // 2] |= length << 4 * (symbol & 1)
    return bytes(table) + stream


def match(log_offset: int, length: int) -> int:
    """Return the symbol of a match, its length less 3 as far as it fits."""
    return 256 + 16 * log_offset + min(length - 3, 15)


def test_a_literal_and_a_match() -> None:
    # literal 'a' is 0, a match of 5 one byte before is 1: bits 01, then no bits of an offset
    chunk = chunk_of({ord("a"): 1, match(0, 5): 1}, b"\x00\x40\x00\x00")
    assert decode_xpress(chunk, 6) == b"aaaaaa"


def long_match(length: int, more: bytes) -> bytes:
    """Return a chunk of 'a', a match of the byte before, its length told in *more*, and 'b'.

    By then 3 bits are used of two words (16 bits are at hand at any time), so that the bytes
    follow both.
    """
    lengths = {ord("a"): 1, ord("b"): 2, match(0, length): 2}  # 0, 10, 11
    return chunk_of(lengths, struct.pack("<HH", 0b0_11_10 << 11, 0) + more)


@pytest.mark.parametrize(("length", "more"), LONG)
def test_long_lengths_stand_between_the_words(length: int, more: bytes) -> None:
    chunk = long_match(length, more)
    assert decode_xpress(chunk, length + 2) == b"a" * (length + 1) + b"b"


@pytest.mark.peer
@pytest.mark.parametrize(("length", "more"), LONG)
def test_libwim_reads_long_lengths_there_too(length: int, more: bytes) -> None:
    chunk = long_match(length, more)
    assert decoded_by_libwim("XPRESS", chunk, length + 2, 65536) == b"a" * (length + 1) + b"b"


@pytest.mark.parametrize("size", [0, 100, 255])
def test_a_chunk_without_its_table_is_refused(size: int) -> None:
    with pytest.raises(WimError, match="too short"):
        decode_xpress(bytes(size), 10)


def test_matches_stay_in_the_chunk() -> None:
    before = chunk_of({ord("a"): 1, match(2, 5): 1}, b"\x00\x60\x00\x00")
    with pytest.raises(WimError, match="outside"):
        decode_xpress(before, 6)
    behind = chunk_of({ord("a"): 1, match(0, 5): 1}, b"\x00\x40\x00\x00")
    with pytest.raises(WimError, match="outside"):
        decode_xpress(behind, 4)


def test_a_chunk_that_ends_early_is_refused() -> None:
    with pytest.raises(WimError, match="early"):
        decode_xpress(chunk_of({1: 1, 2: 1}, b"\x00\x40"), 4096)
