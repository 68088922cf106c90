from __future__ import annotations

import pytest

from provider_core.oci import Descriptor, Index, Manifest, dump_json, parse_root
from provider_core.oci.media_types import OCI_CONFIG, OCI_INDEX, OCI_MANIFEST

from .conftest import Refused

MANIFEST = Manifest.build(Descriptor.of(b"config", OCI_CONFIG), [])
INDEX = Index.build([MANIFEST.descriptor()])


@pytest.mark.parametrize("root", [MANIFEST, INDEX])
def test_content_decides(root: Manifest | Index) -> None:
    assert parse_root(root.raw) == root
    assert parse_root(root.raw, media_type=f"{root.media_type}; charset=utf-8") == root


@pytest.mark.parametrize(
    ("root", "media_type"), [(MANIFEST, OCI_INDEX), (INDEX, OCI_MANIFEST), (INDEX, "text/plain")]
)
def test_another_type_from_outside_is_refused(
    root: Manifest | Index, media_type: str, refused: Refused
) -> None:
    with refused("mediaType", "but it came as"):
        parse_root(root.raw, media_type=media_type)


@pytest.mark.parametrize("media_type", ["", OCI_INDEX, OCI_MANIFEST])
def test_what_could_be_both_is_refused(media_type: str, refused: Refused) -> None:
    both: dict[str, object] = {
        "schemaVersion": 2,
        "config": MANIFEST.config.as_json(),
        "layers": [],
        "manifests": [],
    }
    with refused("layers", "both a manifest and an index"):
        parse_root(dump_json(both), media_type=media_type)
    del both["layers"]
    with refused("config", "both a manifest and an index"):
        parse_root(dump_json(both), media_type=media_type)


@pytest.mark.parametrize(
    ("data", "path", "reason"),
    [
        (b"{}", "layers", "missing"),
        (b'{"imageLayoutVersion":"1.0.0"}', "layers", "missing"),
        (b'{"schemaVersion":1,"fsLayers":[],"history":[]}', "schemaVersion", "schema 1"),
        (b"<html>", "", "not JSON"),
    ],
)
def test_what_is_neither_is_refused(data: bytes, path: str, reason: str, refused: Refused) -> None:
    with refused(path, reason):
        parse_root(data)
