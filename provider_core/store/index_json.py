"""index.json, which other tools find images by; derived from the catalog, never read back.

It carries the digest of itself without that annotation, so that `check` can tell damage to it
from a change of the catalog.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ..digests import Digest
from ..errors import DocumentError
from ..oci import Descriptor, Index
from ..oci.annotations import CONTAINERD_NAME, REF_NAME
from ..oci.layout import LAYOUT_INDEX_LIMIT, parse_layout_index
from .ports import IndexEntry

__all__ = ["is_sound_index", "render_index"]

_CHECKSUM = "imageferry.index.digest"


def render_index(entries: Sequence[IndexEntry]) -> bytes:
    """Return the index.json of *entries*, sorted by name, whatever their order was.

    Raises DocumentError for more than 10,000 entries or 16 MiB.
    """
    return _with_checksum(
        [_named(entry) for entry in sorted(entries, key=lambda entry: entry.name)]
    )


def is_sound_index(data: bytes) -> bool:
    """Whether *data* is, byte for byte, what `render_index` returned once."""
    try:
        return _with_checksum(parse_layout_index(data).manifests) == data
    except DocumentError:
        return False


def _named(entry: IndexEntry) -> Descriptor:
    names = {REF_NAME: entry.name, CONTAINERD_NAME: entry.name}
    return replace(entry.root, annotations={**entry.root.annotations, **names})


def _with_checksum(manifests: Sequence[Descriptor]) -> bytes:
    plain = Index.build(manifests, limit=LAYOUT_INDEX_LIMIT).raw
    checksum = {_CHECKSUM: str(Digest.of(plain))}
    return Index.build(manifests, annotations=checksum, limit=LAYOUT_INDEX_LIMIT).raw
