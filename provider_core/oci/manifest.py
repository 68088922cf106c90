"""Manifests: the config and layers of one image (OCI image-spec 1.1 manifest.md, Docker schema 2).

One made of other files than an image's is an artifact and has an artifact type.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Self

from ..digests import Digest
from ..platforms import Platform
from .descriptor import Descriptor
from .document_head import HEAD_KEYS, head_fields, read_head, refuse_schema_1
from .json_document import dump_json, read_document
from .json_node import Node
from .media_types import MANIFESTS, OCI_MANIFEST
from .remembering import remembering

__all__ = ["Manifest"]

_WHAT = "manifest"
_LAYER_LIMIT = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """One image, or artifact; made by `parse` or `build`."""

    raw: bytes
    """The document as it came; its hash is the manifest's name."""
    media_type: str
    """OCI_MANIFEST or DOCKER_MANIFEST, as the body or its transport says."""
    artifact_type: str
    """'' for images."""
    config: Descriptor
    """The config's blob; type OCI_EMPTY where an artifact has none."""
    layers: tuple[Descriptor, ...]
    """Base first; for artifacts one a file."""
    subject: Descriptor | None
    """The manifest that this one is about (signatures, SBOMs); None for most."""
    annotations: Mapping[str, str] = field(hash=False)
    """OCI annotation keys; read-only."""

    @classmethod
    def parse(cls, data: bytes, *, media_type: str = "") -> Manifest:
        """Read a manifest of at most 4 MiB.

        *media_type* is the type it came with (Content-Type, descriptor), '' if with none.

        Raises DocumentError, with the path, for what `parse_json` refuses, Docker's schema 1, a
        type inside that is not *media_type* or no manifest's, the fields of an index, more than
        1,000 layers, and fields that are missing or not of their kind.
        """
        return _read(data, media_type)

    @classmethod
    def from_node(cls, node: Node, *, raw: bytes, media_type: str = "") -> Self:
        """Return the manifest whose document *node* is the top level of, as `parse` does."""
        refuse_schema_1(node)
        node.exact_case((*HEAD_KEYS, "config", "layers", "manifests"))
        if node.has("manifests"):
            raise node.error("it is both a manifest and an index", "manifests")
        if not node.has("layers"):
            raise node.error("it is missing", "layers")
        head = read_head(node, media_type=media_type, accepted=MANIFESTS, default=OCI_MANIFEST)
        return cls(
            raw=raw,
            media_type=head.media_type,
            artifact_type=head.artifact_type,
            config=Descriptor.from_node(node.required_child("config")),
            layers=tuple(map(Descriptor.from_node, node.array("layers", limit=_LAYER_LIMIT))),
            subject=head.subject,
            annotations=head.annotations,
        )

    @classmethod
    def build(
        cls,
        config: Descriptor,
        layers: Sequence[Descriptor],
        *,
        annotations: Mapping[str, str] | None = None,
        artifact_type: str = "",
        subject: Descriptor | None = None,
    ) -> Manifest:
        """Return a new OCI manifest in the form of `dump_json`: same arguments, same bytes.

        Raises DocumentError if it would not be read again.
        """
        fields = head_fields(
            OCI_MANIFEST, artifact_type=artifact_type, subject=subject, annotations=annotations
        )
        fields["config"] = config.as_json()
        fields["layers"] = [layer.as_json() for layer in layers]
        return cls.parse(dump_json(fields))

    @property
    def digest(self) -> Digest:
        """SHA-256 of the document."""
        return Digest.of(self.raw)

    def descriptor(self, *, platform: Platform | None = None) -> Descriptor:
        """Return the descriptor of the document, for an index."""
        return Descriptor.of(
            self.raw, self.media_type, platform=platform, artifact_type=self.artifact_type
        )


@remembering
def _read(data: bytes, media_type: str) -> Manifest:
    return Manifest.from_node(read_document(data, what=_WHAT), raw=data, media_type=media_type)
