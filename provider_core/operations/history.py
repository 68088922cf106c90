"""history: the steps an installed image was built in, as its config tells them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..digests import Digest
from ..model import Installed
from ..oci import Descriptor, ImageConfig, Manifest
from ..oci import HistoryEntry as Step
from ..oci.media_types import is_manifest
from .facts import selection_of
from .listing import family_of
from .results import HistoryEntry
from .selecting import one_installed

if TYPE_CHECKING:
    from .resources import Resources

__all__ = ["MISSING", "history"]

MISSING = "<missing>"
"""What `docker history` shows for a step whose result is no installed image of its own."""


def history(resources: Resources, request: str) -> tuple[HistoryEntry, ...]:
    """Return the steps of an image, newest first (OCI image config, history).

    The last step of the image, and that of each installed image it was made from, has that
    image's id.  () for a local file that stays where it is: it has no config.
    """
    image = one_installed(resources, request)
    if not isinstance(image.content.root, Descriptor):
        return ()
    manifest, config = _manifest_and_config(resources, image)
    if config is None:
        return tuple(
            HistoryEntry(image=MISSING, created="", created_by=layer.media_type, size=layer.size)
            for layer in reversed(manifest.layers)
        )
    sizes = [layer.size for layer in manifest.layers]
    told = config.history or (Step(),) * len(sizes)
    ids = _image_ids(resources, image, told)
    entries = []
    for number, entry in reversed(list(enumerate(told))):
        size = 0 if entry.empty_layer or not sizes else sizes.pop()
        entries.append(
            HistoryEntry(
                image=ids[number].short if number in ids else MISSING,
                created=entry.created,
                created_by=entry.created_by,
                size=size,
                comment=entry.comment,
            )
        )
    return tuple(entries)


def _image_ids(resources: Resources, image: Installed, told: Sequence[Step]) -> dict[int, Digest]:
    """Return the number of each step in *told* after which an installed image was done, its id."""
    ids = {len(told) - 1: image.image_id}
    for ancestor in family_of(resources).ancestors(image):
        depth = len(ancestor.diff_ids)
        if not depth or ancestor.diff_ids != image.diff_ids[:depth]:
            break  # from here on it is only said
        _, config = _manifest_and_config(resources, ancestor)
        steps = config.history if config else ()
        if steps and tuple(told[: len(steps)]) == tuple(steps):
            ids.setdefault(len(steps) - 1, ancestor.image_id)
        else:
            layers = [number for number, step in enumerate(told) if not step.empty_layer]
            if depth <= len(layers):
                ids.setdefault(layers[depth - 1], ancestor.image_id)
    return ids


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
