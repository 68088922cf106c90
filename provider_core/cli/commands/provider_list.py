"""ferry provider list."""

from __future__ import annotations

import click

from ...plugins import Row
from ..common import ferry_command
from ..grid import Column, Grid
from ..invocation import Invocation
from ..schema import provider_document

__all__ = ["command"]


def _told(row: Row) -> str:
    if row.fault is not None:
        return row.fault.message
    return row.info.summary if row.info else ""


_COLUMNS = (
    Column(name="Name", text=lambda row: row.name),
    Column(name="Version", text=lambda row: row.info.version if row.info else ""),
    Column(name="Status", text=lambda row: row.status),
    Column(name="Origin", text=lambda row: row.origin),
    Column(name="Description", text=_told),
)


@ferry_command(name="list")
@click.pass_obj
def command(invocation: Invocation) -> None:
    """List the providers and policies, with the reason where one did not load."""
    with invocation.host() as host:
        rows = host.providers()
    grid = Grid(columns=_COLUMNS, rows=rows)
    invocation.output.answer(grid, map(provider_document, rows), empty="there is no provider")
