from __future__ import annotations

import struct

from hypothesis import given
from hypothesis import strategies as st

from provider_wim.codecs.x86_calls import restore_calls

FILE_SIZE = 12_000_000
TARGETS = st.one_of(
    st.integers(-(1 << 31), (1 << 31) - 1),
    st.integers(-200, 200),
    st.integers(FILE_SIZE - 5, FILE_SIZE + 5),
)


def translated(data: bytes) -> bytes:
    """Make targets of calls absolute: what a compressor does, byte by byte ([MS-PATCH] 2.2)."""
    out = bytearray(data)
    place = 0
    while place < len(data) - 10:
        if data[place] != 0xE8:
            place += 1
            continue
        (target,) = struct.unpack_from("<i", data, place + 1)
        if -place <= target < FILE_SIZE:
            absolute = target + place if target < FILE_SIZE - place else target - FILE_SIZE
            struct.pack_into("<i", out, place + 1, absolute)
        place += 5
    return bytes(out)


@given(st.lists(st.tuples(st.binary(max_size=7), TARGETS), max_size=12), st.binary(max_size=12))
def test_what_was_translated_comes_back(parts: list[tuple[bytes, int]], end: bytes) -> None:
    code = b"".join(before + b"\xe8" + struct.pack("<i", target) for before, target in parts) + end
    out = bytearray(translated(code))
    restore_calls(out)
    assert out == code


def test_the_last_ten_bytes_are_left_alone() -> None:
    data = bytearray(b"\xe8" + bytes(9))
    restore_calls(data)
    assert data == b"\xe8" + bytes(9)
