"""The order of flushes and renames, and what happens when one of them fails."""

from __future__ import annotations

import errno
import io
import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import ExitStack, contextmanager
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
    store.write_records([Record(root=root, key="sample 1", document=b"{}")])
    rename = ("rename", "ingest to records")
    flushes = [_DURABLE, ("sync folder", "blobs/sha512")]
    assert calls == [*flushes, ("sync", "ingest"), rename, ("sync folder", "records")]
    calls.clear()
    store.drop_record(root, "sample 1")
    store.drop_record(root, "sample 1")
    assert calls == [("sync folder", "records")]


def test_many_records_share_the_flush_of_their_folder(calls: Calls, store: DirectoryStore) -> None:
    root = Descriptor.of(b"blob", RAW).digest
    store.write_records([Record(root=root, key=key, document=b"{}") for key in "abc"])
    written = [("sync", "ingest"), ("rename", "ingest to records")] * 3
    flushes = [_DURABLE, ("sync folder", "blobs/sha512")]
    assert calls == [*flushes, *written, ("sync folder", "records")]


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


@contextmanager
def _folders_that_fail() -> Iterator[list[str]]:
    """Let the flush of every folder fail; yield a list of those that were tried."""
    fsync, tried = os.fsync, list[str]()

    def fail_for_folders(fd: int) -> None:
        path = os.readlink(f"/proc/self/fd/{fd}")
        if os.path.isdir(path):
            tried.append(path)
            raise OSError(errno.EIO, "the disk says no")
        fsync(fd)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", fail_for_folders)
        yield tried


def test_a_failed_flush_of_a_folder_is_not_a_success(store: DirectoryStore, writer: Writer) -> None:
    put(writer, b"the folders are made", RAW)
    partial = _written(writer, b"blob")
    with _folders_that_fail() as tried, partial:
        for _ in range(2):
            with pytest.raises(StoreError):
                partial.commit()
        assert len(tried) == 1
    assert not store.has(partial.descriptor)
    again = writer.expect(partial.descriptor)
    assert again is not None
    with again:
        assert again.gaps() == ((0, 4),)
    assert put(writer, b"blob", RAW) == partial.descriptor


def test_nor_is_a_computed_blob(store: DirectoryStore, writer: Writer) -> None:
    put(writer, b"the folders are made", RAW)
    with writer.compute(10) as computed:
        computed.write(b"computed")
        with _folders_that_fail(), pytest.raises(StoreError):
            computed.commit(RAW)
    assert not store.has(Descriptor.of(b"computed", RAW))


def test_who_commits_second_waits_for_the_flush(
    store: DirectoryStore, writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(writer, b"the folders are made", RAW)
    first, second = _written(writer, b"blob"), _written(writer, b"blob")
    fsync, begun, go_on = os.fsync, threading.Event(), threading.Event()

    def slowly(fd: int) -> None:
        if os.path.isdir(os.readlink(f"/proc/self/fd/{fd}")):
            begun.set()
            assert go_on.wait(30)
        fsync(fd)

    monkeypatch.setattr(os, "fsync", slowly)
    with first, second, ThreadPoolExecutor() as pool:
        one = pool.submit(first.commit)
        assert begun.wait(30)
        other = pool.submit(second.commit)
        assert wait([other], timeout=0.2).done == set()
        go_on.set()
        one.result()
        other.result()
    assert store.read(first.descriptor) == b"blob"


def _fail_late_and_once(patch: pytest.MonkeyPatch) -> tuple[threading.Event, threading.Event]:
    """Let the first flush of a folder fail; return what tells that it began, and lets it end."""
    fsync, begun, go_on = os.fsync, threading.Event(), threading.Event()

    def fail_late_and_once(fd: int) -> None:
        if os.path.isdir(os.readlink(f"/proc/self/fd/{fd}")) and not begun.is_set():
            begun.set()
            assert go_on.wait(30)
            raise OSError(errno.EIO, "the disk says no")
        fsync(fd)

    patch.setattr(os, "fsync", fail_late_and_once)
    return begun, go_on


def test_who_commits_second_shares_the_failure(
    store: DirectoryStore, writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(writer, b"the folders are made", RAW)
    first, second = _written(writer, b"blob"), _written(writer, b"blob")
    begun, go_on = _fail_late_and_once(monkeypatch)
    with first, second, ThreadPoolExecutor() as pool:
        one = pool.submit(first.commit)
        assert begun.wait(30)
        other = pool.submit(second.commit)
        wait([other], timeout=0.2)
        go_on.set()
        for commit in (one, other):
            with pytest.raises(StoreError):
                commit.result()
    assert not store.has(first.descriptor)


def test_what_is_placed_during_a_flush_that_fails_shares_the_failure(
    store: DirectoryStore, writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(writer, b"the folders are made", RAW)
    first, late = _written(writer, b"first"), _written(writer, b"late")
    begun, go_on = _fail_late_and_once(monkeypatch)
    with first, late, ThreadPoolExecutor() as pool:
        one = pool.submit(first.commit)
        assert begun.wait(30)
        other = pool.submit(late.commit)
        while not store.has(late.descriptor):
            assert wait([other], timeout=0.02).done == set()
        go_on.set()
        for commit in (one, other):
            with pytest.raises(StoreError):
                commit.result()
    assert not store.has(first.descriptor)
    assert not store.has(late.descriptor)


def test_who_waits_flushes_what_another_was_interrupted_at(
    writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(writer, b"the folders are made", RAW)
    partials = [_written(writer, data) for data in (b"first", b"second", b"third")]
    fsync, begun, go_on = os.fsync, threading.Event(), threading.Event()
    flushes: list[int] = []

    def interrupt_the_second(fd: int) -> None:
        if os.path.isdir(os.readlink(f"/proc/self/fd/{fd}")):
            flushes.append(fd)
            if len(flushes) == 1:
                begun.set()
                assert go_on.wait(30)
            if len(flushes) == 2:
                raise KeyboardInterrupt
        fsync(fd)

    monkeypatch.setattr(os, "fsync", interrupt_the_second)
    with ExitStack() as opened, ThreadPoolExecutor() as pool:
        for partial in partials:
            opened.enter_context(partial)
        commits = [pool.submit(partials[0].commit)]
        assert begun.wait(30)
        commits += [pool.submit(partial.commit) for partial in partials[1:]]
        wait(commits, timeout=0.2)
        go_on.set()
        errors = [commit.exception() for commit in commits]
    assert len([error for error in errors if error is not None]) == 1
    assert len(flushes) == 3


def test_who_commits_after_the_flush_needs_none(calls: Calls, writer: Writer) -> None:
    with _written(writer, b"blob") as first, _written(writer, b"blob") as second:
        first.commit()
        calls.clear()
        second.commit()
    assert calls == []


def test_a_rename_that_fails_leaves_the_others_to_be_flushed(
    calls: Calls, writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    partials = [_written(writer, data) for data in (b"one", b"two")]
    replace = os.replace

    def fail_once(source: Path, target: Path) -> None:
        if target.name == partials[1].descriptor.digest.hex:
            monkeypatch.setattr(os, "replace", replace)
            raise OSError(errno.ENOSPC, "full")
        replace(source, target)

    monkeypatch.setattr(os, "replace", fail_once)
    with pytest.raises(NoSpace):
        writer.commit_many(partials)
    calls.clear()
    partials[0].commit()
    assert calls == [_DURABLE]


def test_what_another_process_made_visible_is_flushed_before_it_is_named(
    calls: Calls, store: DirectoryStore
) -> None:
    store.flush()
    assert calls == [_DURABLE, ("sync folder", "blobs/sha512")]


def test_a_flush_that_failed_is_not_believed_later(store: DirectoryStore, writer: Writer) -> None:
    root = put(writer, b"blob", RAW)
    with _folders_that_fail() as tried, pytest.raises(StoreError):
        store.flush()
    for naming in (
        store.flush,
        lambda: store.write_records([Record(root=root.digest, key="1", document=b"{}")]),
    ):
        with pytest.raises(StoreError):
            naming()
    assert len(tried) == 1
    assert list(store.records()) == []


def test_a_store_that_is_not_there_needs_no_flush(store: DirectoryStore) -> None:
    store.flush()
    assert not store.path.exists()


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
