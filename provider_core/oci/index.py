"""Indexes: one image for several platforms (OCI image-spec 1.1 image-index.md, Docker lists)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Self

from ..digests import Digest
from .descriptor import Descriptor
from .document_head import HEAD_KEYS, head_fields, read_head, refuse_schema_1
from .json_document import DOCUMENT_LIMIT, dump_json, read_document
from .json_node import Node
from .media_types import INDEXES, OCI_INDEX
from .remembering import remembering

__all__ = ["Index"]

_WHAT = "index"
_ENTRY_LIMIT = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Index:
    """Manifests, and indexes, that belong together; made by `parse` or `build`."""

    raw: bytes
    """The document as it came; its hash is the index's name."""
    media_type: str
    """OCI_INDEX or DOCKER_LIST, as the body or its transport says."""
    artifact_type: str
    """'' for images."""
    manifests: tuple[Descriptor, ...]
    """In order of preference; attestations and nested indexes may be among them."""
    subject: Descriptor | None
    """The manifest that this one is about; None for most."""
    annotations: Mapping[str, str] = field(hash=False)
    """OCI annotation keys; read-only."""

    @classmethod
    def parse(cls, data: bytes, *, media_type: str = "", limit: int = DOCUMENT_LIMIT) -> Index:
        """Read an index of at most *limit* bytes.

        *media_type* is the type it came with (Content-Type, descriptor), '' if with none.

        Raises DocumentError, with the path, for what `parse_json` refuses, a type inside that is
        not *media_type* or no index's, the fields of a manifest, more than 10,000 entries, and
        fields that are missing or not of their kind.
        """
        return _read(data, media_type, limit)

    @classmethod
    def from_node(cls, node: Node, *, raw: bytes, media_type: str = "") -> Self:
        """Return the index whose document *node* is the top level of, as `parse` does."""
        refuse_schema_1(node)
        node.exact_case((*HEAD_KEYS, "config", "layers", "manifests"))
        for key in ("layers", "config"):
            if node.has(key):
                raise node.error("it is both a manifest and an index", key)
        if not node.has("manifests"):
            raise node.error("it is missing", "manifests")
        head = read_head(node, media_type=media_type, accepted=INDEXES, default=OCI_INDEX)
        entries = node.array("manifests", limit=_ENTRY_LIMIT)
        return cls(
            raw=raw,
            media_type=head.media_type,
            artifact_type=head.artifact_type,
            manifests=tuple(map(Descriptor.from_node, entries)),
            subject=head.subject,
            annotations=head.annotations,
        )

    @classmethod
    def build(
        cls,
        manifests: Sequence[Descriptor],
        *,
        annotations: Mapping[str, str] | None = None,
        artifact_type: str = "",
        subject: Descriptor | None = None,
        limit: int = DOCUMENT_LIMIT,
    ) -> Index:
        """Return a new OCI index in the form of `dump_json`: same arguments, same bytes.

        Raises DocumentError if it would not be read again under *limit* bytes.
        """
        fields = head_fields(
            OCI_INDEX, artifact_type=artifact_type, subject=subject, annotations=annotations
        )
        fields["manifests"] = [manifest.as_json() for manifest in manifests]
        return cls.parse(dump_json(fields), limit=limit)

    @property
    def digest(self) -> Digest:
        """SHA-256 of the document."""
        return Digest.of(self.raw)

    def descriptor(self) -> Descriptor:
        """Return the descriptor of the document."""
        return Descriptor.of(self.raw, self.media_type, artifact_type=self.artifact_type)


@remembering
def _read(data: bytes, media_type: str, limit: int) -> Index:
    node = read_document(data, limit=limit, what=_WHAT)
    return Index.from_node(node, raw=data, media_type=media_type)
