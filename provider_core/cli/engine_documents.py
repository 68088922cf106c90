"""What --json prints of container engines; part of `schema`, in a module of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .schema import Document

if TYPE_CHECKING:
    from ..operations.engine_listing import EngineRow, HeldImage
    from ..operations.engine_loading import Loaded

__all__ = ["engine_document", "held_document", "loaded_document"]


def engine_document(row: EngineRow) -> Document:
    """Describe an engine, whether it answers or not."""
    version = row.version
    return {
        "schema": "ferry.engine/1",
        "name": row.address.name,
        "url": row.address.url,
        "origin": row.address.origin,
        "configured": row.address.is_configured,
        "product": version.product if version else "",
        "version": version.version if version else "",
        "platform": str(version.platform) if version else "",
        "error": row.silence.as_json() if row.silence else None,
    }


def held_document(row: HeldImage, engine: str) -> Document:
    """Describe an image that an engine holds."""
    image = row.image
    return {
        "schema": "ferry.held/1",
        "engine": engine,
        "names": list(image.names),
        "id": str(image.image_id),
        "digests": sorted(map(str, image.digests)),
        "created": image.created,
        "size": image.size,
        "installed": [f"{one.name}:{one.version}" for one in row.installed],
    }


def loaded_document(loaded: Loaded) -> Document:
    """Describe what loading an image came to."""
    image = loaded.image
    return {
        "schema": "ferry.loaded/1",
        "name": image.name,
        "version": image.version,
        "id": str(image.image_id),
        "engine": loaded.engine,
        "names": list(loaded.names),
        "outcome": loaded.outcome.value,
    }
