"""Collection while others work: stopped, killed, waiting, or on a full disk."""

from __future__ import annotations

import errno
import os
import threading
from collections.abc import Iterable
from pathlib import Path

import pytest

from provider_core.errors import Locked, NoSpace
from provider_core.oci import Descriptor
from provider_core.store import DirectoryStore, Partial, Writer, put
from provider_core.testing.store_suite import RAW, sample_image

from .processes import Worker
from .worker import seeded


def _seeded(*seeds: int) -> list[Descriptor]:
    return [Descriptor.of(seeded(seed), RAW) for seed in seeds]


def test_a_writer_that_is_stopped_keeps_what_it_brought(store: DirectoryStore) -> None:
    with Worker("hold", store.path, 1, 2) as worker:
        assert worker.line() == "ready"
        worker.stop()
        assert store.collect(list, grace=0).digests == ()
        assert all(map(store.has, _seeded(1, 2)))
        worker.wake()
        worker.go_on()
        assert worker.code() == 0
    assert len(store.collect(list, grace=0).digests) == 2


def test_a_writer_that_is_stopped_in_the_middle_goes_on(store: DirectoryStore) -> None:
    with Worker("begin", store.path, 3) as worker:
        assert worker.line() == "ready"
        worker.stop()
        store.collect(list, grace=0)
        worker.wake()
        worker.go_on()
        assert worker.line() == "done"
        assert worker.code() == 0
    assert all(map(store.has, _seeded(3)))


def test_a_writer_that_is_killed_keeps_nothing(store: DirectoryStore) -> None:
    with Worker("hold", store.path, 1, 2) as worker:
        assert worker.line() == "ready"
        worker.kill()
        assert len(store.collect(list, grace=0, dry_run=True).digests) == 2
        assert len(os.listdir(store.path / "leases")) == 1
        assert len(store.collect(list, grace=0).digests) == 2
    assert os.listdir(store.path / "leases") == []


def test_what_is_about_to_go_is_never_said_to_be_here(store: DirectoryStore) -> None:
    with store.lease() as lease:
        doomed = put(store.writer(lease), b"doomed", RAW)
    answers: list[Partial | None] = []
    late = store.lease()

    def expect() -> None:
        answers.append(store.writer(late).expect(doomed))

    thread = threading.Thread(target=expect)

    def roots() -> Iterable[Descriptor]:
        thread.start()
        thread.join(0.2)
        return []

    with late:
        assert store.collect(roots, grace=0).digests == (doomed.digest,)
        thread.join()
        (partial,) = answers
        assert partial is not None
        with partial:
            partial.write(0, b"doomed")
            partial.commit()
        assert store.collect(list, grace=0).digests == ()
    assert store.has(doomed)


def test_a_row_written_before_the_lease_ends_is_seen(store: DirectoryStore) -> None:
    rows: list[Descriptor] = []

    def install() -> None:
        for number in range(30):
            with store.lease() as lease:
                root = sample_image(store.writer(lease), b"layer %d" % number)
                rows.append(root)

    thread = threading.Thread(target=install)
    thread.start()
    while thread.is_alive():
        store.collect(lambda: tuple(rows), grace=0)
        thread.join(0.003)
    assert len(rows) == 30
    assert list(store.check(rows)) == []


def test_waiting_ends_with_locked(tmp_path: Path) -> None:
    patient = DirectoryStore(tmp_path / "store")
    hasty = DirectoryStore(tmp_path / "store", timeout=0.05)
    with patient.lease() as lease:
        put(patient.writer(lease), b"blob", RAW)

    def roots() -> Iterable[Descriptor]:
        with hasty.lease() as late, pytest.raises(Locked):
            late.add([Descriptor.of(b"blob", RAW).digest])
        with pytest.raises(Locked):
            hasty.collect(list, grace=0)
        return []

    assert len(patient.collect(roots, grace=0).digests) == 1


@pytest.mark.parametrize("text", [b"", b"\n", b"\nsha256:12", b"\nnonsense\n", b"\n\xff\n"])
def test_a_live_lease_that_cannot_be_read_means_everything(
    store: DirectoryStore, text: bytes
) -> None:
    with store.lease() as garbage:
        put(store.writer(garbage), b"garbage", RAW)
    with store.lease() as lease:
        lease.add([Descriptor.of(b"x", RAW).digest])
        (path,) = (store.path / "leases").iterdir()
        path.write_bytes(text)
        with pytest.raises(Locked):
            store.collect(list, grace=0)
    assert len(store.collect(list, grace=0).digests) == 1


def test_a_full_disk_lets_readers_claim_everything(
    store: DirectoryStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    with store.lease() as lease:
        blob = put(store.writer(lease), b"blob", RAW)

    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, "full")

    with store.lease() as lease:
        lease.add([Descriptor.of(b"there was room for this", RAW).digest])
        with monkeypatch.context() as patch:
            patch.setattr(os, "pwrite", full)
            lease.add([blob.digest])
        with pytest.raises(Locked):
            store.collect(list, grace=0)
        lease.add([Descriptor.of(b"more", RAW).digest])
        assert store.has(blob)
    assert store.collect(list, grace=0).digests == (blob.digest,)


def test_a_disk_without_room_for_a_file(
    store: DirectoryStore, writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(writer, b"the folders are made", RAW)
    opened = os.open

    def full(path: str, flags: int, mode: int = 0o777) -> int:
        if flags & os.O_CREAT and not os.path.exists(path):
            raise OSError(errno.ENOSPC, "no inodes")
        return opened(path, flags, mode)

    monkeypatch.setattr(os, "open", full)
    with store.lease() as lease, pytest.raises(NoSpace) as caught:
        lease.add([Descriptor.of(b"x", RAW).digest])
    assert "gc" in caught.value.hint
