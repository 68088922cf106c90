"""The signatures among what refers to an image, read from the store."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Final

from ..errors import BlobNotFound, DocumentError
from ..oci import Descriptor, Manifest
from ..oci.media_types import is_manifest
from ..store import Reader
from .claims import BUNDLE_LIMIT, PAYLOAD_LIMIT, Claim, bundle_claim, simple_claim

__all__ = ["MOST", "Unreadable", "claims_among"]

MOST: Final = 1_000
"""Referrers, and signatures, that are looked at; an image has a handful."""
_SIMPLE: Final = "application/vnd.dev.cosign.simplesigning.v1+json"
_SIGNATURE: Final = "dev.cosignproject.cosign/signature"
_BUNDLE: Final = "application/vnd.dev.sigstore.bundle"

Unreadable = DocumentError | BlobNotFound
"""Why something is no signature that could be judged."""


def claims_among(referrers: Iterable[Descriptor], reader: Reader) -> Iterator[Claim | Unreadable]:
    """Yield what the signatures among *referrers* claim, at most `MOST`, or what is wrong with one.

    They are told by the type of their layers, since tags and descriptors do not survive every
    journey.  Other referrers yield nothing.  Raises IntegrityError for a damaged store.
    """
    found = 0
    for referrer in islice(referrers, MOST):
        try:
            layers = _signing_layers(referrer, reader)
        except DocumentError as error:
            yield error
            continue
        for layer in layers:
            if found == MOST:
                return
            found += 1
            try:
                yield _claim(layer, reader)
            except (DocumentError, BlobNotFound) as error:
                yield error


def _signing_layers(referrer: Descriptor, reader: Reader) -> tuple[Descriptor, ...]:
    """Return the layers of *referrer* that are signatures; () for what is no manifest, or gone."""
    if not is_manifest(referrer.media_type) or not reader.has(referrer):
        return ()
    manifest = Manifest.parse(reader.read(referrer), media_type=referrer.media_type)
    return tuple(layer for layer in manifest.layers if _is_simple(layer) or _is_bundle(layer))


def _claim(layer: Descriptor, reader: Reader) -> Claim:
    if _is_bundle(layer):
        return bundle_claim(reader.read(layer, limit=BUNDLE_LIMIT))
    signature = layer.annotations.get(_SIGNATURE, "")
    return simple_claim(reader.read(layer, limit=PAYLOAD_LIMIT), signature)


def _is_simple(layer: Descriptor) -> bool:
    return layer.media_type == _SIMPLE


def _is_bundle(layer: Descriptor) -> bool:
    return layer.media_type.startswith(_BUNDLE)
