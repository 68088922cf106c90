from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from feed_format import folder_fetch
from feed_format.feed_folder import FeedFolder
from provider_core.errors import NoSuchFile, SizeMismatch, StoreError


def test_a_file_is_read_up_to_its_limit(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "file").write_bytes(b"12345")
    fetch = folder_fetch(tmp_path)
    assert fetch("a/file", 5) == b"12345"
    with pytest.raises(SizeMismatch):
        fetch("a/file", 4)


@pytest.mark.parametrize("name", ["absent", "folder", "file/below", "folder/absent"])
def test_what_is_no_file_is_not_there(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(NoSuchFile):
        folder_fetch(tmp_path)(name, 10)
    assert not FeedFolder(tmp_path).has(name)


@pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege there")
def test_links_lead_nowhere(tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"secret")
    (tmp_path / "feed").mkdir()
    os.symlink(tmp_path / "secret", tmp_path / "feed" / "file")
    with pytest.raises(NoSuchFile):
        folder_fetch(tmp_path / "feed")("file", 10)
    assert not FeedFolder(tmp_path / "feed").has("file")


def test_staged_files_appear_together_or_not_at_all(tmp_path: Path) -> None:
    folder = FeedFolder(tmp_path)
    with folder.stage() as files:
        files.add("one", b"1")
        files.add("deep/er/two", b"2")
        files.add("one", b"again")
        assert list(folder.names(".")) == ["ingest"]
        files.commit()
        files.add("three", b"3")
    assert (tmp_path / "one").read_bytes() == b"again"
    assert (tmp_path / "deep" / "er" / "two").read_bytes() == b"2"
    assert not (tmp_path / "three").exists()
    assert list(folder.names("ingest")) == []


def test_a_file_whose_source_fails_leaves_nothing(tmp_path: Path) -> None:
    folder = FeedFolder(tmp_path)

    def fail(write: object) -> None:
        raise SizeMismatch(1, 2)

    with folder.stage() as files, pytest.raises(SizeMismatch):
        files.fill("one", fail)
    assert list(folder.names("ingest")) == []
    assert not folder.has("one")


def test_a_disk_that_refuses_is_a_store_error(tmp_path: Path) -> None:
    (tmp_path / "ingest").write_bytes(b"a file where a folder has to be")
    with pytest.raises(StoreError):
        FeedFolder(tmp_path).replace("one", b"1")
