from __future__ import annotations

import json
from collections.abc import Mapping

import pytest

from provider_core.digests import Digest
from provider_core.oci import Descriptor, Manifest
from provider_core.oci.annotations import VENDOR
from provider_core.oci.media_types import (
    DOCKER_CONFIG,
    DOCKER_LAYER_GZIP,
    DOCKER_MANIFEST,
    OCI_CONFIG,
    OCI_EMPTY,
    OCI_INDEX,
    OCI_LAYER_GZIP,
    OCI_MANIFEST,
)
from provider_core.platforms import Platform

from .conftest import Refused

CONFIG = Descriptor.of(b"config", OCI_CONFIG)
LAYER = Descriptor.of(b"layer", OCI_LAYER_GZIP)


def document(changes: Mapping[str, object], *without: str) -> bytes:
    """Return a small valid manifest without mediaType, with other fields as given."""
    fields = {"schemaVersion": 2, "config": CONFIG.as_json(), "layers": [LAYER.as_json()]}
    return json.dumps(
        {key: value for key, value in {**fields, **changes}.items() if key not in without}
    ).encode()


def test_built_bytes_are_canonical() -> None:
    built = Manifest.build(CONFIG, [LAYER], annotations={"b": "2", "a": "1"})
    assert (
        built.raw
        == (
            '{"annotations":{"a":"1","b":"2"},'
            f'"config":{{"digest":"{CONFIG.digest}","mediaType":"{OCI_CONFIG}","size":6}},'
            f'"layers":[{{"digest":"{LAYER.digest}","mediaType":"{OCI_LAYER_GZIP}","size":5}}],'
            f'"mediaType":"{OCI_MANIFEST}","schemaVersion":2}}'
        ).encode()
    )
    assert Manifest.build(CONFIG, (LAYER,), annotations={"a": "1", "b": "2"}) == built


def test_what_was_built_is_read_again() -> None:
    built = Manifest.build(
        Descriptor.of(b"{}", OCI_EMPTY),
        [LAYER, CONFIG],
        annotations={VENDOR: "Sample"},
        artifact_type="application/x-ms-wim",
        subject=LAYER,
    )
    assert built.subject == LAYER
    assert built.layers == (LAYER, CONFIG)
    assert built.annotations == {VENDOR: "Sample"}
    assert Manifest.parse(built.raw, media_type=OCI_MANIFEST) == built


def test_build_refuses_what_would_not_be_read(refused: Refused) -> None:
    with refused("layers", "1001 entries, at most 1000"):
        Manifest.build(CONFIG, [LAYER] * 1001)
    assert len(Manifest.build(CONFIG, [LAYER] * 1000).layers) == 1000
    with refused("artifactType", "no media type"):
        Manifest.build(CONFIG, [], artifact_type="wim")


def test_the_original_bytes_are_kept_and_named() -> None:
    data = document({"future": [1]}) + b" \n"
    manifest = Manifest.parse(data)
    assert manifest.raw == data
    assert manifest.digest == Digest.of(data)
    platform = Platform(os="linux", architecture="arm64")
    assert manifest.descriptor(platform=platform) == Descriptor.of(
        data, OCI_MANIFEST, platform=platform
    )


def test_the_descriptor_of_an_artifact_tells_its_type() -> None:
    artifact = Manifest.build(CONFIG, [], artifact_type="application/x-ms-wim")
    assert artifact.descriptor().artifact_type == "application/x-ms-wim"


@pytest.mark.parametrize(
    ("inside", "outside", "media_type"),
    [
        ("", "", OCI_MANIFEST),
        ("", OCI_MANIFEST, OCI_MANIFEST),
        ("", DOCKER_MANIFEST, DOCKER_MANIFEST),
        (DOCKER_MANIFEST, "", DOCKER_MANIFEST),
        (DOCKER_MANIFEST, f"{DOCKER_MANIFEST}; charset=utf-8", DOCKER_MANIFEST),
    ],
)
def test_media_type_of_body_or_transport(inside: str, outside: str, media_type: str) -> None:
    manifest = Manifest.parse(document({"mediaType": inside}), media_type=outside)
    assert manifest.media_type == media_type


@pytest.mark.parametrize(
    ("inside", "outside"),
    [
        (OCI_MANIFEST, DOCKER_MANIFEST),
        (DOCKER_MANIFEST, OCI_MANIFEST),
        (OCI_MANIFEST, OCI_INDEX),
        (OCI_INDEX, OCI_INDEX),
        ("", OCI_INDEX),
        ("application/json", ""),
        (f"{OCI_MANIFEST}; charset=utf-8", ""),
    ],
)
def test_media_types_that_do_not_fit(inside: str, outside: str, refused: Refused) -> None:
    with refused("mediaType", ""):
        Manifest.parse(document({"mediaType": inside}), media_type=outside)


def test_docker_schema_2_is_read() -> None:
    config, layer = Descriptor.of(b"c", DOCKER_CONFIG), Descriptor.of(b"l", DOCKER_LAYER_GZIP)
    data = document(
        {
            "mediaType": DOCKER_MANIFEST,
            "config": config.as_json(),
            "layers": [layer.as_json()],
        }
    )
    assert Manifest.parse(data).config == config
    assert Manifest.parse(data).layers == (layer,)


@pytest.mark.parametrize("layers", [[], None])
def test_an_image_without_layers(layers: object) -> None:
    assert Manifest.parse(document({"layers": layers})).layers == ()


@pytest.mark.parametrize(
    ("changes", "path", "reason"),
    [
        ({"manifests": []}, "manifests", "both a manifest and an index"),
        ({"manifests": None}, "manifests", "both a manifest and an index"),
        ({"Manifests": []}, "Manifests", "spelled 'manifests'"),
        ({"schemaVersion": 1}, "schemaVersion", "schema 1 is obsolete"),
        ({"fsLayers": []}, "schemaVersion", "schema 1 is obsolete"),
        ({"schemaVersion": 3}, "schemaVersion", "3 is not 2"),
        ({"schemaVersion": "2"}, "schemaVersion", "an integer is expected"),
        ({"schemaVersion": None}, "schemaVersion", "missing"),
        ({"mediaType": 1}, "mediaType", "a string is expected"),
        ({"config": None}, "config", "missing"),
        ({"config": []}, "config", "an object is expected"),
        ({"config": {}}, "config.mediaType", "missing"),
        ({"layers": {}}, "layers", "an array is expected"),
        ({"layers": [LAYER.as_json(), 1]}, "layers[1]", "an object is expected"),
        ({"layers": [{**LAYER.as_json(), "size": -1}]}, "layers[0].size", "-1"),
        ({"layers": [LAYER.as_json()] * 1001}, "layers", "1001 entries"),
        ({"subject": {**LAYER.as_json(), "digest": "x"}}, "subject.digest", "algorithm"),
        ({"artifactType": "a"}, "artifactType", "no media type"),
        ({"annotations": {"k": None}}, "annotations.k", "a string is expected"),
        ({"annotations": {"": "v"}}, 'annotations[""]', "0 characters"),
    ],
)
def test_refuses(changes: dict[str, object], path: str, reason: str, refused: Refused) -> None:
    with refused(path, reason):
        Manifest.parse(document(changes))


def test_refuses_a_document_without_layers(refused: Refused) -> None:
    with refused("layers", "missing"):
        Manifest.parse(document({}, "layers"))
