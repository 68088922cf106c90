from __future__ import annotations

import os
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

import provider_core.replacing as module
from provider_core.errors import (
    Conflict,
    Exists,
    NoSpace,
    NoSuchFile,
    StoreError,
    TimedOut,
    UsageError,
)
from provider_core.replacing import replacing


def still() -> None:
    """Show no sign of life."""


def write(path: Path, data: bytes, *, force: bool = False) -> None:
    with replacing(path, len(data), force=force, beat=still) as out:
        out.write(data)


def test_the_file_appears_whole(tmp_path: Path) -> None:
    path = tmp_path / "x.tar"
    with replacing(path, 3, force=False, beat=still) as out:
        out.write(b"abc")
        out.flush()
        assert not path.exists()
    assert path.read_bytes() == b"abc"
    assert os.listdir(tmp_path) == ["x.tar"]


def test_it_is_readable_as_the_users_files_are(tmp_path: Path) -> None:
    old = os.umask(0o027)
    try:
        write(tmp_path / "x.tar", b"")
    finally:
        os.umask(old)
    assert stat.S_IMODE((tmp_path / "x.tar").stat().st_mode) == 0o640


def test_what_is_there_stays_without_force(tmp_path: Path) -> None:
    path = tmp_path / "x.tar"
    path.write_bytes(b"old")
    with pytest.raises(Exists):
        write(path, b"new")
    assert path.read_bytes() == b"old"
    write(path, b"new", force=True)
    assert path.read_bytes() == b"new"


def test_what_appears_meanwhile_stays_too(tmp_path: Path) -> None:
    path = tmp_path / "x.tar"
    with pytest.raises(Exists), replacing(path, 0, force=False, beat=still):
        path.write_bytes(b"of somebody else")
    assert path.read_bytes() == b"of somebody else"
    assert os.listdir(tmp_path) == ["x.tar"]


def test_what_appears_at_the_last_moment_stays_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "x.tar"
    link = os.link

    def late(source: Path, target: Path) -> None:
        path.write_bytes(b"of somebody else")
        link(source, target)

    monkeypatch.setattr(os, "link", late)
    with pytest.raises(Exists):
        write(path, b"new")
    assert path.read_bytes() == b"of somebody else"
    assert os.listdir(tmp_path) == ["x.tar"]


def test_a_disk_without_links_will_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def none(source: Path, target: Path) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", none)
    write(tmp_path / "x.tar", b"abc")
    assert (tmp_path / "x.tar").read_bytes() == b"abc"
    assert os.listdir(tmp_path) == ["x.tar"]


def test_two_names_of_a_killed_process_are_told_apart(tmp_path: Path) -> None:
    path = tmp_path / "x.tar"
    with replacing(path, 3, force=False, beat=still):
        temporary = next(tmp_path.iterdir())
    path.write_bytes(b"old")
    os.link(path, temporary)
    with pytest.raises(ZeroDivisionError), replacing(path, 3, force=True, beat=still) as out:
        out.write(b"new" * (1 // 0))
    assert path.read_bytes() == b"old"
    write(path, b"new", force=True)
    assert path.read_bytes() == b"new"
    assert os.listdir(tmp_path) == ["x.tar"]


def test_who_is_given_up_while_it_flushes_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given_up = False

    def slow(fd: int) -> None:
        nonlocal given_up
        given_up = True

    def beat() -> None:
        if given_up:
            raise TimedOut("archive.save", 1)

    monkeypatch.setattr(module, "sync_file", slow)
    with (
        pytest.raises(TimedOut),
        replacing(tmp_path / "x.tar", 3, force=False, beat=beat) as out,
    ):
        out.write(b"abc")
    assert os.listdir(tmp_path) == []


def test_a_large_file_is_flushed_now_and_then(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    flushed: list[int] = []
    monkeypatch.setattr(module, "FLUSH_EVERY", 10)
    monkeypatch.setattr(module, "sync_file", lambda fd: flushed.append(os.fstat(fd).st_size))
    with replacing(tmp_path / "x", 25, force=False, beat=still) as out:
        for _ in range(5):
            out.write(b"12345")
    assert flushed == [10, 20, 25]


def test_a_failure_leaves_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "x.tar"
    path.write_bytes(b"old")
    with pytest.raises(ZeroDivisionError), replacing(path, 3, force=True, beat=still) as out:
        out.write(b"new" * (1 // 0))
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["x.tar"]


def test_a_link_is_replaced_and_not_followed(tmp_path: Path) -> None:
    (tmp_path / "target").write_bytes(b"old")
    (tmp_path / "x.tar").symlink_to("target")
    write(tmp_path / "x.tar", b"new", force=True)
    assert (tmp_path / "target").read_bytes() == b"old"
    assert not (tmp_path / "x.tar").is_symlink()


def test_only_files_are_replaced(tmp_path: Path) -> None:
    (tmp_path / "x.tar").mkdir()
    with pytest.raises(UsageError, match="not a file"):
        write(tmp_path / "x.tar", b"", force=True)


def test_the_folder_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(NoSuchFile):
        write(tmp_path / "none" / "x.tar", b"")


def test_too_little_space_is_known_before(tmp_path: Path) -> None:
    with (
        pytest.raises(NoSpace) as caught,
        replacing(tmp_path / "x", 1 << 60, force=False, beat=still),
    ):
        pytest.fail("it began to write")
    assert caught.value.fields["needed"] == 1 << 60
    assert os.listdir(tmp_path) == []


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    disk = tmp_path / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", disk], check=True)
    try:
        yield disk
    finally:
        subprocess.run(["umount", disk], check=True)


@pytest.mark.privileged
def test_a_disk_that_fills_up_is_left_clean(small_disk: Path) -> None:
    with (
        pytest.raises(NoSpace),
        replacing(small_disk / "x.tar", 1000, force=False, beat=still) as out,
    ):
        out.write(bytes(100_000))
    assert os.listdir(small_disk) == []


@pytest.mark.privileged
def test_a_read_only_disk_is_named(small_disk: Path) -> None:
    subprocess.run(["mount", "-o", "remount,ro", small_disk], check=True)
    with pytest.raises(StoreError, match=r"x\.tar cannot be changed"):
        write(small_disk / "x.tar", b"abc")


def test_two_that_write_one_destination_meet(tmp_path: Path) -> None:
    path = tmp_path / "x.tar"
    with replacing(path, 3, force=False, beat=still) as out:
        out.write(b"abc")
        with pytest.raises(Conflict):
            write(path, b"xyz")
    assert path.read_bytes() == b"abc"
    assert os.listdir(tmp_path) == ["x.tar"]


def test_what_a_killed_process_left_is_used_again(tmp_path: Path) -> None:
    path = tmp_path / "x.tar"
    with replacing(path, 3, force=False, beat=still):
        left = next(tmp_path.iterdir())
    left.write_bytes(b"of a killed process, much longer")
    write(path, b"abc", force=True)
    assert path.read_bytes() == b"abc"
    assert os.listdir(tmp_path) == ["x.tar"]
