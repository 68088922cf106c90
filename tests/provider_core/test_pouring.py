from __future__ import annotations

import io
from collections.abc import Iterable
from dataclasses import replace

import pytest

from provider_core.digests import Digest
from provider_core.errors import (
    BlobNotFound,
    DigestMismatch,
    DocumentError,
    NotSupported,
    SizeMismatch,
)
from provider_core.model import Content
from provider_core.oci import Descriptor, Index, Manifest
from provider_core.oci.media_types import OCI_CONFIG, OCI_INDEX, OCI_LAYER, OCI_MANIFEST
from provider_core.platforms import Platform, PlatformSet
from provider_core.pouring import pour_image, read_document, select_image
from provider_core.store import Writer, pour
from provider_core.testing import MemoryStore

from ..support.images import (
    AMD64,
    ARM64,
    SmallImage,
    make_artifact,
    make_image,
    make_index,
)

ALL = PlatformSet.all()
UNKNOWN = Platform(os="unknown", architecture="unknown")
ARMS = [Platform(os="linux", architecture="arm", variant=variant) for variant in ("v5", "v6", "v7")]


class Shelf:
    """Blobs to fetch from, and which were fetched."""

    def __init__(self, *images: SmallImage, without: Iterable[Digest] = ()) -> None:
        self.blobs = {digest: data for image in images for digest, data in image.blobs.items()}
        for digest in without:
            del self.blobs[digest]
        self.fetched: list[Digest] = []
        self.store = MemoryStore()

    def has(self, descriptor: Descriptor) -> bool:
        return descriptor.digest in self.blobs

    def fetch(self, descriptor: Descriptor, writer: Writer) -> None:
        if descriptor.digest not in self.blobs:
            raise BlobNotFound(descriptor.digest, "the shelf")
        self.fetched.append(descriptor.digest)
        pour(io.BytesIO(self.blobs[descriptor.digest]), writer, descriptor)

    def pour(
        self, root: Descriptor, platforms: PlatformSet = ALL, *, sparse: bool = False
    ) -> Content:
        with self.store.lease() as lease:
            writer = self.store.writer(lease)
            if sparse:
                return pour_image(
                    root, self.fetch, self.store, writer, platforms, available=self.has
                )
            return pour_image(root, self.fetch, self.store, writer, platforms)

    @property
    def here(self) -> set[Digest]:
        return {digest for digest, _ in self.store.blobs()}


def test_a_manifest_comes_whole_with_its_original_bytes() -> None:
    image = make_image("a", "b")
    shelf = Shelf(image)
    content = shelf.pour(image.root)
    assert content == Content(root=image.root, platforms=(AMD64,))
    assert shelf.here == set(image.blobs)
    assert shelf.store.read(image.root) == image.blobs[image.root.digest]


def test_a_single_manifest_is_taken_whatever_it_is_for() -> None:
    image = make_image("a", platform=ARM64)
    assert Shelf(image).pour(image.root, PlatformSet.of(AMD64)).platforms == (ARM64,)


def test_blobs_that_are_here_are_not_fetched_again_and_equal_layers_once() -> None:
    first, second = make_image("base", "a"), make_image("base", "base", "b")
    shelf = Shelf(first, second)
    shelf.pour(first.root)
    shelf.fetched.clear()
    shelf.pour(second.root)
    assert sorted(shelf.fetched) == sorted(set(second.blobs) - set(first.blobs))
    shelf.fetched.clear()
    shelf.pour(first.root)
    assert shelf.fetched == []


def test_a_blob_that_is_here_comes_under_the_lease() -> None:
    image = make_image("a")
    shelf = Shelf(image)
    shelf.pour(image.root)
    with shelf.store.lease() as lease:
        pour_image(image.root, shelf.fetch, shelf.store, shelf.store.writer(lease), ALL)
        collected = shelf.store.collect(lambda: (), grace=0)
    assert collected.digests == ()


def test_of_an_index_comes_what_is_wanted() -> None:
    amd, arm = make_image("amd"), make_image("arm", platform=ARM64)
    index = make_index(amd, arm)
    shelf = Shelf(index)
    content = shelf.pour(index.root, PlatformSet.of(ARM64))
    assert content == Content(root=index.root, platforms=(ARM64,))
    assert shelf.here == {index.root.digest, *arm.blobs}


def test_of_an_index_comes_everything_for_all() -> None:
    index = make_index(make_image("amd"), make_image("arm", platform=ARM64))
    shelf = Shelf(index)
    assert shelf.pour(index.root, ALL).platforms == (AMD64, ARM64)
    assert shelf.here == set(index.blobs)


def test_of_several_levels_the_best_alone_comes() -> None:
    images = [make_image(str(platform), platform=platform) for platform in ARMS]
    index = make_index(*images)
    v6 = Platform(os="linux", architecture="arm", variant="v6")
    assert Shelf(index).pour(index.root, PlatformSet.of(v6)).platforms == (v6,)


def test_platforms_that_are_not_there_are_named() -> None:
    index = make_index(make_image("amd"), make_image("arm", platform=ARM64))
    with pytest.raises(NotSupported, match="nothing for linux/s390x") as caught:
        Shelf(index).pour(index.root, PlatformSet.of(Platform(os="linux", architecture="s390x")))
    assert "linux/amd64, linux/arm64" in caught.value.hint


def test_one_of_several_wanted_platforms_is_enough() -> None:
    index = make_index(make_image("amd"), make_image("arm", platform=ARM64))
    wanted = PlatformSet.of(AMD64, Platform(os="linux", architecture="s390x"))
    assert Shelf(index).pour(index.root, wanted).platforms == (AMD64,)


@pytest.mark.parametrize(("wanted", "comes"), [(PlatformSet.of(AMD64), False), (ALL, True)])
def test_attestations_come_only_with_all(wanted: PlatformSet, comes: bool) -> None:
    attestation = replace(make_artifact(b"attestation"), platforms=(UNKNOWN,))
    index = make_index(make_image("amd"), attestation)
    shelf = Shelf(index)
    assert shelf.pour(index.root, wanted).platforms == (AMD64,)
    assert (attestation.root.digest in shelf.here) is comes


def test_an_index_that_does_not_say_its_platforms_is_read_for_them() -> None:
    amd, arm = make_image("amd"), make_image("arm", platform=ARM64)
    index = make_index(amd, arm, say_platforms=False)
    shelf = Shelf(index)
    assert shelf.pour(index.root, PlatformSet.of(ARM64)).platforms == (ARM64,)
    assert set(arm.blobs) <= shelf.here
    assert not {layer.digest for layer in amd.manifest.layers} & shelf.here


def test_artifacts_have_no_platform_and_come_with_every_choice() -> None:
    artifact = make_artifact(b"a chart")
    assert Shelf(artifact).pour(artifact.root, PlatformSet.of(AMD64)).platforms == ()
    index = make_index(artifact, make_image("amd"))
    shelf = Shelf(index)
    assert shelf.pour(index.root, PlatformSet.of(AMD64)).platforms == (AMD64,)
    assert set(artifact.blobs) <= shelf.here


def test_nested_indexes_are_followed() -> None:
    inner = make_index(make_image("amd"), make_image("arm", platform=ARM64))
    outer = make_index(inner)
    shelf = Shelf(outer)
    assert shelf.pour(outer.root, PlatformSet.of(ARM64)).platforms == (ARM64,)
    assert inner.root.digest in shelf.here


def test_indexes_nest_four_deep_at_most() -> None:
    image = make_image("a")
    for _ in range(4):
        image = make_index(image)
    assert Shelf(image).pour(image.root).platforms == (AMD64,)
    deeper = make_index(image)
    with pytest.raises(DocumentError, match="nested"):
        Shelf(deeper).pour(deeper.root)


def test_the_manifests_of_an_image_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    index = make_index(make_image("a"), make_image("b"), make_image("c"))
    monkeypatch.setattr("provider_core.pouring._MAX_MANIFESTS", 3)
    with pytest.raises(DocumentError, match="more than 3 manifests"):
        Shelf(index).pour(index.root)


def test_what_a_sparse_source_has_not_is_passed_over() -> None:
    amd, arm = make_image("amd"), make_image("arm", platform=ARM64)
    index = make_index(amd, arm)
    shelf = Shelf(index, without=[arm.root.digest])
    assert shelf.pour(index.root, ALL, sparse=True).platforms == (AMD64,)
    with pytest.raises(NotSupported) as caught:
        shelf.pour(index.root, PlatformSet.of(ARM64), sparse=True)
    assert "linux/arm64" not in caught.value.hint
    with pytest.raises(BlobNotFound):
        shelf.pour(index.root, ALL)


def test_an_index_of_which_nothing_is_there_is_an_error() -> None:
    image = make_image("a")
    index = make_index(image)
    with pytest.raises(BlobNotFound):
        Shelf(index, without=[image.root.digest]).pour(index.root, sparse=True)


def test_a_fetch_that_brings_nothing_is_found_out() -> None:
    image = make_image("a")
    store = MemoryStore()
    with store.lease() as lease, pytest.raises(BlobNotFound):
        pour_image(image.root, lambda *_: None, store, store.writer(lease), ALL)


def test_a_missing_layer_is_named() -> None:
    image = make_image("a", "b")
    layer = image.manifest.layers[1]
    with pytest.raises(BlobNotFound, match=layer.digest.hex):
        Shelf(image, without=[layer.digest]).pour(image.root)


def test_a_document_of_another_type_than_its_descriptor_is_refused() -> None:
    image = make_image("a")
    with pytest.raises(DocumentError):
        Shelf(image).pour(replace(image.root, media_type=OCI_INDEX))


def test_a_document_of_more_than_4_mib_is_not_fetched() -> None:
    root = Descriptor(media_type=OCI_MANIFEST, digest=Digest.of(b""), size=(4 << 20) + 1)
    shelf = Shelf()
    with pytest.raises(DocumentError, match="more than"):
        shelf.pour(root)
    config = Descriptor(media_type=OCI_CONFIG, digest=Digest.of(b"x"), size=(4 << 20) + 1)
    manifest = Manifest.build(config, [])
    with pytest.raises(DocumentError, match="more than"):
        select_image(manifest.descriptor(), lambda _: manifest.raw, ALL)


def test_an_empty_index_is_an_index() -> None:
    index = Index.build([])
    selection = select_image(index.descriptor(), lambda _: index.raw, PlatformSet.of(AMD64))
    assert selection.descriptors == (index.descriptor(),)
    assert selection.platforms == ()


def test_entries_of_other_types_are_not_part_of_the_image() -> None:
    image = make_image("a")
    stray = Descriptor.of(b"stray", "text/plain")
    index = Index.build([image.root, stray])
    blobs = {**image.blobs, index.digest: index.raw}
    selection = select_image(index.descriptor(), lambda one: blobs[one.digest], ALL)
    assert stray.digest not in {one.digest for one in selection.descriptors}


def test_a_selection_lists_each_blob_once_in_order() -> None:
    image = make_image("a", "a")
    selection = select_image(image.root, lambda one: image.blobs[one.digest], ALL)
    layer = image.manifest.layers[0]
    assert selection.descriptors == (image.root, image.manifest.config, layer)


def test_read_document_checks_size_and_digest() -> None:
    data = b"{}"
    descriptor = Descriptor.of(data, OCI_LAYER)
    assert read_document(io.BytesIO(data), descriptor) == data
    for wrong in (b"{", b"{} "):
        with pytest.raises(SizeMismatch):
            read_document(io.BytesIO(wrong), descriptor)
    with pytest.raises(DigestMismatch):
        read_document(io.BytesIO(b"[]"), descriptor)
    with pytest.raises(DocumentError):
        read_document(io.BytesIO(), replace(descriptor, size=5 << 20))
