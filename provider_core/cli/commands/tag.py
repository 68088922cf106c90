"""ferry tag."""

from __future__ import annotations

import click

from .. import flags
from ..common import ferry_command
from ..invocation import Invocation
from ..schema import tag_document

__all__ = ["command"]


@ferry_command(name="tag")
@flags.image_argument
@click.argument("name", metavar="NAME[:TAG]")
@flags.ticket_flag
@click.pass_obj
def command(invocation: Invocation, request: str, name: str, ticket: str) -> None:
    """Give an installed image a further name; without TAG it is latest.

    IMAGE is a name, a name and version, a digest, or the beginning of its id. A tag that
    another image has moves to this one, as with `docker tag`.
    """
    output = invocation.output
    with invocation.host(ticket=ticket) as host:
        tag = host.tag(request, name)
        image = host.show(request)
    if output.json:
        output.document(tag_document(tag.name, tag.tag, image))
    else:
        output.notice(f"{tag.name}:{tag.tag} is {image.name} {image.version} now")
