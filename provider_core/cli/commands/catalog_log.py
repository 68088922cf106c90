"""ferry catalog log."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import click

from ..common import ferry_command
from ..grid import Column, Grid
from ..home_documents import revision_document
from ..invocation import Invocation

if TYPE_CHECKING:
    from ...catalog import Revision

__all__ = ["command"]


def _summary(revision: Revision) -> str:
    """Return what changed, counted: ``2 images, 1 tag``; the one subject if it is one."""
    if len(revision.changes) == 1:
        return f"{revision.changes[0].kind} {revision.changes[0].subject}"
    counts = Counter(change.kind for change in revision.changes)
    return ", ".join(f"{count} {kind}{'s'[: count > 1]}" for kind, count in counts.items())


_COLUMNS = (
    Column(name="Revision", text=lambda revision: str(revision.number)),
    Column(name="Time", text=lambda revision: revision.time),
    Column(name="Actor", text=lambda revision: revision.actor),
    Column(name="Host", text=lambda revision: revision.host),
    Column(name="Operation", text=lambda revision: revision.operation),
    Column(name="Ticket", text=lambda revision: revision.ticket),
    Column(name="Changes", text=_summary),
)


@ferry_command(name="log")
@click.option("--limit", type=click.IntRange(min=1), metavar="N", help="The newest N alone.")
@click.option(
    "--since", type=click.IntRange(min=0), default=0, metavar="N", help="Those after revision N."
)
@click.pass_obj
def command(invocation: Invocation, limit: int | None, since: int) -> None:
    """List the changes of this home, newest first: when, who, what, and for which ticket."""
    with invocation.host() as host:
        revisions = host.log(limit=limit, since=since)
    grid = Grid(columns=_COLUMNS, rows=revisions)
    documents = map(revision_document, revisions)
    invocation.output.answer(grid, documents, empty="nothing was changed yet")
