"""A layer's archive as entries, and what is no layer."""

from __future__ import annotations

import tarfile
from collections.abc import Iterator
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provider_core.digests import Digest
from provider_core.errors import DocumentError
from provider_core.layers import Kind, read_layer
from provider_core.layers.entries import Entry

from .making import archive


def _entries(data: bytes, piece: int = 700) -> list[Entry]:
    return list(read_layer(data[at : at + piece] for at in range(0, len(data), piece)))


def _one(said: object) -> Entry:
    (entry,) = _entries(archive(("x", said)))
    return entry


def test_a_file_with_everything() -> None:
    entry = _one(
        {
            "data": b"content",
            "mode": 0o4755,
            "uid": 3_000_000,
            "gid": 5,
            "mtime": 1_700_000_000.75,
            "pax_headers": {"SCHILY.xattr.user.a": "b\0c\udcff"},
        }
    )
    attributes = entry.attributes
    assert attributes is not None
    assert entry.digest == Digest.of(b"content")
    assert (attributes.kind, attributes.mode, attributes.size) == (Kind.FILE, 0o4755, 7)
    assert (attributes.uid, attributes.gid, attributes.mtime) == (3_000_000, 5, 1_700_000_000)
    assert attributes.xattrs == {"user.a": b"b\0c\xff"}


def test_a_damaged_header_is_not_the_end() -> None:
    data = bytearray(archive(("a", {"data": b"x" * 600}), ("b", {}), ("c", {})))
    second = data.index(b"b\0")
    for broken in (data[: second + 100], data[:second] + b"B" + data[second + 1 :]):
        with pytest.raises(DocumentError, match="no tar archive"):
            _entries(bytes(broken))


@pytest.mark.parametrize(
    ("type_", "kind"),
    [
        (tarfile.DIRTYPE, Kind.FOLDER),
        (tarfile.SYMTYPE, Kind.SYMLINK),
        (tarfile.FIFOTYPE, Kind.FIFO),
        (tarfile.CHRTYPE, Kind.CHARACTER),
        (tarfile.BLKTYPE, Kind.BLOCK),
        (tarfile.CONTTYPE, Kind.FILE),
    ],
)
def test_every_kind(type_: bytes, kind: Kind) -> None:
    entry = _one({"type": type_, "linkname": "to", "devmajor": 7, "devminor": 9})
    attributes = entry.attributes
    assert attributes is not None
    assert attributes.kind is kind
    assert attributes.target == ("to" if kind is Kind.SYMLINK else "")
    is_device = kind in (Kind.CHARACTER, Kind.BLOCK)
    assert attributes.device == ((7, 9) if is_device else (0, 0))


def test_names_begin_at_the_root_of_the_image() -> None:
    entries = _entries(archive(("/etc/x", b""), ("./etc//y/", b""), ("a/./b", b"")))
    assert [entry.path for entry in entries] == ["etc/x", "etc/y", "a/b"]


@pytest.mark.parametrize("name", ["../x", "a/../../x", "/..", "x/" * 3000])
def test_names_that_lead_elsewhere_are_refused(name: str) -> None:
    with pytest.raises(DocumentError):
        _entries(archive((name, b"")))


def test_a_link_out_of_the_image_is_refused() -> None:
    with pytest.raises(DocumentError, match="leads out"):
        _entries(archive(("x", {"type": tarfile.LNKTYPE, "linkname": "../../etc/shadow"})))


@pytest.mark.parametrize(
    "data",
    [b"", b"garbage" * 200, archive(("x", b"y" * 5000))[:3000], archive(("x", b"y" * 600))[:600]],
    ids=["empty", "garbage", "cut", "cut-in-header"],
)
def test_what_is_no_archive_is_a_document_error(data: bytes) -> None:
    with pytest.raises(DocumentError):
        _entries(data)


def test_a_header_that_claims_gigabytes_takes_no_memory() -> None:
    info = tarfile.TarInfo("pax")
    info.type, info.size = tarfile.XHDTYPE, 3 << 30

    def endless() -> Iterator[bytes]:
        yield info.tobuf(tarfile.USTAR_FORMAT)
        while True:
            yield bytes(1 << 20)

    with pytest.raises(DocumentError, match="header of"):
        list(read_layer(endless()))


def test_what_follows_the_end_is_read_too() -> None:
    pieces = iter([archive(("x", b"")), b"more", b"and more"])
    assert len(list(read_layer(pieces))) == 1
    assert next(pieces, None) is None


@given(st.binary(max_size=3000), st.integers(0, 4000))
def test_nothing_but_a_document_error(noise: bytes, place: int) -> None:
    good = archive(("a/b", b"content" * 100), ("c", tarfile.DIRTYPE), ("d", b""))
    broken = good[:place] + noise + good[place + len(noise) :]
    with suppress(DocumentError):
        _entries(broken)
