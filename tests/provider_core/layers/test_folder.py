"""A folder as a tree: nothing followed, nothing believed that changed."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from provider_core.digests import Digest
from provider_core.errors import Conflict, NoSuchFile, StoreError, UsageError
from provider_core.layers import Folder, Kind, Tree, difference, layer_size, write_layer


def _packed(folder: Folder, **said: int) -> bytes:
    changes = difference(Tree(), folder.tree())
    data = b"".join(write_layer(changes, folder.open, **said))
    assert layer_size(changes) == len(data)
    return data


def test_links_are_looked_at_and_not_followed(tmp_path: Path) -> None:
    (tmp_path / "root").mkdir()
    (tmp_path / "secret").write_text("not in the image")
    (tmp_path / "root/link").symlink_to("../secret")
    (tmp_path / "root/loop").symlink_to(".")
    with Folder(tmp_path / "root") as folder:
        tree = folder.tree()
        found = tree.find("link")
        assert found is not None
        assert found.inode.attributes.target == "../secret"
        assert b"not in the image" not in _packed(folder)
    assert sorted(path for path, _ in tree.walk()) == ["", "link", "loop"]


def test_a_file_that_becomes_a_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "root").mkdir()
    (tmp_path / "secret").write_text("1234")
    (tmp_path / "root/file").write_text("abcd")
    with Folder(tmp_path / "root") as folder:
        tree = folder.tree()
        (tmp_path / "root/file").unlink()
        (tmp_path / "root/file").symlink_to(tmp_path / "secret")
        with pytest.raises(StoreError):
            b"".join(write_layer(difference(Tree(), tree), folder.open))


@pytest.mark.parametrize("change", ["grow", "shrink", "touch"])
def test_a_file_that_changes_is_a_conflict(tmp_path: Path, change: str) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"12345")
    with Folder(tmp_path) as folder:
        tree = folder.tree()
        path.write_bytes({"grow": b"123456", "shrink": b"1", "touch": b"12345"}[change])
        if change == "touch":
            os.utime(path, (1, 1))
        with pytest.raises(Conflict, match="changed"):
            b"".join(write_layer(difference(Tree(), tree), folder.open))


def test_a_file_that_changes_while_it_is_read_is_a_conflict(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(bytes(3 << 20))
    with Folder(tmp_path) as folder:
        pieces = write_layer(difference(Tree(), folder.tree()), folder.open)
        next(pieces)
        next(pieces)
        with path.open("ab") as file:
            file.write(b"more")
        with pytest.raises(Conflict):
            b"".join(pieces)


def test_names_of_one_file_are_one(tmp_path: Path) -> None:
    (tmp_path / "b").write_text("content")
    os.link(tmp_path / "b", tmp_path / "a")
    with Folder(tmp_path) as folder:
        tree = folder.tree()
        one, other = tree.find("a"), tree.find("b")
        assert one is not None
        assert other is not None
        assert one.inode is other.inode
        assert one.inode.content() == Digest.of(b"content")
        changes = {change.path: change.link for change in difference(Tree(), tree)}
    assert (changes["a"], changes["b"]) == (None, "a")


def test_holes_are_zeros(tmp_path: Path) -> None:
    (tmp_path / "holes").touch()
    os.truncate(tmp_path / "holes", 100_000)
    with Folder(tmp_path) as folder:
        assert len(_packed(folder)) > 100_000


def test_sockets_are_left_out_and_told(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "s"))
        with Folder(tmp_path) as folder:
            assert folder.tree().find("s") is None
            assert folder.left_out == ["s"]


def test_attributes_of_a_file_are_kept(tmp_path: Path) -> None:
    (tmp_path / "file").touch(mode=0o640)
    try:
        os.setxattr(tmp_path / "file", "user.note", b"\0\xff")
    except OSError:
        pytest.skip("this file system keeps no extended attributes")
    with Folder(tmp_path) as folder:
        found = folder.tree().find("file")
    assert found is not None
    attributes = found.inode.attributes
    assert attributes.kind is Kind.FILE
    assert attributes.xattrs == {"user.note": b"\0\xff"}
    assert (attributes.uid, attributes.gid) == (os.geteuid(), os.getegid())


def test_no_time_is_after_the_newest(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with Folder(tmp_path) as folder:
        first = _packed(folder, newest=1_000_000_000)
        os.utime(tmp_path / "file", (1_500_000_000, 1_500_000_000))
    with Folder(tmp_path) as folder:
        assert _packed(folder, newest=1_000_000_000) == first
        assert _packed(folder) != first


def test_what_is_no_folder(tmp_path: Path) -> None:
    with pytest.raises(NoSuchFile):
        Folder(tmp_path / "missing")
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match="no folder"):
        Folder(tmp_path / "file")


def test_a_very_deep_folder(tmp_path: Path) -> None:
    at = os.open(tmp_path, os.O_RDONLY)
    for _ in range(400):
        os.mkdir("deep", dir_fd=at)
        below = os.open("deep", os.O_RDONLY, dir_fd=at)
        os.close(at)
        at = below
    os.close(at)
    with Folder(tmp_path) as folder:
        assert sum(1 for _ in folder.tree().walk()) == 401
    _remove_deep(tmp_path, 400)


def _remove_deep(path: Path, depth: int) -> None:
    """Remove it from below, since `shutil.rmtree` would recurse."""
    at = os.open(path, os.O_RDONLY)
    for _ in range(depth - 1):
        below = os.open("deep", os.O_RDONLY, dir_fd=at)
        os.close(at)
        at = below
    for _ in range(depth - 1):
        os.rmdir("deep", dir_fd=at)
        above = os.open("..", os.O_RDONLY, dir_fd=at)
        os.close(at)
        at = above
    os.rmdir("deep", dir_fd=at)
    os.close(at)
