"""What a referrer is about: by its own word, or by the tag that cosign hung it on."""

from __future__ import annotations

import re
from typing import Final

from ..digests import Digest
from .annotations import REF_NAME
from .descriptor import Descriptor
from .index import Index
from .manifest import Manifest

__all__ = ["is_hung_on_tag", "subject_of"]

_TAG: Final = re.compile(r"(sha256)-([0-9a-f]{64})\.(?:sig|att|sbom)")


def subject_of(referrer: Descriptor, document: Manifest | Index) -> Digest | None:
    """Return the digest that *referrer*, whose content is *document*, says something about.

    Its own ``subject`` comes first (image-spec 1.1); cosign's older form has none, and is known
    by a tag ``sha256-….sig``, ``.att`` or ``.sbom``, kept as its reference name.  None if neither
    is there.
    """
    if document.subject is not None:
        return document.subject.digest
    tag = _TAG.fullmatch(referrer.annotations.get(REF_NAME, ""))
    return Digest.parse(f"{tag[1]}:{tag[2]}") if tag else None


def is_hung_on_tag(referrer: Descriptor) -> bool:
    """Whether the reference name of *referrer* is such a tag of cosign's, and no image's name."""
    return _TAG.fullmatch(referrer.annotations.get(REF_NAME, "")) is not None
