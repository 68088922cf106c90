"""ferry uninstall."""

from __future__ import annotations

import click

from .. import flags
from ..common import ferry_command
from ..invocation import Invocation
from ..schema import removal_document
from ..stdin import expand
from ..units import size

__all__ = ["command"]


@ferry_command(name="uninstall")
@flags.requests_argument
@click.option("--force", is_flag=True, help="Let the name go although others need its content.")
@flags.dry_run_flag
@flags.ticket_flag
@click.pass_obj
def command(
    invocation: Invocation, requests: tuple[str, ...], force: bool, dry_run: bool, ticket: str
) -> None:
    """Remove installed images, and free what nothing else needs.

    An image that another one was made from stays (exit 6). With - the requests come from
    standard input: ferry list --json 'old*' | ferry uninstall -
    """
    output = invocation.output
    texts = [one.text for one in expand(requests)]
    with invocation.host(ticket=ticket) as host:
        removals = host.uninstall(*texts, force=force, dry_run=dry_run)
    for removal in removals:
        if output.json:
            output.document({**removal_document(removal), "dry_run": dry_run})
            continue
        for name in removal.untagged:
            output.line(f"Untagged: {name}")
        for digest in removal.deleted:
            output.line(f"Deleted: {digest}")
    freed = size(sum(removal.freed for removal in removals))
    output.notice(f"{freed} would be freed" if dry_run else f"{freed} freed")
