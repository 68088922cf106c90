"""ferry untag."""

from __future__ import annotations

import click

from .. import flags
from ..common import ferry_command
from ..invocation import Invocation

__all__ = ["command"]


@ferry_command(name="untag")
@click.argument("name", metavar="NAME[:TAG]", shell_complete=flags.image_names)
@flags.ticket_flag
@click.pass_obj
def command(invocation: Invocation, name: str, ticket: str) -> None:
    """Take a further name away from its image, which stays; without TAG it is latest."""
    output = invocation.output
    with invocation.host(ticket=ticket) as host:
        tag = host.untag(name)
    if output.json:
        output.document({"schema": "ferry.untagged/1", "repository": tag.name, "tag": tag.tag})
    else:
        output.line(f"Untagged: {tag.name}:{tag.tag}")
