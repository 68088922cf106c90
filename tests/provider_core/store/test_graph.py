from __future__ import annotations

import pytest

from provider_core.digests import Digest
from provider_core.errors import DocumentError
from provider_core.oci import Descriptor, Index, Manifest
from provider_core.oci.media_types import OCI_CONFIG, OCI_LAYER
from provider_core.store import graph
from provider_core.store.graph import links_in, walk

_CONFIG = Descriptor.of(b"{}", OCI_CONFIG)


def _manifest(number: int) -> Manifest:
    return Manifest.build(_CONFIG, [Descriptor.of(b"%d" % number, OCI_LAYER)])


def _documents(index: Index, manifests: list[Manifest]) -> dict[Digest, bytes]:
    return {index.digest: index.raw, **{it.digest: it.raw for it in manifests}}


def test_breadth_first_and_each_once() -> None:
    manifests = [_manifest(number) for number in range(3)]
    index = Index.build([manifest.descriptor() for manifest in manifests])
    documents = _documents(index, manifests)
    links = list(walk([index.descriptor()], lambda it: documents.get(it.digest)))
    layers = [manifest.layers[0].digest for manifest in manifests]
    assert [link.descriptor.digest for link in links] == [
        index.digest,
        *(manifest.digest for manifest in manifests),
        _CONFIG.digest,
        *layers,
    ]
    assert [link.needed for link in links] == [True, False, False, False, *[True] * 4]


def test_a_root_has_a_bounded_number_of_documents(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(graph, "_MOST_DOCUMENTS", 5)
    manifests = [_manifest(number) for number in range(5)]
    index = Index.build([manifest.descriptor() for manifest in manifests])
    documents = _documents(index, manifests)
    with pytest.raises(DocumentError, match="5 documents"):
        list(walk([index.descriptor()], lambda it: documents.get(it.digest)))
    roots = [manifest.descriptor() for manifest in manifests]
    assert len(list(walk(roots, lambda it: documents.get(it.digest)))) == 11


def test_errors_name_the_document() -> None:
    root = Descriptor.of(b"{}", _manifest(0).media_type)
    with pytest.raises(DocumentError) as caught:
        list(walk([root], lambda it: b"{}"))
    assert caught.value.fields["what"] == str(root.digest)
    with pytest.raises(DocumentError):
        list(links_in(b"[]"))
