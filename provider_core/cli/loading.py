"""Telling what was loaded into an engine."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from .engine_documents import loaded_document
from .grid import Column, Grid
from .render import Output

if TYPE_CHECKING:
    from ..operations.engine_loading import Loaded

__all__ = ["tell_loaded"]

_COLUMNS = (
    Column(name="Name", text=lambda row: row[1]),
    Column(name="Id", text=lambda row: row[0].image.image_id.short),
    Column(name="Engine", text=lambda row: row[0].engine),
)
_KEPT = {
    "tagged": "had its content already, and has its names now",
    "kept": "has it already",
}


def tell_loaded(loaded: Sequence[Loaded], output: Output) -> None:
    """Print a line for each name; say what needed no loading."""
    for one in loaded:
        why = _KEPT.get(one.outcome.value)
        if why is not None:
            output.notice(f"{one.image.name} {one.image.version}: {one.engine} {why}")
    rows = tuple((one, name) for one in loaded for name in one.names)
    output.answer(Grid(columns=_COLUMNS, rows=rows), map(loaded_document, loaded))
