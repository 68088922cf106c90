"""Content on its way in survives its process."""

from __future__ import annotations

import io
import json
import os
import random
from pathlib import Path

import pytest

from provider_core.errors import DigestMismatch
from provider_core.oci import Descriptor
from provider_core.store import DirectoryStore, Partial, Writer, pour
from provider_core.testing.store_suite import RAW, sample_bytes

from .processes import Worker
from .worker import seeded

_MIB = 1 << 20


def _expect(writer: Writer, descriptor: Descriptor) -> Partial:
    partial = writer.expect(descriptor)
    assert partial is not None
    return partial


def _missing(partial: Partial) -> int:
    return sum(end - start for start, end in partial.gaps())


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_kill_9_loses_little_and_nothing_twice(store: DirectoryStore, seed: int) -> None:
    size = 80 * _MIB + seed
    stop_at = random.Random().randrange(33 * _MIB, size - _MIB)
    with Worker("crawl", store.path, seed, size) as worker:
        while int(worker.line()) < stop_at:
            pass
    data = sample_bytes(size, seed)
    with store.lease() as lease:
        writer = store.writer(lease)
        partial = _expect(writer, Descriptor.of(data, RAW))
        with partial:
            missing = _missing(partial)
            assert missing <= size - stop_at // (32 * _MIB) * (32 * _MIB)
            for start, end in partial.gaps():
                partial.write(start, memoryview(data)[start:end])
            partial.commit()
    assert list(store.check()) == []
    assert os.listdir(store.path / "ingest") == []


def _leave(writer: Writer, data: bytes, *ranges: tuple[int, int]) -> Descriptor:
    descriptor = Descriptor.of(data, RAW)
    with _expect(writer, descriptor) as partial:
        for start, end in ranges:
            partial.write(start, data[start:end])
    return descriptor


def _record(store: DirectoryStore, descriptor: Descriptor) -> Path:
    return store.path / "ingest" / f"sha256-{descriptor.digest.hex}.json"


def test_the_gaps_are_all_that_is_read_again(store: DirectoryStore, writer: Writer) -> None:
    data = sample_bytes(5000)
    descriptor = _leave(writer, data, (0, 1000), (3000, 4000))

    class Counting(io.BytesIO):
        count = 0

        def readinto(self, buffer: object) -> int:
            got = super().readinto(buffer)  # type: ignore[arg-type]
            self.count += got
            return got

    stream = Counting(data)
    pour(stream, writer, descriptor)
    assert stream.count == 3000
    assert store.read(descriptor) == data


@pytest.mark.parametrize(
    "record",
    [
        b"",
        b"{",
        b"[]",
        b'{"size": 100}',
        b'{"size": 99, "ranges": [[0, 100]]}',
        b'{"size": 100, "ranges": 7}',
        b'{"size": 100, "ranges": [[0], "x", [-5, 10], [9, "x"], [50, 40]]}',
        b"[" * 100_000,
        b"\xff\xfe",
    ],
)
def test_a_record_that_makes_no_sense_is_no_progress(
    store: DirectoryStore, writer: Writer, record: bytes
) -> None:
    descriptor = _leave(writer, bytes(100), (0, 50))
    _record(store, descriptor).write_bytes(record)
    with _expect(writer, descriptor) as partial:
        assert partial.gaps() == ((0, 100),)


def test_a_record_cannot_promise_more_than_there_is(store: DirectoryStore, writer: Writer) -> None:
    descriptor = _leave(writer, bytes(100), (0, 50))
    document = {"size": 100, "ranges": [[10, 20], [30, 10**30]]}
    _record(store, descriptor).write_text(json.dumps(document))
    with _expect(writer, descriptor) as partial:
        assert partial.gaps() == ((0, 10), (20, 30), (50, 100))


def test_bytes_that_a_power_cut_took_are_dropped(store: DirectoryStore, writer: Writer) -> None:
    data = sample_bytes(1000)
    descriptor = _leave(writer, data, (0, 600))
    with open(store.path / "ingest" / f"sha256-{descriptor.digest.hex}", "r+b") as file:
        file.write(bytes(100))
    with pytest.raises(DigestMismatch):
        pour(io.BytesIO(data), writer, descriptor)
    assert not store.has(descriptor)
    pour(io.BytesIO(data), writer, descriptor)
    assert store.read(descriptor) == data


def test_what_another_process_works_on_is_left_to_it(store: DirectoryStore, writer: Writer) -> None:
    data = seeded(7)
    descriptor = Descriptor.of(data, RAW)
    with Worker("begin", store.path, 7) as worker:
        assert worker.line() == "ready"
        with _expect(writer, descriptor) as partial:
            assert _missing(partial) == len(data)
            partial.write(0, data[:100])
        pour(io.BytesIO(data), writer, descriptor)
        assert store.read(descriptor) == data
        worker.go_on()
        assert worker.line() == "done"
        assert worker.code() == 0
    assert store.read(descriptor) == data
    assert os.listdir(store.path / "ingest") == []


def test_what_a_dead_process_has_left_is_collected(store: DirectoryStore) -> None:
    with Worker("begin", store.path, 7, 8) as worker:
        assert worker.line() == "ready"
        store.collect(list, grace=0)
        worker.stop()
        assert store.collect(list, grace=0).size == 0
        worker.kill()
    left = sum(len(seeded(seed)) - 1 for seed in (7, 8))
    assert store.collect(list, grace=3600).size == 0
    foreseen = store.collect(list, grace=0, dry_run=True).size
    assert foreseen >= left
    assert store.collect(list, grace=0).size == foreseen
    assert os.listdir(store.path / "ingest") == os.listdir(store.path / "leases") == []


def test_records_of_nothing_are_collected(store: DirectoryStore) -> None:
    with store.lease() as lease:
        record = _record(store, _leave(store.writer(lease), bytes(100), (0, 50)))
    record.with_name(record.name.removesuffix(".json")).unlink()
    record.with_name(record.name + ".tmp").touch()
    store.collect(list, grace=3600)
    assert record.exists()
    store.collect(list, grace=0)
    assert os.listdir(store.path / "ingest") == []
