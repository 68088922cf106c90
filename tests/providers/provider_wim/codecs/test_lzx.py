"""Our LZX decoder on chunks that were put together by hand, and on libwim's."""

from __future__ import annotations

import struct

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from provider_core.errors import WimError
from provider_wim.codecs.lzx import decode_lzx
from provider_wim.codecs.x86_calls import restore_calls

from ....support.lzx_writer import (
    ALIGNED,
    UNCOMPRESSED,
    VERBATIM,
    Block,
    Match,
    encode_lzx,
    plain,
)
from .libwim import decoded_by_libwim


@st.composite
def blocks(draw: st.DrawFn) -> list[Block]:
    """Return blocks of any kind, whose matches stay inside of the chunk."""
    made: list[Block] = []
    size = 0
    for kind in draw(st.lists(st.sampled_from([VERBATIM, ALIGNED, UNCOMPRESSED]), min_size=1)):
        tokens: list[int | Match] = [draw(st.integers(0, 255)), 0xE8]
        size += 2
        for _ in range(draw(st.integers(0, 12))):
            if kind == UNCOMPRESSED or draw(st.booleans()):
                tokens.append(draw(st.integers(0, 255)))
                size += 1
            else:
                length = draw(st.one_of(st.integers(2, 20), st.integers(2, 257)))
                recent = draw(st.sampled_from([None, None, 0, 1, 2]))
                tokens.append(Match(length, draw(st.integers(1, size)), recent))
                size += length
        made.append(Block(kind, tuple(tokens)))
    return made


def in_range(made: list[Block]) -> bool:
    """Whether the offsets that are taken again lie in the chunk too."""
    try:
        plain(made)
    except IndexError:
        return False
    return True


def expected(made: list[Block]) -> bytearray:
    out = plain(made)
    restore_calls(out)
    return out


@given(blocks().filter(in_range), st.sampled_from([15, 16, 17]))
@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
def test_every_kind_of_block(made: list[Block], order: int) -> None:
    chunk = encode_lzx(made, order)
    whole = expected(made)
    assert decode_lzx(chunk, len(whole), order) == whole


@pytest.mark.peer
@given(blocks().filter(in_range), st.sampled_from([15, 16, 17]))
@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
def test_libwim_reads_the_same(made: list[Block], order: int) -> None:
    chunk = encode_lzx(made, order)
    whole = expected(made)
    assert decoded_by_libwim("LZX", chunk, len(whole), 1 << order) == whole


def test_a_block_of_32_kib_says_so_in_one_bit() -> None:
    made = [Block(VERBATIM, (7,) + (Match(256, 1),) * 127 + (Match(255, 1),))]
    assert decode_lzx(encode_lzx(made, 15), 32768, 15) == bytes([7]) * 32768


def test_uncompressed_blocks_of_odd_sizes_are_padded() -> None:
    made = [
        Block(UNCOMPRESSED, (1, 2, 3)),
        Block(UNCOMPRESSED, (4,)),
        Block(VERBATIM, (5, Match(3, 2))),
    ]
    assert decode_lzx(encode_lzx(made, 15), 8, 15) == bytes([1, 2, 3, 4, 5, 4, 5, 4])


@pytest.mark.parametrize(
    ("made", "size"),
    [
        ([Block(VERBATIM, (1, Match(2, 2)))], 3),  # before the chunk
        ([Block(VERBATIM, (1, 2))], 1),  # a block longer than the chunk
        ([Block(4, (1, 2))], 2),  # no such kind
        ([Block(VERBATIM, ())], 1),  # an empty block, again and again
    ],
)
def test_what_breaks_the_format_is_refused(made: list[Block], size: int) -> None:
    with pytest.raises(WimError):
        decode_lzx(encode_lzx(made, 15), size, 15)


@pytest.mark.parametrize(
    "data",
    [
        struct.pack("<IIIIB", 0, 1, 1, 0, 5),  # an offset of zero, which nothing may be copied from
        struct.pack("<III", 1, 1, 1) + b"\5",  # a byte for two that are told
    ],
)
def test_uncompressed_blocks_that_cannot_be_are_refused(data: bytes) -> None:
    head = encode_lzx([Block(UNCOMPRESSED, (5, 6))], 15)[:4]
    with pytest.raises(WimError):
        decode_lzx(head + data, 2, 15)


def test_a_chunk_that_ends_early_is_refused() -> None:
    chunk = encode_lzx([Block(VERBATIM, tuple(range(200)))], 15)
    for size in range(0, len(chunk) - 8, 7):
        with pytest.raises(WimError):
            decode_lzx(chunk[:size], 200, 15)
