"""Damage as `store check` and `store repair` show it."""

from __future__ import annotations

from collections.abc import Sequence

from ..store import Damage
from .grid import Column, Grid
from .home_documents import damage_document
from .render import Output

__all__ = ["show_damage"]

_COLUMNS = (
    Column(name="Kind", text=lambda damage: damage.kind),
    Column(name="Digest", text=lambda damage: str(damage.digest or "")),
    Column(name="Detail", text=lambda damage: damage.detail),
)


def show_damage(output: Output, damages: Sequence[Damage], *, empty: str) -> None:
    """Print a row for each thing that is wrong; the notice *empty* if nothing is."""
    grid = Grid(columns=_COLUMNS, rows=tuple(damages))
    output.answer(grid, map(damage_document, damages), empty=empty)
