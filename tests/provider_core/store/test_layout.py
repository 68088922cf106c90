"""How a store's folders come to be, and which are not trusted."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

import pytest

from provider_core.disk.durable import make_folder
from provider_core.errors import StoreError
from provider_core.oci import Descriptor
from provider_core.store import DirectoryStore, put
from provider_core.testing.store_suite import RAW

_FOLDERS = ("", "ingest", "leases", "records", "quarantine", "blobs", "blobs/sha256")


@pytest.fixture
def blob(store: DirectoryStore) -> Descriptor:
    """Return a blob of a store that was closed since."""
    with store.lease() as lease:
        return put(store.writer(lease), b"blob", RAW)


def _refused(store: DirectoryStore, match: str) -> None:
    again = DirectoryStore(store.path)
    with pytest.raises(StoreError, match=match) as caught, again.lease() as lease:
        again.writer(lease).expect(Descriptor.of(b"new", RAW))
    assert caught.value.hint
    for change in (
        lambda: again.collect(list, grace=0),
        lambda: again.write_index([]),
        again.flush,
    ):
        with pytest.raises(StoreError, match=match):
            change()


@pytest.mark.parametrize("mode", [0o777, 0o770, 0o702])
@pytest.mark.parametrize("name", _FOLDERS)
def test_a_folder_that_others_can_write_to_is_refused(
    store: DirectoryStore, blob: Descriptor, name: str, mode: int
) -> None:
    (store.path / name).chmod(mode)
    _refused(store, "other users can write")
    assert store.has(blob)


@pytest.mark.parametrize("name", _FOLDERS)
def test_a_folder_that_is_elsewhere_is_refused(
    store: DirectoryStore, blob: Descriptor, tmp_path: Path, name: str
) -> None:
    folder = store.path / name
    folder.rename(tmp_path / "elsewhere")
    folder.symlink_to(tmp_path / "elsewhere")
    _refused(store, "leads to one")
    assert store.has(blob)


@pytest.mark.privileged
def test_a_folder_of_another_user_is_refused(store: DirectoryStore, blob: Descriptor) -> None:
    os.chown(store.path / "blobs" / "sha256", 65534, -1)
    _refused(store, "65534")
    assert store.has(blob)


def test_a_store_that_others_may_read_is_fine(store: DirectoryStore, blob: Descriptor) -> None:
    store.path.chmod(0o755)
    DirectoryStore(store.path).write_index([])
    assert store.has(blob)


def test_every_folder_above_is_private_and_flushed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fsync, seen = os.fsync, list[str]()

    def noted(fd: int) -> None:
        seen.append(os.readlink(f"/proc/self/fd/{fd}"))
        fsync(fd)

    monkeypatch.setattr(os, "fsync", noted)
    assert make_folder(tmp_path / "one" / "two" / "three")
    assert seen == [str(tmp_path), str(tmp_path / "one"), str(tmp_path / "one" / "two")]
    for folder in ("one", "one/two", "one/two/three"):
        assert stat.S_IMODE((tmp_path / folder).stat().st_mode) == 0o700
    assert not make_folder(tmp_path / "one" / "two" / "three")
    assert make_folder(tmp_path / "for all" / "to read", 0o755)
    assert stat.S_IMODE((tmp_path / "for all").stat().st_mode) == 0o755


def test_a_folder_whose_name_is_not_durable_is_taken_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(fd: int) -> None:
        raise OSError(errno.EIO, "the disk says no")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", fail)
        with pytest.raises(OSError, match="disk says no"):
            make_folder(tmp_path / "one" / "two")
    assert list(tmp_path.iterdir()) == []


def test_a_file_in_the_way_of_a_folder(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(FileExistsError):
        make_folder(tmp_path / "file")
    with pytest.raises(NotADirectoryError):
        make_folder(tmp_path / "file" / "below")
