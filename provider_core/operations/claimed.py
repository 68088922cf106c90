"""What the catalog says is installed of an index: a manifest for each platform.

To the store an index may be sparse, since nobody needs all platforms of an image.  Which of its
manifests must be here, the platforms of the row tell.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ..errors import Error
from ..model import Content
from ..oci import Descriptor, ImageConfig, Index, Manifest, parse_root
from ..oci.media_types import is_config, is_index, is_manifest
from ..platforms import Platform
from ..store import Reader

__all__ = ["claimed_manifests"]

_MOST_LEVELS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entry:
    """An entry of an index, or of one below it."""

    descriptor: Descriptor
    platform: Platform | None
    """In its normal form; None if neither index nor content say it."""


def claimed_manifests(content: Content, reader: Reader) -> tuple[Descriptor, ...]:
    """Return the manifests by which *content* has its platforms, be they here or not.

    Of several for one platform it is one that is here, else the first.  If none is known to be
    for a platform, it can be any of those that are not here and do not say what they are for.
    A document that is damaged is passed over: reading the store names it.
    """
    root = content.root
    if not isinstance(root, Descriptor) or not is_index(root.media_type):
        return ()
    entries = tuple(_entries(root, reader, _MOST_LEVELS))
    unknown = [
        entry.descriptor
        for entry in entries
        if entry.platform is None and not reader.has(entry.descriptor)
    ]
    found: dict[Descriptor, None] = {}
    for platform in content.platforms:
        fitting = [one.descriptor for one in entries if one.platform == platform.normalized]
        here = [descriptor for descriptor in fitting if reader.has(descriptor)]
        found.update(dict.fromkeys((here or fitting)[:1] or unknown))
    return tuple(found)


def _entries(index: Descriptor, reader: Reader, levels: int) -> Iterator[_Entry]:
    document = _document(index, reader)
    if not isinstance(document, Index) or not levels:
        return
    for entry in document.manifests:
        if is_index(entry.media_type) and reader.has(entry):
            yield from _entries(entry, reader, levels - 1)
        elif is_manifest(entry.media_type) or is_index(entry.media_type):
            platform = entry.platform or _platform(entry, reader)
            yield _Entry(descriptor=entry, platform=platform and platform.normalized)


def _platform(descriptor: Descriptor, reader: Reader) -> Platform | None:
    manifest = _document(descriptor, reader)
    if not isinstance(manifest, Manifest) or not is_config(manifest.config.media_type):
        return None
    try:
        return ImageConfig.parse(reader.read(manifest.config)).platform
    except Error:
        return None


def _document(descriptor: Descriptor, reader: Reader) -> Manifest | Index | None:
    try:
        return parse_root(reader.read(descriptor), media_type=descriptor.media_type)
    except Error:
        return None
