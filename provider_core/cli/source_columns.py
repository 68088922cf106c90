"""The columns that sources are shown in."""

from __future__ import annotations

from collections.abc import Iterable

from ..operations.results import SourceRow
from .grid import Column, Grid

__all__ = ["source_grid"]

_COLUMNS = (
    Column(name="Name", text=lambda row: row.source.name),
    Column(name="Provider", text=lambda row: row.source.provider),
    Column(name="Origin", text=lambda row: "built in" if row.builtin else "added"),
    Column(name="Priority", text=lambda row: str(row.source.priority)),
    Column(name="Trust", text=lambda row: row.source.trust.value),
    Column(name="Offers", text=lambda row: "" if row.offers is None else str(row.offers)),
    Column(name="Refreshed", text=lambda row: row.refreshed),
    Column(name="Until", text=lambda row: row.until),
    Column(name="Location", text=lambda row: row.source.location),
)


def source_grid(rows: Iterable[SourceRow]) -> Grid:
    """Return the table of sources."""
    return Grid(columns=_COLUMNS, rows=tuple(rows))
