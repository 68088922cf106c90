"""ferry uninstall."""

from __future__ import annotations

import click

from .. import flags
from ..common import ferry_command
from ..invocation import Invocation
from ..removals import show_removals
from ..stdin import expand

__all__ = ["command"]


@ferry_command(name="uninstall")
@flags.requests_argument
@click.option("--force", is_flag=True, help="Let the name go although others need its content.")
@flags.ignore_engine_flag
@flags.dry_run_flag
@flags.ticket_flag
@click.pass_obj
def command(
    invocation: Invocation,
    requests: tuple[str, ...],
    force: bool,
    ignore_engines: tuple[str, ...],
    dry_run: bool,
    ticket: str,
) -> None:
    """Remove installed images, and free what nothing else needs.

    An image stays (exit 6) while another one was made from it or requires it, while it is held,
    and while a container of a configured engine uses it, in any state. A request is a name, a
    version, a tag, a digest, or the beginning of an id. With - the requests come from standard
    input: ferry list --json 'old*' | ferry uninstall -
    """
    texts = [one.exact for one in expand(requests)]
    with invocation.host(ticket=ticket) as host:
        removals = host.uninstall(
            *texts, force=force, dry_run=dry_run, ignore_engines=ignore_engines
        )
    show_removals(invocation.output, removals, dry_run=dry_run)
