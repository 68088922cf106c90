"""The order of flushes and renames, and what happens when one of them fails."""

from __future__ import annotations

import errno
import io
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from provider_core.errors import NoSpace, StoreError
from provider_core.oci import Descriptor
from provider_core.store import DirectoryStore, Partial, Record, Writer, pour, put
from provider_core.testing.store_suite import RAW, sample_bytes

Calls = list[tuple[str, str]]


@pytest.fixture
def calls(store: DirectoryStore, writer: Writer, monkeypatch: pytest.MonkeyPatch) -> Calls:
    """Return what the store flushes and renames from now on, by folder within the store."""
    put(writer, b"the folders are made", RAW)
    seen: Calls = []
    fsync, replace = os.fsync, os.replace

    def where(path: str) -> str:
        relative = Path(path).relative_to(store.path)
        return relative.parts[0] if relative.parts[0] != "blobs" else "/".join(relative.parts[:2])

    def noted_fsync(fd: int) -> None:
        path = os.readlink(f"/proc/self/fd/{fd}")
        seen.append(("sync folder" if os.path.isdir(path) else "sync", where(path)))
        fsync(fd)

    def noted_replace(source: Path, target: Path) -> None:
        seen.append(("rename", f"{where(str(source))} to {where(str(target))}"))
        replace(source, target)

    monkeypatch.setattr(os, "fsync", noted_fsync)
    monkeypatch.setattr(os, "replace", noted_replace)
    return seen


_VISIBLE = ("rename", "ingest to blobs/sha256")
_DURABLE = ("sync folder", "blobs/sha256")


def test_a_blob_is_flushed_renamed_and_its_folder_flushed(calls: Calls, writer: Writer) -> None:
    put(writer, b"blob", RAW)
    assert calls == [("sync", "ingest"), _VISIBLE, _DURABLE]


def test_a_computed_blob_too(calls: Calls, writer: Writer) -> None:
    with writer.compute(10) as computed:
        computed.write(b"computed")
        computed.commit(RAW)
    assert calls == [("sync", "ingest"), _VISIBLE, _DURABLE]


def test_many_blobs_share_the_flush_of_their_folder(calls: Calls, writer: Writer) -> None:
    partials = [_written(writer, b"blob %d" % number) for number in range(3)]
    writer.commit_many(partials)
    assert calls == [("sync", "ingest")] * 3 + [_VISIBLE] * 3 + [_DURABLE]


def test_records_and_index(calls: Calls, store: DirectoryStore) -> None:
    root = Descriptor.of(b"blob", RAW).digest
    store.write_record(Record(root=root, document=b"{}"))
    rename = ("rename", "ingest to records")
    assert calls == [("sync", "ingest"), rename, ("sync folder", "records")]


def test_nothing_is_visible_before_it_is_flushed(
    store: DirectoryStore, writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    descriptor = Descriptor.of(b"blob", RAW)
    fsync = os.fsync

    def look(fd: int) -> None:
        if not os.path.isdir(os.readlink(f"/proc/self/fd/{fd}")):
            assert not store.has(descriptor)
        fsync(fd)

    monkeypatch.setattr(os, "fsync", look)
    put(writer, b"blob", RAW)
    assert store.has(descriptor)


def _written(writer: Writer, data: bytes) -> Partial:
    partial = writer.expect(Descriptor.of(data, RAW))
    assert partial is not None
    partial.write(0, data)
    return partial


def _failing(number: int, calls: list[int]) -> Callable[..., int]:
    def fail(*_: object) -> int:
        calls.append(number)
        raise OSError(number, os.strerror(number))

    return fail


def test_a_failed_flush_is_not_repeated(
    store: DirectoryStore, writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(writer, b"the folders are made", RAW)
    data, tries = b"blob", list[int]()
    partial = _written(writer, data)
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", _failing(errno.EIO, tries))
        for _ in range(2):
            with pytest.raises(StoreError) as caught:
                partial.commit()
    assert "disk" in caught.value.hint
    assert len(tries) == 1
    with pytest.raises(StoreError):
        partial.commit()
    partial.close()
    assert not store.has(partial.descriptor)
    assert os.listdir(store.path / "ingest") == []
    again = writer.expect(partial.descriptor)
    assert again is not None
    with again:
        assert again.gaps() == ((0, 4),)


def test_a_failed_flush_of_a_folder_is_not_a_success(
    store: DirectoryStore, writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(writer, b"the folders are made", RAW)
    partial, fsync = _written(writer, b"blob"), os.fsync

    def fail_for_folders(fd: int) -> None:
        if os.path.isdir(os.readlink(f"/proc/self/fd/{fd}")):
            raise OSError(errno.EIO, "the disk says no")
        fsync(fd)

    with monkeypatch.context() as patch, partial:
        patch.setattr(os, "fsync", fail_for_folders)
        for _ in range(2):
            with pytest.raises(StoreError):
                partial.commit()


def test_short_writes_are_continued(
    store: DirectoryStore, writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    pwrite = os.pwrite
    monkeypatch.setattr(os, "pwrite", lambda fd, data, at: pwrite(fd, data[:1000], at))
    data = sample_bytes(100_500)
    descriptor = put(writer, data, RAW)
    with writer.compute(len(data)) as computed:
        computed.write(data[1:])
        made = computed.commit(RAW)
    assert store.read(descriptor) == data
    assert store.read(made) == data[1:]


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (errno.ENOSPC, NoSpace),
        (errno.EDQUOT, NoSpace),
        (errno.EROFS, StoreError),
        (errno.EIO, StoreError),
        (errno.EFBIG, StoreError),
    ],
)
def test_a_write_that_fails(
    store: DirectoryStore,
    writer: Writer,
    monkeypatch: pytest.MonkeyPatch,
    number: int,
    expected: type[StoreError],
) -> None:
    before = put(writer, b"before", RAW)
    data = sample_bytes(3 << 20)
    partial = writer.expect(Descriptor.of(data, RAW))
    assert partial is not None
    partial.write(0, data[:1000])
    with monkeypatch.context() as patch:
        patch.setattr(os, "pwrite", _failing(number, []))
        with partial, pytest.raises(expected) as caught:
            partial.write(1000, data[1000:])
        with pytest.raises(expected), writer.compute(len(data)) as computed:
            computed.write(data)
    assert caught.value.hint
    assert store.read(before) == b"before"
    again = writer.expect(partial.descriptor)
    assert again is not None
    with again:
        assert again.gaps() == ((1000, len(data)),)
    pour(io.BytesIO(data), writer, partial.descriptor)
    assert list(store.check()) == []


def test_a_rename_that_fails_keeps_the_bytes(
    store: DirectoryStore, writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    partial = _written(writer, b"blob")
    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", _failing(errno.ENOSPC, []))
        with pytest.raises(NoSpace):
            partial.commit()
    assert not store.has(partial.descriptor)
    with partial:
        partial.commit()
    assert store.read(partial.descriptor) == b"blob"
