"""Whatever libwim compresses, both codecs decode to what it was."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provider_core.errors import NotSupported
from provider_wim.codecs.python_codec import PythonCodec
from provider_wim.wim_format.compression import Compression

from ....fixtures.wims.make import code, text
from .libwim import compressed_by_libwim, decoded_by_libwim

CHUNK_SIZES = [
    *(("XPRESS", 1 << order) for order in (12, 15, 16)),
    *(("LZX", 1 << order) for order in (15, 16, 17, 18, 19, 20, 21)),
]
RUNS = st.lists(st.tuples(st.binary(min_size=1, max_size=20), st.integers(1, 800)), max_size=30)


def decoded_by_us(way: str, chunk: bytes, size: int, chunk_size: int) -> bytes:
    out = bytearray(size)
    PythonCodec().decoder(Compression[way], chunk_size).decode(chunk, memoryview(out))
    return bytes(out)


@pytest.mark.peer
@pytest.mark.parametrize(("way", "chunk_size"), CHUNK_SIZES)
@pytest.mark.parametrize("data", [text(60_000), code(60_000), bytes(60_000)], ids=["t", "c", "0"])
def test_text_code_and_zeros(way: str, chunk_size: int, data: bytes) -> None:
    data = data[:chunk_size]
    chunk = compressed_by_libwim(way, data, chunk_size)
    assert chunk is not None
    assert decoded_by_us(way, chunk, len(data), chunk_size) == data
    assert decoded_by_libwim(way, chunk, len(data), chunk_size) == data


@pytest.mark.peer
@given(RUNS, st.sampled_from(CHUNK_SIZES))
@settings(max_examples=60)
def test_runs_of_anything(runs: list[tuple[bytes, int]], kind: tuple[str, int]) -> None:
    way, chunk_size = kind
    data = b"".join(piece * count for piece, count in runs)[:chunk_size]
    chunk = compressed_by_libwim(way, data, chunk_size)
    if chunk is not None:
        assert decoded_by_us(way, chunk, len(data), chunk_size) == data


def test_lzms_needs_libwim_and_says_how_to_get_it() -> None:
    with pytest.raises(NotSupported, match="LZMS") as caught:
        PythonCodec().decoder(Compression.LZMS, 1 << 17)
    assert "install" in caught.value.hint
