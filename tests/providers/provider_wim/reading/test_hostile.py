"""Files made to mislead: refused as WimError, in bounded memory."""

from __future__ import annotations

import io
import struct
import tempfile
import tracemalloc
from typing import IO

import pytest

from provider_core.errors import Error, NotSupported, WimError
from provider_wim.reading import WimFile
from provider_wim.tree import walk

from ....support.wims import (
    DIRECTORY,
    Entry,
    metadata,
    resource,
    row,
    sha1,
    wim_file,
)

CONTENT = b"some content"
FOLDER = Entry(attributes=DIRECTORY, children=(Entry(name="a", sha1=sha1(CONTENT)),))
TREE = metadata(FOLDER)
MARK = 1 << 32
SOLID = 0x10


def spool(limit: int) -> IO[bytes]:
    return tempfile.TemporaryFile()


def read_all(data: bytes, *, whole: bool = False) -> int:
    """Read everything, files in pieces or *whole*; return the bytes of all files."""
    wim = WimFile([io.BytesIO(data)])
    wim.check_integrity()
    total = 0
    with wim.blobs(spool) as blobs:
        for image in wim.images:
            for _, node in walk(wim.tree(image.index, blobs)):
                if node.data is not None and whole:
                    blobs.read_into([(node.data, 0)], memoryview(bytearray(node.data.size)))
                    total += node.data.size
                elif node.data is not None:
                    total += sum(map(len, blobs.pieces(node.data)))
    return total


def test_the_plain_file_is_read() -> None:
    assert read_all(wim_file([TREE], [CONTENT])) == len(CONTENT)
    assert read_all(wim_file([TREE], [CONTENT]), whole=True) == len(CONTENT)


def solid(head: tuple[int, int, int], sizes: bytes, blob: tuple[int, int]) -> bytes:
    """Return a file whose content is said to be in a solid resource: *blob* is offset and size."""
    data = struct.pack("<QII", *head) + sizes
    rows = [
        row(resource(208, len(data), MARK, SOLID), bytes(20)),
        row(resource(blob[0], blob[1], 0, SOLID), sha1(CONTENT)),
    ]
    return wim_file([TREE], rows=rows, data=data, version=0xE00)


HOSTILE = {
    "no metadata": wim_file([TREE], [CONTENT])[:44] + b"\2" + wim_file([TREE], [CONTENT])[45:],
    "blob missing": wim_file([TREE]),
    "blob altered": wim_file([TREE], rows=[row(resource(8, 12, 12), sha1(CONTENT))]),
    "blob shorter": wim_file([TREE], rows=[row(resource(208, 3, 3), sha1(CONTENT))], data=CONTENT),
    "blob stored in 12 MiB": wim_file(
        [TREE], rows=[row(resource(208, 12 << 20, 12, 4), sha1(CONTENT))], data=bytes(12 << 20)
    ),
    "blob in the metadata": wim_file([TREE], rows=[row(resource(208, 12, 12), sha1(CONTENT))]),
    "metadata altered": wim_file([TREE], [CONTENT]).replace(b"a\0\0\0", b"b\0\0\0"),
    "metadata of a gigabyte": wim_file(
        [], rows=[row(resource(208, 100, 1 << 40, 6), bytes(20))], data=bytes(100)
    ),
    "solid of nothing": solid((0, 1 << 26, 3), b"", (0, 12)),
    "solid without room": solid((12, 1 << 15, 2), b"", (0, 12)),
    "solid leads out": solid((12, 1 << 15, 2), struct.pack("<I", 12) + CONTENT, (5, 12)),
    "solid offset of a terabyte": solid(
        (12, 1 << 15, 2), struct.pack("<I", 5) + b"12345", (1 << 40, 12)
    ),
    "solid bomb": solid((1 << 61, 1 << 26, 3), struct.pack("<I", 12) + CONTENT, (1 << 60, 12)),
    "solid that is no LZX": solid((12, 1 << 15, 2), struct.pack("<I", 5) + b"12345", (0, 12)),
    "no xml": wim_file([TREE], [CONTENT], description=b""),
}


@pytest.mark.parametrize("whole", [False, True])
@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files_are_refused(name: str, whole: bool) -> None:
    with pytest.raises(WimError):
        read_all(HOSTILE[name], whole=whole)


@pytest.mark.parametrize("whole", [False, True])
@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_announced_takes_no_memory(name: str, whole: bool) -> None:
    tracemalloc.start()
    try:
        with pytest.raises(WimError):
            read_all(HOSTILE[name], whole=whole)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 10 << 20


@pytest.mark.parametrize("size", [0, 8, 207, 208, 300])
def test_files_that_end_early_are_refused(size: int) -> None:
    with pytest.raises(WimError):
        read_all(wim_file([TREE], [CONTENT])[:size])


def test_other_files_are_refused() -> None:
    with pytest.raises(WimError, match="no WIM file"):
        read_all(b"PK\3\4" + bytes(500))
    with pytest.raises(NotSupported, match="pipable"):
        read_all(b"WLPWM\0\0\0" + bytes(500))


def test_a_solid_resource_that_is_stored_as_it_is_can_be_read() -> None:
    data = solid((12, 1 << 15, 2), struct.pack("<I", 12) + CONTENT, (0, 12))
    assert read_all(data) == 12


def test_a_stream_that_fails_fails_as_it_does() -> None:
    class Failing(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            raise Error("the disk is gone")

    with pytest.raises(Error, match="the disk is gone"):
        WimFile([Failing(wim_file([TREE], [CONTENT]))])
