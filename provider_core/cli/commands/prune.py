"""ferry prune."""

from __future__ import annotations

import click

from .. import flags
from ..common import ferry_command
from ..invocation import Invocation
from ..parameter_types import age, newest
from ..removals import show_removals
from ..schema import kept_document

__all__ = ["command"]


@ferry_command(name="prune")
@click.option(
    "--keep", type=newest, metavar="newest:N", help="Leave the newest N releases of each name."
)
@click.option(
    "--older-than", type=age, metavar="AGE", help="Leave what is younger: 90d, 12h, 30m, 8w."
)
@flags.ignore_engine_flag
@flags.dry_run_flag
@flags.ticket_flag
@click.pass_obj
def command(
    invocation: Invocation,
    keep: int | None,
    older_than: float | None,
    ignore_engines: tuple[str, ...],
    dry_run: bool,
    ticket: str,
) -> None:
    """Uninstall old images: what no rule keeps, and nobody needs.

    With both rules an image goes only if neither keeps it. Of each variant the newest are kept by
    themselves, and labels such as latest always are. Images that are held, tagged, or needed by
    an image or container that stays, stay too, and are named.
    """
    output = invocation.output
    with invocation.host(ticket=ticket) as host:
        result = host.prune(
            keep_newest=keep,
            older_than=older_than,
            dry_run=dry_run,
            ignore_engines=ignore_engines,
        )
    for image, reasons in result.kept:
        if output.json:
            output.document(kept_document(image, reasons))
        else:
            output.notice(f"{image.name} {image.version} stays for {', '.join(reasons)}")
    show_removals(output, result.removals, dry_run=dry_run)
