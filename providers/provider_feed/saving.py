"""Saving to a folder: one bundle, or volumes if its medium or the user wants them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from provider_core.context import Context
from provider_core.disk.media import medium_of, require_writable
from provider_core.model import Held, Saved
from provider_core.store import Reader

from .bundle_load import load_of
from .bundling import plan_bundle, save_bundle
from .media_limits import limits_of
from .volume_saving import save_volumes

__all__ = ["save_images"]


def save_images(
    images: Sequence[Held], destination: str, reader: Reader, context: Context
) -> Saved:
    """Make or extend the bundle in the folder *destination*, or make volumes in it.

    Whether the medium takes it is found out before anything is written to it.

    Raises Exists if something else is there, Untrusted if another home's courier signed it,
    UsageError for another series or sizes that cannot be, Locked, NoSpace, StoreError,
    IntegrityError.
    """
    path = Path(destination)
    require_writable(path)
    medium = medium_of(path)
    limits = limits_of(context.options, medium)
    plan = plan_bundle(path, context)
    load = load_of(images, reader, context)
    largest = max((blob.size for blob in load.blobs.values()), default=0)
    if limits.is_enough_for(largest):
        return save_bundle(load, plan, medium, context)
    return save_volumes(load, plan, limits, medium, context)
