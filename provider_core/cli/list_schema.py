"""The objects that --json prints of searches, locks and what is newer (see `schema`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .image_columns import pin_digest
from .schema import Document

if TYPE_CHECKING:
    from ..lists import Pinned
    from ..model import Found
    from ..operations.outdated import Newer

__all__ = ["found_document", "outdated_document", "pin_document"]


def found_document(found: Found) -> Document:
    """Describe a name that a search found."""
    return {
        "schema": "ferry.found/1",
        "name": found.name,
        "summary": found.summary,
        "stars": found.stars,
        "is_official": found.is_official,
        "source": found.source,
    }


def pin_document(pin: Pinned) -> Document:
    """Describe what a request means."""
    return {
        "schema": "ferry.pin/1",
        "request": pin.request,
        "name": pin.name,
        "version": pin.version,
        "digest": str(pin.digest),
        "source": pin.source,
        "location": pin.location,
        "platforms": None if pin.platforms is None else str(pin.platforms),
    }


def outdated_document(row: Newer) -> Document:
    """Describe an installed image and what is newer."""
    return {
        "schema": "ferry.outdated/1",
        "name": row.image.name,
        "version": row.image.version,
        "available": row.package.version,
        "digest": pin_digest(row.package.pin),
        "size": row.package.size,
        "published": row.package.published,
        "source": row.source.name if row.source else "",
    }
