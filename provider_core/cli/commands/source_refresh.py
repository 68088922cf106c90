"""ferry source refresh."""

from __future__ import annotations

import click

from .. import flags
from ..common import ferry_command
from ..grid import Column, Grid
from ..invocation import Invocation
from ..schema import refresh_document

__all__ = ["command"]

_COLUMNS = (
    Column(name="Name", text=lambda result: result.source.name),
    Column(name="Changed", text=lambda result: str(result.changed)),
    Column(name="Offers", text=lambda result: str(result.offers)),
)


@ferry_command(name="refresh")
@click.argument("names", nargs=-1, metavar="[NAME…]", shell_complete=flags.source_names)
@click.pass_obj
def command(invocation: Invocation, names: tuple[str, ...]) -> None:
    """Bring what indexed sources offer up to date; all of them if none is named."""
    with invocation.host() as host:
        results = host.refresh(*names)
    grid = Grid(columns=_COLUMNS, rows=results)
    documents = map(refresh_document, results)
    invocation.output.answer(grid, documents, empty="no source is indexed")
