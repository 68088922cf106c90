"""ferry source list."""

from __future__ import annotations

import click

from ..common import ferry_command
from ..invocation import Invocation
from ..schema import source_row_document
from ..source_columns import source_grid

__all__ = ["command"]


@ferry_command(name="list")
@click.pass_obj
def command(invocation: Invocation) -> None:
    """List the sources, the one that is asked first in front; built-in ones too."""
    with invocation.host() as host:
        rows = host.sources()
    documents = map(source_row_document, rows)
    invocation.output.answer(source_grid(rows), documents, empty="no source is registered")
