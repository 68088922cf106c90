from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

import pytest

from provider_core.disk import folders


@pytest.mark.parametrize("code", [errno.EXDEV, errno.EBUSY, errno.EACCES, errno.EPERM])
def test_a_folder_that_must_be_copied(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, "rename", refuse)
    assert not folders.rename_folder(tmp_path / "a", tmp_path / "b")


def test_a_folder_is_renamed_or_it_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    assert folders.rename_folder(tmp_path / "a", tmp_path / "b")
    assert [path.name for path in tmp_path.iterdir()] == ["b"]
    with pytest.raises(FileNotFoundError):
        folders.rename_folder(tmp_path / "a", tmp_path / "c")


def test_a_folder_goes_with_all_that_is_in_it_and_no_more(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "kept").write_bytes(b"x")
    folder = tmp_path / "folder"
    (folder / "deep").mkdir(parents=True)
    (folder / "deep" / "blob").write_bytes(b"x")
    (folder / "deep" / "blob").chmod(stat.S_IREAD)
    (folder / "link").symlink_to(outside)
    folders.remove_folder(folder)
    folders.remove_folder(folder)
    assert (folder.exists(), (outside / "kept").exists()) == (False, True)


def test_a_mount_point_stays_empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "folder"
    (folder / "deep").mkdir(parents=True)
    rmdir = os.rmdir

    def busy(path: str, **more: int) -> None:
        if path == str(folder):
            raise OSError(errno.EBUSY, "busy")
        rmdir(path, **more)

    monkeypatch.setattr(os, "rmdir", busy)
    folders.remove_folder(folder)
    assert list(folder.iterdir()) == []


def test_what_cannot_be_removed_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "folder").mkdir()

    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.EIO, "broken")

    monkeypatch.setattr(os, "rmdir", refuse)
    with pytest.raises(OSError, match="broken"):
        folders.remove_folder(tmp_path / "folder")
