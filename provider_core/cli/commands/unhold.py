"""ferry unhold."""

from __future__ import annotations

import click

from .. import flags
from ..common import ferry_command
from ..image_columns import shown
from ..invocation import Invocation
from ..schema import image_document

__all__ = ["command"]


@ferry_command(name="unhold")
@flags.image_argument
@flags.ticket_flag
@click.pass_obj
def command(invocation: Invocation, request: str, ticket: str) -> None:
    """Let go of an installed image that is held."""
    output = invocation.output
    with invocation.host(ticket=ticket) as host:
        was_held = host.unhold(request)
        (row,) = shown([host.show(request)], host.tags())
    if output.json:
        output.document(image_document(*row))
    else:
        state = "is not held any more" if was_held else "was not held"
        output.notice(f"{row.image.name} {row.image.version} {state}")
