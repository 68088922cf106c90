from __future__ import annotations

import hashlib
import io
import random
from dataclasses import replace

import pytest

from provider_core.testing import make_context
from provider_wim.codecs.libwim import find_libwim
from provider_wim.reading import WimFile
from provider_wim.tree import Node, walk
from provider_wim.wim_format.compression import Compression
from provider_wim.writing.chunks import CHUNK, ChunkCompressor, in_chunks
from provider_wim.writing.resources import ResourceWriter

from ....peers.peer import require
from ....support.windows import NANO, MemoryOutput, content_of, file, folder, sample_tree, wim_bytes

COMPRESSIONS = [
    Compression.NONE,
    pytest.param(Compression.XPRESS, marks=pytest.mark.peer),
    pytest.param(Compression.LZX, marks=pytest.mark.peer),
]


def need(compression: Compression) -> None:
    require(compression is Compression.NONE or find_libwim() is not None, "libwim is not installed")


def read_back(data: bytes, index: int = 1) -> tuple[Node, dict[str, bytes]]:
    """Return a tree, and the content of its files by path."""
    wim = WimFile([io.BytesIO(data)])
    assert wim.check_integrity()
    with wim.blobs(make_context().spool) as blobs:
        root = wim.tree(index, blobs)
        contents = {
            path: b"".join(blobs.pieces(node.data)) for path, node in walk(root) if node.data
        }
    return root, contents


@pytest.mark.parametrize("compression", COMPRESSIONS)
def test_what_is_written_is_read(compression: Compression) -> None:
    need(compression)
    tree = sample_tree(file("random", random.Random(1).randbytes(100_000)))
    root, contents = read_back(wim_bytes((NANO, tree), compression=compression))
    assert root == tree
    assert contents == {path: content_of(node.data) for path, node in walk(tree) if node.data}


def test_several_images_share_their_content() -> None:
    big = file("big", b"B" * 1_000_000)
    second = replace(NANO, index=2, name="UtilityVM")
    data = wim_bytes((NANO, folder("", big)), (second, folder("", big, file("b", b"b"))))
    assert len(data) < 1_010_000
    assert read_back(data, 1)[0] == folder("", big)
    assert read_back(data, 2)[1]["b"] == b"b"


def test_the_xml_says_what_it_said() -> None:
    wim = WimFile([io.BytesIO(wim_bytes((NANO, sample_tree())))])
    (image,) = wim.images
    known = replace(NANO, modified=NANO.created, files=10, directories=6)
    assert replace(image, total_bytes=0, hard_link_bytes=0) == known


def test_foreign_texts_are_no_markup() -> None:
    odd = replace(NANO, name="a<b>&\x01\ud800", description="]]>")
    (image,) = WimFile([io.BytesIO(wim_bytes((odd, sample_tree())))]).images
    assert (image.name, image.description) == ("a<b>&??", "]]>")


def test_the_same_again_is_the_same_file() -> None:
    assert wim_bytes((NANO, sample_tree())) == wim_bytes((NANO, sample_tree()))


@pytest.mark.parametrize("compression", COMPRESSIONS)
@pytest.mark.parametrize("size", [1, CHUNK, CHUNK + 1, 9_000_000])
def test_content_that_does_not_get_smaller_is_stored_as_it_is(
    compression: Compression, size: int
) -> None:
    need(compression)
    data = random.Random(size).randbytes(size)
    written = wim_bytes((NANO, folder("", file("a", data))), compression=compression)
    assert read_back(written)[1] == {"a": data}
    assert hashlib.sha1(data).digest() in written


@pytest.mark.peer
def test_content_that_gets_worse_on_the_way() -> None:
    need(Compression.LZX)
    data = bytes(9_000_000) + random.Random(2).randbytes(3_000_000) + bytes(1_000_000)
    written = wim_bytes((NANO, folder("", file("a", data))), compression=Compression.LZX)
    assert len(written) < 3_100_000
    assert read_back(written)[1] == {"a": data}


@pytest.mark.peer
def test_a_blob_comes_once() -> None:
    need(Compression.XPRESS)
    out = MemoryOutput()
    with ChunkCompressor(Compression.XPRESS) as chunks:
        writer = ResourceWriter(out, chunks)
        first = writer.add(iter([b"x" * 50_000]), 50_000)
        end = out.tell()
        assert writer.add(iter([b"x" * 20_000, b"x" * 30_000]), 50_000) == first
    assert out.tell() == len(out.getvalue()) == end


def test_chunks() -> None:
    pieces = [b"a" * 10, b"b" * CHUNK, b"", b"c" * (2 * CHUNK)]
    assert b"".join(in_chunks(pieces)) == b"".join(pieces)
    assert [len(chunk) for chunk in in_chunks(pieces)] == [CHUNK, CHUNK, CHUNK, 10]
