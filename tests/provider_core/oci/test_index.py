from __future__ import annotations

import json
from collections.abc import Mapping

import pytest

from provider_core.digests import Digest
from provider_core.oci import Descriptor, Index
from provider_core.oci.annotations import REF_NAME
from provider_core.oci.media_types import DOCKER_LIST, OCI_INDEX, OCI_MANIFEST
from provider_core.platforms import Platform

from .conftest import Refused

ARM = Platform(os="linux", architecture="arm", variant="v7")
ENTRY = Descriptor.of(b"manifest", OCI_MANIFEST, platform=ARM, annotations={REF_NAME: "1.0"})


def document(changes: Mapping[str, object], *without: str) -> bytes:
    """Return a small valid index without mediaType, with other fields as given."""
    fields = {"schemaVersion": 2, "manifests": [ENTRY.as_json()]}
    return json.dumps(
        {key: value for key, value in {**fields, **changes}.items() if key not in without}
    ).encode()


def test_what_was_built_is_read_again() -> None:
    built = Index.build(
        [ENTRY],
        annotations={"a": "ü"},
        artifact_type="application/x-set",
        subject=Descriptor.of(b"s", OCI_MANIFEST),
    )
    assert built.manifests == (ENTRY,)
    assert built.annotations == {"a": "ü"}
    assert Index.parse(built.raw, media_type=f"{OCI_INDEX};q=1") == built
    assert built.descriptor() == Descriptor.of(
        built.raw, OCI_INDEX, artifact_type="application/x-set"
    )


def test_the_same_arguments_give_the_same_bytes() -> None:
    first = Index.build([ENTRY], annotations={"b": "2", "a": "1"})
    assert Index.build((ENTRY,), annotations={"a": "1", "b": "2"}).raw == first.raw


def test_the_original_bytes_are_kept_and_named() -> None:
    data = b"\n" + document({"mediaType": DOCKER_LIST, "future": 1})
    index = Index.parse(data)
    assert index.raw == data
    assert index.digest == Digest.of(data)
    assert index.descriptor() == Descriptor.of(data, DOCKER_LIST)


def test_entry_limit(refused: Refused) -> None:
    # The smallest entry there is, so that 10,000 stay below 4 MiB.
    entry = {"mediaType": "a/b", "digest": str(ENTRY.digest), "size": 0}
    assert len(Index.parse(document({"manifests": [entry] * 10_000})).manifests) == 10_000
    with refused("manifests", "10001 entries, at most 10000"):
        Index.parse(document({"manifests": [entry] * 10_001}))


def test_size_limit_counts_for_both_ways(refused: Refused) -> None:
    data = Index.build([ENTRY]).raw
    assert Index.parse(data, limit=len(data)).manifests == (ENTRY,)
    with refused("", f"at most {len(data) - 1}"):
        Index.parse(data, limit=len(data) - 1)
    with refused("", f"at most {len(data) - 1}"):
        Index.build([ENTRY], limit=len(data) - 1)


@pytest.mark.parametrize(
    ("changes", "outside", "path", "reason"),
    [
        ({"layers": []}, "", "layers", "both a manifest and an index"),
        ({"config": None}, "", "config", "both a manifest and an index"),
        ({"Config": {}}, "", "Config", "spelled 'config'"),
        ({"schemaVersion": 1}, "", "schemaVersion", "schema 1"),
        ({"schemaVersion": None}, "", "schemaVersion", "missing"),
        ({"mediaType": OCI_MANIFEST}, "", "mediaType", "not the type of this content"),
        ({"mediaType": OCI_INDEX}, DOCKER_LIST, "mediaType", "but it came as"),
        ({}, OCI_MANIFEST, "mediaType", "not the type of this content"),
        ({"manifests": [ENTRY.as_json(), []]}, "", "manifests[1]", "an object is expected"),
        (
            {"manifests": [ENTRY.as_json(), {**ENTRY.as_json(), "digest": "sha256:0"}]},
            "",
            "manifests[1].digest",
            "hexadecimal",
        ),
        (
            {"manifests": [{**ENTRY.as_json(), "platform": {"os": 1}}]},
            "",
            "manifests[0].platform.os",
            "a string is expected",
        ),
        ({"annotations": []}, "", "annotations", "an object is expected"),
    ],
)
def test_refuses(
    changes: dict[str, object], outside: str, path: str, reason: str, refused: Refused
) -> None:
    with refused(path, reason):
        Index.parse(document(changes), media_type=outside)


def test_refuses_a_document_without_manifests(refused: Refused) -> None:
    with refused("manifests", "missing"):
        Index.parse(document({}, "manifests"))
