"""The store that `verify` pours into: everything is checked, and only documents are remembered."""

from __future__ import annotations

import io

import pytest

from provider_core.errors import BlobNotFound, DigestMismatch, NotSupported, SizeMismatch
from provider_core.oci import Descriptor
from provider_core.oci.media_types import OCI_CONFIG, OCI_LAYER_GZIP
from provider_core.operations.hashing_store import HashingStore
from provider_core.store import pour
from provider_core.testing import MemoryStore


@pytest.fixture
def store() -> HashingStore:
    return HashingStore(MemoryStore())


@pytest.mark.parametrize("media_type", [OCI_CONFIG, OCI_LAYER_GZIP])
def test_documents_are_remembered_and_layers_are_not(store: HashingStore, media_type: str) -> None:
    expected = Descriptor.of(b"content", media_type)
    pour(io.BytesIO(b"content"), store, expected)
    with store.compute(100) as made:
        made.write(b"made")
        computed = made.commit(media_type)
    assert store.size == len(b"content") + len(b"made")
    for descriptor in (expected, computed):
        assert store.has(descriptor)
        if media_type == OCI_CONFIG:
            assert store.read(descriptor)
        else:
            with pytest.raises(BlobNotFound):
                store.open(descriptor)


def test_what_is_wrong_is_refused(store: HashingStore) -> None:
    promised = Descriptor.of(b"content", OCI_LAYER_GZIP)
    with pytest.raises(DigestMismatch):
        pour(io.BytesIO(b"CONTENT"), store, promised)
    with pytest.raises(SizeMismatch):
        pour(io.BytesIO(b"cont"), store, promised)
    partial = store.expect(promised)
    assert partial is not None
    with partial, pytest.raises(NotSupported):
        partial.write(3, b"tent")
    with store.compute(3) as made, pytest.raises(SizeMismatch):
        made.write(b"four")
    assert store.size == 0
    assert not store.has(promised)
