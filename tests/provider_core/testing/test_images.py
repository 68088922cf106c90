from __future__ import annotations

import io
import tarfile

import pytest

from provider_core.digests import Digest
from provider_core.oci import Index, Manifest, parse_root
from provider_core.platforms import Platform
from provider_core.testing import MemoryStore, SmallImage, small_artifact, small_image, small_index
from provider_core.testing.images import LINUX
from provider_core.testing.wholeness import faults_of

ARM = Platform(os="linux", architecture="arm64")
BASE = small_image({"etc/hostname": b"box\n"}, created="2026-01-02T03:04:05Z")
CHILD = small_image({"srv/hello": b"hello"}, base=BASE, cmd=("/srv/hello",), annotations={"a": "b"})
ARTIFACT = small_artifact({"a.wim": b"MSWIM", "b.txt": b"text"}, "application/x-thing")
INDEX = small_index(CHILD, small_image({"x": b"y"}, platform=ARM), ARTIFACT)


@pytest.mark.parametrize("image", [BASE, CHILD, ARTIFACT, INDEX])
def test_blobs_are_what_their_digests_say(image: SmallImage) -> None:
    assert all(Digest.of(data) == digest for digest, data in image.blobs.items())
    assert {blob.digest: blob.size for blob in image.contents} == {
        digest: len(data) for digest, data in image.blobs.items()
    }
    assert image.contents[0] == image.root
    assert image.size == sum(blob.size for blob in image.contents)


@pytest.mark.parametrize("image", [BASE, CHILD, ARTIFACT, INDEX])
def test_pouring_makes_a_whole_image(image: SmallImage) -> None:
    store = MemoryStore()
    with store.lease() as lease:
        content = image.pour(store.writer(lease))
        assert image.pour(store.writer(lease)) == content
    assert content.root == image.root
    assert content.platforms == image.platforms
    assert faults_of(content, store) == ()


def test_bytes_are_the_same_on_every_machine() -> None:
    assert str(BASE.root.digest) == (
        "sha256:bdf276feb561bb40076f08858f8fc061dafd818aee106c43518f8f48b241cc24"
    )


def test_a_layer_holds_its_files() -> None:
    (layer,) = BASE.layers
    with tarfile.open(fileobj=io.BytesIO(BASE.blobs[layer.digest])) as archive:
        (member,) = archive.getmembers()
        held = archive.extractfile(member)
        assert held is not None
        assert (member.name, held.read()) == ("etc/hostname", b"box\n")
    assert BASE.config.diff_ids == (layer.digest,)
    assert BASE.config.history[0].created_by == "COPY etc/hostname /"


def test_a_child_has_its_bases_layers_below_its_own() -> None:
    assert CHILD.layers[:1] == BASE.layers
    assert CHILD.config.diff_ids[:1] == BASE.config.diff_ids
    assert len(CHILD.layers) == len(CHILD.config.history) == 2
    assert CHILD.config.cmd == ("/srv/hello",)
    document = parse_root(CHILD.blobs[CHILD.root.digest])
    assert isinstance(document, Manifest)
    assert document.annotations == {"a": "b"}


def test_an_index_names_platforms_and_keeps_shared_blobs_once() -> None:
    document = parse_root(INDEX.blobs[INDEX.root.digest])
    assert isinstance(document, Index)
    assert [entry.platform for entry in document.manifests] == [LINUX, ARM, None]
    assert INDEX.platforms == (LINUX, ARM)
    assert len(INDEX.layers) == 5


def test_an_artifact_runs_nowhere() -> None:
    assert ARTIFACT.platforms == ()
    assert ARTIFACT.root.artifact_type == "application/x-thing"
    assert [layer.annotations for layer in ARTIFACT.layers] == [
        {"org.opencontainers.image.title": "a.wim"},
        {"org.opencontainers.image.title": "b.txt"},
    ]
    for image in (ARTIFACT, INDEX):
        with pytest.raises(ValueError, match="no config"):
            _ = image.config


def test_an_image_without_files_has_no_layer() -> None:
    empty = small_image({})
    assert empty.layers == ()
    assert small_image({}, base=BASE).layers == BASE.layers
