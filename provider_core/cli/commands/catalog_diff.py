"""ferry catalog diff."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ..common import ferry_command
from ..grid import Column, Grid
from ..home_documents import change_document
from ..invocation import Invocation

if TYPE_CHECKING:
    from ...catalog import Change

__all__ = ["command"]


def _what(change: Change) -> str:
    if change.before is None:
        return "added"
    return "removed" if change.after is None else "changed"


_COLUMNS = (
    Column(name="Change", text=_what),
    Column(name="Kind", text=lambda change: change.kind),
    Column(name="Subject", text=lambda change: change.subject),
    Column(name="Revision", text=lambda change: str(change.revision)),
)


@ferry_command(name="diff")
@click.argument("older", type=click.IntRange(min=0), metavar="A")
@click.argument("newer", type=click.IntRange(min=0), metavar="B")
@click.pass_obj
def command(invocation: Invocation, older: int, newer: int) -> None:
    """Show what changed from revision A to revision B; 0 is the empty home."""
    with invocation.host() as host:
        changes = host.diff(older, newer)
    grid = Grid(columns=_COLUMNS, rows=changes)
    invocation.output.answer(grid, map(change_document, changes), empty="nothing changed")
