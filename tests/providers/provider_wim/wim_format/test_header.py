from __future__ import annotations

import struct
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provider_core.errors import NotSupported, WimError
from provider_wim.wim_format.compression import Compression
from provider_wim.wim_format.header import HEADER_SIZE, Header, HeaderFlag
from provider_wim.wim_format.resource_header import ResourceHeader

PLACE = st.builds(
    ResourceHeader,
    offset=st.integers(0, 1 << 62),
    stored_size=st.integers(0, (1 << 56) - 1),
    size=st.integers(0, 1 << 62),
    flags=st.just(4),
)
HEADER = Header(
    guid=b"0123456789abcdef",
    images=2,
    flags=HeaderFlag.COMPRESSED | HeaderFlag.LZX,
    chunk_size=32768,
    table=ResourceHeader(offset=208, stored_size=100, size=100),
    xml=ResourceHeader(offset=308, stored_size=10, size=10),
    boot_index=1,
)


@given(PLACE, PLACE, PLACE, PLACE)
def test_what_is_packed_is_read_again(
    table: ResourceHeader, xml: ResourceHeader, boot: ResourceHeader, integrity: ResourceHeader
) -> None:
    header = replace(HEADER, table=table, xml=xml, boot_metadata=boot, integrity=integrity)
    assert len(header.pack()) == HEADER_SIZE
    assert Header.parse(header.pack()) == header


@pytest.mark.parametrize(
    ("flag", "way"),
    [
        (0x20000, Compression.XPRESS),
        (0x200000, Compression.XPRESS),
        (0x40000, Compression.LZX),
        (0x80000, Compression.LZMS),
    ],
)
def test_flags_say_how_it_is_compressed(flag: int, way: Compression) -> None:
    assert replace(HEADER, flags=HeaderFlag.COMPRESSED | flag).compression is way
    assert replace(HEADER, flags=flag).compression is Compression.NONE


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"flags": 2}, "no compression"),
        ({"flags": 0x60002}, "or several"),
        ({"chunk_size": 0}, "chunk size"),
        ({"chunk_size": 32769}, "chunk size"),
        ({"chunk_size": 1 << 22}, "chunk size"),
        ({"part": 0}, "part 0 of 1"),
        ({"part": 2}, "part 2 of 1"),
        ({"images": 1 << 17}, "131072 images"),
        ({"boot_index": 3}, "image 3 of 2"),
        ({"flags": 0x40}, "being written"),
        ({"version": 0xD00}, "version 0xd00"),
        ({"table": ResourceHeader(offset=1 << 63, stored_size=1, size=1)}, "beyond any file"),
        ({"xml": ResourceHeader(offset=9, stored_size=1, size=2)}, "should be 2"),
    ],
)
def test_what_breaks_the_format_is_refused(changes: dict[str, object], reason: str) -> None:
    with pytest.raises(WimError, match=reason):
        Header.parse(replace(HEADER, **changes).pack())  # type: ignore[arg-type]


@pytest.mark.parametrize("flags", [0x10, 0x20])
def test_half_of_a_file_is_not_supported(flags: int) -> None:
    with pytest.raises(NotSupported, match="without"):
        Header.parse(replace(HEADER, flags=flags).pack())


def test_chunks_that_take_too_much_memory_are_not_supported() -> None:
    header = replace(HEADER, flags=0x80002, chunk_size=1 << 30)
    with pytest.raises(NotSupported, match="67108864 bytes is the most") as caught:
        Header.parse(header.pack())
    assert "64M" in caught.value.hint


def test_pipable_files_are_told_apart() -> None:
    with pytest.raises(NotSupported, match="pipable") as caught:
        Header.parse(b"WLPWM\0\0\0" + bytes(200))
    assert "export" in caught.value.hint


@pytest.mark.parametrize("size", [0, 7, 8, 100, 207])
def test_short_files_are_refused(size: int) -> None:
    with pytest.raises(WimError):
        Header.parse(HEADER.pack()[:size])


def test_another_header_size_is_refused() -> None:
    data = bytearray(HEADER.pack())
    struct.pack_into("<I", data, 8, 212)
    with pytest.raises(WimError, match="size 212"):
        Header.parse(bytes(data))
