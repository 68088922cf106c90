from __future__ import annotations

import struct

import pytest

from provider_core.errors import NotSupported, WimError
from provider_wim.wim_format.chunk_table import Chunk, ChunkMap
from provider_wim.wim_format.compression import Compression
from provider_wim.wim_format.resource_header import ResourceHeader

SIZE = 32768


def chunks(data: bytes, size: int, *, offset: int = 0) -> list[Chunk]:
    """Return the chunks of a resource of *size* bytes that is stored as *data*."""
    resource = ResourceHeader(offset=offset, stored_size=len(data), size=size, flags=4)
    layout = ChunkMap.of_resource(resource, Compression.LZX, SIZE, "test")
    return list(layout.chunks(lambda start, count: data[start - offset :][:count], "test"))


def solid(head: tuple[int, int, int], data: bytes) -> ChunkMap:
    stored = struct.pack("<QII", *head) + data
    resource = ResourceHeader(stored_size=len(stored), size=1 << 32, flags=0x10)
    return ChunkMap.of_solid(resource, stored[:16], "test")


def test_one_chunk_has_no_table() -> None:
    assert chunks(bytes(50), SIZE, offset=300) == [Chunk(300, 50, SIZE)]


def test_offsets_count_from_the_end_of_the_table() -> None:
    data = struct.pack("<II", 10, 30) + bytes(60)
    assert chunks(data, 2 * SIZE + 70) == [
        Chunk(8, 10, SIZE),
        Chunk(18, 20, SIZE),
        Chunk(38, 30, 70),
    ]


def test_four_gigabytes_have_wide_offsets() -> None:
    count = (1 << 32) // SIZE
    table = struct.pack(f"<{count - 1}Q", *range(1, count))
    found = chunks(table + bytes(count), 1 << 32)
    assert len(found) == count
    assert found[-1] == Chunk(len(table) + count - 1, 1, SIZE)


def test_nothing_has_no_chunks() -> None:
    assert chunks(b"", 0) == []


def test_solid_tables_have_sizes() -> None:
    data = struct.pack("<QII", SIZE + 9, SIZE, 2) + struct.pack("<II", 40, 5) + bytes(45)
    layout = solid((SIZE + 9, SIZE, 2), data[16:])
    assert layout.compression is Compression.LZX
    found = list(layout.chunks(lambda start, count: data[start:][:count], "test"))
    assert found == [Chunk(24, 40, SIZE), Chunk(64, 5, 9)]


@pytest.mark.parametrize(
    ("table", "stored", "size"),
    [
        ([0], 60, SIZE + 5),  # an empty chunk
        ([70], 60, SIZE + 5),  # behind the end
        ([30, 20], 60, 2 * SIZE + 5),  # backwards
        ([10], 60, SIZE + 5),  # the last one is larger than what it makes
    ],
)
def test_tables_out_of_order_are_refused(table: list[int], stored: int, size: int) -> None:
    with pytest.raises(WimError, match="stored in"):
        chunks(struct.pack(f"<{len(table)}I", *table) + bytes(stored), size)


def test_more_chunks_than_there_is_room_for_are_refused() -> None:
    with pytest.raises(WimError, match="more chunks"):
        chunks(bytes(100), 1 << 50)


@pytest.mark.parametrize("head", [(9, SIZE, 0), (9, SIZE, 4), (9, SIZE + 1, 3), (1 << 40, SIZE, 3)])
def test_hostile_solid_heads_are_refused(head: tuple[int, int, int]) -> None:
    with pytest.raises(WimError):
        solid(head, bytes(50))


def test_more_solid_chunks_than_memory_holds_are_refused() -> None:
    resource = ResourceHeader(stored_size=1 << 40, size=1 << 32, flags=0x10)
    with pytest.raises(WimError, match="more chunks"):
        ChunkMap.of_solid(resource, struct.pack("<QII", 1 << 36, 4096, 1), "test")


def test_large_solid_chunks_are_not_supported() -> None:
    with pytest.raises(NotSupported, match="the most"):
        solid((9, 1 << 27, 3), bytes(50))


def test_a_compressed_resource_needs_a_compression() -> None:
    resource = ResourceHeader(stored_size=5, size=50, flags=4)
    with pytest.raises(WimError, match="without compression"):
        ChunkMap.of_resource(resource, Compression.NONE, 0, "test")
