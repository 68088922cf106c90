from __future__ import annotations

import struct
from dataclasses import replace

import pytest

from provider_core.errors import WimError
from provider_wim.tree import Blob, NamedStream, Node, Reparse, UnixData, walk
from provider_wim.wim_format.metadata import parse_metadata

from ....support.wims import DIRECTORY, REPARSE_POINT, Entry, metadata, sha1

DATA = {sha1(data): data for data in (b"one", b"two", b"target", b"x" * 20_000)}
ONE, TWO, TARGET, LARGE = DATA
NO_ITEM = bytes(8)


def find(digest: bytes) -> Blob:
    if digest not in DATA:
        raise WimError("not there")
    return Blob(sha1=digest, size=len(DATA[digest]))


def parsed(*children: Entry, descriptors: tuple[bytes, ...] = ()) -> Node:
    root = Entry(attributes=DIRECTORY, children=children)
    return parse_metadata(metadata(root, descriptors), find, lambda blob: DATA[blob.sha1])


def folder(name: str, *children: Entry) -> Entry:
    return Entry(name=name, attributes=DIRECTORY, children=children)


def blob(digest: bytes) -> Blob:
    return find(digest)


def test_everything_of_a_file() -> None:
    (node,) = parsed(
        Entry(
            name="read me.txt",
            short_name="README~1.TXT",
            attributes=0x21,
            security_id=1,
            times=(10, 20, 30),
            sha1=ONE,
            streams=(("Zone.Identifier", TWO), ("empty", bytes(20))),
        ),
        descriptors=(b"first", b"second"),
    ).children
    assert node == Node(
        name="read me.txt",
        short_name="README~1.TXT",
        attributes=0x21,
        created=10,
        accessed=20,
        written=30,
        security=b"second",
        data=blob(ONE),
        streams=(
            NamedStream(name="Zone.Identifier", blob=blob(TWO)),
            NamedStream(name="empty", blob=None),
        ),
    )


def test_the_tree_in_its_order() -> None:
    root = parsed(
        folder("b", folder("d", Entry(name="e")), Entry(name="c")), Entry(name="a"), folder("empty")
    )
    assert [path for path, _ in walk(root)] == ["", "b", "b/d", "b/d/e", "b/c", "a", "empty"]


def test_content_may_be_in_an_unnamed_stream_entry() -> None:
    (node,) = parsed(Entry(name="a", streams=(("", ONE), ("s", TWO)))).children
    assert (node.data, len(node.streams)) == (blob(ONE), 1)


@pytest.mark.parametrize("inside", [False, True])
def test_a_junction_is_a_directory_with_reparse_data(inside: bool) -> None:
    entry = Entry(
        name="junction",
        attributes=DIRECTORY | REPARSE_POINT,
        reparse=(0xA0000003, 1),
        sha1=bytes(20) if inside else TARGET,
        streams=(("", TARGET), ("s", ONE)) if inside else (),
    )
    (node,) = parsed(entry).children
    assert node.reparse == Reparse(tag=0xA0000003, data=b"target", not_fixed=True)
    assert node.is_directory
    assert node.data is None
    assert node.link_group == 0


def test_a_reparse_point_may_have_content_too() -> None:
    entry = Entry(
        name="deduplicated",
        attributes=REPARSE_POINT,
        reparse=(0x80000013, 0),
        streams=(("", TARGET), ("", ONE)),
    )
    (node,) = parsed(entry).children
    assert node.reparse is not None
    assert (node.reparse.data, node.data) == (b"target", blob(ONE))


def test_names_of_one_file_have_one_group() -> None:
    one, two, alone = parsed(
        Entry(name="a", sha1=ONE, link_group=7),
        Entry(name="b", sha1=ONE, link_group=7),
        Entry(name="c", sha1=ONE),
    ).children
    assert (one.link_group, two.link_group, alone.link_group) == (1, 1, 0)


@pytest.mark.parametrize(
    "other",
    [
        Entry(name="b", sha1=TWO, link_group=7),
        Entry(name="b", sha1=ONE, link_group=7, security_id=0),
        Entry(name="b", sha1=ONE, link_group=7, streams=(("s", TWO),)),
        Entry(name="b", sha1=ONE, link_group=7, attributes=0x22),
    ],
)
def test_names_of_one_group_that_differ_are_two_files(other: Entry) -> None:
    one, two = parsed(Entry(name="a", sha1=ONE, link_group=7), other, descriptors=(b"x",)).children
    assert one.link_group != two.link_group


def test_data_that_many_reparse_points_share_is_read_once() -> None:
    reads: list[Blob] = []

    def read(blob: Blob) -> bytes:
        reads.append(blob)
        return DATA[blob.sha1]

    link = Entry(attributes=REPARSE_POINT, reparse=(1, 0), sha1=TARGET)
    links = tuple(replace(link, name=str(number)) for number in range(50))
    parse_metadata(metadata(Entry(attributes=DIRECTORY, children=links)), find, read)
    assert len(reads) == 1


def test_reparse_points_cannot_fill_the_memory() -> None:
    def many(sha1: bytes) -> Blob:
        return Blob(sha1=sha1, size=16 << 10)

    links = tuple(
        Entry(
            name=str(number),
            attributes=REPARSE_POINT,
            reparse=(1, 0),
            sha1=number.to_bytes(20, "big"),
        )
        for number in range(1, 3000)
    )
    data = metadata(Entry(attributes=DIRECTORY, children=links))
    with pytest.raises(WimError, match="too much data"):
        parse_metadata(data, many, lambda blob: b"")


def test_directories_are_in_no_group() -> None:
    (node,) = parsed(Entry(name="d", attributes=DIRECTORY, link_group=3, children=())).children
    assert node.link_group == 0


def test_tagged_items() -> None:
    unix = struct.pack("<IIIIII", 0x337DD873, 16, 1, 2, 0o100644, 3)
    items = struct.pack("<II", 1, 16) + b"o" * 16 + struct.pack("<II", 2, 3) + b"xat" + bytes(5)
    unknown = struct.pack("<II", 99, 4) + bytes(8)
    (node,) = parsed(Entry(name="a", items=items + unix + unknown)).children
    assert (node.items.object_id, node.items.xattrs) == (b"o" * 16, b"xat")
    assert node.items.unix == UnixData(uid=1, gid=2, mode=0o100644, device=3)
    assert node.items.unknown == (99,)


def test_names_may_be_any_units_of_utf_16() -> None:
    (node,) = parsed(Entry(name="\ud800x𝄞")).children
    assert node.name == "\ud800x𝄞"


@pytest.mark.parametrize(
    ("children", "reason"),
    [
        ((Entry(name="."),), "no name"),
        ((Entry(name=".."),), "no name"),
        ((Entry(name=""),), "no name"),
        ((Entry(name="a/b"),), "no name"),
        ((Entry(name="a\\b"),), "no name"),
        ((Entry(name="a\0b"),), "no name"),
        ((Entry(name="n" * 256),), "name of 512 bytes"),
        ((Entry(name="a"), Entry(name="a")), "twice"),
        ((Entry(name="a", security_id=3),), "security descriptor 3"),
        ((Entry(name="a", sha1=b"?" * 20),), "not there"),
        ((Entry(name="a", streams=(("s", ONE), ("s", TWO))),), "two streams"),
        ((Entry(name="a", sha1=ONE, streams=(("", TWO),)),), "two contents"),
        ((Entry(name="a", streams=(("s\0", ONE),)),), "zero in its name"),
        ((Entry(name="a", children=(Entry(name="b"),)),), "no directory"),
        ((Entry(name="a", items=struct.pack("<II", 1, 500)),), "leads out"),
        ((Entry(name="a", items=struct.pack("<II", 9, 0) * 50_000),), "64 items"),
        (
            (Entry(name="a", attributes=REPARSE_POINT, reparse=(1, 0), sha1=LARGE),),
            "reparse point of 20000",
        ),
    ],
)
def test_what_breaks_the_format_is_refused(children: tuple[Entry, ...], reason: str) -> None:
    with pytest.raises(WimError, match=reason):
        parsed(*children)


def test_the_root_is_a_directory() -> None:
    with pytest.raises(WimError, match="root"):
        parse_metadata(metadata(Entry()), find, lambda blob: b"")
    with pytest.raises(WimError, match="root"):
        parse_metadata(struct.pack("<II", 8, 0) + bytes(8), find, lambda blob: b"")


def test_directories_that_run_in_a_circle_are_refused() -> None:
    data = bytearray(
        metadata(Entry(attributes=DIRECTORY, children=(folder("a", Entry(name="b")),)))
    )
    (first,) = struct.unpack_from("<Q", data, 8 + 16)  # where the root's entries are
    struct.pack_into("<Q", data, first + 16, first)
    with pytest.raises(WimError, match="circle"):
        parse_metadata(bytes(data), find, lambda blob: b"")


def test_deep_trees_are_refused() -> None:
    deepest = Entry(name="a")
    for _ in range(600):
        deepest = folder("a", deepest)
    with pytest.raises(WimError, match="too deep"):
        parsed(deepest)


def test_paths_that_are_much_longer_than_the_metadata_are_refused() -> None:
    streams = Entry(name="f", streams=tuple((f"s{number}", ONE) for number in range(1000)))
    files = tuple(Entry(name=f"{number}") for number in range(1000))
    for inner in ((streams,), files):
        tree = folder("n" * 255, *inner)
        for _ in range(300):
            tree = folder("n" * 255, tree)
        with pytest.raises(WimError, match="its paths"):
            parsed(tree)


@pytest.mark.parametrize(
    "security",
    [
        struct.pack("<II", 1 << 31, 0),
        struct.pack("<II", 16, 2),
        struct.pack("<II", 0xFFFFFFFF, 0xFFFFFFFF),
        struct.pack("<IIQ", 16, 1, 1 << 63),
        struct.pack("<IIQ", 17, 1, 2) + b"x",
        b"",
        b"\x08\0\0\0",
    ],
)
def test_hostile_security_data_is_refused(security: bytes) -> None:
    data = security.ljust(16, b"\0") if len(security) >= 8 else security
    with pytest.raises(WimError):
        parse_metadata(data, find, lambda blob: b"")


def test_every_cut_is_refused() -> None:
    data = metadata(
        Entry(
            attributes=DIRECTORY,
            children=(Entry(name="a", sha1=ONE, streams=(("s", TWO),)), folder("b")),
        )
    )
    for size in range(0, len(data) - 8, 8):
        with pytest.raises(WimError):
            parse_metadata(data[:size], find, lambda blob: b"")
