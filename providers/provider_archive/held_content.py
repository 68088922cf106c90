"""What of an image in the store a docker-archive can list."""

from __future__ import annotations

from provider_core.model import Held
from provider_core.oci import Descriptor, Manifest
from provider_core.oci.media_types import is_config, is_manifest
from provider_core.platforms import PlatformSet
from provider_core.pouring import select_image
from provider_core.store import Reader

__all__ = ["docker_manifest"]


def docker_manifest(root: Descriptor, held: Held, reader: Reader) -> Manifest | None:
    """Return the one manifest that a docker-archive can list; None for an artifact.

    It knows one platform a name: of an index, the first of those to save.
    """
    if not held.platforms:
        return None
    wanted = PlatformSet.of(held.platforms[0])
    selection = select_image(root, reader.read, wanted, available=reader.has)
    for descriptor in selection.descriptors:
        if is_manifest(descriptor.media_type):
            manifest = Manifest.parse(reader.read(descriptor), media_type=descriptor.media_type)
            if is_config(manifest.config.media_type) and not manifest.artifact_type:
                return manifest
    return None
