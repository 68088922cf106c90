"""Documents that are read once."""

from __future__ import annotations

import pytest

from provider_core.errors import DocumentError
from provider_core.oci import Index, Manifest, parse_root
from provider_core.oci.remembering import remembering


class _Reads:
    """Counts how often something is read."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, data: bytes, kind: str = "") -> tuple[bytes, str]:
        self.count += 1
        if kind == "wrong":
            raise DocumentError("it is wrong", what="document")
        return data, kind


def test_a_small_document_is_read_once_a_kind() -> None:
    reads = _Reads()
    read = remembering(reads)
    for kind in ("one", "other"):
        for _ in range(3):
            assert read(bytes(16 << 10), kind) == (bytes(16 << 10), kind)
    assert reads.count == 2


def test_a_large_one_is_not_kept() -> None:
    reads = _Reads()
    read = remembering(reads)
    for _ in range(3):
        read(bytes((16 << 10) + 1))
    assert reads.count == 3


def test_few_are_kept() -> None:
    reads = _Reads()
    read = remembering(reads)
    for _ in range(2):
        for number in range(1000):
            read(b"%d" % number)
    assert reads.count == 2000


def test_an_error_is_told_each_time() -> None:
    reads = _Reads()
    read = remembering(reads)
    for _ in range(2):
        with pytest.raises(DocumentError):
            read(b"", "wrong")
    assert reads.count == 2


def test_one_type_of_the_same_bytes_does_not_stand_for_another() -> None:
    """What was read without a type, or as one, is still refused as the other."""
    manifest = b'{"schemaVersion":2,"mediaType":"' + _TYPE % b"manifest" + b'"}'
    index = b'{"schemaVersion":2,"mediaType":"' + _TYPE % b"index" + b'","manifests":[]}'
    assert Index.parse(index) == parse_root(index)
    for data, media_type in ((index, _TYPE % b"manifest"), (manifest, _TYPE % b"index")):
        with pytest.raises(DocumentError):
            parse_root(data, media_type=media_type.decode())
    with pytest.raises(DocumentError):
        Manifest.parse(index)


_TYPE = b"application/vnd.oci.image.%s.v1+json"
