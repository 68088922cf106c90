from __future__ import annotations

import io
import tarfile
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provider_archive.tar_table import MAX_MEMBERS, Member, Table, read_table
from provider_core.errors import DocumentError, Error, SizeMismatch
from provider_core.tar.headers import BLOCK

from ...support.images import tar_of

HEX = "0123456789abcdef" * 4


def header(name: str, data: bytes = b"", kind: bytes = tarfile.REGTYPE, link: str = "") -> bytes:
    """One member as GNU tar writes it, long names included."""
    info = tarfile.TarInfo(name)
    info.size, info.type, info.linkname = len(data), kind, link
    return info.tobuf(tarfile.GNU_FORMAT) + data + bytes(-len(data) % BLOCK)


def pax(records: bytes, kind: bytes = tarfile.XHDTYPE) -> bytes:
    return header("PaxHeaders/x", records, kind)


def record(key: str, value: str) -> bytes:
    body = f" {key}={value}\n".encode()
    length = len(body)
    while len(str(length)) + len(body) != length:
        length = len(str(length)) + len(body)
    return str(length).encode() + body


def table_of(*members: bytes, end: bytes = bytes(2 * BLOCK)) -> Table:
    data = b"".join(members) + end
    table = read_table(io.BytesIO(data), len(data))
    assert table is not None
    return table


def content(data: bytes, member: Member) -> bytes:
    return data[member.offset : member.offset + member.size]


def test_members_are_found_where_they_are() -> None:
    data = tar_of([("index.json", b"{}"), ("blobs/sha256/" + HEX, b"x" * 1000)])
    table = read_table(io.BytesIO(data), len(data))
    assert table is not None
    table.require_clean()
    found = {name: content(data, member) for name, member in table.members.items()}
    assert found == {"index.json": b"{}", "blobs/sha256/" + HEX: b"x" * 1000}


@pytest.mark.parametrize("form", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_every_form_of_tar_is_read(form: int) -> None:
    name = f"{HEX}/layer.tar" if form == tarfile.USTAR_FORMAT else "long/" * 60 + "name"
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=form) as archive:
        info = tarfile.TarInfo(name)
        info.size, info.mtime = 3, 1.5 if form == tarfile.PAX_FORMAT else 1
        archive.addfile(info, io.BytesIO(b"abc"))
    data = out.getvalue()
    table = read_table(io.BytesIO(data), len(data))
    assert table is not None
    assert content(data, table.members[name]) == b"abc"


def test_the_dot_of_a_packed_folder_is_no_part_of_names() -> None:
    folder = header("./", kind=tarfile.DIRTYPE)
    table = table_of(folder, header("./index.json", b"{}"), header("./blobs/", kind=b"5"))
    table.require_clean()
    assert list(table.members) == ["index.json"]


@pytest.mark.parametrize("data", [b"", b"x", bytes(BLOCK), bytes(4 * BLOCK), b"x" * 2 * BLOCK])
def test_what_does_not_start_with_a_header_is_no_tar(data: bytes) -> None:
    assert read_table(io.BytesIO(data), len(data)) is None


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("../evil", "plain"),
        ("blobs/../../evil", "plain"),
        ("blobs//x", "plain"),
        ("blobs/./x", "plain"),
        ("/etc/passwd", "absolute"),
        ("C:/evil", "drive"),
        ("c:evil", "drive"),
        ("a\\b", "backslash"),
        ("a\nb", "control"),
        ("a\x7fb", "control"),
        ("x" * 1025, "longer"),
        ("./", "no name"),
    ],
)
def test_bad_names_are_faults(name: str, reason: str) -> None:
    table = table_of(header("manifest.json", b"[]"), header(name, b"x"))
    with pytest.raises(DocumentError, match=reason):
        table.require_clean()
    assert list(table.members) == ["manifest.json"]


def test_a_nul_in_a_pax_name_is_a_fault() -> None:
    table = table_of(pax(record("path", "index.json\0.png")), header("x", b"{}"))
    with pytest.raises(DocumentError, match="control"):
        table.require_clean()


@pytest.mark.parametrize(
    "kind",
    [
        tarfile.LNKTYPE,
        tarfile.CHRTYPE,
        tarfile.BLKTYPE,
        tarfile.FIFOTYPE,
        tarfile.CONTTYPE,
        tarfile.GNUTYPE_SPARSE,
        b"Z",
    ],
)
def test_special_members_are_faults(kind: bytes) -> None:
    table = table_of(header("index.json", kind=kind, link="oci-layout"))
    with pytest.raises(DocumentError, match="special"):
        table.require_clean()
    assert not table.members


def test_sparse_members_of_pax_are_faults() -> None:
    sparse = pax(record("GNU.sparse.major", "1") + record("GNU.sparse.name", "index.json"))
    with pytest.raises(DocumentError, match="sparse"):
        table_of(sparse, header("x", b"{}")).require_clean()


@pytest.mark.parametrize("second", [tarfile.REGTYPE, tarfile.DIRTYPE, tarfile.SYMTYPE])
def test_duplicates_are_faults_and_the_first_stays(second: bytes) -> None:
    first = header("index.json", b"good")
    data = b"" if second != tarfile.REGTYPE else b"evil"
    table = table_of(first, header("./index.json", data, second, "x"))
    with pytest.raises(DocumentError, match="duplicate"):
        table.require_clean()
    assert table.members["index.json"] == Member(BLOCK, 4)


def test_folders_may_be_listed_twice() -> None:
    table_of(header("blobs/", kind=b"5"), header("blobs", kind=b"5")).require_clean()


def test_a_folder_with_content_is_a_fault() -> None:
    info = tarfile.TarInfo("blobs")
    info.type = tarfile.DIRTYPE
    block = bytearray(info.tobuf(tarfile.GNU_FORMAT))
    block[124:136] = b"00000000010\0"
    block[148:156] = b" " * 8
    block[148:156] = b"%06o\0 " % sum(block)
    with pytest.raises(DocumentError, match="content"):
        table_of(bytes(block), bytes(BLOCK - 1) + b"x").require_clean()


def test_links_between_layers_are_looked_up() -> None:
    table = table_of(
        header("two/layer.tar", kind=tarfile.SYMTYPE, link="../one/layer.tar"),
        header("three/layer.tar", kind=tarfile.SYMTYPE, link=f"../{HEX}.tar"),
        header("one/layer.tar", b"one"),
        header(f"{HEX}.tar", b"hex"),
    )
    table.require_clean()
    assert table.members["two/layer.tar"] == table.members["one/layer.tar"]
    assert table.members["three/layer.tar"] == table.members[f"{HEX}.tar"]


@pytest.mark.parametrize(
    ("name", "link"),
    [
        ("two/layer.tar", "/one/layer.tar"),
        ("two/layer.tar", "../../one/layer.tar"),
        ("two/layer.tar", "../absent/layer.tar"),
        ("two/layer.tar", "../three/layer.tar"),
        ("two/layer.tar", "layer.tar"),
        ("two/layer.tar", ""),
        ("two/layer.tar", "../index.json"),
        ("manifest.json", "one/layer.tar"),
    ],
)
def test_other_links_are_faults(name: str, link: str) -> None:
    table = table_of(
        header("one/layer.tar", b"one"),
        header("index.json", b"{}"),
        header("three/layer.tar", kind=tarfile.SYMTYPE, link="../one/layer.tar"),
        header(name, kind=tarfile.SYMTYPE, link=link),
    )
    with pytest.raises(DocumentError, match="link"):
        table.require_clean()
    assert name not in table.members


def test_a_size_beyond_the_end_is_refused() -> None:
    data = bytearray(tar_of([("index.json", b"{}")]))
    lying = tarfile.TarInfo("index.json")
    lying.size = 1 << 40
    data[:BLOCK] = lying.tobuf(tarfile.GNU_FORMAT)
    with pytest.raises(SizeMismatch):
        read_table(io.BytesIO(bytes(data)), len(data))


def test_a_negative_size_is_refused() -> None:
    block = bytearray(tarfile.TarInfo("second").tobuf(tarfile.GNU_FORMAT))
    block[124:136] = b"\xff" * 12
    block[148:156] = b" " * 8
    block[148:156] = b"%06o\0 " % sum(block)
    with pytest.raises(DocumentError, match="size"):
        table_of(header("index.json", b"{}"), bytes(block))


@pytest.mark.parametrize("end", [b"", bytes(100)])
def test_an_archive_without_its_end_is_truncated(end: bytes) -> None:
    with pytest.raises(SizeMismatch):
        table_of(header("index.json", b"{}"), end=end)


def test_a_header_with_a_wrong_checksum_is_refused() -> None:
    second = bytearray(header("second"))
    second[0] ^= 1
    with pytest.raises(DocumentError, match="header"):
        table_of(header("index.json", b"{}"), bytes(second))


@pytest.mark.parametrize(
    "records",
    [
        b"5 a=b\n",
        b"99 path=x\n",
        b"-6 a=b\n",
        b"x a=b\n",
        b"00000000000000000006 a=b\n",
        b"6 ab\n\n",
        b"3 \n",
        record("path", "a") + record("path", "b"),
        record("size", "-1"),
        record("size", "1e3"),
        record("size", "9" * 40),
        record("size", "\u0665"),
    ],
)
def test_broken_extended_headers_are_refused(records: bytes) -> None:
    with pytest.raises(DocumentError):
        table_of(pax(records), header("x", b"{}"))


def test_extended_headers_need_a_member_and_are_bounded() -> None:
    with pytest.raises(DocumentError, match="without its member"):
        table_of(header("index.json", b"{}"), pax(record("path", "x")))
    one = pax(record("path", "x"))
    with pytest.raises(DocumentError, match="without bounds"):
        table_of(one, one, header("x"))
    with pytest.raises(DocumentError, match="without bounds"):
        table_of(pax(record("comment", "x" * (1 << 20))), header("x"))


@pytest.mark.parametrize("key", ["path", "size", "linkpath", "GNU.sparse.major"])
def test_global_headers_that_change_members_are_refused(key: str) -> None:
    with pytest.raises(DocumentError, match="global"):
        table_of(pax(record(key, "1"), tarfile.XGLTYPE), header("x"))


def test_other_global_headers_are_ignored() -> None:
    table = table_of(pax(record("comment", "x"), tarfile.XGLTYPE), header("index.json", b"{}"))
    assert list(table.members) == ["index.json"]


def test_sizes_and_names_of_pax_hold() -> None:
    body = b"0123456789" + bytes(BLOCK - 10)
    table = table_of(pax(record("path", "é.json") + record("size", "10")), header("x"), body)
    assert table.members == {"é.json": Member(3 * BLOCK, 10)}


def many(count: int) -> io.BytesIO:
    blank = header("m" * 9)
    out = io.BytesIO()
    for number in range(count):
        block = bytearray(blank)
        block[:9] = b"m%08d" % number
        block[148:156] = b" " * 8
        block[148:156] = b"%06o\0 " % sum(block)
        out.write(block)
    out.write(bytes(2 * BLOCK))
    return out


class Counting(io.BytesIO):
    """Counts the bytes that are read."""

    def __init__(self, data: bytes) -> None:
        super().__init__(data)
        self.count = 0

    def read(self, size: int | None = -1, /) -> bytes:
        data = super().read(size)
        self.count += len(data)
        return data


def test_100_000_members_are_read_once_and_one_more_is_refused() -> None:
    data = many(MAX_MEMBERS).getvalue()
    stream = Counting(data)
    table = read_table(stream, len(data))
    assert table is not None
    assert len(table.members) == MAX_MEMBERS
    assert stream.count <= len(data)
    more = many(MAX_MEMBERS + 1)
    with pytest.raises(DocumentError, match="100000 members"):
        read_table(more, more.tell())


def test_content_is_passed_over_unread() -> None:
    data = tar_of([(f"blobs/{number}", bytes(100_000)) for number in range(10)])
    stream = Counting(data)
    table = read_table(stream, len(data))
    assert table is not None
    assert len(table.members) == 10
    assert stream.count < 20 * BLOCK


ALTERED = tar_of([("index.json", b"{}"), ("blobs/x", bytes(range(250)) * 3), ("oci-layout", b"{}")])


@given(st.data())
def test_any_change_gives_a_table_or_our_error(data: st.DataObject) -> None:
    broken = bytearray(ALTERED)
    for _ in range(data.draw(st.integers(1, 6))):
        broken[data.draw(st.integers(0, len(broken) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(broken)))
    stream = io.BytesIO(bytes(broken[:cut]))
    try:
        table = read_table(stream, cut)
    except Error:
        return
    for member in table.members.values() if table else ():
        assert member.offset + member.size <= cut


@given(st.binary(max_size=300))
def test_any_extended_header_is_read_or_refused(records: bytes) -> None:
    attempt: Callable[[], Any] = lambda: table_of(pax(records), header("x"))  # noqa: E731
    try:
        attempt()
    except Error:
        return
