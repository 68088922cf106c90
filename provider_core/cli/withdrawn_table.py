"""Withdrawn images as a table and as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from .grid import Column, Grid
from .image_columns import pin_digest
from .schema import Document

if TYPE_CHECKING:
    from ..operations.withdrawn import Withdrawn

__all__ = ["withdrawn_document", "withdrawn_grid"]

_COLUMNS = (
    Column(name="Name", text=lambda row: row.image.name),
    Column(name="Version", text=lambda row: row.image.version),
    Column(name="WithdrawnBy", text=lambda row: row.by),
    Column(name="Reason", text=lambda row: row.withdrawal.reason),
)


def withdrawn_grid(rows: Sequence[Withdrawn]) -> Grid:
    """Return the table of installed images that sources withdrew."""
    return Grid(columns=_COLUMNS, rows=tuple(rows))


def withdrawn_document(row: Withdrawn) -> Document:
    """Describe an installed image that a source withdrew."""
    return {
        "schema": "ferry.withdrawn/1",
        "name": row.image.name,
        "version": row.image.version,
        "platform": str(row.image.package.id.platform or ""),
        "digest": pin_digest(row.image.content.root),
        "withdrawn_by": row.by,
        "reason": row.withdrawal.reason,
    }
