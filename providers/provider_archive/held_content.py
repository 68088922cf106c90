"""What of an image in the store is to be saved."""

from __future__ import annotations

from provider_core.model import Held
from provider_core.oci import Descriptor, Manifest
from provider_core.oci.media_types import is_config, is_manifest
from provider_core.platforms import PlatformSet
from provider_core.pouring import Selection, select_image
from provider_core.store import Reader

__all__ = ["docker_manifest", "select_held", "select_whole"]


def select_held(root: Descriptor, held: Held, reader: Reader) -> Selection:
    """Choose the platforms that *held* names; with all that are here, attestations come too."""
    if set(held.platforms) == set(held.content.platforms):
        return select_whole(root, reader)
    wanted = PlatformSet.of(*held.platforms)
    return select_image(root, reader.read, wanted, available=reader.has)


def select_whole(root: Descriptor, reader: Reader) -> Selection:
    """Choose whatever of *root* is whole in the store."""

    def is_whole(entry: Descriptor) -> bool:
        # The manifest of a platform that nobody wanted may be here without its layers: where
        # an index does not say what its manifests are for, they were read to find out.
        if not reader.has(entry):
            return False
        if not is_manifest(entry.media_type):
            return True
        manifest = Manifest.parse(reader.read(entry), media_type=entry.media_type)
        return all(map(reader.has, (manifest.config, *manifest.layers)))

    return select_image(root, reader.read, PlatformSet.all(), available=is_whole)


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
