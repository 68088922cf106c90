"""A zstd stream that is cut off is no shorter content, wherever it was cut."""

from __future__ import annotations

import io
import random

import pytest
import zstandard

from provider_core.compression import Compression, decompressed
from provider_core.errors import DocumentError

TEXT = b"a few words, then a few more; " * 20
NOISE = random.Random(4).randbytes(700)
SKIPPABLE = b"\x5e\x2a\x4d\x18" + (5).to_bytes(4, "little") + b"notes"


def _frame(data: bytes, **parameters: int) -> bytes:
    """Return one frame, with its size at its head or, by pieces, without."""
    compressor = zstandard.ZstdCompressor(
        compression_params=zstandard.ZstdCompressionParameters(**parameters)
    )
    return compressor.compress(data)


def _unsized(data: bytes) -> bytes:
    stream = zstandard.ZstdCompressor(write_checksum=True).compressobj()
    blocks = [
        stream.compress(piece) + stream.flush(zstandard.COMPRESSOBJ_FLUSH_BLOCK)
        for piece in (data[:100], data[100:])
    ]
    return b"".join(blocks) + stream.flush()


FRAMES = {
    "plain": _frame(TEXT),
    "checksum": _frame(TEXT, write_checksum=1),
    "no size": _frame(TEXT, write_content_size=0),
    "raw block": _frame(NOISE),
    "rle block": _frame(bytes(1000)),
    "empty": _frame(b""),
    "several blocks": _unsized(TEXT),
}


def _unpack(data: bytes) -> bytes:
    stream = io.BytesIO(data)
    return b"".join(decompressed(stream, Compression.ZSTD, limit=1 << 20, what="it"))


@pytest.mark.parametrize("frame", FRAMES.values(), ids=FRAMES)
def test_a_cut_anywhere_is_told(frame: bytes) -> None:
    _unpack(frame)
    for end in range(1, len(frame)):
        with pytest.raises(DocumentError, match="damaged zstd"):
            _unpack(frame[:end])


def test_a_cut_is_told_in_any_of_several_frames() -> None:
    parts = [*FRAMES.values(), SKIPPABLE, FRAMES["plain"], SKIPPABLE]
    whole, ends, at = b"".join(parts), {0}, 0
    for part in parts:
        at += len(part)
        ends.add(at)
    content = _unpack(whole)
    assert content == TEXT * 3 + NOISE + bytes(1000) + TEXT * 2
    for end in range(len(whole)):
        if end in ends:
            assert content.startswith(_unpack(whole[:end]))
        else:
            with pytest.raises(DocumentError, match="damaged zstd"):
                _unpack(whole[:end])


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5, 100])
def test_what_is_no_frame_may_not_stand_behind_one(size: int) -> None:
    for junk in (bytes(size), b"junk" * 25, FRAMES["plain"][1:]):
        with pytest.raises(DocumentError):
            _unpack(FRAMES["plain"] + junk[:size])


class _Dribble(io.BytesIO):
    """Gives a byte at a time."""

    def read(self, size: int | None = -1) -> bytes:
        return super().read(1)


def test_pieces_of_one_byte_are_followed() -> None:
    whole = b"".join(FRAMES.values()) + SKIPPABLE
    for cut in (0, 1):
        pieces = decompressed(
            _Dribble(whole[: len(whole) - cut]), Compression.ZSTD, limit=1 << 20, what="it"
        )
        if not cut:
            assert b"".join(pieces) == _unpack(whole)
            continue
        with pytest.raises(DocumentError, match="within a frame"):
            list(pieces)


def test_a_bomb_stops_at_the_limit() -> None:
    block = ((128 << 10) << 3 | 1 << 1).to_bytes(3, "little") + b"\0"
    bomb = b"\x28\xb5\x2f\xfd\x00\x38" + block * 10_000  # 1.3 GB of zeros, a block for 4 bytes
    pieces = decompressed(io.BytesIO(bomb), Compression.ZSTD, limit=3 << 20, what="it")
    sizes: list[int] = []
    with pytest.raises(DocumentError, match="more than"):
        sizes.extend(map(len, pieces))
    assert max(sizes) <= 1 << 20


@pytest.mark.parametrize(
    "many",
    [
        _frame(b"") * 2_000,
        (b"\x50\x2a\x4d\x18" + bytes(4)) * 2_000,
        _frame(TEXT, write_content_size=0)[:6] + bytes(3) * 2_000,
    ],
    ids=["frames", "skippable frames", "blocks"],
)
def test_work_for_nothing_has_an_end(many: bytes) -> None:
    with pytest.raises(DocumentError, match="more than 1000 empty blocks"):
        list(decompressed(io.BytesIO(many), Compression.ZSTD, limit=1 << 20, what="layer"))
