"""Eight processes pour the same and different blobs while a ninth collects all the time."""

from __future__ import annotations

import os
import threading
from contextlib import ExitStack

from provider_core.oci import Descriptor
from provider_core.store import DirectoryStore
from provider_core.testing.store_suite import RAW

from .processes import Worker
from .worker import seeded

_SHARED = range(30)


def test_eight_pour_at_once(store: DirectoryStore) -> None:
    done = threading.Event()
    faults: list[BaseException] = []

    def collect() -> None:
        try:
            while not done.wait(0.01):
                store.collect(list, grace=0)
        except BaseException as error:
            faults.append(error)

    collector = threading.Thread(target=collect)
    with ExitStack() as stack:
        workers = [
            stack.enter_context(
                Worker("pour", store.path, *_SHARED, *range(100 * number, 100 * number + 10))
            )
            for number in range(1, 9)
        ]
        collector.start()
        try:
            assert [worker.line() for worker in workers] == ["done"] * 8
            assert [worker.code() for worker in workers] == [0] * 8
        finally:
            done.set()
            collector.join()
    assert faults == []
    assert list(store.check()) == []
    store.collect(list, grace=0)
    assert list(store.blobs()) == []
    assert os.listdir(store.path / "ingest") == os.listdir(store.path / "leases") == []


def test_what_all_hold_is_here_once(store: DirectoryStore) -> None:
    with ExitStack() as stack:
        workers = [
            stack.enter_context(Worker("hold", store.path, *_SHARED, number + 100))
            for number in range(4)
        ]
        assert [worker.line() for worker in workers] == ["ready"] * 4
        assert store.collect(list, grace=0).digests == ()
        expected = {
            Descriptor.of(seeded(seed), RAW).digest for seed in (*_SHARED, *range(100, 104))
        }
        assert {digest for digest, _ in store.blobs()} == expected
        assert list(store.check()) == []
