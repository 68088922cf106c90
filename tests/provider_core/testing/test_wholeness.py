from __future__ import annotations

import os
from pathlib import Path

import pytest

from provider_core.cancel import CancelToken
from provider_core.errors import Cancelled
from provider_core.model import Content, FileMark, FileStamp
from provider_core.platforms import Platform
from provider_core.testing import (
    MemoryStore,
    SmallImage,
    WatchedWriter,
    small_artifact,
    small_image,
    small_index,
)
from provider_core.testing.wholeness import faults_of

ARM = Platform(os="linux", architecture="arm64")
IMAGE = small_image({"hello.txt": b"hello"})
INDEX = small_index(IMAGE, small_image({"hello.txt": b"hello"}, platform=ARM))


def store_of(*images: SmallImage) -> MemoryStore:
    store = MemoryStore()
    with store.lease() as lease:
        for image in images:
            image.pour(store.writer(lease))
    return store


@pytest.mark.parametrize("image", [IMAGE, INDEX, small_artifact({"a": b"b"}, "application/x-a")])
def test_whole_content_has_no_faults(image: SmallImage) -> None:
    content = Content(root=image.root, platforms=image.platforms)
    assert faults_of(content, store_of(image)) == ()


def test_what_is_missing_is_named() -> None:
    faults = faults_of(Content(root=INDEX.root, platforms=(ARM,)), store_of(IMAGE))
    assert str(INDEX.root.digest) in faults[0]


def test_damaged_bytes_are_named() -> None:
    store, (layer,) = store_of(IMAGE), IMAGE.layers
    store.overwrite(layer.digest, bytes(layer.size))
    (fault,) = faults_of(Content(root=IMAGE.root), store)
    assert str(layer.digest) in fault


def test_referrers_and_originals_belong_to_the_content() -> None:
    other = small_image({"other": b"other"})
    for content in (
        Content(root=IMAGE.root, original=other.layers[0]),
        Content(root=IMAGE.root, referrers=(other.root,)),
        Content(root=IMAGE.root, evidence=(other.root,)),
    ):
        assert len(faults_of(content, store_of(IMAGE))) == 1


def test_a_local_file_must_stay_as_it_was(tmp_path: Path) -> None:
    file = tmp_path / "image.raw"
    file.write_bytes(b"raw")
    content = Content(root=FileStamp(files=(FileMark.of(file),), media_type="application/x-raw"))
    assert faults_of(content, MemoryStore()) == ()
    os.utime(file, ns=(1, 1))
    assert len(faults_of(content, MemoryStore())) == 1


def test_a_watched_writer_counts_what_passes() -> None:
    store = MemoryStore()
    with store.lease() as lease:
        writer = WatchedWriter(store.writer(lease))
        IMAGE.pour(writer)
        with writer.compute(100) as made:
            made.write(b"12345")
            made.commit("text/plain")
        again = WatchedWriter(store.writer(lease))
        IMAGE.pour(again)
    assert writer.written == {blob.digest: blob.size for blob in IMAGE.contents}
    assert writer.computed == 5
    assert again.written == {}


def test_several_blobs_are_committed_at_once() -> None:
    store = MemoryStore()
    with store.lease() as lease:
        writer = WatchedWriter(store.writer(lease))
        partials = []
        for blob in IMAGE.contents:
            partial = writer.expect(blob)
            assert partial is not None
            partial.write(0, IMAGE.blobs[blob.digest])
            partials.append(partial)
        writer.commit_many(partials)
    assert faults_of(Content(root=IMAGE.root), store) == ()


def test_a_watched_writer_can_stop_its_caller_before_a_write() -> None:
    store, token = MemoryStore(), CancelToken()
    token.cancel()
    with store.lease() as lease, pytest.raises(Cancelled):
        IMAGE.pour(WatchedWriter(store.writer(lease), on_write=token.check))
    assert list(store.blobs()) == []
