"""Chunks with bytes changed: decoded to the size that was asked for, or refused."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from provider_core.errors import WimError
from provider_wim.codecs.lzx import decode_lzx
from provider_wim.codecs.xpress import decode_xpress
from provider_wim.reading.part import Part
from provider_wim.wim_format.blob_table import BlobTable, parse_table

from ....support.wims import FIXTURES


def decode_lzx_32k(chunk: bytes, size: int) -> bytearray:
    return decode_lzx(chunk, size, 15)


WIMS = {"xpress.wim": decode_xpress, "lzx.wim": decode_lzx_32k}


def chunks_of(name: str) -> list[tuple[bytes, int]]:
    """Return the chunks of blobs that are one chunk, with their sizes after decompression."""
    with (FIXTURES / name).open("rb") as stream:
        part = Part(stream)
        place = part.header.table
        table = BlobTable()
        parse_table(part.read_at(place.offset, place.size), 1, part.size, table)
        stored = [blob.resource for blob in table.blobs.values()]
        stored += [blob.resource for blob in table.metadata]
        return [
            (part.read_at(one.offset, one.stored_size), one.size)
            for one in stored
            if one.is_compressed and one.size <= 32768
        ]


CHUNKS = {name: chunks_of(name) for name in WIMS}


@pytest.mark.parametrize("name", WIMS)
@given(data=st.data())
@settings(max_examples=500, suppress_health_check=[HealthCheck.too_slow])
def test_changed_chunks(name: str, data: st.DataObject) -> None:
    whole, size = data.draw(st.sampled_from(CHUNKS[name]))
    chunk = bytearray(whole)
    for place in data.draw(st.lists(st.integers(0, len(chunk) - 1), min_size=1, max_size=4)):
        chunk[place] = data.draw(st.integers(0, 255))
    del chunk[data.draw(st.one_of(st.just(len(chunk)), st.integers(0, len(chunk)))) :]
    with suppress(WimError):
        assert len(WIMS[name](bytes(chunk), size)) == size


@pytest.mark.parametrize("name", WIMS)
@given(chunk=st.binary(max_size=600), size=st.integers(1, 32768))
@settings(max_examples=300)
def test_anything_at_all(name: str, chunk: bytes, size: int) -> None:
    with suppress(WimError):
        assert len(WIMS[name](chunk, size)) == size
