"""The derived index.json, and what other people's tools make of it."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provider_core.digests import Digest
from provider_core.errors import DocumentError
from provider_core.oci import Descriptor, ImageConfig, Index, Manifest
from provider_core.oci.media_types import OCI_CONFIG, OCI_LAYER_GZIP
from provider_core.platforms import Platform
from provider_core.store import DirectoryStore, IndexEntry, Writer, put
from provider_core.store.index_json import is_sound_index, render_index
from provider_core.testing.store_suite import RAW, sample_bytes

from ...peers.tools import skopeo_copy, skopeo_inspect

_NAME = "org.opencontainers.image.ref.name"
_ENTRIES = st.lists(st.sampled_from(["a:1", "a:2", "B/c:latest", "z:ü"]), unique=True).map(
    lambda names: [IndexEntry(name=name, root=Descriptor.of(name.encode(), RAW)) for name in names]
)


def _read(data: bytes) -> Any:
    return json.loads(data)


@given(_ENTRIES)
def test_entries_come_sorted_with_their_names(entries: list[IndexEntry]) -> None:
    data = render_index(entries)
    manifests = _read(data)["manifests"]
    assert [it["annotations"][_NAME] for it in manifests] == sorted(it.name for it in entries)
    assert [it["annotations"]["io.containerd.image.name"] for it in manifests] == [
        it["annotations"][_NAME] for it in manifests
    ]
    assert {it["digest"] for it in manifests} == {str(it.root.digest) for it in entries}
    assert render_index(entries[::-1]) == data
    assert is_sound_index(data)


@given(_ENTRIES, st.data())
def test_every_change_shows(entries: list[IndexEntry], data: st.DataObject) -> None:
    sound = render_index(entries)
    place = data.draw(st.integers(0, len(sound) - 1))
    byte = data.draw(st.integers(0, 255).filter(lambda byte: byte != sound[place]))
    assert not is_sound_index(sound[:place] + bytes([byte]) + sound[place + 1 :])
    assert not is_sound_index(sound[:place])


def test_the_roots_annotations_stay() -> None:
    root = Descriptor.of(b"root", RAW, annotations={"org.example": "kept"})
    (manifest,) = _read(render_index([IndexEntry(name="a:1", root=root)]))["manifests"]
    assert manifest["annotations"]["org.example"] == "kept"


def test_there_is_an_end_to_it() -> None:
    entry = IndexEntry(name="a:1", root=Descriptor.of(b"root", RAW))
    render_index([entry] * 10_000)
    with pytest.raises(DocumentError):
        render_index([entry] * 10_001)


def _image(writer: Writer, platform: Platform) -> Descriptor:
    content = sample_bytes(10_000, len(str(platform)))
    layer = gzip.compress(content, mtime=0)  # skopeo compresses, and so changes, any other
    config = ImageConfig.build(platform, [Digest.of(content)], labels={"for": str(platform)})
    layers = [put(writer, layer, OCI_LAYER_GZIP)]
    manifest = Manifest.build(put(writer, config.raw, OCI_CONFIG), layers)
    put(writer, manifest.raw, manifest.media_type)
    return manifest.descriptor(platform=platform)


@pytest.fixture
def images(store: DirectoryStore, writer: Writer) -> tuple[Descriptor, Descriptor]:
    """Return an image and an index of two, both in index.json."""
    amd64 = _image(writer, Platform(os="linux", architecture="amd64"))
    arm64 = _image(writer, Platform(os="linux", architecture="arm64"))
    index = Index.build([amd64, arm64])
    both = put(writer, index.raw, index.media_type)
    entries = [
        IndexEntry(name="team/Single:1.0", root=amd64),
        IndexEntry(name="team/both:2.0", root=both),
    ]
    store.write_index(entries)
    return amd64, both


@pytest.mark.peer("skopeo")
def test_skopeo_inspects(store: DirectoryStore, images: tuple[Descriptor, Descriptor]) -> None:
    single = skopeo_inspect(f"oci:{store.path}:team/Single:1.0")
    assert single["Digest"] == str(images[0].digest)
    assert single["Labels"] == {"for": "linux/amd64"}
    both = skopeo_inspect(f"oci:{store.path}:team/both:2.0", "--raw")
    assert both == json.loads(store.read(images[1]))


@pytest.mark.peer("skopeo")
def test_skopeo_copies(
    store: DirectoryStore, images: tuple[Descriptor, Descriptor], tmp_path: Path
) -> None:
    skopeo_copy(f"oci:{store.path}:team/Single:1.0", f"oci:{tmp_path / 'single'}:1.0")
    skopeo_copy(f"oci:{store.path}:team/both:2.0", f"oci:{tmp_path / 'both'}:2.0", "--all")
    for name, root in zip(("single", "both"), images, strict=True):
        for descriptor in store.reach([root]):
            copied = tmp_path / name / "blobs" / "sha256" / descriptor.digest.hex
            assert copied.read_bytes() == store.read(descriptor)
    assert list(store.check(images)) == []
