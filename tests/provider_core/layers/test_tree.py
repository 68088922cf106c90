"""Layers over each other: what the specification says (image-spec, layer.md), case by case."""

from __future__ import annotations

from tarfile import DIRTYPE, LNKTYPE, SYMTYPE

import pytest

from provider_core.errors import DocumentError

from .making import archive, laid


def _paths(*layers: bytes) -> list[str]:
    return sorted(path for path, _ in laid(*layers).walk() if path)


def _link(target: str) -> dict[str, object]:
    return {"type": LNKTYPE, "linkname": target}


def test_a_later_layer_adds_and_replaces() -> None:
    tree = laid(archive(("a", b"old"), ("d/x", b"")), archive(("a", b"newer"), ("d/y", b"")))
    found = tree.find("a")
    assert found is not None
    assert found.inode.attributes.size == 5
    assert sorted(path for path, _ in tree.walk()) == ["", "a", "d", "d/x", "d/y"]


def test_a_whiteout_removes_a_file_and_a_folder_with_all_of_it() -> None:
    lower = archive(("d/e/f", b""), ("d/g", b""), ("h", b""))
    assert _paths(lower, archive((".wh.h", b""), ("d/.wh.e", b""))) == ["d", "d/g"]


def test_a_whiteout_leaves_what_its_own_layer_has() -> None:
    lower = archive(("d/old", b""))
    for upper in (
        archive((".wh.d", b""), ("d/new", b"")),
        archive(("d/new", b""), (".wh.d", b"")),
    ):
        assert _paths(lower, upper) == ["d", "d/new"]


def test_an_opaque_folder_shows_nothing_from_below() -> None:
    lower = archive(("d/old", b""), ("d/e/old", b""), ("kept", b""))
    for upper in (
        archive(("d/.wh..wh..opq", b""), ("d/new", b"")),
        archive(("d/new", b""), ("d/.wh..wh..opq", b"")),
    ):
        assert _paths(lower, upper) == ["d", "d/new", "kept"]


def test_whiteouts_of_what_is_not_there_do_nothing() -> None:
    assert _paths(archive(("a", b"")), archive(("x/.wh.y", b""), ("x/.wh..wh..opq", b""))) == ["a"]


def test_a_file_takes_the_place_of_a_folder_and_back() -> None:
    lower = archive(("x/in", b""), ("y", b""))
    upper = archive(("x", b""), ("y/in", b""))
    assert _paths(lower, upper) == ["x", "y", "y/in"]


def test_a_folder_over_a_folder_keeps_what_is_in_it() -> None:
    lower = archive(("d/in", b""))
    tree = laid(lower, archive(("d", {"type": DIRTYPE, "mode": 0o700})))
    found = tree.find("d")
    assert found is not None
    assert found.inode.attributes.mode == 0o700
    assert list(found.children) == ["in"]


def test_hard_links_share_until_one_is_replaced() -> None:
    lower = archive(("a", b"one"), ("b", _link("a")), ("c", _link("./b")))
    first = laid(lower).find("a")
    assert first is not None
    assert first.inode.names == 3
    tree = laid(lower, archive(("b", b"other")), archive((".wh.c", b"")))
    kept = tree.find("a")
    assert kept is not None
    assert kept.inode.names == 1


def test_a_hard_link_reaches_into_the_layers_below() -> None:
    tree = laid(archive(("a", b"one")), archive(("b", _link("a"))))
    one, other = tree.find("a"), tree.find("b")
    assert one is not None
    assert other is not None
    assert one.inode is other.inode


@pytest.mark.parametrize("target", ["missing", "folder"])
def test_a_hard_link_to_what_is_no_file_is_refused(target: str) -> None:
    with pytest.raises(DocumentError, match="further name"):
        laid(archive(("folder", DIRTYPE), ("b", _link(target))))


def test_symbolic_links_are_names_and_not_ways() -> None:
    lower = archive(("etc/passwd", b"secret"), ("link", {"type": SYMTYPE, "linkname": "etc"}))
    assert _paths(lower, archive(("link/new", b""))) == ["etc", "etc/passwd", "link", "link/new"]


def test_folders_that_nobody_speaks_of_are_there() -> None:
    found = laid(archive(("a/b/c", b""))).find("a/b")
    assert found is not None
    assert found.inode.is_implied


def test_the_root_is_a_folder() -> None:
    tree = laid(archive((".", {"type": DIRTYPE, "mode": 0o711})))
    assert tree.root.inode.attributes.mode == 0o711
    with pytest.raises(DocumentError, match="root"):
        laid(archive(("./", b"")))
