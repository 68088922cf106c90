"""Several blobs at once: all of them come, and the first failure ends the others."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from provider_core.errors import BlobNotFound
from provider_core.oci import Descriptor
from provider_core.side_by_side import fetch_all
from provider_core.store import DirectoryStore, Writer

BLOBS = {Descriptor.of(bytes([n]) * 1000 * (n + 1), "text/plain"): n for n in range(9)}


def _data(descriptor: Descriptor) -> bytes:
    number = BLOBS[descriptor]
    return bytes([number]) * 1000 * (number + 1)


@pytest.mark.parametrize("at_once", [1, 3, 20])
def test_every_blob_comes(tmp_path: Path, at_once: int) -> None:
    store = DirectoryStore(tmp_path / "store")
    most, running, lock = 0, 0, threading.Lock()

    def fetch(descriptor: Descriptor, writer: Writer) -> None:
        nonlocal most, running
        with lock:
            running += 1
            most = max(most, running)
        partial = writer.expect(descriptor)
        assert partial is not None
        with partial:
            partial.write(0, _data(descriptor))
            partial.commit()
        with lock:
            running -= 1

    with store.lease() as lease:
        fetch_all(tuple(BLOBS), fetch, store.writer(lease), at_once)
    assert all(map(store.has, BLOBS))
    assert most <= at_once


def test_the_largest_comes_first(tmp_path: Path) -> None:
    store = DirectoryStore(tmp_path / "store")
    order = []

    def fetch(descriptor: Descriptor, writer: Writer) -> None:
        order.append(descriptor.size)

    with store.lease() as lease:
        fetch_all(tuple(BLOBS), fetch, store.writer(lease), at_once=2)
    assert order[0] == max(order)


def test_the_first_failure_ends_the_others(tmp_path: Path) -> None:
    store = DirectoryStore(tmp_path / "store")
    small, large = min(BLOBS, key=lambda one: one.size), max(BLOBS, key=lambda one: one.size)
    has_begun, has_failed = threading.Event(), threading.Event()
    written = []

    def fetch(descriptor: Descriptor, writer: Writer) -> None:
        if descriptor == small:
            has_begun.wait(10)
            has_failed.set()
            raise BlobNotFound(descriptor.digest, "the test")
        partial = writer.expect(descriptor)
        assert partial is not None
        with partial:
            for at in range(descriptor.size):
                partial.write(at, _data(descriptor)[at : at + 1])
                written.append(at)
                has_begun.set()
                has_failed.wait(10)
            partial.commit()

    with store.lease() as lease, pytest.raises(BlobNotFound):
        fetch_all((small, large), fetch, store.writer(lease), at_once=2)
    assert 1 <= len(written) < large.size
    assert not store.has(large)
