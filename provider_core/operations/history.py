"""history: the steps an installed image was built in, as its config tells them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..model import Installed
from ..oci import HistoryEntry as Step
from ..oci import ImageConfig, Manifest
from ..oci.media_types import is_manifest
from .facts import selection_of
from .results import HistoryEntry
from .selecting import one_installed

if TYPE_CHECKING:
    from .resources import Resources

__all__ = ["MISSING", "history"]

MISSING = "<missing>"
"""What `docker history` shows for a layer that is no image of its own."""


def history(resources: Resources, request: str) -> tuple[HistoryEntry, ...]:
    """Return the layers of an image, newest first (OCI image config, history)."""
    image = one_installed(resources, request)
    manifest, config = _manifest_and_config(resources, image)
    if config is None:
        return tuple(
            HistoryEntry(image=MISSING, created="", created_by=layer.media_type, size=layer.size)
            for layer in reversed(manifest.layers)
        )
    sizes = [layer.size for layer in manifest.layers]
    told = config.history or (Step(),) * len(sizes)
    entries = []
    for number, entry in enumerate(reversed(told)):
        size = 0 if entry.empty_layer or not sizes else sizes.pop()
        entries.append(
            HistoryEntry(
                image=image.image_id.short if number == 0 else MISSING,
                created=entry.created,
                created_by=entry.created_by,
                size=size,
                comment=entry.comment,
            )
        )
    return tuple(entries)


def _manifest_and_config(
    resources: Resources, image: Installed
) -> tuple[Manifest, ImageConfig | None]:
    """Return the manifest whose config is the image's id, or its only one."""
    store = resources.store
    manifests = [
        Manifest.parse(store.read(descriptor))
        for descriptor in selection_of(image.content, store).descriptors
        if is_manifest(descriptor.media_type)
    ]
    for manifest in manifests:
        if manifest.config.digest == image.image_id:
            return manifest, ImageConfig.parse(store.read(manifest.config))
    return manifests[0], None
