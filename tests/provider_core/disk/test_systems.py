"""What differs on macOS and Windows, with the system's name and calls as doubles."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from provider_core.disk import durable, owners, systems
from provider_core.errors import StoreError

fcntl = pytest.importorskip("fcntl", reason="the doubles stand on POSIX's own calls")


@pytest.fixture
def macos(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int]]:
    """Let this be macOS; return the control calls that are made."""
    calls: list[tuple[int, int]] = []
    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.setattr(fcntl, "F_FULLFSYNC", 51, raising=False)
    monkeypatch.setattr(fcntl, "fcntl", lambda fd, code: calls.append((fd, code)))
    return calls


@pytest.fixture
def windows(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let this be Windows, as far as Python tells."""
    monkeypatch.setattr(sys, "platform", "win32")
    for call in ("pwrite", "preadv", "geteuid"):
        monkeypatch.delattr(os, call, raising=False)


def test_macos_flushes_the_drive_too(tmp_path: Path, macos: list[tuple[int, int]]) -> None:
    with (tmp_path / "file").open("wb") as file:
        durable.sync_file(file.fileno())
        assert macos == [(file.fileno(), 51)]
    durable.sync_folder(tmp_path)
    assert len(macos) == 1


def test_windows_flushes_folders_itself(tmp_path: Path, windows: None) -> None:
    durable.sync_folder(tmp_path / "whatever")
    with (tmp_path / "file").open("wb") as file:
        durable.sync_file(file.fileno())


@pytest.mark.parametrize("most", [1, 3, 100])
def test_windows_reads_and_writes_after_seeking(
    tmp_path: Path, windows: None, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    write = os.write
    monkeypatch.setattr(os, "write", lambda fd, data: write(fd, data[:most]))
    fd = os.open(tmp_path / "file", os.O_RDWR | os.O_CREAT)
    try:
        durable.write_at(fd, 2, memoryview(b"content"))
        buffer = memoryview(bytearray(4))
        assert (durable.read_at(fd, 5, buffer), bytes(buffer)) == (4, b"tent")
        assert durable.read_at(fd, 9, buffer) == 0
    finally:
        os.close(fd)
    assert (tmp_path / "file").read_bytes() == b"\0\0content"


def test_windows_removes_what_is_read_only(tmp_path: Path, windows: None) -> None:
    path = tmp_path / "blob"
    path.write_bytes(b"x")
    path.chmod(0o444)
    assert durable.remove(path)
    assert not durable.remove(path)


def test_windows_knows_no_owners(tmp_path: Path, windows: None) -> None:
    tmp_path.chmod(0o777)
    owners.require_own(tmp_path)
    assert systems.this_user() is None
    assert not systems.open_files_move()


def test_elsewhere_owners_count(tmp_path: Path) -> None:
    assert systems.this_user() == os.geteuid()
    assert systems.open_files_move()
    tmp_path.chmod(0o777)
    with pytest.raises(StoreError):
        owners.require_own(tmp_path)
