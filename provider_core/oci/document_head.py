"""What manifests and indexes begin with: schema, type, artifact type, subject, annotations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..errors import DocumentError
from .annotations import read_annotations
from .descriptor import Descriptor
from .json_node import Node
from .media_types import base_type, check_media_type

__all__ = ["HEAD_KEYS", "Head", "head_fields", "read_head", "refuse_schema_1"]

HEAD_KEYS = ("schemaVersion", "mediaType", "artifactType", "subject", "annotations")


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The fields that manifests and indexes share."""

    media_type: str
    """Of the document itself, without parameters."""
    artifact_type: str
    """'' for images."""
    subject: Descriptor | None
    """The manifest that this one is about; None for most."""
    annotations: Mapping[str, str]
    """Read-only."""


def refuse_schema_1(node: Node) -> None:
    """Raise DocumentError for a Docker manifest of schema 1, whose layers cannot be verified."""
    if node.has("fsLayers") or node.optional("schemaVersion", int, 0) == 1:
        raise node.error(
            "Docker manifest schema 1 is obsolete and not read; its publisher must push it again",
            "schemaVersion",
        )


def read_head(node: Node, *, media_type: str, accepted: frozenset[str], default: str) -> Head:
    """Read the shared fields.

    *media_type* is the type that the document came with ('' if none, parameters are ignored).
    The body's own must agree with it; without either the type is *default*.

    Raises DocumentError for a schemaVersion other than 2, types that disagree, and a type that
    is not one of *accepted*.
    """
    version = node.required("schemaVersion", int)
    if version != 2:
        raise node.error(f"{version} is not 2", "schemaVersion")
    artifact_type = node.optional("artifactType", str, "")
    if artifact_type:
        try:
            check_media_type(artifact_type, "artifactType")
        except DocumentError as error:
            raise node.grown(error) from None
    subject = node.child("subject")
    return Head(
        media_type=_media_type(node, base_type(media_type), accepted, default),
        artifact_type=artifact_type,
        subject=None if subject is None else Descriptor.from_node(subject),
        annotations=read_annotations(node),
    )


def head_fields(
    media_type: str,
    *,
    artifact_type: str,
    subject: Descriptor | None,
    annotations: Mapping[str, str] | None,
) -> dict[str, object]:
    """Return the shared fields of a new document as JSON values, empty ones left out."""
    fields: dict[str, object] = {"schemaVersion": 2, "mediaType": media_type}
    if artifact_type:
        fields["artifactType"] = artifact_type
    if subject is not None:
        fields["subject"] = subject.as_json()
    if annotations:
        fields["annotations"] = dict(annotations)
    return fields


def _media_type(node: Node, outside: str, accepted: frozenset[str], default: str) -> str:
    inside = node.optional("mediaType", str, "")
    if inside and outside and inside != outside:
        raise node.error(f"{inside[:255]!a}, but it came as {outside[:255]!a}", "mediaType")
    media_type = inside or outside or default
    if media_type not in accepted:
        raise node.error(f"{media_type[:255]!a} is not the type of this content", "mediaType")
    return media_type
