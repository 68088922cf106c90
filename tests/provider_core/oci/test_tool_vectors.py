"""Documents that umoci, skopeo and podman wrote (tests/fixtures/oci/make.sh)."""

from __future__ import annotations

from pathlib import Path

import pytest

from provider_core.oci import ImageConfig, Index, Manifest, parse_root
from provider_core.oci import media_types as mt
from provider_core.oci.annotations import REF_NAME, VENDOR
from provider_core.oci.layout import parse_layout, parse_layout_index
from provider_core.platforms import Platform

VECTORS = Path(__file__).parents[2] / "fixtures" / "oci"


def vector(name: str) -> bytes:
    """Return the bytes of a document as the tool wrote them."""
    return (VECTORS / f"{name}.json").read_bytes()


@pytest.mark.parametrize(
    ("name", "media_type", "layer_type"),
    [
        ("umoci-manifest", mt.OCI_MANIFEST, mt.OCI_LAYER_GZIP),
        ("podman-manifest", mt.OCI_MANIFEST, mt.OCI_LAYER_GZIP),
        ("skopeo-zstd-manifest", mt.OCI_MANIFEST, mt.OCI_LAYER_ZSTD),
        ("skopeo-docker-manifest", mt.DOCKER_MANIFEST, mt.DOCKER_LAYER_GZIP),
    ],
)
def test_manifests(name: str, media_type: str, layer_type: str) -> None:
    manifest = parse_root(vector(name), media_type=media_type)
    assert isinstance(manifest, Manifest)
    assert manifest.media_type == media_type
    assert {layer.media_type for layer in manifest.layers} == {layer_type}
    assert mt.is_config(manifest.config.media_type)


@pytest.mark.parametrize(
    ("manifest", "config"),
    [
        ("umoci-manifest", "umoci-config"),
        ("umoci-empty-manifest", "umoci-empty-config"),
        ("podman-manifest", "podman-config"),
        ("skopeo-docker-manifest", "skopeo-docker-config"),
    ],
)
def test_a_manifest_names_its_config(manifest: str, config: str) -> None:
    image, parsed = Manifest.parse(vector(manifest)), ImageConfig.parse(vector(config))
    assert image.config.key == (parsed.digest, len(parsed.raw))
    assert len(image.layers) == len(parsed.diff_ids)


def test_annotations_of_umoci() -> None:
    assert Manifest.parse(vector("umoci-manifest")).annotations == {VENDOR: "Sample"}


def test_a_layouts_index_names_its_manifest() -> None:
    (entry,) = parse_layout_index(vector("skopeo-index")).manifests
    manifest = Manifest.parse(vector("umoci-manifest"), media_type=entry.media_type)
    assert entry.key == manifest.descriptor().key
    assert entry.annotations == {REF_NAME: "sample/app:1.0"}
    assert parse_layout(vector("umoci-oci-layout")) == "1.0.0"


@pytest.mark.parametrize(
    ("name", "media_type", "entry_type"),
    [
        ("podman-index", mt.OCI_INDEX, mt.OCI_MANIFEST),
        ("podman-docker-list", mt.DOCKER_LIST, mt.DOCKER_MANIFEST),
    ],
)
def test_indexes(name: str, media_type: str, entry_type: str) -> None:
    index = parse_root(vector(name))
    assert isinstance(index, Index)
    assert index.media_type == media_type
    assert {entry.media_type for entry in index.manifests} == {entry_type}
    assert [entry.platform for entry in index.manifests] == [
        Platform(os="linux", architecture="amd64"),
        Platform(os="linux", architecture="arm64"),
        Platform(os="windows", architecture="amd64", os_version="10.0.17763.1999"),
    ]


def test_config_of_umoci() -> None:
    config = ImageConfig.parse(vector("umoci-config"))
    assert config.platform == Platform(os="linux", architecture="arm64")
    assert config.author == "Sample <sample@example.com>"
    assert (config.entrypoint, config.cmd) == (("/bin/sh",), ("-c", "true"))
    assert config.env == ("PATH=/bin",)
    assert config.labels == {"org.example.kind": "sample"}
    assert (config.user, config.working_dir) == ("1000:1000", "/srv")
    assert [entry.created_by for entry in config.history] == [
        "COPY first /",
        "COPY second /",
        "umoci config",
    ]
    assert [entry.empty_layer for entry in config.history] == [False, False, True]


def test_config_of_podman() -> None:
    config = ImageConfig.parse(vector("podman-config"))
    assert config.cmd == ("/bin/sh", "-c", "/one")
    assert config.history[0].comment == "sample of amd64"
    assert config.created == config.history[0].created != ""


def test_an_image_without_layers() -> None:
    assert Manifest.parse(vector("umoci-empty-manifest")).layers == ()
    config = ImageConfig.parse(vector("umoci-empty-config"))
    assert (config.diff_ids, config.history) == ((), ())
