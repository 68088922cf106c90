from __future__ import annotations

import base64
import io
import tarfile

import pytest

from provider_wim.layer.entries import Entry, EntryKind
from provider_wim.layer.headers import header_of
from provider_wim.layer.xattrs import ExtendedAttribute, pack
from provider_wim.tree import Blob, Node, TaggedItems

from ....support.layers import layer_bytes
from ....support.windows import SECURITY, file, folder, junction, sample_tree, symlink


def members(layer: bytes) -> dict[str, tarfile.TarInfo]:
    with tarfile.open(fileobj=io.BytesIO(layer)) as archive:
        return {member.name: member for member in archive}


def only(root: Node) -> tarfile.TarInfo:
    """Return the one member below ``Files``."""
    (_, member) = members(layer_bytes(root)).values()
    return member


def test_the_sample_is_read_by_the_standard_library() -> None:
    found = members(layer_bytes(sample_tree()))
    assert list(found)[:3] == ["Files", "Files/again.txt", "Files/Documents and Settings"]
    assert found["Files/grüße-日本-😀.txt"].size == 5
    assert found["Files/Windows/WinSxS/kernel32.dll"].linkname == (
        "Files/Windows/System32/kernel32.dll"
    )


def test_records_of_a_file() -> None:
    member = only(folder("", file("a", b"x", attributes=0x26, security=SECURITY)))
    assert member.pax_headers == {
        "LIBARCHIVE.creationtime": "1446249600",
        "MSWINDOWS.fileattr": "38",
        "MSWINDOWS.rawsd": base64.b64encode(SECURITY).decode(),
        "atime": "1446249600.0000001",
        "ctime": "1446249600.0000001",
        "mtime": "1446249600.0000001",
    }
    assert (member.type, member.mode, member.uid, member.uname) == (b"0", 0o100000, 0, "")


def test_the_records_stand_in_the_order_of_their_keys() -> None:
    layer = layer_bytes(folder("", file("ü" * 60, b"x", security=SECURITY)))
    keys = [b"LIBARCHIVE.", b"MSWINDOWS.fileattr", b"MSWINDOWS.rawsd", b"atime", b"ctime"]
    places = [layer.rindex(key) for key in (*keys, b"mtime", b"path")]
    assert places == sorted(places)


def test_a_stream_has_no_attributes() -> None:
    found = members(layer_bytes(folder("", file("a", b"x", streams={"s": b"yy"}))))
    stream = found["Files/a:s"]
    assert stream.size == 2
    assert set(stream.pax_headers) == {"atime", "ctime", "mtime"}
    assert list(found)[-1] == "Files/a:s"


def test_links() -> None:
    assert only(folder("", symlink("l", "a\\b"))).linkname == "a\\b"
    mount = only(folder("", junction("j", "C:\\Users")))
    assert (mount.type, mount.linkname) == (tarfile.SYMTYPE, "C:\\Users")
    assert mount.pax_headers["MSWINDOWS.mountpoint"] == "1"


def test_extended_attributes() -> None:
    items = TaggedItems(xattrs=pack([ExtendedAttribute(name="$KERNEL", value=b"\0\1")]))
    assert only(folder("", file("a", items=items))).pax_headers["MSWINDOWS.xattr.$KERNEL"] == "AAE="


def test_the_last_access_is_told_only_if_asked_for() -> None:
    one = folder("", file("a", b"x", accessed=130_000_000_000_000_000))
    other = folder("", file("a", b"x", accessed=131_000_000_000_000_000))
    assert layer_bytes(one) == layer_bytes(other)
    assert layer_bytes(one, faithful=True) != layer_bytes(other, faithful=True)


@pytest.mark.parametrize("name", ["x" * 100, "x" * 101, "x" * 255, "日" * 100])
def test_long_names(name: str) -> None:
    assert only(folder("", file(name))).name == f"Files/{name}"


def test_deep_paths() -> None:
    tree = file("leaf", b"x")
    for _ in range(200):
        tree = folder("directory", tree)
    assert list(members(layer_bytes(folder("", tree))))[-1].endswith("directory/leaf")


def test_a_size_beyond_the_field() -> None:
    entry = Entry(EntryKind.FILE, "Files/", "a", file("a"), blob=Blob(sha1=bytes(20), size=1 << 34))
    header = header_of(entry, faithful=False)
    assert b" size=17179869184\n" in header
    info = tarfile.TarInfo.frombuf(header[-512:], "utf-8", "strict")
    assert info.size == 0


def test_times_before_1970() -> None:
    member = only(folder("", file("a", created=0, written=0)))
    assert member.pax_headers["mtime"] == "-11644473600"
