"""ferry source remove."""

from __future__ import annotations

import click

from .. import flags
from ..builtin_names import owned
from ..common import ferry_command
from ..invocation import Invocation
from ..schema import source_document

__all__ = ["command"]


@ferry_command(name="remove")
@click.argument("name", shell_complete=flags.source_names)
@flags.ticket_flag
@click.pass_obj
def command(invocation: Invocation, name: str, ticket: str) -> None:
    """Forget the source NAME and what it offers; installed images stay."""
    output = invocation.output
    with invocation.host(ticket=ticket) as host, owned(host, name):
        source = host.remove_source(name)
    if output.json:
        output.document(source_document(source))
    else:
        output.line(f"Removed: {source.name}")
