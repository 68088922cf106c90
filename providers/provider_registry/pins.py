"""Pins: what a registry says a manifest is, before it is read (distribution-spec, "Pulling")."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from provider_core.digests import Digest
from provider_core.errors import DigestMismatch, DocumentError, NotSupported
from provider_core.model import Package
from provider_core.oci import DOCUMENT_LIMIT, Descriptor
from provider_core.oci.media_types import (
    DOCKER_LIST,
    DOCKER_MANIFEST,
    INDEXES,
    MANIFESTS,
    OCI_INDEX,
    OCI_MANIFEST,
    base_type,
)

__all__ = ["ACCEPT", "content_type", "pin_of", "pin_of_package"]

ACCEPT: Final = ", ".join((OCI_INDEX, DOCKER_LIST, OCI_MANIFEST, DOCKER_MANIFEST))
"""The Accept value of every request for a manifest: a registry converts for those who leave out."""


def content_type(headers: Mapping[str, str], what: str) -> str:
    """Return the type of the manifest or index that *headers* come with.

    Raises DocumentError if it is neither's: a page of a portal, or Docker's schema 1.
    """
    media_type = base_type(headers.get("content-type", ""))
    if media_type not in MANIFESTS | INDEXES:
        raise DocumentError(
            f"{media_type[:100]!a} is the type of no manifest that is read", what=what
        )
    return media_type


def pin_of(headers: Mapping[str, str], what: str, *, wanted: Digest | None) -> Descriptor | None:
    """Return the pin that the headers of a HEAD name; None if they do not say enough.

    Args:
        headers: names in lower case.
        what: names the manifest in errors.
        wanted: the digest that was asked for; None for a tag.

    Raises DocumentError for what is no manifest, DigestMismatch for another than was *wanted*.
    """
    media_type = content_type(headers, what)
    length, said = headers.get("content-length", ""), headers.get("docker-content-digest", "")
    if not (length.isascii() and length.isdecimal()) or int(length[:20]) == 0:
        return None
    if int(length[:20]) > DOCUMENT_LIMIT:
        raise DocumentError(f"{length[:20]} bytes, more than {DOCUMENT_LIMIT}", what=what)
    if not said and wanted is None:
        return None
    digest = Digest.parse(said) if said else wanted
    if digest is None or (wanted is not None and digest != wanted):
        raise DigestMismatch(wanted, digest, what=what)
    return Descriptor(media_type=media_type, digest=digest, size=int(length))


def pin_of_package(package: Package) -> Descriptor:
    """Return what *package* is pinned to; NotSupported for a local file."""
    if not isinstance(package.pin, Descriptor):
        raise NotSupported(
            f"{package} is a local file, not an image in a registry", hint="name the file itself"
        )
    return package.pin
