from __future__ import annotations

import errno
import io
import os
import stat
from pathlib import Path
from typing import BinaryIO, cast

import pytest

from provider_core.digests import Digest
from provider_core.errors import (
    BlobNotFound,
    Conflict,
    IntegrityError,
    SizeMismatch,
    StoreError,
    UsageError,
)
from provider_core.model import FileMark, FileStamp
from provider_core.oci import Descriptor
from provider_core.store import (
    Damage,
    DirectoryStore,
    IndexEntry,
    Partial,
    Record,
    Writer,
    pour,
    put,
)
from provider_core.testing.memory_store import MemoryStore
from provider_core.testing.store_suite import RAW, sample_image


def _blob(store: DirectoryStore, descriptor: Descriptor) -> Path:
    return store.path / "blobs" / descriptor.digest.algorithm / descriptor.digest.hex


def test_reading_makes_nothing(store: DirectoryStore) -> None:
    assert list(store.blobs()) == []
    assert list(store.records()) == []
    assert list(store.check()) == []
    assert store.collect(list, grace=0).digests == ()
    assert not store.has(Descriptor.of(b"", RAW))
    with store.lease():
        pass
    assert not store.path.exists()


def test_modes(store: DirectoryStore, writer: Writer) -> None:
    descriptor = put(writer, b"blob", RAW)
    assert stat.S_IMODE(store.path.stat().st_mode) == 0o700
    assert stat.S_IMODE(_blob(store, descriptor).stat().st_mode) == 0o444
    assert stat.S_IMODE((store.path / "index.json").stat().st_mode) == 0o644
    assert (store.path / "oci-layout").read_bytes() == b'{"imageLayoutVersion":"1.0.0"}'


def test_nothing_is_left_over(store: DirectoryStore) -> None:
    with store.lease() as lease:
        writer = store.writer(lease)
        put(writer, b"blob", RAW)
        with writer.compute(9) as computed:
            computed.write(b"dropped")
        partial = writer.expect(Descriptor.of(b"expected, not written", RAW))
        assert partial is not None
        partial.close()
        partial.close()
        store.write_index([])
    lease.release()
    assert os.listdir(store.path / "ingest") == []
    assert os.listdir(store.path / "leases") == []


def test_a_folder_with_other_things_is_refused(tmp_path: Path) -> None:
    (tmp_path / "thesis.doc").touch()
    store = DirectoryStore(tmp_path)
    with pytest.raises(StoreError, match="something else"):
        store.write_index([])
    assert os.listdir(tmp_path) == ["thesis.doc"]


def test_a_file_in_its_place_is_refused(tmp_path: Path) -> None:
    (tmp_path / "store").write_text("not a folder")
    with pytest.raises(StoreError):
        DirectoryStore(tmp_path / "store").write_index([])


@pytest.mark.privileged
def test_another_users_store_is_for_reading(store: DirectoryStore) -> None:
    with store.lease() as lease:
        descriptor = put(store.writer(lease), b"blob", RAW)
    os.chown(store.path, 65534, -1)
    again = DirectoryStore(store.path)
    with again.lease() as lease:
        lease.add([descriptor.digest])
        assert again.read(descriptor) == b"blob"
        with pytest.raises(StoreError, match="65534"):
            again.writer(lease).expect(Descriptor.of(b"new", RAW))
    with pytest.raises(StoreError):
        again.collect(list, grace=0)
    assert again.has(descriptor)


def test_read_only_object(store: DirectoryStore) -> None:
    with store.lease() as lease:
        root = sample_image(store.writer(lease), b"layer")
    reading = DirectoryStore(store.path, read_only=True)
    assert reading.read(root)
    assert len(reading.reach([root])) == 3
    assert list(reading.check([root])) == []
    assert len(reading.collect(list, grace=0, dry_run=True).digests) == 3
    with reading.lease() as lease:
        lease.add([root.digest])
        writer = reading.writer(lease)
        for refused in (
            lambda: writer.expect(root),
            lambda: writer.compute(1),
            lambda: reading.collect(list, grace=0),
            lambda: reading.repair([]),
            lambda: reading.write_index([]),
            lambda: reading.write_records(
                [Record(root=root.digest, key="sample 1", document=b"{}")]
            ),
        ):
            with pytest.raises(StoreError):
                refused()


@pytest.mark.parametrize("kind", ["link", "dangling", "folder", "fifo"])
def test_only_a_regular_file_is_a_blob(
    store: DirectoryStore, writer: Writer, tmp_path: Path, kind: str
) -> None:
    descriptor = put(writer, b"blob", RAW)
    path = _blob(store, descriptor)
    path.unlink()
    if kind == "link":
        (tmp_path / "elsewhere").write_bytes(b"blob")
        path.symlink_to(tmp_path / "elsewhere")
    elif kind == "dangling":
        path.symlink_to(tmp_path / "nowhere")
    elif kind == "folder":
        path.mkdir()
    else:
        os.mkfifo(path)
    assert not store.has(descriptor)
    assert list(store.blobs()) == []
    with pytest.raises(BlobNotFound):
        store.open(descriptor)
    (damage,) = store.check()
    assert (damage.kind, damage.digest) == ("foreign", descriptor.digest)
    assert store.repair([damage]) == (damage,)
    assert [entry.name for entry in (store.path / "quarantine").iterdir()] == [f"1-{path.name}"]
    pour(io.BytesIO(b"blob"), writer, descriptor)
    assert store.read(descriptor) == b"blob"
    assert list(store.check()) == []


def test_a_link_in_place_of_a_blob_is_replaced_not_followed(
    store: DirectoryStore, writer: Writer, tmp_path: Path
) -> None:
    descriptor = put(writer, b"blob", RAW)
    outside = tmp_path / "outside"
    outside.write_bytes(b"mine")
    _blob(store, descriptor).unlink()
    _blob(store, descriptor).symlink_to(outside)
    pour(io.BytesIO(b"blob"), writer, descriptor)
    assert store.read(descriptor) == b"blob"
    assert outside.read_bytes() == b"mine"


def test_a_truncated_blob_is_no_reason_to_believe_it_is_here(
    store: DirectoryStore, writer: Writer
) -> None:
    descriptor = put(writer, b"blob", RAW)
    os.truncate(_blob(store, descriptor), 2)
    with pytest.raises(SizeMismatch) as caught:
        writer.expect(descriptor)
    assert "store check" in caught.value.hint


def test_closing_the_store_closes_what_was_left_open(store: DirectoryStore) -> None:
    data = b"left open"
    lease = store.lease()
    partial = store.writer(lease).expect(Descriptor.of(data, RAW))
    assert partial is not None
    partial.write(0, data[:4])
    store.close()
    lease.release()
    with store.lease() as lease:
        again = store.writer(lease).expect(Descriptor.of(data, RAW))
        assert again is not None
        with again:
            assert again.gaps() == ((4, 9),)


def test_a_lease_of_another_kind_of_store(store: DirectoryStore) -> None:
    with MemoryStore().lease() as lease, pytest.raises(UsageError):
        store.writer(lease)
    with store.lease() as lease, pytest.raises(UsageError):
        MemoryStore().writer(lease)


def test_sizes_must_agree_among_callers(store: DirectoryStore, writer: Writer) -> None:
    descriptor = Descriptor.of(b"12345", RAW)
    lying = Descriptor(media_type=RAW, digest=descriptor.digest, size=6)
    partial = writer.expect(descriptor)
    assert partial is not None
    with partial, pytest.raises(SizeMismatch):
        writer.expect(lying)


def test_stamp_of_something_else_than_a_file(store: DirectoryStore, tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"12345")
    stamp = FileStamp(files=(FileMark.of(path),))
    os.utime(path, ns=(0, 0))
    with pytest.raises(Conflict):
        store.open(stamp)


def test_an_unknown_name_stays_out_of_the_way(store: DirectoryStore, writer: Writer) -> None:
    put(writer, b"blob", RAW)
    stranger = store.path / "blobs" / "sha256" / "sha256:\x1b[31mred"
    stranger.touch()
    (store.path / "notes.txt").touch()
    (store.path / "records" / "x.json").touch()
    (store.path / "blobs" / "md5").mkdir()
    assert len(list(store.blobs())) == 1
    damages = list(store.check())
    assert {damage.kind for damage in damages} == {"foreign"}
    assert len(damages) == 4
    assert not any("\x1b" in damage.detail for damage in damages)
    assert store.repair(damages) == ()
    store.collect(list, grace=0)
    assert stranger.exists()


def test_what_the_store_wrote_for_others_is_checked(store: DirectoryStore, writer: Writer) -> None:
    root = sample_image(writer, b"layer")
    store.write_index([IndexEntry(name="sample:1", root=root)])
    index, marker = store.path / "index.json", store.path / "oci-layout"
    index.write_bytes(index.read_bytes().replace(b"sample:1", b"sample:2"))
    marker.unlink()
    damages = list(store.check())
    assert [damage.kind for damage in damages] == ["missing", "altered"]
    assert len(store.repair(damages)) == 1
    assert list(store.check()) == []


def test_a_damaged_record(store: DirectoryStore, writer: Writer) -> None:
    root = sample_image(writer, b"layer")
    store.write_records([Record(root=root.digest, key="sample 1", document=b'{"name":"sample"}')])
    (path,) = (store.path / "records").glob(f"{root.digest.hex}-*.json")
    path.write_bytes(path.read_bytes().replace(b"sample", b"simple"))
    (damage,) = store.check([root])
    assert (damage.kind, damage.digest) == ("record", root.digest)
    with pytest.raises(IntegrityError, match="record") as caught:
        list(store.records())
    assert "store repair" in caught.value.hint
    assert store.repair([damage]) == (damage,)
    assert list(store.records()) == []


def test_damaged_records_of_one_root(store: DirectoryStore, writer: Writer) -> None:
    root = sample_image(writer, b"layer")
    for key in ("one", "other", "whole"):
        store.write_records([Record(root=root.digest, key=key, document=b'{"name":"sample"}')])
    for path in (store.path / "records").iterdir():
        data = path.read_bytes()
        if b'"whole"' not in data:
            path.write_bytes(data.replace(b'"key":"o', b'"key":"O'))
    damages = list(store.check([root]))
    assert [damage.kind for damage in damages] == ["record"] * 2
    assert len({damage.detail for damage in damages}) == 2
    assert len(store.repair(damages)) == 2
    assert [record.key for record in store.records()] == ["whole"]
    assert list(store.check([root])) == []


def test_a_key_may_be_any_text(store: DirectoryStore, writer: Writer) -> None:
    root = sample_image(writer, b"layer")
    keys = {"", '","record":', "caf\udce9", "../../etc", "\x00\n\U0001f600", "x" * 4096}
    for key in keys:
        store.write_records([Record(root=root.digest, key=key, document=b'{"a":1}')])
    assert {record.key for record in store.records()} == keys
    assert list(store.check([root])) == []


def test_repair_believes_nobody(store: DirectoryStore, writer: Writer) -> None:
    root = sample_image(writer, b"layer")
    store.write_records([Record(root=root.digest, key="sample 1", document=b"{}")])
    kinds = ("missing", "altered", "truncated", "misplaced", "foreign", "record")
    invented = [
        Damage(kind=kind, digest=digest, detail="said somebody")
        for kind in kinds
        for digest in (root.digest, Digest.of(b"absent"), None)
    ]
    assert store.repair(invented) == ()
    assert list(store.check([root])) == []


def test_quarantine_never_replaces(store: DirectoryStore, writer: Writer) -> None:
    descriptor = put(writer, b"blob", RAW)
    path = _blob(store, descriptor)
    for number in range(3):
        path.chmod(0o600)
        path.write_bytes(b"bad%d" % number)
        store.repair(store.check())
        pour(io.BytesIO(b"blob"), writer, descriptor)
    kept = {entry.read_bytes() for entry in (store.path / "quarantine").iterdir()}
    assert kept == {b"bad0", b"bad1", b"bad2"}


def test_a_blob_that_arrives_while_it_is_asked_for(
    store: DirectoryStore, writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    descriptor = put(writer, b"blob", RAW)
    monkeypatch.setattr("provider_core.store.writing.size_of_blob", lambda path: None)
    assert writer.expect(descriptor) is None
    assert os.listdir(store.path / "ingest") == []


def test_a_root_whose_size_is_told_wrong(store: DirectoryStore, writer: Writer) -> None:
    real = put(writer, b"blob", RAW)
    for size in (3, 5):
        lying = Descriptor(media_type=RAW, digest=real.digest, size=size)
        (damage,) = store.check([lying])
        assert (damage.kind, damage.digest) == ("altered", real.digest)
        assert store.repair([damage]) == ()
    assert store.has(real)


def test_a_disk_that_cannot_be_read_is_damage(
    store: DirectoryStore, writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    descriptor = put(writer, b"blob", RAW)

    def fail(*_: object) -> int:
        raise OSError(errno.EIO, "the disk says no")

    monkeypatch.setattr(os, "preadv", fail)
    (damage,) = store.check()
    assert (damage.kind, damage.digest) == ("altered", descriptor.digest)
    assert "the disk says no" in damage.detail


def test_pour_from_what_can_only_read(store: DirectoryStore, writer: Writer) -> None:
    class Plain:
        def __init__(self) -> None:
            self._pieces = [b"two ", b"pieces"]

        def seekable(self) -> bool:
            return False

        def read(self, size: int) -> bytes:
            return self._pieces.pop(0) if self._pieces else b""

    descriptor = Descriptor.of(b"two pieces", RAW)
    pour(cast("BinaryIO", Plain()), writer, descriptor)
    assert store.read(descriptor) == b"two pieces"


def test_commit_many_takes_others_partials_too(store: DirectoryStore, writer: Writer) -> None:
    class Wrapped:
        def __init__(self, inner: Partial) -> None:
            self.inner = inner

        def __getattr__(self, name: str) -> object:
            return getattr(self.inner, name)

    descriptors = [Descriptor.of(data, RAW) for data in (b"one", b"two")]
    partials = [writer.expect(descriptor) for descriptor in descriptors]
    for partial, data in zip(partials, (b"one", b"two"), strict=True):
        assert partial is not None
        partial.write(0, data)
    first, second = partials
    assert first is not None
    assert second is not None
    writer.commit_many([first, cast("Partial", Wrapped(second))])
    first.close()
    second.close()
    assert all(map(store.has, descriptors))
