"""ferry store move."""

from __future__ import annotations

import click

from .. import flags
from ..common import ferry_command
from ..invocation import Invocation
from ..schema import moved_document
from ..units import size

__all__ = ["command"]


@ferry_command(name="move")
@click.argument("path", type=click.Path())
@flags.ticket_flag
@click.pass_obj
def command(invocation: Invocation, path: str, ticket: str) -> None:
    """Move the store to PATH, which must not exist yet.

    On the same file system it is renamed; to another one it is copied, verified, and then
    removed here. Catalog and settings stay. Whenever it is interrupted, one whole store is in use.
    """
    output = invocation.output
    with invocation.host(ticket=ticket) as host:
        moved = host.move_store(path)
    if output.json:
        output.document(moved_document(moved))
        return
    how = f"{size(moved.copied)} copied and verified" if moved.copied else "renamed"
    output.notice(f"the store is at {moved.path} now ({how})")
