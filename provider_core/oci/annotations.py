"""Annotation keys in use (OCI image-spec 1.1 annotations.md, containerd), and their limits."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from ..errors import DocumentError
from .json_node import Node
from .json_paths import format_path

__all__ = [
    "AUTHORS",
    "BASE_DIGEST",
    "BASE_NAME",
    "CONTAINERD_NAME",
    "CREATED",
    "DESCRIPTION",
    "REF_NAME",
    "TITLE",
    "VENDOR",
    "VERSION",
    "checked_annotations",
    "read_annotations",
]

AUTHORS: Final = "org.opencontainers.image.authors"
BASE_DIGEST: Final = "org.opencontainers.image.base.digest"
BASE_NAME: Final = "org.opencontainers.image.base.name"
CREATED: Final = "org.opencontainers.image.created"
DESCRIPTION: Final = "org.opencontainers.image.description"
REF_NAME: Final = "org.opencontainers.image.ref.name"
TITLE: Final = "org.opencontainers.image.title"
VENDOR: Final = "org.opencontainers.image.vendor"
VERSION: Final = "org.opencontainers.image.version"
CONTAINERD_NAME: Final = "io.containerd.image.name"
"""The full reference; containerd names an imported image by it."""

_COUNT_LIMIT = 1_000
_KEY_LIMIT = 1_024
_VALUE_LIMIT = 256 << 10


def read_annotations(node: Node) -> Mapping[str, str]:
    """Return the annotations of a manifest, index or descriptor, read-only.

    Raises DocumentError for values that are no strings and as `checked_annotations` does.
    """
    annotations = node.string_map("annotations", limit=_COUNT_LIMIT)
    try:
        return checked_annotations(annotations)
    except DocumentError as error:
        raise node.grown(error) from None


def checked_annotations(annotations: Mapping[str, str]) -> Mapping[str, str]:
    """Return a read-only copy of *annotations*.

    Raises DocumentError for more than 1,000 of them, for a key that is empty or has more than
    1,024 characters, and for a value of more than 256 KiB (characters).
    """
    if len(annotations) > _COUNT_LIMIT:
        raise DocumentError(
            f"{len(annotations)} entries, at most {_COUNT_LIMIT} are allowed", path="annotations"
        )
    for key, value in annotations.items():
        if not 1 <= len(key) <= _KEY_LIMIT:
            raise _refused(key, f"a key of {len(key)} characters, 1 to {_KEY_LIMIT}")
        if len(value) > _VALUE_LIMIT:
            raise _refused(key, f"{len(value)} characters, at most {_VALUE_LIMIT}")
    return MappingProxyType(dict(annotations))


def _refused(key: str, reason: str) -> DocumentError:
    return DocumentError(reason, path=format_path(("annotations", key)))
