"""The promises of a store about content: what goes in comes out, or nothing does."""

from __future__ import annotations

import io
import os
import threading
from pathlib import Path

import pytest

from ..digests import Hasher
from ..errors import (
    BlobNotFound,
    Conflict,
    DigestMismatch,
    DocumentError,
    NoSuchFile,
    NotSupported,
    SizeMismatch,
)
from ..model import FileMark, FileStamp
from ..oci import Descriptor
from ..store import Store, Writer, copy, pour, put
from .store_case import RAW, StoreCase, Trickle, sample_bytes

__all__ = ["ReadingSuite", "WritingSuite"]


class ReadingSuite(StoreCase):
    """`Reader`, a test a promise."""

    def test_put_read_copy_give_the_same_bytes(self, store: Store, writer: Writer) -> None:
        data = sample_bytes(3 << 20)
        descriptor = put(writer, data, RAW)
        assert descriptor == Descriptor.of(data, RAW)
        assert store.has(descriptor)
        assert store.read(descriptor) == data
        pieces = bytearray()
        copy(store, descriptor, lambda piece: pieces.extend(piece))
        assert pieces == data
        assert list(store.blobs()) == [(descriptor.digest, len(data))]

    def test_empty_blob(self, store: Store, writer: Writer) -> None:
        descriptor = put(writer, b"", RAW)
        assert store.has(descriptor)
        assert store.read(descriptor) == b""

    def test_sha512(self, store: Store, writer: Writer) -> None:
        hasher = Hasher("sha512")
        hasher.update(b"long digest")
        descriptor = Descriptor(media_type=RAW, digest=hasher.digest(), size=11)
        pour(io.BytesIO(b"long digest"), writer, descriptor)
        assert store.read(descriptor) == b"long digest"
        assert list(store.check()) == []

    def test_absent_blob(self, store: Store) -> None:
        absent = Descriptor.of(b"absent", RAW)
        assert not store.has(absent)
        with pytest.raises(BlobNotFound):
            store.open(absent)
        with pytest.raises(BlobNotFound):
            store.read(absent)
        assert store.reach([absent]) == ()

    def test_has_wants_the_size_too(self, store: Store, writer: Writer) -> None:
        real = put(writer, b"12345", RAW)
        lying = Descriptor(media_type=RAW, digest=real.digest, size=6)
        assert not store.has(lying)
        with pytest.raises(SizeMismatch):
            writer.expect(lying)
        with pytest.raises(SizeMismatch):
            store.read(lying)

    def test_seek_then_read_from_the_start(self, store: Store, writer: Writer) -> None:
        data = sample_bytes(700_000)
        with store.open(put(writer, data, RAW)) as stream:
            assert stream.seekable()
            assert stream.seek(0, os.SEEK_END) == len(data)
            assert stream.read(1) == b""
            stream.seek(500_000)
            assert stream.read(10) == data[500_000:500_010]
            stream.seek(0)
            assert stream.read() == data

    def test_read_refuses_above_its_limit(self, store: Store, writer: Writer) -> None:
        descriptor = put(writer, b"12345", RAW)
        with pytest.raises(DocumentError):
            store.read(descriptor, limit=4)

    @pytest.mark.parametrize("change", [b"x", b"", b"longer than it was", b"good byteS"])
    def test_damage_is_met_at_the_end(self, store: Store, writer: Writer, change: bytes) -> None:
        descriptor = put(writer, b"good bytes", RAW)
        self.damage(store, descriptor.digest, change)
        expected = DigestMismatch if len(change) == descriptor.size else SizeMismatch
        with pytest.raises(expected):
            store.read(descriptor)
        with pytest.raises(expected), store.open(descriptor) as stream:
            list(iter(lambda: stream.read(4), b""))
        handed: list[bytes] = []
        with pytest.raises(expected):
            copy(store, descriptor, lambda piece: handed.append(bytes(piece)))

    def test_stamped_file(self, store: Store, tmp_path: Path) -> None:
        path = tmp_path / "local"
        path.write_bytes(b"stays where it is")
        with store.open(FileStamp(files=(FileMark.of(path),))) as stream:
            stream.seek(6)
            assert stream.read() == b"where it is"

    def test_stamped_file_that_moved(self, store: Store, tmp_path: Path) -> None:
        path = tmp_path / "local"
        path.write_bytes(b"before")
        stamp = FileStamp(files=(FileMark.of(path),))
        stream = store.open(stamp)
        path.write_bytes(b"after that")
        with pytest.raises(Conflict):
            stream.close()
        with pytest.raises(Conflict):
            store.open(stamp)
        path.unlink()
        with pytest.raises(NoSuchFile):
            store.open(stamp)

    def test_several_stamped_files_are_no_stream(self, store: Store, tmp_path: Path) -> None:
        path = tmp_path / "part"
        path.write_bytes(b"half")
        with pytest.raises(NotSupported):
            store.open(FileStamp(files=(FileMark.of(path), FileMark.of(path))))


class WritingSuite(StoreCase):
    """`Writer`, `Partial` and `Computed`, a test a promise."""

    def test_gaps_close_in_any_order(self, store: Store, writer: Writer) -> None:
        data = sample_bytes(100)
        descriptor = Descriptor.of(data, RAW)
        partial = writer.expect(descriptor)
        assert partial is not None
        with partial:
            assert partial.descriptor == descriptor
            assert partial.gaps() == ((0, 100),)
            partial.write(60, data[60:80])
            partial.write(0, data[:30])
            assert partial.gaps() == ((30, 60), (80, 100))
            with pytest.raises(SizeMismatch):
                partial.commit()
            partial.write(20, memoryview(data)[20:])
            assert partial.gaps() == ()
            assert not store.has(descriptor)
            partial.commit()
            assert store.has(descriptor)
            partial.commit()
            assert partial.gaps() == ()
        assert writer.expect(descriptor) is None

    def test_nothing_is_written_beyond_the_size(self, writer: Writer) -> None:
        partial = writer.expect(Descriptor.of(b"12345", RAW))
        assert partial is not None
        with partial:
            for offset, data in ((0, b"123456"), (5, b"6"), (-1, b"1")):
                with pytest.raises(SizeMismatch):
                    partial.write(offset, data)

    def test_wrong_bytes_are_dropped(self, store: Store, writer: Writer) -> None:
        descriptor = Descriptor.of(b"right", RAW)
        with pytest.raises(DigestMismatch):
            pour(io.BytesIO(b"wrong"), writer, descriptor)
        assert not store.has(descriptor)
        partial = writer.expect(descriptor)
        assert partial is not None
        with partial:
            assert partial.gaps() == ((0, 5),)
        pour(io.BytesIO(b"right"), writer, descriptor)
        assert store.read(descriptor) == b"right"

    def test_what_was_written_is_kept(self, store: Store, writer: Writer) -> None:
        data = sample_bytes(1000)
        descriptor = Descriptor.of(data, RAW)
        partial = writer.expect(descriptor)
        assert partial is not None
        partial.write(100, data[100:900])
        partial.close()
        with pytest.raises(Conflict):
            partial.write(0, data)
        again = writer.expect(descriptor)
        assert again is not None
        with again:
            assert again.gaps() == ((0, 100), (900, 1000))
        seen = io.BytesIO(data[:100] + bytes(800) + data[900:])
        pour(seen, writer, descriptor)
        assert store.read(descriptor) == data

    def test_pour_from_a_stream_that_cannot_seek(self, store: Store, writer: Writer) -> None:
        data = sample_bytes(10_000)
        descriptor = Descriptor.of(data, RAW)
        partial = writer.expect(descriptor)
        assert partial is not None
        with partial:
            partial.write(3000, data[3000:7000])
        pour(io.BufferedReader(Trickle(data)), writer, descriptor)
        assert store.read(descriptor) == data

    def test_pour_takes_the_blob_alone(self, store: Store, writer: Writer) -> None:
        stream = io.BytesIO(b"before12345after")
        stream.seek(6)
        descriptor = Descriptor.of(b"12345", RAW)
        pour(stream, writer, descriptor)
        assert stream.read() == b"after"
        pour(io.BytesIO(b"not read"), writer, descriptor)
        with pytest.raises(SizeMismatch):
            pour(io.BytesIO(b"123"), writer, Descriptor.of(b"1234", RAW))
        assert store.read(descriptor) == b"12345"

    def test_two_callers_share_one_digest(self, store: Store, writer: Writer) -> None:
        data = sample_bytes(400_000)
        descriptor = Descriptor.of(data, RAW)
        start = threading.Barrier(4)
        faults: list[BaseException] = []

        def fill(order: int) -> None:
            try:
                partial = writer.expect(descriptor)
                start.wait()
                if partial is None:
                    return
                with partial:
                    for offset in sorted(range(0, 400_000, 1000), reverse=bool(order % 2)):
                        partial.write(offset, data[offset : offset + 1000])
                    partial.commit()
            except BaseException as error:
                faults.append(error)

        threads = [threading.Thread(target=fill, args=(order,)) for order in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert faults == []
        assert store.read(descriptor) == data

    def test_what_is_here_is_not_written_over(self, store: Store, writer: Writer) -> None:
        descriptor = Descriptor.of(b"right", RAW)
        first, second = writer.expect(descriptor), writer.expect(descriptor)
        assert first is not None
        assert second is not None
        with first, second:
            first.write(0, b"right")
            second.write(0, b"wrong")
            second.commit()
            first.commit()
        assert store.read(descriptor) == b"right"

    def test_computed(self, store: Store, writer: Writer) -> None:
        data = sample_bytes(2_500_000)
        with writer.compute(len(data)) as computed:
            for start in range(0, len(data), 400_000):
                computed.write(memoryview(data)[start : start + 400_000])
            descriptor = computed.commit(RAW)
        assert descriptor == Descriptor.of(data, RAW)
        assert store.read(descriptor) == data
        with pytest.raises(Conflict):
            computed.write(b"more")

    def test_computed_beyond_its_limit(self, store: Store, writer: Writer) -> None:
        with writer.compute(3) as computed:
            computed.write(b"123")
            with pytest.raises(SizeMismatch):
                computed.write(b"4")
        assert list(store.blobs()) == []
        with pytest.raises(Conflict):
            computed.commit(RAW)

    def test_commit_many(self, store: Store, writer: Writer) -> None:
        contents = [sample_bytes(50, seed) for seed in range(5)]
        descriptors = [Descriptor.of(data, RAW) for data in contents]
        partials = []
        for descriptor, data in zip(descriptors, contents, strict=True):
            partial = writer.expect(descriptor)
            assert partial is not None
            partial.write(0, data)
            partials.append(partial)
        writer.commit_many(partials)
        for partial in partials:
            partial.close()
        assert all(store.has(descriptor) for descriptor in descriptors)
