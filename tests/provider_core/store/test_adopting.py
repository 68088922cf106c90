"""A local file becomes a blob without a copy where the disk can; it is verified all the same."""

from __future__ import annotations

import io
import os
import shutil
from contextlib import closing
from pathlib import Path

import pytest

from provider_core.errors import Cancelled, DigestMismatch, SizeMismatch
from provider_core.oci import Descriptor
from provider_core.store import DirectoryStore, Writer, pour
from provider_core.store.lively_writer import LivelyWriter
from provider_core.testing.store_suite import RAW, sample_bytes

from ...support.sharing_disk import sharing_disk

DATA = sample_bytes(1_000_000)
BLOB = Descriptor.of(DATA, RAW)


@pytest.fixture
def shared(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Have every disk share blocks, as it seems; return the sizes of what was shared."""
    sizes: list[int] = []

    def share(source: int, target: int) -> bool:
        data = os.pread(source, os.fstat(source).st_size, 0)
        os.pwrite(target, data, 0)
        sizes.append(len(data))
        return True

    monkeypatch.setattr("provider_core.store.scratch.share_blocks", share)
    return sizes


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "file"
    path.write_bytes(DATA)
    return path


def test_blocks_are_shared_and_the_progress_is_told(
    store: DirectoryStore, writer: Writer, file: Path, shared: list[int]
) -> None:
    told: list[int] = []
    with file.open("rb") as stream:
        pour(stream, LivelyWriter(writer, lambda: None, told.append), BLOB)
    assert store.read(BLOB) == DATA
    assert shared == [len(DATA)]
    assert sum(told) == len(DATA)


def test_wrong_bytes_are_refused_and_dropped(
    store: DirectoryStore, writer: Writer, file: Path, shared: list[int]
) -> None:
    file.write_bytes(DATA[:-1] + b"\x00")
    with file.open("rb") as stream, pytest.raises(DigestMismatch):
        pour(stream, writer, BLOB)
    assert not store.has(BLOB)
    assert os.listdir(store.path / "ingest") == []


def test_a_file_of_another_size_is_not_taken_over(
    writer: Writer, file: Path, shared: list[int]
) -> None:
    file.write_bytes(DATA[:-1])
    with file.open("rb") as stream, pytest.raises(SizeMismatch):
        pour(stream, writer, BLOB)
    assert shared == []


@pytest.mark.parametrize("start", [0, 100])
def test_only_a_whole_file_is_taken_over(
    start: int, store: DirectoryStore, writer: Writer, tmp_path: Path, shared: list[int]
) -> None:
    (tmp_path / "archive").write_bytes(b"x" * start + DATA + b"more")
    with (tmp_path / "archive").open("rb") as stream:
        stream.seek(start)
        pour(stream, writer, BLOB)
    pour(io.BytesIO(b"in memory"), writer, Descriptor.of(b"in memory", RAW))
    assert store.read(BLOB) == DATA
    assert shared == []


def test_what_was_begun_is_gone_on_with(
    store: DirectoryStore, writer: Writer, file: Path, shared: list[int]
) -> None:
    partial = writer.expect(BLOB)
    assert partial is not None
    with partial:
        partial.write(0, DATA[:1000])
    with file.open("rb") as stream:
        pour(stream, writer, BLOB)
    assert store.read(BLOB) == DATA
    assert shared == []


def test_stopped_while_it_is_hashed(
    store: DirectoryStore, writer: Writer, file: Path, shared: list[int]
) -> None:
    def stop(count: int) -> None:
        raise Cancelled

    with file.open("rb") as stream, pytest.raises(Cancelled):
        pour(stream, LivelyWriter(writer, lambda: None, stop), BLOB)
    assert not store.has(BLOB)
    with file.open("rb") as stream:
        pour(stream, writer, BLOB)
    assert store.read(BLOB) == DATA
    assert shared == [len(DATA)]


@pytest.mark.privileged
def test_a_disk_that_can_share_needs_no_room(tmp_path: Path) -> None:
    with sharing_disk(tmp_path) as disk:
        data = sample_bytes(32 << 20)
        (disk / "file").write_bytes(data)
        with closing(DirectoryStore(disk / "store", timeout=20)) as store, store.lease() as lease:
            os.sync()
            before = shutil.disk_usage(disk).used
            with (disk / "file").open("rb") as stream:
                pour(stream, store.writer(lease), Descriptor.of(data, RAW))
            os.sync()
            assert shutil.disk_usage(disk).used - before < 1 << 20
            assert list(store.check()) == []
