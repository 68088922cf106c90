"""Writing past the system's memory, where a disk can, and the usual way where it cannot."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from provider_core.disk import direct
from provider_core.disk.direct import BLOCK, DirectWrites, block_buffer

from ...peers.peer import require

SIZE = 1 << 20


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "file"


@pytest.fixture
def fd(path: Path) -> Iterator[int]:
    fd = os.open(path, os.O_RDWR | os.O_CREAT)
    yield fd
    os.close(fd)


def filled(size: int) -> memoryview:
    buffer = block_buffer(size)
    buffer[:] = os.urandom(size)
    return buffer


def takes_direct_writes(folder: Path) -> bool:
    probe = folder / "probe"
    probe.touch()
    try:
        os.close(os.open(probe, os.O_WRONLY | os.O_DIRECT))
    except (AttributeError, OSError):
        return False
    return True


@pytest.mark.parametrize("size", [0, 1, BLOCK, SIZE + 1])
def test_a_buffer_is_as_long_as_it_was_asked_for(size: int) -> None:
    assert bytes(block_buffer(size)) == bytes(size)


def test_whole_blocks_go_and_the_rest_is_left(path: Path, fd: int, tmp_path: Path) -> None:
    require(takes_direct_writes(tmp_path), "this file system has no direct writes")
    data = filled(SIZE + 100)
    with closing(DirectWrites(path, fd)) as writes:
        assert writes.write(BLOCK, data) == SIZE
    assert path.read_bytes() == bytes(BLOCK) + bytes(data[:SIZE])


@pytest.mark.parametrize(
    ("offset", "data"),
    [(1, block_buffer(SIZE)), (0, block_buffer(BLOCK))],
    ids=["an offset within a block", "little"],
)
def test_what_cannot_go_is_left(path: Path, fd: int, offset: int, data: memoryview) -> None:
    with closing(DirectWrites(path, fd)) as writes:
        assert writes.write(offset, data) == 0
    assert path.stat().st_size == 0


def test_what_is_said_to_have_gone_is_there(path: Path, fd: int) -> None:
    data = filled(SIZE)[1:]  # it begins within a block: some file systems take that, others do not
    with closing(DirectWrites(path, fd)) as writes:
        count = writes.write(0, data)
    assert count % BLOCK == 0
    assert path.read_bytes() == bytes(data[:count])


def test_a_file_system_that_refuses_is_not_asked_again(
    path: Path, fd: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried = []

    def refuse(fd: int, data: memoryview, offset: int) -> int:
        tried.append(offset)
        raise OSError(errno.EINVAL, "not here")

    monkeypatch.setattr(direct, "_FLAG", os.O_RDWR)  # every file system opens it like that
    monkeypatch.setattr(os, "pwrite", refuse)
    with closing(DirectWrites(path, fd)) as writes:
        assert [writes.write(0, filled(SIZE)) for _ in range(2)] == [0, 0]
    assert tried == [0]


def test_another_file_of_that_name_is_left_alone(path: Path, fd: int) -> None:
    path.unlink()
    path.write_bytes(b"somebody else's")
    with closing(DirectWrites(path, fd)) as writes:
        assert writes.write(0, filled(SIZE)) == 0
    assert path.read_bytes() == b"somebody else's"


def test_a_failing_disk_is_told_of(path: Path, fd: int, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(fd: int, data: memoryview, offset: int) -> int:
        raise OSError(errno.EIO, "broken")

    monkeypatch.setattr(os, "pwrite", fail)
    monkeypatch.setattr(direct, "_FLAG", os.O_RDWR)
    with closing(DirectWrites(path, fd)) as writes, pytest.raises(OSError, match="broken"):
        writes.write(0, filled(SIZE))


@pytest.mark.parametrize(("seconds", "takes"), [(0.001, True), (0.05, False)])
def test_a_slow_disk_is_left_to_the_system(
    path: Path, fd: int, monkeypatch: pytest.MonkeyPatch, seconds: float, takes: bool
) -> None:
    now = 0.0

    def written(fd: int, data: memoryview, offset: int) -> int:
        nonlocal now
        now += seconds
        return len(data)

    monkeypatch.setattr(direct, "_FLAG", os.O_RDWR)
    monkeypatch.setattr("time.monotonic", lambda: now)
    monkeypatch.setattr(os, "pwrite", written)
    with closing(DirectWrites(path, fd)) as writes:
        counts = [writes.write(0, filled(SIZE)) for _ in range(20)]
    assert counts[0] == SIZE
    assert (counts[-1] == SIZE) is takes
