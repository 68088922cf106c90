"""Blobs of several megabytes: in pieces, in order, hashed across them."""

from __future__ import annotations

import io
import os
import struct
import tempfile
from typing import IO, Any

import pytest

from provider_core.errors import WimError
from provider_wim.reading import WimFile
from provider_wim.reading.part import Part
from provider_wim.tree import Blob

from ....support.wims import DIRECTORY, Entry, metadata, resource, row, sha1, wim_file

LARGE = os.urandom(1 << 10) * (5 << 10)  # 5 MiB
SMALL = b"small"
TREE = metadata(
    Entry(
        attributes=DIRECTORY,
        children=(Entry(name="a", sha1=sha1(LARGE)), Entry(name="b", sha1=sha1(SMALL))),
    )
)
MARK, SOLID = 1 << 32, 0x10


def spool(limit: int) -> IO[bytes]:
    return tempfile.TemporaryFile()


def solid_file(content: bytes) -> bytes:
    """Return a file with LARGE and SMALL in one solid chunk, which is stored as it is."""
    data = struct.pack("<QIII", len(content), 1 << 26, 3, len(content)) + content
    rows = [
        row(resource(208, len(data), MARK, SOLID), bytes(20)),
        row(resource(0, len(LARGE), 0, SOLID), sha1(LARGE)),
        row(resource(len(LARGE), len(SMALL), 0, SOLID), sha1(SMALL)),
    ]
    return wim_file([TREE], rows=rows, data=data, version=0xE00)


FILES = {
    "alone": wim_file([TREE], [LARGE, SMALL]),
    "solid": solid_file(LARGE + SMALL),
}


def contents(stream: io.BytesIO) -> list[bytes]:
    wim = WimFile([stream])
    with wim.blobs(spool) as blobs:
        wanted = [node.data for node in wim.tree(1, blobs).children if node.data is not None]
        blobs.announce(wanted)
        return [b"".join(blobs.pieces(blob)) for blob in wanted]


@pytest.mark.parametrize("form", FILES)
def test_large_blobs_come_in_pieces(form: str) -> None:
    wim = WimFile([io.BytesIO(FILES[form])])
    with wim.blobs(spool) as blobs:
        blob = Blob(sha1=sha1(LARGE), size=len(LARGE))
        pieces = list(blobs.pieces(blob))
    assert b"".join(pieces) == LARGE
    assert max(map(len, pieces)) <= 2 << 20


@pytest.mark.parametrize("form", FILES)
def test_the_next_one_follows(form: str) -> None:
    assert contents(io.BytesIO(FILES[form])) == [LARGE, SMALL]


@pytest.mark.parametrize("form", FILES)
def test_damage_anywhere_is_found_at_the_end(form: str) -> None:
    data = bytearray(FILES[form])
    data[data.index(LARGE) + 4_000_000] ^= 1
    with pytest.raises(WimError, match="damaged"):
        contents(io.BytesIO(data))


class Halting(io.BytesIO):
    """Gives at most 100,000 bytes at a time, as a raw file may."""

    def read(self, size: int | None = -1, /) -> bytes:
        return super().read(min(size, 100_000) if size and size > 0 else size)

    def readinto(self, buffer: Any, /) -> int:
        return super().readinto(memoryview(buffer)[:100_000])


@pytest.mark.parametrize("form", FILES)
def test_a_stream_may_give_less_than_it_is_asked_for(form: str) -> None:
    assert contents(Halting(FILES[form])) == [LARGE, SMALL]


def test_a_file_that_shrinks_is_damaged() -> None:
    stream = io.BytesIO(FILES["alone"])
    part = Part(stream)
    stream.truncate(100_000)
    with pytest.raises(WimError, match="shorter"):
        part.read_at(0, 200_000)
    with pytest.raises(WimError, match="shorter"):
        part.read_large(0, 200_000)


def test_a_blob_of_another_size_is_none_of_it() -> None:
    wim = WimFile([io.BytesIO(FILES["alone"])])
    with wim.blobs(spool) as blobs, pytest.raises(WimError, match="another size"):
        list(blobs.pieces(Blob(sha1=sha1(SMALL), size=6)))
