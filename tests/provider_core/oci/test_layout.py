from __future__ import annotations

from pathlib import PurePosixPath

import pytest

from provider_core.digests import Digest
from provider_core.oci import DOCUMENT_LIMIT, Descriptor
from provider_core.oci.annotations import REF_NAME
from provider_core.oci.layout import (
    LAYOUT_BYTES,
    LAYOUT_LIMIT,
    blob_path,
    layout_index,
    parse_layout,
    parse_layout_index,
)
from provider_core.oci.media_types import OCI_MANIFEST

from .conftest import Refused


def test_reads_its_own_file_and_later_minor_versions() -> None:
    assert parse_layout(LAYOUT_BYTES) == "1.0.0"
    assert parse_layout(b'{"imageLayoutVersion":"1.7.2","more":true}\n') == "1.7.2"


@pytest.mark.parametrize(
    ("data", "path", "reason"),
    [
        (b"", "", "not JSON"),
        (b"{}", "imageLayoutVersion", "missing"),
        (b'{"imageLayoutVersion":1}', "imageLayoutVersion", "a string is expected"),
        (b'{"imageLayoutVersion":"2.0.0"}', "imageLayoutVersion", "'2.0.0' is not 1.x"),
        (b'{"imageLayoutVersion":"10.0"}', "imageLayoutVersion", "not 1.x"),
        (b'{"imageLayoutVersion":""}', "imageLayoutVersion", "not 1.x"),
        (b'{"ImageLayoutVersion":"1.0.0"}', "ImageLayoutVersion", "spelled"),
        (b" " * (LAYOUT_LIMIT + 1), "", "at most 4096"),
    ],
)
def test_refuses(data: bytes, path: str, reason: str, refused: Refused) -> None:
    with refused(path, reason):
        parse_layout(data)


def test_index_round_trip_beyond_the_limit_of_blobs(refused: Refused) -> None:
    entry = Descriptor.of(b"m", OCI_MANIFEST, annotations={REF_NAME: "n" * 500})
    data = layout_index([entry] * 10_000)
    assert len(data) > DOCUMENT_LIMIT
    assert parse_layout_index(data).manifests == (entry,) * 10_000
    with refused("manifests", "10001 entries"):
        layout_index([entry] * 10_001)


def test_an_empty_layout_has_an_index() -> None:
    assert parse_layout_index(layout_index([])).manifests == ()


@pytest.mark.parametrize("digest", [Digest.of(b"x"), Digest(algorithm="sha512", hex="0" * 128)])
def test_blobs_are_by_algorithm_and_hash(digest: Digest) -> None:
    assert PurePosixPath(blob_path(digest)).parts == ("blobs", digest.algorithm, digest.hex)
