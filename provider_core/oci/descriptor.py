"""Descriptors: what content is, by digest, size and type (OCI image-spec 1.1 descriptor.md)."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self

from ..digests import Digest, Hasher
from ..errors import DocumentError
from ..platforms import Platform
from .annotations import checked_annotations, read_annotations
from .json_node import Node
from .media_types import check_media_type
from .platform_fields import PLATFORM_KEYS, platform_fields, read_platform

__all__ = ["Descriptor"]

_KEYS = (
    "mediaType",
    "digest",
    "size",
    "annotations",
    "artifactType",
    "data",
    "platform",
    "urls",
)
_LARGEST = (1 << 63) - 1
_URL_LIMIT = 100
_EMBEDDED_LIMIT = 64 << 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Descriptor:
    """A promise of content: these bytes, of that type.

    Raises DocumentError, with the path of the field, for a size outside 0 … 2**63-1, a type
    that has not the form of one, and annotations above their limits.
    """

    media_type: str
    """Type of the content; unknown ones are allowed."""
    digest: Digest
    """Hash of the content's bytes."""
    size: int
    """Bytes of the content."""
    annotations: Mapping[str, str] = field(default_factory=dict, hash=False)
    """Facts about the content, OCI annotation keys; read-only."""
    platform: Platform | None = None
    """What it runs on, in an index; None if the index does not say."""
    artifact_type: str = ""
    """Type of the artifact whose manifest it is; '' for images."""
    urls: tuple[str, ...] = ()
    """Where else it may be had, as the document says; foreign text, not to be followed blindly."""

    def __post_init__(self) -> None:
        check_media_type(self.media_type, "mediaType")
        if self.artifact_type:
            check_media_type(self.artifact_type, "artifactType")
        if not 0 <= self.size <= _LARGEST:
            raise DocumentError(f"{self.size} is no size in bytes", path="size")
        object.__setattr__(self, "annotations", checked_annotations(self.annotations))

    @classmethod
    def of(
        cls,
        data: bytes,
        media_type: str,
        *,
        annotations: Mapping[str, str] | None = None,
        platform: Platform | None = None,
        artifact_type: str = "",
    ) -> Self:
        """Return the descriptor of the content *data*, by its SHA-256 digest."""
        return cls(
            media_type=media_type,
            digest=Digest.of(data),
            size=len(data),
            annotations=annotations or {},
            platform=platform,
            artifact_type=artifact_type,
        )

    @classmethod
    def from_node(cls, node: Node) -> Self:
        """Read the descriptor at *node*.

        Embedded content (``data``, base64, at most 64 KiB) must be the content it describes, and
        is then dropped.  Unknown fields are ignored.

        Raises DocumentError with the path of the field.
        """
        node.exact_case(_KEYS)
        media_type, size = node.required("mediaType", str), node.required("size", int)
        digest = node.digest("digest")
        annotations = read_annotations(node)
        platform = _platform(node)
        artifact_type = node.optional("artifactType", str, "")
        urls = node.strings("urls", limit=_URL_LIMIT)
        try:
            descriptor = cls(
                media_type=media_type,
                digest=digest,
                size=size,
                annotations=annotations,
                platform=platform,
                artifact_type=artifact_type,
                urls=urls,
            )
        except DocumentError as error:
            raise node.grown(error) from None
        _check_embedded(node, descriptor)
        return descriptor

    @property
    def key(self) -> tuple[Digest, int]:
        """Digest and size in bytes: what content it is, whatever else is said of it."""
        return self.digest, self.size

    def as_json(self) -> dict[str, object]:
        """Return it as JSON values, which `from_node` reads; empty fields are left out."""
        fields: dict[str, object] = {
            "annotations": dict(self.annotations),
            "platform": platform_fields(self.platform),
            "artifactType": self.artifact_type,
            "urls": list(self.urls),
        }
        return {
            "mediaType": self.media_type,
            "digest": str(self.digest),
            "size": self.size,
            **{key: value for key, value in fields.items() if value},
        }


def _platform(node: Node) -> Platform | None:
    child = node.child("platform")
    if child is None:
        return None
    child.exact_case(PLATFORM_KEYS)
    return read_platform(child)


def _check_embedded(node: Node, descriptor: Descriptor) -> None:
    text = node.optional("data", str, "")
    if not text:
        return
    if descriptor.size > _EMBEDDED_LIMIT:
        raise node.error(f"embedded content has at most {_EMBEDDED_LIMIT} bytes", "data")
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise node.error("it is not base64", "data") from None
    hasher = Hasher(descriptor.digest.algorithm)
    hasher.update(data)
    if (hasher.digest(), hasher.size) != descriptor.key:
        raise node.error("it is not the content that size and digest describe", "data")
