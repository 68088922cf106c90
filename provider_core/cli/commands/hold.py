"""ferry hold."""

from __future__ import annotations

import click

from .. import flags
from ..common import ferry_command
from ..image_columns import shown
from ..invocation import Invocation
from ..schema import image_document

__all__ = ["command"]


@ferry_command(name="hold")
@flags.image_argument
@click.option("--reason", default="", metavar="TEXT", help="Why; shown to who wants to remove it.")
@flags.ticket_flag
@click.pass_obj
def command(invocation: Invocation, request: str, reason: str, ticket: str) -> None:
    """Keep an installed image: it is neither removed nor replaced until `ferry unhold`."""
    output = invocation.output
    with invocation.host(ticket=ticket) as host:
        hold = host.hold(request, reason)
        (row,) = shown([host.show(request)], host.tags(), [hold])
    if output.json:
        output.document(image_document(*row))
    else:
        output.notice(f"{row.image.name} {row.image.version} is held")
