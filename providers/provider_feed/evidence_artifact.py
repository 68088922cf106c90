"""Evidence in the store: a publisher's signed files as an OCI artifact beside the image.

=================================  ========================================================
artifactType                       application/vnd.imageferry.evidence.v1+json
io.imageferry.evidence.publisher   of the manifest: the publisher's fingerprint, 64 digits
io.imageferry.evidence.file        of a layer: its path below the publisher's `trust/`; a
                                   layer without one is a document, which its digest names
=================================  ========================================================
"""

from __future__ import annotations

import re
from typing import Final

from feed_format import DOCUMENT_TYPE, Evidence, evidence_base
from provider_core.digests import Digest
from provider_core.errors import DocumentError
from provider_core.oci import Descriptor, Manifest
from provider_core.oci.layout import blob_path
from provider_core.oci.media_types import OCI_EMPTY
from provider_core.store import Reader, Writer, put

__all__ = ["EVIDENCE_TYPE", "held_evidence", "put_evidence"]

EVIDENCE_TYPE: Final = "application/vnd.imageferry.evidence.v1+json"
_FILE_TYPE: Final = "application/vnd.imageferry.evidence.file.v1+json"
_PUBLISHER: Final = "io.imageferry.evidence.publisher"
_FILE: Final = "io.imageferry.evidence.file"

_FILES: Final = re.compile(
    r"[1-9]\d{0,9}\.(root|targets|snapshot)\.json"
    r"|timestamp\.json"
    r"|targets/shards/[0-9a-f]{64}\.[0-9a-f]{2}\.json"
)
"""What may be below a publisher's `trust/`; nothing else ever becomes a path."""


def put_evidence(evidence: Evidence, writer: Writer) -> Descriptor:
    """Bring *evidence* into the store; return the descriptor of its artifact.

    Raises StoreError.
    """
    base = f"{evidence_base(evidence.fingerprint)}/"
    config = put(writer, b"{}", OCI_EMPTY)
    layers = []
    for path, data in sorted(evidence.files.items()):
        if path.startswith(base):
            annotations = {_FILE: path.removeprefix(base)}
            layers.append(put(writer, data, _FILE_TYPE, annotations=annotations))
        else:
            layers.append(put(writer, data, DOCUMENT_TYPE))
    manifest = Manifest.build(
        config,
        layers,
        artifact_type=EVIDENCE_TYPE,
        annotations={_PUBLISHER: evidence.fingerprint.hex},
    )
    return put(writer, manifest.raw, manifest.media_type, artifact_type=EVIDENCE_TYPE)


def held_evidence(descriptor: Descriptor, reader: Reader) -> Evidence:
    """Return the evidence whose artifact is *descriptor*.

    Raises DocumentError if it names a file that no publisher has; BlobNotFound, IntegrityError.
    """
    manifest = Manifest.parse(reader.read(descriptor))
    publisher = manifest.annotations.get(_PUBLISHER, "")
    fingerprint = Digest(algorithm="sha256", hex=publisher)
    base = evidence_base(fingerprint)
    files = {
        _path(layer, base, position): reader.read(layer, limit=layer.size)
        for position, layer in enumerate(manifest.layers)
    }
    return Evidence(fingerprint=fingerprint, files=files)


def _path(layer: Descriptor, base: str, position: int) -> str:
    name = layer.annotations.get(_FILE)
    if name is None:
        return blob_path(layer.digest)
    if not _FILES.fullmatch(name):
        raise DocumentError(
            f"{name[:64]!a} is no file of a publisher", path=f"layers[{position}]", what="evidence"
        )
    return f"{base}/{name}"
