"""Files of wimlib, read: the same tree from each of them."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import IO, BinaryIO

import pytest

from provider_core.errors import Error, NotSupported, WimError
from provider_wim.codecs import Codec
from provider_wim.codecs.python_codec import PythonCodec
from provider_wim.reading import Blobs, Limits, WimFile
from provider_wim.tree import Blob, Node, walk

from ....fixtures.wims.make import CONTENTS, MTIME_NS
from ....support.wims import FIXTURES, SINGLE, SPLIT
from ..codecs.libwim import libwim

LZMS = {"lzms.wim", "solid.esd"}
FILETIME_1970 = 116_444_736_000_000_000


def spool(limit: int) -> IO[bytes]:
    return tempfile.TemporaryFile()


def codec_for(names: Sequence[str]) -> Codec | None:
    """Return None, the best; for LZMS that has to be libwim."""
    return libwim() if LZMS & set(names) else None


@contextmanager
def opened(*names: str, codec: Codec | None = None) -> Iterator[WimFile]:
    streams = [(FIXTURES / name).open("rb") for name in names]
    try:
        yield WimFile(streams, codec=codec or codec_for(names))
    finally:
        for stream in streams:
            stream.close()


def contents(root: Node, blobs: Blobs) -> dict[str, bytes]:
    """Return the contents of all files, read in the order of the tree."""
    files = [(path, node) for path, node in walk(root) if not node.is_directory]
    blobs.announce(node.data for _, node in files if node.data is not None)
    return {
        path: b"".join(blobs.pieces(node.data)) if node.data is not None else b""
        for path, node in files
    }


EXPECTED = {
    **CONTENTS,
    "another name of one": CONTENTS["one"],
    "link": b"",
}
SMALL = {
    "one": b"1",
    "two": b"22",
    "another name of one": b"1",
    "link": b"",
    "link to a folder": b"",  # which is not there, so that it is a link to a file
}


@pytest.mark.peer
@pytest.mark.parametrize("names", [*((name,) for name in SINGLE), SPLIT, SPLIT[::-1]])
def test_every_file_holds_the_same_tree(names: tuple[str, ...]) -> None:
    with opened(*names) as wim, wim.blobs(spool) as blobs:
        root = wim.tree(1, blobs)
        assert contents(root, blobs) == EXPECTED


@pytest.mark.parametrize("names", [("none.wim",), ("xpress.wim",), ("lzx.wim",), SPLIT])
def test_our_own_codec_reads_the_same(names: tuple[str, ...]) -> None:
    with opened(*names, codec=PythonCodec()) as wim, wim.blobs(spool) as blobs:
        root = wim.tree(1, blobs)
        assert contents(root, blobs) == EXPECTED


@pytest.mark.parametrize("name", sorted(LZMS))
def test_lzms_is_refused_without_libwim(name: str) -> None:
    with (
        pytest.raises(NotSupported, match="LZMS") as caught,
        opened(name, codec=PythonCodec()) as wim,
        wim.blobs(spool) as blobs,
    ):
        contents(wim.tree(1, blobs), blobs)
    assert "install" in caught.value.hint


def test_what_nodes_have() -> None:
    with opened("xpress.wim") as wim, wim.blobs(spool) as blobs:
        nodes = dict(walk(wim.tree(1, blobs)))
    written = FILETIME_1970 + MTIME_NS // 100
    assert {node.written for node in nodes.values()} == {written}
    assert nodes["one"].link_group == nodes["another name of one"].link_group != 0
    link = nodes["link"].reparse
    assert link is not None
    assert link.tag == 0xA000000C
    assert "Windows\\readme.txt".encode("utf-16-le") in link.data
    assert nodes["link to a folder"].is_directory
    assert nodes["empty"].data is None


def test_several_images() -> None:
    with opened("two.wim") as wim, wim.blobs(spool) as blobs:
        assert [image.name for image in wim.images] == ["Tree", "Small"]
        assert wim.images[1].description == "A small one"
        root = wim.tree(2, blobs)
        assert contents(root, blobs) == SMALL
        with pytest.raises(NotSupported, match="no image 3"):
            wim.tree(3, blobs)


def test_blobs_in_an_order_that_nobody_announced() -> None:
    with opened("lzx.wim") as wim, wim.blobs(spool) as blobs:
        nodes = [node for _, node in walk(wim.tree(1, blobs)) if node.data is not None]
        wanted = [node.data for node in nodes if node.data is not None]
        blobs.announce(wanted)
        for blob in reversed(wanted):
            assert sum(map(len, blobs.pieces(blob))) == blob.size
        for blob in wanted:  # what was announced is still in order
            assert sum(map(len, blobs.pieces(blob))) == blob.size


def test_a_blob_that_is_given_up_half_way() -> None:
    with opened("lzx.wim") as wim, wim.blobs(spool) as blobs:
        nodes = dict(walk(wim.tree(1, blobs)))
        large, small = nodes["Windows/readme.txt"].data, nodes["one"].data
        assert large is not None
        assert small is not None
        blobs.announce([large, small])
        next(iter(blobs.pieces(large)))
        assert b"".join(blobs.pieces(small)) == b"1"


def test_integrity_tables_are_checked() -> None:
    with opened("two.wim") as wim:
        assert wim.check_integrity()
    with opened("xpress.wim") as wim:
        assert not wim.check_integrity()


def damaged(name: str, place: int) -> BinaryIO:
    data = bytearray((FIXTURES / name).read_bytes())
    data[place] ^= 0x40
    return io.BytesIO(data)


@pytest.mark.parametrize(
    ("name", "codec"), [("none.wim", PythonCodec), ("xpress.wim", PythonCodec), ("two.wim", None)]
)
def test_a_damaged_blob_is_found(name: str, codec: Callable[[], Codec] | None) -> None:
    wim = WimFile([damaged(name, 400)], codec=codec() if codec else None)
    with wim.blobs(spool) as blobs, pytest.raises(WimError):
        contents(wim.tree(1, blobs), blobs)


def test_damage_does_not_fit_the_integrity_table() -> None:
    with pytest.raises(WimError, match="integrity table: bytes 208"):
        WimFile([damaged("two.wim", 400)]).check_integrity()


def test_a_blob_that_is_not_there() -> None:
    with opened("none.wim") as wim, wim.blobs(spool) as blobs, pytest.raises(WimError):
        list(blobs.pieces(Blob(sha1=b"?" * 20, size=3)))


def test_limits_hold_before_anything_is_read() -> None:
    with (FIXTURES / "none.wim").open("rb") as stream:
        wim = WimFile([stream], limits=Limits(unpacked=1000))
        with wim.blobs(spool) as blobs, pytest.raises(WimError, match="1000") as caught:
            wim.tree(1, blobs)
    assert "--max-unpacked" in caught.value.hint


@pytest.mark.parametrize("limits", [Limits(unpacked=100), Limits(free=100)])
@pytest.mark.peer
def test_limits_hold_for_solid_resources(limits: Limits) -> None:
    with (FIXTURES / "solid.esd").open("rb") as stream:
        wim = WimFile([stream], limits=limits, codec=libwim())
        with wim.blobs(spool) as blobs, pytest.raises(Error):
            wim.tree(1, blobs)


@pytest.mark.parametrize(
    ("names", "reason"),
    [
        (SPLIT[1:], "part 1 of"),
        (SPLIT[:-1], "is missing"),
        ((*SPLIT, SPLIT[0]), "twice"),
        ((*SPLIT, "xpress.wim"), "different sets"),
    ],
)
def test_sets_that_are_not_whole_are_refused(names: tuple[str, ...], reason: str) -> None:
    with pytest.raises(WimError, match=reason), opened(*names):
        pass


class GivenUp(Exception):
    pass


def test_who_gives_up_is_heard() -> None:
    asked = 0

    def check() -> None:
        nonlocal asked
        asked += 1
        if asked > 3:
            raise GivenUp

    with (FIXTURES / "none.wim").open("rb") as stream:
        wim = WimFile([stream], check=check)
        with wim.blobs(spool) as blobs, pytest.raises(GivenUp):
            contents(wim.tree(1, blobs), blobs)
