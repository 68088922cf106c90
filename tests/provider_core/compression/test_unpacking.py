from __future__ import annotations

import gzip
import io
import zlib

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from provider_core.compression import Compression, compression_of, decompressed
from provider_core.errors import DocumentError

DATA = bytes(range(256)) * 5_000
WRAPPED = {
    Compression.GZIP: gzip.compress(DATA),
    Compression.ZSTD: zstandard.ZstdCompressor(write_checksum=True).compress(DATA),
}
BOTH = pytest.mark.parametrize("compression", list(WRAPPED))


def unpack(data: bytes, compression: Compression, limit: int = 1 << 30) -> bytes:
    return b"".join(decompressed(io.BytesIO(data), compression, limit=limit, what="it"))


@BOTH
def test_it_is_recognised_by_content(compression: Compression) -> None:
    assert compression_of(WRAPPED[compression][:4]) is compression


@pytest.mark.parametrize("head", [b"", b"\x1f", b"\x28\xb5\x2f", b"BZh9", b"\xfd7zX", b"oci-"])
def test_everything_else_is_plain(head: bytes) -> None:
    assert compression_of(head) is Compression.NONE


@BOTH
def test_the_content_comes_in_small_pieces(compression: Compression) -> None:
    stream = io.BytesIO(WRAPPED[compression])
    pieces = list(decompressed(stream, compression, limit=len(DATA), what="it"))
    assert b"".join(pieces) == DATA
    assert max(map(len, pieces)) <= 1 << 20


@BOTH
def test_several_frames_are_one_content(compression: Compression) -> None:
    assert unpack(WRAPPED[compression] * 2, compression) == DATA * 2


@BOTH
def test_one_byte_above_the_limit_is_refused(compression: Compression) -> None:
    with pytest.raises(DocumentError, match="unpacks to more than"):
        unpack(WRAPPED[compression], compression, limit=len(DATA) - 1)


def test_truncated_gzip_is_refused() -> None:
    with pytest.raises(DocumentError, match="damaged gzip"):
        unpack(WRAPPED[Compression.GZIP][:-1], Compression.GZIP)


@BOTH
def test_damage_is_refused(compression: Compression) -> None:
    data = bytearray(WRAPPED[compression])
    data[-2] ^= 0xFF
    with pytest.raises(DocumentError, match=f"damaged {compression.value}"):
        unpack(bytes(data), compression)


@BOTH
def test_junk_behind_is_refused(compression: Compression) -> None:
    with pytest.raises(DocumentError):
        unpack(WRAPPED[compression] + b"junk", compression)


def test_a_zstd_window_above_128_mib_is_refused() -> None:
    parameters = zstandard.ZstdCompressionParameters(window_log=28)
    compressor = zstandard.ZstdCompressor(compression_params=parameters).compressobj()
    data = compressor.compress(DATA) + compressor.flush()
    with pytest.raises(DocumentError, match="memory"):
        unpack(data, Compression.ZSTD)


@given(st.sampled_from(list(WRAPPED)), st.data())
def test_any_change_gives_content_or_our_error(
    compression: Compression, data: st.DataObject
) -> None:
    broken = bytearray(WRAPPED[compression])
    broken[data.draw(st.integers(0, len(broken) - 1))] ^= data.draw(st.integers(1, 255))
    cut = data.draw(st.integers(0, len(broken)))
    try:
        unpack(bytes(broken[:cut]), compression, limit=2 * len(DATA))
    except DocumentError:
        return


def test_a_gzip_bomb_stops_at_the_limit() -> None:
    squeezer = zlib.compressobj(9, zlib.DEFLATED, 31)
    zeros = bytes(1 << 20)
    bomb = b"".join(squeezer.compress(zeros) for _ in range(64)) + squeezer.flush()
    pieces = decompressed(io.BytesIO(bomb), Compression.GZIP, limit=3 << 20, what="it")
    assert sum(len(next(pieces)) for _ in range(3)) == 3 << 20
    with pytest.raises(DocumentError):
        next(pieces)
