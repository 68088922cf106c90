"""A real disk that is full, or read-only."""

from __future__ import annotations

import io
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from provider_core.errors import NoSpace, StoreError
from provider_core.oci import Descriptor
from provider_core.store import DirectoryStore, IndexEntry, Record, pour, put
from provider_core.testing.store_suite import RAW, sample_bytes, sample_image

pytestmark = pytest.mark.privileged

_SIZE = 2 << 20


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """Return a disk of 2 MiB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    options = f"size={_SIZE},mode=0700"
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "none", folder], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", folder], check=True)


def _fill(disk: Path) -> Path:
    """Take the last byte that is free."""
    ballast = disk / "ballast"
    with ballast.open("wb", buffering=0) as file:
        try:
            while file.write(bytes(4096)):
                pass
        except OSError:
            return ballast
    raise AssertionError("the disk has no end")


def _installed(store: DirectoryStore) -> Descriptor:
    with store.lease() as lease:
        root = sample_image(store.writer(lease), b"layer")
    store.write_records([Record(root=root.digest, key="sample 1", document=b'{"name":"sample"}')])
    store.write_index([IndexEntry(name="sample:1", root=root)])
    return root


def test_a_blob_that_does_not_fit(disk: Path) -> None:
    store = DirectoryStore(disk / "store")
    root = _installed(store)
    data = sample_bytes(_SIZE + 1)
    descriptor = Descriptor.of(data, RAW)
    with store.lease() as lease:
        writer = store.writer(lease)
        with pytest.raises(NoSpace) as caught:
            pour(io.BytesIO(data), writer, descriptor)
        assert caught.value.fields["needed"]
        with pytest.raises(NoSpace), writer.compute(len(data)) as computed:
            computed.write(data)
        assert not store.has(descriptor)
        assert store.read(root)
    assert list(store.check([root])) == []
    assert store.collect(lambda: [root], grace=0).size > _SIZE // 2
    with store.lease() as lease:
        half = put(store.writer(lease), data[: _SIZE // 2], RAW)
    assert store.has(half)


def test_a_full_disk_can_be_read_and_collected(disk: Path) -> None:
    store = DirectoryStore(disk / "store")
    root = _installed(store)
    ballast = _fill(disk)
    full = DirectoryStore(disk / "store")
    with full.lease() as lease:
        lease.add([root.digest])
        assert len(full.reach([root])) == 3
        for descriptor in full.reach([root]):
            with full.open(descriptor) as stream:
                assert len(stream.read()) == descriptor.size
    assert list(full.check([root])) == []
    with pytest.raises(NoSpace):
        full.write_index([])
    with pytest.raises(NoSpace):
        full.write_records([Record(root=root.digest, key="sample 1", document=b'{"name":"lost"}')])
    assert [record.document for record in full.records()] == [b'{"name":"sample"}']
    assert list(full.check([root])) == []
    assert len(full.collect(list, grace=0).digests) == 3
    ballast.unlink()
    assert _installed(store) == root


def test_read_only_medium(disk: Path) -> None:
    store = DirectoryStore(disk / "store")
    root = _installed(store)
    subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
    there = DirectoryStore(disk / "store")
    with there.lease() as lease:
        lease.add([root.digest])
        assert len(there.reach([root])) == 3
        assert list(there.check([root])) == []
        assert len(list(there.records())) == 1
        assert len(there.collect(list, grace=0, dry_run=True).digests) == 3
        with pytest.raises(StoreError) as caught:
            there.writer(lease).expect(root)
    assert "read" in caught.value.hint
    for refused in (
        lambda: there.collect(list, grace=0),
        lambda: there.write_index([]),
        lambda: there.repair([]),
    ):
        with pytest.raises(StoreError):
            refused()
    assert there.has(root)


def test_a_store_cannot_begin_on_a_read_only_medium(disk: Path) -> None:
    subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
    store = DirectoryStore(disk / "store")
    with pytest.raises(StoreError):
        store.write_index([])
    assert list(store.blobs()) == []
